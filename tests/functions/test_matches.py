"""A match's life: its members come, others don't, somebody leaves, blocks, or is put out."""

from livekit.protocol.models import ParticipantInfo

from local.community import PEOPLE
from tests.matching import Matching
from tests.problems import assert_problem

AGENT = ParticipantInfo.Kind.AGENT


class TestArriving:
    def test_all_come(self, matching: Matching) -> None:
        """Once LiveKit's webhooks told that all are there, the match stands."""
        room = matching.matched("member", "stranger")
        matching.comes(room, "member")
        members = matching.status("stranger")["match"]["members"]
        assert [m["here"] for m in members] == [True, False]
        matching.comes(room, "stranger")
        match = matching.status("member")["match"]
        assert match["started_at"] is not None
        matching.wait(40)
        assert matching.status("stranger")["match"]["id"] == match["id"]

    def test_one_does_not(self, matching: Matching) -> None:
        """30 s later who came waits again, at the old place, knows why, and the room is closed."""
        room = matching.matched("member", "stranger")
        since = matching.status("member")["match"]["made_at"]
        matching.comes(room, "member")
        matching.wait(31)
        back = matching.status("member")
        assert back["state"] == "waiting"
        assert back["since"] < since
        assert back["last"] == {
            "match_id": room.removeprefix("match:"),
            "reason": "not_everyone_came",
        }
        assert matching.there(room) == []
        assert matching.status("stranger")["state"] == "none"
        assert matching.pushed("member", "matched", "dissolved")[1]["reason"] == "not_everyone_came"
        assert matching.pushed("stranger", "matched", "ended")[1]["reason"] == "not_everyone_came"

    def test_too_late(self, matching: Matching) -> None:
        """Who comes with a good token once the match is dissolved is put out again."""
        room = matching.matched("member", "stranger")
        matching.comes(room, "member")
        matching.wait(31)
        matching.status("member")
        matching.comes(room, "stranger")
        assert matching.there(room) == []

    def test_nobody_else(self, matching: Matching) -> None:
        """Who is no member is put out of a match's room, whatever token they had; agents stay."""
        room = matching.matched("member", "stranger")
        matching.comes(room, "owner")
        assert matching.there(room) == []
        agent = matching.stack.simulator.join(room, "agent-1", name="Agent", kind=AGENT)
        matching.stack.deliver(*agent)
        assert matching.there(room) == ["Agent"]

    def test_gone_again(self, matching: Matching) -> None:
        """Who came and left again before the others came hasn't come."""
        room = matching.matched("member", "stranger")
        matching.comes(room, "member")
        matching.stack.deliver(*matching.stack.simulator.leave(room, str(PEOPLE["member"])))
        matching.comes(room, "stranger")
        assert matching.status("stranger")["match"]["started_at"] is None

    def test_twice_and_in_any_order(self, matching: Matching) -> None:
        """A webhook that comes twice, or an old session's leave after a new join, is nothing."""
        room = matching.matched("member", "stranger")
        *_, first = matching.arrival(room, "member")
        left, second = matching.stack.simulator.reconnect(room, str(PEOPLE["member"]))
        matching.stack.deliver(first, second, left, first, left, second)
        matching.comes(room, "stranger")
        assert matching.status("member")["match"]["started_at"] is not None

    def test_presence_is_kept(self, matching: Matching) -> None:
        """Each event of a match's room costs the one Redis command, and is told to its members."""
        room = matching.matched("member", "stranger")
        *_, joined = matching.arrival(room, "member")
        before = matching.stack.billed()
        matching.stack.deliver(joined)
        assert matching.stack.billed() == before + 1
        (told,) = [s for s in matching.stack.broadcasts() if s["event"] == "voice"]
        assert (told["topic"], told["private"]) == (room, True)


class TestLeaving:
    def test_while_waiting(self, matching: Matching) -> None:
        """Who leaves waits no more, and isn't matched; leaving again is fine."""
        matching.join("member")
        assert matching.leave("member")["left"] is None
        assert matching.join("stranger").json()["state"] == "waiting"
        assert matching.leave("member")["state"] == "none"

    def test_before_all_came(self, matching: Matching) -> None:
        """The other waits again at once, and is told."""
        room = matching.matched("member", "stranger")
        matching.comes(room, "stranger")
        assert f"match:{matching.leave('member')['left']}" == room
        back = matching.status("stranger")
        assert (back["state"], back["last"]["reason"]) == ("waiting", "somebody_left")
        assert matching.there(room) == []

    def test_a_match_of_two(self, matching: Matching) -> None:
        """A match that one is left in is over, and its room closed."""
        room = matching.standing("member", "stranger")
        assert matching.there(room) == ["Member", "Stranger"]
        matching.leave("member")
        assert matching.there(room) == []
        assert matching.status("stranger") | {"as_of": 0} == {"state": "none", "as_of": 0}
        assert matching.pushed("stranger", "matched", "ended")[1]["reason"] == "everyone_left"

    def test_a_match_of_three(self, matching: Matching) -> None:
        """The two others talk on; who left is out of the room, and gets no token for it."""
        room = matching.standing("member", "stranger", "owner")
        matching.leave("member")
        assert matching.there(room) == ["Owner", "Stranger"]
        members = matching.status("owner")["match"]["members"]
        assert sorted(m["name"] for m in members) == ["Owner", "Stranger"]
        matching.comes(room, "member")
        assert matching.there(room) == ["Owner", "Stranger"]

    def test_everybody_hung_up(self, matching: Matching) -> None:
        """When LiveKit's room has finished the match is over, and who met meets again in 10 min."""
        room = matching.standing("member", "stranger")
        matching.stack.deliver(*matching.stack.simulator.finish_room(room))
        assert matching.status("member")["state"] == "none"
        matching.join("member")
        assert matching.join("stranger").json()["state"] == "waiting"
        matching.wait(601)
        matching.join("member")
        assert matching.join("stranger").json()["state"] == "matched"


class TestBlocks:
    def test_they_hold(self, matching: Matching) -> None:
        """Who was blocked isn't matched with who blocked them, in either order, until unblocked."""
        matching.join("member")
        assert matching.block("member", "stranger").json()["left"] is None
        assert matching.join("stranger").json()["state"] == "waiting"
        assert matching.status("member")["state"] == "waiting"
        assert matching.block("member", "stranger", "DELETE").status_code == 200
        assert matching.status("stranger")["state"] == "matched"

    def test_in_a_match(self, matching: Matching) -> None:
        """Who blocks somebody in their match is out of it at once."""
        room = matching.standing("member", "stranger", "owner")
        blocked = matching.block("member", "stranger").json()
        assert f"match:{blocked['left']}" == room
        assert matching.there(room) == ["Owner", "Stranger"]
        assert matching.status("member")["state"] == "none"

    def test_listed(self, matching: Matching) -> None:
        """One's own blocks are listed, the newest first, by names one knew; nobody else's."""
        matching.block("member", "banned").raise_for_status()
        matching.matched("member", "stranger")
        matching.block("member", "stranger").raise_for_status()
        first = matching.block("member", "banned").json()["block"]
        second = matching.block("member", "stranger").json()["block"]
        matching.block("owner", "member").raise_for_status()
        headers = matching.stack.bearer("member")
        listed = matching.stack.api.get("/api/blocks", headers=headers).json()["blocks"]
        assert listed == [second, first]
        assert (second["user_id"], second["name"]) == (str(PEOPLE["stranger"]), "Stranger")
        assert (first["user_id"], first["name"]) == (str(PEOPLE["banned"]), None)

    def test_refused(self, matching: Matching) -> None:
        """Oneself, nobody, and who isn't blocked."""
        assert_problem(matching.block("member", "member"), 422, "not_yourself")
        assert_problem(matching.block("member", "owner", "DELETE"), 404, "block_not_found")
        headers = matching.stack.bearer("member")
        nobody = "/api/blocks/00000000-0000-4000-8000-00000000ffff"
        assert_problem(matching.stack.api.put(nobody, headers=headers), 404, "user_not_found")
