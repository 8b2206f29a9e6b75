"""What each endpoint's docstring says it spends, counted."""

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from common import roster, supabase
from common.memory import forget_everything
from functions import badges, health
from functions.blocks import index as blocks
from functions.blocks import user_id as block
from functions.livekit import moderate, participants, reconcile, token, webhook
from functions.matching import join, leave, status
from local.community import LOUNGE, PEOPLE, ROOM
from tests.operations import BANS, MEMBERS, ONE, OPERATIONS, ROLES
from tests.stack import OPS_KEY, Room, Stack
from tests.test_structure import docstring_fields, modules, routes
from tests.voice import comes

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


def _moderate(stack: Stack) -> None:
    place = {"room_id": str(ROOM), "channel_id": str(LOUNGE), "user_id": str(PEOPLE["member"])}
    stack.deliver(stack.join("member")[-1])
    for action in ("mute", "unmute"):
        forget_commands(stack)
        answer = stack.api.post(
            "/api/livekit/moderate", json=place | {"action": action}, headers=stack.bearer("mod")
        )
        answer.raise_for_status()


def _asked(stack: Stack, method: str, path: str) -> None:
    _ok(stack.api.request(method, path, headers=stack.bearer("member")).status_code)


def _block(stack: Stack) -> None:
    for method in ("PUT", "DELETE"):
        forget_commands(stack)
        _asked(stack, method, f"/api/blocks/{PEOPLE['stranger']}")


USUAL: dict[ModuleType, Callable[[Stack], None]] = {
    health: lambda stack: _ok(stack.api.get("/api/health").status_code),
    badges: lambda stack: _ok(stack.api.get("/api/badges").status_code),
    token: lambda stack: _ok(stack.get_token("member").status_code),
    webhook: lambda stack: _ok(
        stack.deliver(comes(stack, "member", ROOM, LOUNGE)[-1])[0].status_code
    ),
    participants: _participants,
    reconcile: _reconcile,
    moderate: _moderate,
    join: lambda stack: _asked(stack, "POST", "/api/matching/join"),
    status: lambda stack: _asked(stack, "GET", "/api/matching/status"),
    leave: lambda stack: _asked(stack, "POST", "/api/matching/leave"),
    blocks: lambda stack: _asked(stack, "GET", "/api/blocks"),
    block: _block,
}


def _ok(status: int) -> None:
    assert status in {200, 201}


@pytest.mark.parametrize("module", USUAL, ids=lambda module: module.__name__)
def test_usual_path(stack: Stack, module: ModuleType) -> None:
    """The usual request spends what the docstring says first."""
    forget_commands(stack)
    USUAL[module](stack)
    assert stack.billed() - stack.spent_before == stated(module)[0]


def test_every_operation_is_counted() -> None:
    """Each method of each endpoint is asked here once."""
    alone = {route for module in USUAL for route in routes(module.router)}
    operations = {tuple(operation.split(" ", 1)) for operation in OPERATIONS}
    assert alone | operations == {route for module in modules() for route in routes(module.router)}


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


class TestReconcile:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_all_communities(self, stack: Stack, method: str) -> None:
        """For all communities it is a SCAN, and for each what the hourly one spends."""
        stack.deliver(*stack.join("member"))
        forget_commands(stack)
        url = "/api/livekit/reconcile"
        stack.api.request(method, url, headers=OPS).raise_for_status()
        said = docstring_fields(reconcile)["Spends"]
        ((scan, each),) = re.findall(r"for all communities (\d+) SCAN and these (\d+)", said)
        assert stack.by_command()["SCAN"] == int(scan) == 1
        assert stack.billed() - stack.spent_before == int(scan) + int(each)


class TestWebhook:
    @pytest.mark.parametrize("kind", ["participant_left", "room_finished"])
    def test_ends(self, stack: Stack, kind: str) -> None:
        """A leave and a finished room spend 1, too."""
        stack.join("member")
        stack.simulator.finish_room(next(iter(stack.simulator.rooms)))
        (ended,) = [w for w in stack.simulator.history[-2:] if w.name == kind]
        stack.deliver(ended)
        assert stack.billed() == 1


BY_PATH = {path: module for module in modules() for _, path in routes(module.router)}
VERBS = "GET|POST|PUT|PATCH|DELETE"


def stated_for(operation: str) -> list[int]:
    """Returns the first number, and all, that a Spends field has for one of several methods."""
    method, path = operation.split(" ", 1)
    text = docstring_fields(BY_PATH[path])["Spends"]
    parts = re.split(rf"\b((?:{VERBS})(?: and (?:{VERBS}))*) (?=\d)", text)
    for methods, said in zip(parts[1::2], parts[2::2], strict=True):
        if method in methods.split(" and "):
            return [int(n) for n in re.findall(r"\d+", said)]
    return [int(n) for n in re.findall(r"\d+", text)]


class TestCommunities:
    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_usual_path(self, room: Room, operation: str) -> None:
        """An operation spends what its endpoint's docstring says, with nobody in voice."""
        assert OPERATIONS[operation](room).is_success
        assert room.stack.billed() == stated_for(operation)[0]

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_one_rpc(self, room: Room, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """An operation is one call of one SQL function, as the user, with nobody in voice."""
        called: list[bool] = []
        rpc = supabase.rpc

        async def counted(function: str, arguments: dict[str, Any], **options: Any) -> Any:
            called.append(options["token"] is not None)
            return await rpc(function, arguments, **options)

        monkeypatch.setattr(supabase, "rpc", counted)
        assert OPERATIONS[operation](room).is_success
        assert called == [True]

    @pytest.mark.parametrize("operation", [o for o in OPERATIONS if not o.startswith("GET /api/r")])
    def test_another_process_served_the_user(self, room: Room, operation: str) -> None:
        """A process that didn't serve this user's last write spends 2 more."""
        for person in ("owner", "stranger"):
            room.ask(person, "DELETE", "invites", "nothing")
        forget_everything()
        before = room.stack.billed()
        assert OPERATIONS[operation](room).is_success
        assert room.stack.billed() - before == stated_for(operation)[0] + 2

    @pytest.mark.parametrize(
        "operation",
        [
            f"PUT {ONE}/owner",
            f"PUT {MEMBERS}/{{user_id}}/roles",
            f"PATCH {ROLES}/{{role_id}}",
            f"DELETE {ROLES}/{{role_id}}",
        ],
    )
    def test_somebody_in_voice_is_concerned(self, room: Room, operation: str) -> None:
        """Who is shown differently in a call from now on costs 1 more."""
        for person in ("owner", "mod"):
            room.call(person)
        before = room.stack.billed()
        assert OPERATIONS[operation](room).is_success
        assert room.stack.billed() - before == stated_for(operation)[0] + 1

    @pytest.mark.parametrize(
        "operation", [f"DELETE {MEMBERS}/{{user_id}}", f"PUT {BANS}/{{user_id}}"]
    )
    def test_somebody_in_voice_is_put_out(self, room: Room, operation: str) -> None:
        """Who is put out of a call costs nothing besides: the webhook of it records it."""
        room.call("mod")
        before = room.stack.billed()
        assert OPERATIONS[operation](room).is_success
        assert room.stack.billed() - before == stated_for(operation)[0]

    def test_overwrites(self, room: Room) -> None:
        """Overwrites cost 1 more than a name, and 1 more when somebody may do something else."""
        body = {"overwrites": [{"role_id": str(room.id), "allow": "0", "deny": str(1 << 21)}]}
        room.ask("owner", "PATCH", "channels", room.lounge, json=body).raise_for_status()
        assert room.stack.billed() == 2
        room.call("member")
        before = room.stack.billed()
        body = {"overwrites": []}
        room.ask("owner", "PATCH", "channels", room.lounge, json=body).raise_for_status()
        assert room.stack.billed() - before == 3

    def test_by_force(self, room: Room) -> None:
        """A channel that is deleted by force costs 1: nobody asks who is in it."""
        room.ask("owner", "DELETE", "channels", room.lounge, params={"force": "true"})
        assert room.stack.billed() == 1

    def test_refused_again(self, room: Room) -> None:
        """Refusals for the limit cost no command."""
        for _ in range(60):
            room.ask("member", "POST", "roles", json={"name": "x"})
        before = room.stack.billed()
        answers = [room.ask("member", "POST", "invites").status_code for _ in range(5)]
        assert (answers, room.stack.billed() - before) == ([429] * 5, 0)
