"""Matching while a vendor is away in each of its ways, and when an answer is lost."""

import pytest

from common.settings import settings
from local.community import PEOPLE
from tests.matching import Matching
from tests.problems import assert_problem
from tests.stack import OPS_KEY

OPS = {"Authorization": f"Bearer {OPS_KEY}"}
AWAY = ["hang", "refuse", "status", "garbage"]


class TestFaults:
    def test_an_answer_is_lost(self, matching: Matching) -> None:
        """Where the answer is lost after the match was made, asking again gives the same match."""
        matching.join("member")
        matching.stack.supabase.set("drop", times=1, path="/rest/v1/rpc/join_matching")
        assert_problem(matching.join("stranger"), 503, "supabase_unavailable")
        made = matching.status("member")["match"]
        assert matching.join("stranger").json()["match"] == made
        assert matching.status("stranger")["match"] == made

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("way", AWAY)
    def test_supabase_away(self, matching: Matching, way: str) -> None:
        """Everything is a 503, and after it goes on as it was."""
        matching.join("member")
        matching.stack.supabase.set(way)
        assert_problem(matching.join("stranger"), 503, "supabase_unavailable")
        headers = matching.stack.bearer("member")
        for method, path in (("GET", "status"), ("POST", "leave")):
            answer = matching.stack.api.request(method, f"/api/matching/{path}", headers=headers)
            assert_problem(answer, 503, "supabase_unavailable")
        matching.stack.supabase.clear()
        assert matching.status("member")["state"] == "waiting"

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("way", AWAY)
    def test_a_webhook_without_supabase(self, matching: Matching, way: str) -> None:
        """An arrival that can't be noted is a 503, and LiveKit's retry notes it."""
        room = matching.matched("member", "stranger")
        matching.comes(room, "member")
        *_, joined = matching.arrival(room, "stranger")
        matching.stack.supabase.set(way, path="/rest")
        (answer,) = matching.stack.deliver(joined)
        assert_problem(answer, 503, "supabase_unavailable")
        matching.stack.supabase.clear()
        assert matching.stack.deliver(joined)[0].status_code == 200
        assert matching.status("member")["match"]["started_at"] is not None

    def test_a_webhook_with_a_wrong_key(
        self, matching: Matching, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where Supabase refuses our key it is a 503, too: any 4xx would end LiveKit's delivery."""
        room = matching.matched("member", "stranger")
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_wrong")
        settings.cache_clear()
        answers = matching.comes(room, "member")
        monkeypatch.undo()
        settings.cache_clear()
        assert_problem(answers[-1], 503, "supabase_unavailable")

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("way", [*AWAY, "drop", "quota"])
    def test_redis_away(self, matching: Matching, way: str) -> None:
        """People are matched, and the limit is kept by this process alone."""
        matching.stack.upstash.set(way, times=None if way != "hang" else 3)
        answers = [matching.join("member") for _ in range(6)]
        assert [a.status_code for a in answers] == [200] * 5 + [429]
        assert matching.join("stranger").json()["state"] == "matched"

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("way", [*AWAY, "drop"])
    def test_livekit_away(self, matching: Matching, way: str) -> None:
        """Leaving is possible all the same; the log says that the room was not closed."""
        room = matching.standing("member", "stranger")
        matching.stack.livekit.set(way)
        assert matching.leave("member")["left"] is not None
        assert matching.stack.log.one("match_not_enforced")["room"] == room
        matching.stack.livekit.clear()
        assert matching.status("stranger")["state"] == "none"

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("way", AWAY)
    def test_realtime_away(self, matching: Matching, way: str) -> None:
        """Who isn't told learns of the match by asking."""
        matching.stack.supabase.set(way, path="/realtime")
        room = matching.standing("member", "stranger")
        assert matching.there(room) == ["Member", "Stranger"]
        assert matching.status("member")["match"]["started_at"] is not None


class TestReconcile:
    def test_who_may_not_be_there(self, matching: Matching) -> None:
        """The schedule puts out who is in a match's room and no member, and tidies the queues."""
        room = matching.standing("member", "stranger", "owner")
        matching.sql(f"delete from private.match_tickets where user_id = '{PEOPLE['owner']}'")
        matching.join("mod")
        matching.wait(31)
        answer = matching.stack.api.post("/api/livekit/reconcile", headers=OPS)
        assert answer.status_code == 200
        assert matching.there(room) == ["Member", "Stranger"]
        line = matching.stack.log.one("matching_tidied")
        assert (line["tickets"], line["matches"]) == (1, 0)

    def test_without_supabase(self, matching: Matching) -> None:
        """Nobody is put out, nothing is dropped, and presence is reconciled all the same."""
        room = matching.standing("member", "stranger")
        matching.stack.supabase.set("status", path="/rest")
        answer = matching.stack.api.post("/api/livekit/reconcile", headers=OPS)
        assert answer.status_code == 200
        assert matching.there(room) == ["Member", "Stranger"]
        assert matching.stack.log.one("matching_not_tidied")
        assert matching.stack.log.one("matches_not_checked")
