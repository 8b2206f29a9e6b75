"""Each vendor away in each of its ways: what still works, what is said, and how often."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from common import realtime
from common.memory import forget_everything
from common.settings import settings
from local.community import ROOM
from tests.problems import assert_problem
from tests.stack import LIVEKIT_ROOM, Stack

WAYS = ["hang", "refuse", "drop", "status", "garbage"]
REDIS_WAYS = [*WAYS, "quota"]
AT_ONCE_S = 1.5  # the deadline of 0.3 s, on a busy machine

pytestmark = pytest.mark.usefixtures("impatient")


class TestRedisAway:
    @pytest.mark.parametrize("way", REDIS_WAYS)
    def test_a_webhook_is_to_be_retried(self, stack: Stack, way: str) -> None:
        """The webhook is a 503 at once, and LiveKit's retry records it."""
        *_, joined = stack.join("member")
        stack.upstash.set(way)
        began = time.monotonic()
        (answer,) = stack.deliver(joined)
        assert time.monotonic() - began < AT_ONCE_S
        assert_problem(answer, 503, "redis_unavailable")
        stack.upstash.clear()
        assert stack.deliver(joined)[0].status_code == 200
        assert stack.names() == ["Member"]

    @pytest.mark.parametrize("way", REDIS_WAYS)
    def test_participants_come_from_livekit(self, stack: Stack, way: str) -> None:
        """Readers get LiveKit's own list, marked as such, and share one for some seconds."""
        stack.join("member")
        stack.upstash.set(way)
        body = stack.participants("owner").json()
        assert body["source"] == "livekit"
        names = [p["name"] for c in body["channels"] for p in c["participants"]]
        assert names == ["Member"]
        stack.livekit.set("status")  # who asked again would see this
        assert stack.participants("mod").json()["source"] == "livekit"

    @pytest.mark.parametrize("way", REDIS_WAYS)
    def test_limits_hold_per_process(self, stack: Stack, way: str) -> None:
        """Tokens are given, 20 a minute by this process alone, with the same headers."""
        stack.upstash.set(way, times=None if way != "hang" else 3)
        answers = [stack.get_token("member") for _ in range(21)]
        assert [a.status_code for a in answers] == [201] * 20 + [429]
        assert_problem(answers[-1], 429, "rate_limited")

    def test_what_was_admitted_meanwhile_counts(self, stack: Stack) -> None:
        """Once Redis is back, another process sees what this one admitted without it."""
        stack.upstash.set("refuse")
        for _ in range(19):
            stack.get_token("member")
        stack.upstash.clear()
        assert stack.get_token("member").headers["ratelimit"].startswith('"token";r=0;')
        forget_everything()
        assert_problem(stack.get_token("member"), 429, "rate_limited")

    def test_it_is_logged_once(self, stack: Stack) -> None:
        """An outage is one line when it begins and one when it ends, however many requests."""
        stack.upstash.set("refuse")
        for _ in range(5):
            stack.get_token("member")
        stack.upstash.clear()
        stack.get_token("member")
        (away,) = stack.log.of("vendor_away")
        assert away["vendor"] == "redis"
        (back,) = stack.log.of("vendor_back")
        assert back["failures"] == 5

    def test_both_away(self, stack: Stack) -> None:
        """Without Redis and LiveKit, readers are told to try again."""
        stack.upstash.set("refuse")
        stack.livekit.set("refuse")
        assert_problem(stack.participants("member"), 503, "livekit_unavailable")


class TestConnectionDropped:
    def test_a_limit_counts_once(self, stack: Stack) -> None:
        """A swap that was applied before the connection broke is one admission."""
        stack.upstash.set("drop", times=1)
        assert stack.get_token("member").headers["ratelimit"].startswith('"token";r=19;')
        forget_everything()
        assert stack.get_token("member").headers["ratelimit"].startswith('"token";r=18;')

    def test_a_limit_counts_once_when_the_retry_breaks_too(self, stack: Stack) -> None:
        """An admission whose answers were all lost is found in Redis again, and counts once."""
        stack.upstash.set("drop", times=2)
        assert stack.get_token("member").status_code == 201
        assert stack.get_token("member").headers["ratelimit"].startswith('"token";r=18;')

    def test_a_join_is_recorded_once(self, stack: Stack) -> None:
        """A session written before the connection broke is there once, and the answer is 200."""
        stack.upstash.set("drop", times=1)
        (answer,) = stack.deliver(stack.join("member")[-1])
        assert answer.json() == {"status": "recorded"}
        assert stack.names() == ["Member"]


class TestSupabaseAway:
    @pytest.mark.parametrize("way", WAYS)
    def test_no_token(self, stack: Stack, way: str) -> None:
        """Without the database nobody's permissions are known: 503."""
        stack.token("member")
        stack.get_token("owner")  # the key set is known
        stack.supabase.set(way, path="/rest")
        assert_problem(stack.get_token("member"), 503, "supabase_unavailable")

    @pytest.mark.parametrize("way", WAYS)
    def test_members_who_are_known_are_served(
        self, stack: Stack, way: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who was a member a minute ago reads on; who isn't known gets a 503."""
        stack.deliver(*stack.join("owner"))
        stack.token("mod")
        assert stack.participants("member").status_code == 200
        stack.supabase.set(way, path="/rest")
        later = time.monotonic() + 120
        monkeypatch.setattr("common.membership._visible._clock", lambda: later)
        assert stack.participants("member").status_code == 200
        assert_problem(stack.participants("mod"), 503, "supabase_unavailable")


class TestRealtimeHanging:
    def test_tokens_do_not_wait(self, stack: Stack) -> None:
        """Many broadcasts that hang hold up no token: they have connections of their own."""
        stack.get_token("member")
        webhooks = [stack.simulator.join(f"{ROOM}:{uuid4()}", "ada")[-1] for _ in range(12)]
        stack.supabase.set("hang", path="/realtime")
        realtime.forget()
        with ThreadPoolExecutor(12) as pool:
            posted = [pool.submit(stack.deliver, webhook) for webhook in webhooks]
            assert stack.get_token("member").status_code == 201
            assert all(post.result()[0].status_code == 200 for post in posted)

    @pytest.mark.usefixtures("fresh_tokens")
    def test_the_next_webhooks_are_not_held_up(self, stack: Stack) -> None:
        """After a broadcast that hung, the next ones are left out for a moment."""
        stack.supabase.set("hang", path="/realtime", times=1)
        stack.deliver(*stack.join("member"))
        stack.deliver(*stack.join("owner"))
        assert stack.broadcasts() == []
        realtime.forget()
        stack.deliver(*stack.join("mod"))
        assert [b["payload"]["type"] for b in stack.broadcasts()] == ["joined"]
        assert sorted(stack.names()) == ["Member", "Mod", "Owner"]


class TestLiveKitAway:
    @pytest.mark.parametrize("way", WAYS)
    def test_tokens_and_presence_go_on(self, stack: Stack, way: str) -> None:
        """Nothing on the way to a token or to presence asks LiveKit."""
        webhooks = stack.join("member")
        stack.livekit.set(way)
        assert stack.get_token("member").status_code == 201
        stack.deliver(*webhooks)
        assert stack.names() == ["Member"]


class TestDispatch:
    def test_a_reconcile_that_nobody_takes(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """When the elected reader can't hand the work over, it is served, and that is logged."""
        monkeypatch.setenv("SANGHA_PUBLIC_URL", "http://127.0.0.1:1")
        settings.cache_clear()
        assert stack.participants("member").status_code == 200
        assert stack.log.one("not_dispatched")["path"] == "/api/livekit/reconcile"
        assert stack.valkey.hexists(f"voice:{ROOM}", "@elected")

    def test_a_channel_name_that_livekit_alone_knows(self, stack: Stack) -> None:
        """Rooms of others in LiveKit's list are left alone by the fallback."""
        stack.simulator.join("lobby", "somebody")
        stack.simulator.join(LIVEKIT_ROOM, "ada", name="Ada")
        stack.upstash.set("refuse")
        body = stack.participants("member").json()
        assert [p["name"] for c in body["channels"] for p in c["participants"]] == ["Ada"]
