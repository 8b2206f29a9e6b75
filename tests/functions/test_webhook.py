"""POST /api/livekit/webhook: LiveKit's word, verified, recorded once, told to who watches."""

import json

import pytest
from livekit.protocol.models import ParticipantInfo

from local.community import LOUNGE, PEOPLE, ROOM
from tests.problems import assert_problem
from tests.stack import Room, Stack
from tests.voice import comes, token_attributes

pytestmark = pytest.mark.usefixtures("fresh_tokens")


class TestRecording:
    def test_joined_and_left(self, stack: Stack) -> None:
        """A join is shown at once, a leave is gone at once, each with one billed command."""
        *_, joined = stack.join("member")
        assert stack.deliver(joined)[0].json() == {"status": "recorded"}
        assert stack.billed() == 1
        assert stack.names() == ["Member"]
        before = stack.billed()
        stack.deliver(stack.leave("member")[-1])
        assert stack.billed() == before + 1
        assert stack.names() == []

    def test_out_of_order_and_twice(self, stack: Stack) -> None:
        """A join that comes after its leave, and both once more, show nobody."""
        *_, joined = stack.join("member")
        *_, left = stack.leave("member")
        stack.deliver(left, joined, joined, left)
        assert stack.names() == []

    def test_what_says_nothing_about_presence(self, stack: Stack) -> None:
        """Tracks and rooms that start are acknowledged and cost no command."""
        stack.deliver(*stack.join("member"))
        spent = stack.billed()
        lounge = f"{ROOM}:{LOUNGE}"
        answers = stack.deliver(*stack.simulator.publish(lounge, str(PEOPLE["member"])))
        answers += stack.deliver(stack.simulator.history[0])
        assert [a.json() for a in answers] == [{"status": "ignored"}] * 2
        assert stack.billed() == spent

    def test_rooms_that_are_not_ours(self, stack: Stack) -> None:
        """Signed events of other rooms are acknowledged, logged and cost nothing."""
        *_, joined = stack.simulator.join("lobby", "somebody")
        assert stack.deliver(joined)[0].json() == {"status": "ignored"}
        assert stack.billed() == 0
        line = stack.log.one("webhook_ignored")
        assert line["kind"] == "participant_joined"


class TestBroadcast:
    def test_the_room_hears_of_it(self, stack: Stack) -> None:
        """The change is broadcast on the room's private topic, with who and where."""
        *_, joined = stack.join("member")
        stack.deliver(joined)
        told = stack.broadcasts()[-1]
        assert (told["topic"], told["event"], told["private"]) == (f"room:{ROOM}", "voice", True)
        payload = told["payload"]
        assert (payload["type"], payload["channel_id"]) == ("joined", str(LOUNGE))
        assert payload["participant"]["sid"] == joined.event.participant.sid
        assert payload["participant"]["name"] == "Member"

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("mode", ["hang", "refuse", "drop", "status", "garbage"])
    def test_a_failed_broadcast_is_no_failure(self, stack: Stack, mode: str) -> None:
        """However Realtime fails, the event is recorded, and LiveKit is told so."""
        stack.supabase.set(mode, path="/realtime")
        (answer,) = stack.deliver(stack.join("member")[-1])
        assert answer.json() == {"status": "recorded"}
        assert stack.names() == ["Member"]
        assert len(stack.log.of("vendor_away")) == 1


class TestOldTokens:
    """A token says what its bearer might when it was made; the database says what they may now."""

    def joins_as(self, stack: Stack, room: Room, **attributes: str) -> None:
        """The member joins with a token of these attributes, and LiveKit tells."""
        name = f"{room.id}:{room.lounge}"
        stack.deliver(
            *stack.simulator.join(name, str(PEOPLE["member"]), name="Member", attributes=attributes)
        )

    def there(self, stack: Stack, room: Room) -> ParticipantInfo | None:
        """Returns what LiveKit has of the member."""
        lounge = stack.simulator.participants(f"{room.id}:{room.lounge}")
        return lounge.get(str(PEOPLE["member"]))

    def seen(self, stack: Stack, room: Room) -> list[dict[str, str]]:
        """Returns the attributes of who is in the Lounge, as readers see them."""
        url, headers = f"/api/livekit/participants?room_id={room.id}", stack.bearer("owner")
        (lounge,) = stack.api.get(url, headers=headers).raise_for_status().json()["channels"]
        return [participant["attributes"] for participant in lounge["participants"]]

    def test_a_fresh_one(self, stack: Stack, room: Room) -> None:
        """Who joins with a fresh token is left alone: one command, no call to LiveKit."""
        stack.livekit.set("status")  # who called it would be seen to fail
        stack.deliver(*comes(stack, "member", room.id, room.lounge))
        assert stack.billed() == 1
        assert stack.log.of("vendor_away") == []

    def test_a_role_since_then(self, stack: Stack, room: Room) -> None:
        """Who was given a role after their token was made joins with its badge."""
        old = token_attributes(stack, "member", room.id, room.lounge)
        body = {"roles": [str(room.helper)]}
        room.ask("owner", "PUT", "members", PEOPLE["member"], "roles", json=body)
        self.joins_as(stack, room, **old)
        (attributes,) = self.seen(stack, room)
        assert json.loads(attributes["badges"])[0]["label"] == "Helper"
        there = self.there(stack, room)
        assert there is not None
        assert dict(there.attributes) == attributes
        types = [b["payload"]["type"] for b in stack.broadcasts() if b["event"] == "voice"]
        assert types == ["joined", "updated"]

    def test_the_older_is_told_first(self, stack: Stack, room: Room) -> None:
        """What was changed since the token is broadcast after the joining, however slow that is."""
        old = token_attributes(stack, "member", room.id, room.lounge)
        body = {"roles": [str(room.helper)]}
        room.ask("owner", "PUT", "members", PEOPLE["member"], "roles", json=body)
        stack.supabase.set("delay", path="/realtime/", times=1, ms=400)
        self.joins_as(stack, room, **old)
        types = [b["payload"]["type"] for b in stack.broadcasts() if b["event"] == "voice"]
        assert types == ["joined", "updated"]

    def test_a_kick_since_then(self, stack: Stack, room: Room) -> None:
        """Who was kicked after their token was made is put out again."""
        old = token_attributes(stack, "member", room.id, room.lounge)
        room.ask("owner", "DELETE", "members", PEOPLE["member"]).raise_for_status()
        self.joins_as(stack, room, **old)
        assert self.there(stack, room) is None
        stack.deliver(stack.simulator.history[-1])
        assert self.seen(stack, room) == []

    def test_one_of_no_room_of_ours(self, stack: Stack, room: Room) -> None:
        """Who has no place in a channel, by whoever's token, is put out."""
        name = f"{room.id}:{room.lounge}"
        stack.deliver(*stack.simulator.join(name, str(PEOPLE["stranger"])))
        assert stack.simulator.participants(name) == {}

    def test_agents_stay(self, stack: Stack, room: Room) -> None:
        """An agent is no member, and is not judged."""
        name, kind = f"{room.id}:{room.lounge}", ParticipantInfo.Kind.AGENT
        stack.deliver(*stack.simulator.join(name, str(PEOPLE["stranger"]), kind=kind))
        assert list(stack.simulator.participants(name)) == [str(PEOPLE["stranger"])]

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("mode", ["hang", "refuse", "drop", "status", "garbage"])
    def test_the_database_away(self, stack: Stack, room: Room, mode: str) -> None:
        """However Supabase fails, who joined is recorded as their token says, and stays."""
        stack.supabase.set(mode, path="/rest")
        self.joins_as(stack, room, badges="[]")
        assert self.there(stack, room) is not None
        stack.supabase.clear()
        assert self.seen(stack, room) == [{"badges": "[]"}]
        assert len(stack.log.of("voice_not_settled")) == 1

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("mode", ["hang", "refuse", "drop", "status", "garbage"])
    def test_livekit_away(self, stack: Stack, room: Room, mode: str) -> None:
        """However LiveKit fails, who joined is recorded; LiveKit's retry isn't needed."""
        stack.livekit.set(mode)
        name = f"{room.id}:{room.lounge}"
        *_, joined = stack.simulator.join(name, str(PEOPLE["member"]))
        assert stack.deliver(joined)[0].json() == {"status": "recorded"}
        assert self.seen(stack, room) == [{}]


class TestSignature:
    def test_no_signature(self, stack: Stack) -> None:
        """A webhook without a signature is refused."""
        (*_, joined) = stack.join("member")
        assert_problem(stack.post_webhook(joined.body, None), 401, "signature_invalid")

    def test_a_body_changed_by_one_byte(self, stack: Stack) -> None:
        """A body that differs from the signed one by a byte is refused, and nothing is spent."""
        (*_, joined) = stack.join("member")
        changed = joined.body.replace(b"Member", b"Membex")
        for part in (stack.upstash, stack.supabase):
            part.set("hang")  # whoever asked them would wait
        answer = stack.post_webhook(changed, stack.simulator.sign(joined.body))
        assert_problem(answer, 401, "signature_invalid")
        assert stack.billed() == 0

    @pytest.mark.parametrize(
        "body", [b"{", b"[]", b'"x"', b'{"event":"participant_joined","room":5}']
    )
    def test_signed_but_unreadable(self, stack: Stack, body: bytes) -> None:
        """What LiveKit signed but we can't read is acknowledged and logged: no retry helps."""
        answer = stack.post_webhook(body, stack.simulator.sign(body))
        assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
        assert len(stack.log.of("webhook_unreadable")) == 1

    def test_a_known_event_that_lacks_its_participant(self, stack: Stack) -> None:
        """An event of a known kind without what it must have is acknowledged and logged."""
        (*_, joined) = stack.join("member")
        event = json.loads(joined.body)
        del event["participant"]
        body = json.dumps(event).encode()
        assert stack.post_webhook(body, stack.simulator.sign(body)).status_code == 200
        assert len(stack.log.of("webhook_unreadable")) == 1
