"""What each endpoint's docstring says it spends, counted."""

import re
from collections.abc import Callable
from types import ModuleType

import pytest

from common import roster
from common.memory import forget_everything
from functions import health
from functions.livekit import participants, reconcile, token, webhook
from local.community import ROOM
from tests.stack import OPS_KEY, Stack
from tests.test_structure import docstring_fields, modules

OPS = {"Authorization": f"Bearer {OPS_KEY}"}


def stated(module: ModuleType) -> list[int]:
    """Returns the numbers of commands in the Spends field, in their order."""
    return [int(n) for n in re.findall(r"\d+", docstring_fields(module)["Spends"])]


def _participants(stack: Stack) -> None:
    stack.valkey.hset(f"voice:{ROOM}", "@rooms", "0")  # reconciled a moment ago
    stack.participants("member").raise_for_status()


def _reconcile(stack: Stack) -> None:
    stack.valkey.hset(f"voice:{ROOM}", "@rooms", "0")
    stack.deliver(*stack.join("member"))
    forget_commands(stack)
    body = {"room_id": str(ROOM)}
    stack.api.post("/api/livekit/reconcile", json=body, headers=OPS).raise_for_status()


def forget_commands(stack: Stack) -> None:
    """Starts counting anew."""
    stack.spent_before = stack.billed()


USUAL: dict[ModuleType, Callable[[Stack], None]] = {
    health: lambda stack: _ok(stack.api.get("/api/health").status_code),
    token: lambda stack: _ok(stack.get_token("member").status_code),
    webhook: lambda stack: _ok(stack.deliver(stack.join("member")[-1])[0].status_code),
    participants: _participants,
    reconcile: _reconcile,
}


def _ok(status: int) -> None:
    assert status in {200, 201}


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_usual_path(stack: Stack, module: ModuleType) -> None:
    """The usual request spends what the docstring says first."""
    forget_commands(stack)
    USUAL[module](stack)
    assert stack.billed() - stack.spent_before == stated(module)[0]


class TestToken:
    def test_another_process_served_the_user(self, stack: Stack) -> None:
        """A process that didn't serve this user's last token spends 3."""
        stack.get_token("member")
        forget_everything()
        before = stack.billed()
        stack.get_token("member")
        assert stack.billed() - before == stated(token)[1] == 3

    def test_refused_again(self, stack: Stack) -> None:
        """Refusals cost no command, the first one included, where this process admitted all."""
        for _ in range(20):
            stack.get_token("member")
        before = stack.billed()
        assert [stack.get_token("member").status_code for _ in range(5)] == [429] * 5
        assert stack.billed() - before == stated(token)[2] == 0


class TestParticipants:
    def test_within_a_second(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second reader within a second spends none."""
        monkeypatch.setattr("common.roster.SHARED_S", 60)
        _participants(stack)
        before = stack.billed()
        stack.participants("owner").raise_for_status()
        assert stack.billed() - before == stated(participants)[1] == 0

    def test_many_readers_of_old_evidence(self, stack: Stack) -> None:
        """However many read a room whose evidence is old, the process stands for election once."""
        for person in ("owner", "mod", "member"):
            for _ in range(5):
                forget_roster(stack)
                stack.participants(person).raise_for_status()
        stack.served.wait()
        elections = stack.by_command()["HSETEX"] - 2  # and the reconciler's two marks
        assert elections == 1


def forget_roster(stack: Stack) -> None:
    """Lets the next reader of the API's process read Redis."""
    roster.forget(str(ROOM))


class TestWebhook:
    @pytest.mark.parametrize("kind", ["participant_left", "room_finished"])
    def test_ends(self, stack: Stack, kind: str) -> None:
        """A leave and a finished room spend 1, too."""
        stack.join("member")
        stack.simulator.finish_room(next(iter(stack.simulator.rooms)))
        (ended,) = [w for w in stack.simulator.history[-2:] if w.name == kind]
        stack.deliver(ended)
        assert stack.billed() == 1
