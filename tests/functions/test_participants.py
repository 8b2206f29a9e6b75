"""GET /api/livekit/participants: who is there, at once."""

import json
from uuid import uuid4

import pytest
from livekit.protocol.models import ParticipantInfo

from common import roster
from common.memory import forget_everything
from local.community import GENERAL, LOUNGE, PEOPLE, ROOM, WORKSHOP
from tests.problems import assert_problem
from tests.stack import Stack
from tests.voice import comes

AGENT = ParticipantInfo.Kind.AGENT


def post_joined(stack: Stack, *people: str) -> None:
    """Lets people join in LiveKit and delivers its webhooks."""
    for person in people:
        stack.deliver(*stack.join(person))


class TestAnswer:
    def test_everyone_in_the_order_of_joining(self, stack: Stack) -> None:
        """All voice channels at once, people apart from agents, with name, badges and time."""
        post_joined(stack, "owner")
        stack.deliver(*comes(stack, "mod", ROOM, LOUNGE))
        agent = stack.simulator.join(f"{ROOM}:{WORKSHOP}", "agent-1", name="Scribe", kind=AGENT)
        stack.deliver(*agent)
        body = stack.participants("member").json()
        assert (body["room_id"], body["source"]) == (str(ROOM), "redis")
        lounge, workshop = body["channels"]
        assert [p["name"] for p in lounge["participants"]] == ["Owner", "Mod"]
        person = lounge["participants"][1]
        assert person["identity"] == str(PEOPLE["mod"])
        badges = json.loads(person["attributes"]["badges"])
        assert badges == [{"icon": "gavel", "label": "Moderator", "color": "#2ecc71"}]
        assert abs(person["joined_at"] - body["as_of"]) < 60_000
        assert [p["name"] for p in workshop["agents"]] == ["Scribe"]
        assert workshop["participants"] == lounge["agents"] == []

    def test_an_empty_community(self, stack: Stack) -> None:
        """Voice channels without anybody are listed, text channels are not."""
        channels = stack.participants("member").json()["channels"]
        assert {c["channel_id"] for c in channels} == {str(LOUNGE), str(WORKSHOP)}

    def test_one_channel(self, stack: Stack) -> None:
        """With channel_id, only that channel."""
        post_joined(stack, "owner")
        body = stack.participants("member", channel_id=str(LOUNGE)).json()
        assert [c["channel_id"] for c in body["channels"]] == [str(LOUNGE)]

    def test_who_leaves_is_gone(self, stack: Stack) -> None:
        """A leave is seen by the next reader."""
        post_joined(stack, "owner", "member")
        assert stack.names() == ["Owner", "Member"]
        stack.deliver(*stack.leave("owner"))
        assert stack.names() == ["Member"]


class TestEtag:
    def test_nothing_changed(self, stack: Stack) -> None:
        """If-None-Match with the last ETag is a 304 without a body while nothing changes."""
        post_joined(stack, "owner")
        first = stack.participants("member")
        headers = stack.bearer("member") | {"If-None-Match": first.headers["etag"]}
        url = f"/api/livekit/participants?room_id={ROOM}"
        again = stack.api.get(url, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        post_joined(stack, "member")
        forget_everything()
        changed = stack.api.get(url, headers=headers)
        assert changed.status_code == 200
        assert changed.headers["etag"] != first.headers["etag"]

    def test_caches_ask_again(self, stack: Stack) -> None:
        """The answer is the caller's own and must be revalidated."""
        assert stack.participants("member").headers["cache-control"] == "private, no-cache"


class TestAccess:
    def test_a_stranger(self, stack: Stack) -> None:
        """A stranger can't tell a community from one that doesn't exist."""
        theirs = stack.participants("stranger").json()
        missing = stack.participants("stranger", room_id=str(uuid4())).json()
        assert theirs == missing
        assert theirs["code"] == "room_not_found"

    def test_a_stranger_who_keeps_asking(self, stack: Stack) -> None:
        """After a refusal, further communities that aren't theirs cost no Redis command."""
        stack.participants("stranger")
        spent = stack.billed()
        for _ in range(3):
            assert_problem(
                stack.participants("stranger", room_id=str(uuid4())), 404, "room_not_found"
            )
        assert stack.billed() == spent

    def test_a_text_channel(self, stack: Stack) -> None:
        """A text channel has no voice participants."""
        answer = stack.participants("member", channel_id=str(GENERAL))
        assert_problem(answer, 404, "channel_not_found")

    @pytest.mark.parametrize("query", [{"room_id": "x"}, {"room_id": ""}, {"channel_id": "x"}])
    def test_ids_that_are_none(self, stack: Stack, query: dict[str, str]) -> None:
        """Ids must be UUIDs."""
        assert_problem(stack.participants("member", **query), 422, "invalid_request")

    def test_without_a_room(self, stack: Stack) -> None:
        """room_id must be there."""
        answer = stack.api.get("/api/livekit/participants", headers=stack.bearer("member"))
        assert_problem(answer, 422, "invalid_request")


class TestSharing:
    def test_readers_within_a_second_share_one_command(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Many readers at once cost one command, plus one to elect a reconciler."""
        monkeypatch.setattr(roster, "SHARED_S", 60)  # a busy machine's second
        for person in ("owner", "mod", "member", "member"):
            assert stack.participants(person).status_code == 200
        spent = stack.by_command()
        assert spent["HGETALL"] <= 2  # the readers', and the reconciler's
        assert stack.valkey.hexists(f"voice:{ROOM}", "@elected")
