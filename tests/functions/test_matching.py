"""Joining over HTTP: one ticket a user, one match for all its members, each their own token."""

import time
from typing import Any

import jwt
import pytest

from local.community import PEOPLE, ROOM
from tests.matching import Matching
from tests.problems import assert_problem
from tests.stack import LIVEKIT_KEY, LIVEKIT_SECRET, Room


def claims(answer: dict[str, Any]) -> dict[str, Any]:
    """Returns what the LiveKit token of an answer says."""
    return dict(jwt.decode(answer["participant_token"], LIVEKIT_SECRET, algorithms=["HS256"]))


class TestJoin:
    def test_alone(self, matching: Matching) -> None:
        """Who comes first waits, is told their place and wishes, and when to ask again."""
        wishes = {"interests": ["Chess", " jazz "], "languages": ["de-AT"], "strangers": False}
        answer = matching.join("member", **wishes)
        assert answer.status_code == 200
        body = answer.json()
        assert (body["state"], body["place"], body["retry_after"]) == ("waiting", 1, 10)
        assert body["interests"] == ["chess", "jazz"]
        assert (body["languages"], body["group_size"]) == (["de"], 2)
        assert (body["strangers"], body["room_id"]) == (False, None)
        assert abs(body["since"] - time.time() * 1000) < 60_000
        assert body.keys().isdisjoint({"estimate_s", "last", "closed"})

    def test_two(self, matching: Matching) -> None:
        """The second is told the match at once, the first with the next question: the same one."""
        matching.join("member", interests=["chess", "go"], languages=["de", "en"])
        second = matching.join("stranger", interests=["go"], languages=["en"]).json()
        first = matching.status("member")
        assert second["state"] == first["state"] == "matched"
        assert second["match"] == first["match"]
        match = first["match"]
        assert (match["interests"], match["languages"]) == (["go"], ["en"])
        assert [m["name"] for m in match["members"]] == ["Member", "Stranger"]
        assert match["room_name"] == f"match:{match['id']}"
        assert match["arrive_by"] - match["made_at"] == 30_000
        assert match["started_at"] is None

    def test_each_their_own_token(self, matching: Matching) -> None:
        """Each member's token opens the match's room, and no other, under their own identity."""
        room = matching.matched("member", "stranger")
        for person in ("member", "stranger"):
            answer = matching.status(person)
            said = claims(answer)
            assert answer["server_url"].startswith("ws://")
            assert (said["iss"], said["sub"]) == (LIVEKIT_KEY, str(PEOPLE[person]))
            assert (said["name"], said["video"]["room"]) == (person.capitalize(), room)
            assert said["video"]["canPublishSources"][0] == "microphone"
            assert not said["video"]["roomAdmin"]
            assert said["attributes"] == {}

    def test_as_in_the_room(self, matching: Matching, room: Room) -> None:
        """In a room's pool people are shown with their badges, and stream only if they may."""
        body = {"permissions": str(1 << 10 | 1 << 20 | 1 << 21)}
        room.ask("owner", "PATCH", "roles", room.id, json=body).raise_for_status()
        matching.matched("mod", "member", room_id=str(room.id))
        said = claims(matching.status("mod"))
        assert said["attributes"]["color"] == "#2ecc71"
        assert '"gavel"' in said["attributes"]["badges"]
        assert said["attributes"].keys() == {"badges", "color"}
        assert said["video"]["canPublishSources"] == ["microphone"]

    def test_muted_meanwhile(self, matching: Matching, room: Room) -> None:
        """Who is muted in the room after the match was made speaks there no more either."""
        matching.matched("mod", "member", room_id=str(room.id))
        room.sql("update public.room_members set voice_muted = true where room_id = $1", room.id)
        assert claims(matching.status("member"))["video"]["canPublish"] is False

    def test_they_are_told(self, matching: Matching) -> None:
        """Both hear of the match on their own private topics."""
        room = matching.matched("member", "stranger")
        for person in ("member", "stranger"):
            (push,) = matching.pushed(person, "matched")
            assert push["match_id"] == room.removeprefix("match:")

    def test_again(self, matching: Matching) -> None:
        """Who joins again with other wishes has one ticket, with the old time."""
        first = matching.join("member", interests=["a"]).json()
        again = matching.join("member", interests=["b"], group_size=3).json()
        assert (again["since"], again["interests"]) == (first["since"], ["b"])
        assert matching.join("stranger", interests=["a"]).json()["state"] == "waiting"

    def test_limit(self, matching: Matching) -> None:
        """Five joins a minute, with the headers; status and leave have no limit and cost 0."""
        answers = [matching.join("member") for _ in range(6)]
        assert [a.status_code for a in answers] == [200] * 5 + [429]
        assert answers[4].headers["ratelimit-policy"] == '"matching";q=5;w=60'
        assert answers[4].headers["ratelimit"].startswith('"matching";r=0;t=')
        problem = assert_problem(answers[5], 429, "rate_limited")
        assert problem["violated-policies"] == ["matching"]
        before = matching.stack.billed()
        for _ in range(8):
            matching.status("member")
            matching.leave("member")
        assert matching.stack.billed() == before

    @pytest.mark.parametrize(
        ("wishes", "code"),
        [
            ({"interests": [f"i{n}" for n in range(11)]}, "interests_invalid"),
            ({"interests": ["x" * 33]}, "interests_invalid"),
            ({"interests": ["\u202egnp"]}, "interests_invalid"),
            ({"interests": [" "]}, "interests_invalid"),
            ({"languages": ["english"]}, "languages_invalid"),
            ({"languages": ["aa", "bb", "cc", "dd", "ee", "ff"]}, "languages_invalid"),
            ({"group_size": 1}, "group_size_invalid"),
            ({"group_size": 9}, "group_size_invalid"),
            ({"group_size": 2**40}, "invalid_request"),
            ({"group_size": "two"}, "invalid_request"),
            ({"interests": "chess"}, "invalid_request"),
            ({"interests": ["\x00"]}, "invalid_request"),
            ({"room_id": "here"}, "invalid_request"),
            ({"size": 2}, "field_unknown"),
        ],
    )
    def test_bad_wishes(self, matching: Matching, wishes: dict[str, Any], code: str) -> None:
        """A wish that can't be is refused with its reason, and loses nobody their ticket."""
        since = matching.join("member", interests=["a"]).json()["since"]
        assert_problem(matching.join("member", **wishes), 422, code)
        kept = matching.status("member")
        assert (kept["since"], kept["interests"]) == (since, ["a"])


class TestPools:
    @pytest.mark.parametrize("person", ["stranger", "banned"])
    def test_not_a_member(self, matching: Matching, person: str) -> None:
        """Who is no member, or is banned, can't enter a room's pool: there is no such room."""
        assert_problem(matching.join(person, room_id=str(ROOM)), 404, "room_not_found")

    def test_muted(self, matching: Matching, room: Room) -> None:
        """Who is muted in a room doesn't enter its pool: others would meet nobody."""
        room.sql("update public.room_members set voice_muted = true where room_id = $1", room.id)
        answer = matching.join("member", room_id=str(room.id))
        assert_problem(answer, 403, "missing_permission")

    @pytest.mark.parametrize("asks", [True, False])
    def test_muted_while_waiting(self, matching: Matching, room: Room, asks: bool) -> None:
        """Who is muted while they wait in a room's pool is matched with nobody, and is out."""
        matching.join("member", room_id=str(room.id))
        room.sql(
            "update public.room_members set voice_muted = true where room_id = $1 and user_id = $2",
            *(room.id, PEOPLE["member"]),
        )
        if asks:
            assert matching.status("member")["state"] == "none"
        assert matching.join("mod", room_id=str(room.id)).json()["state"] == "waiting"
        assert matching.status("member")["state"] == "none"

    def test_pools_are_apart(self, matching: Matching, room: Room) -> None:
        """Who waits in a room's pool isn't matched with who waits in the global one."""
        matching.join("member", room_id=str(room.id))
        assert matching.join("mod").json()["state"] == "waiting"

    def test_banned_while_waiting(self, matching: Matching, room: Room) -> None:
        """Who is banned while they wait in the room's pool waits no more."""
        matching.join("member", room_id=str(room.id))
        room.ask("owner", "PUT", "bans", PEOPLE["member"]).raise_for_status()
        assert matching.status("member")["state"] == "none"
        assert matching.join("mod", room_id=str(room.id)).json()["state"] == "waiting"
