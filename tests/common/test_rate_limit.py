"""The limiter's rule: exact under any interleaving, and cheap."""

import random
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.engine import AgingValkey
from bench.limiter_schedules import START_MS, Clock, run
from common.rate_limit import (
    LASTS_MS,
    Command,
    Contended,
    Decision,
    Ledger,
    Rule,
    admit,
    admit_alone,
    headers,
)

RULE = Rule("token", 3, 60_000)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def engine(valkey_port: int, clock: Clock) -> Iterator[AgingValkey]:
    engine = AgingValkey(valkey_port, clock)
    yield engine
    engine.close()


def decide(engine: AgingValkey, now_ms: int, ledger: Ledger, rule: Rule = RULE) -> Decision:
    """Runs one request to its end, alone."""
    return finish(engine, admit(rule, "limit:test", now_ms, random.randrange(10**6), ledger))


def finish(
    engine: AgingValkey, steps: Generator[Command, object, Decision], reply: object = None
) -> Decision:
    try:
        while True:
            reply = engine.execute(*steps.send(reply))
    except StopIteration as end:
        decision: Decision = end.value
        return decision


class TestExactness:
    @settings(
        max_examples=300,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(seed=st.integers(0, 2**32), limit=st.integers(1, 6), window=st.sampled_from([50, 1000]))
    def test_any_schedule(
        self, engine: AgingValkey, clock: Clock, seed: int, limit: int, window: int
    ) -> None:
        """Over concurrent processes and cold starts, never one too many and never one too few."""
        verdict = run(random.Random(seed), engine, clock, Rule("test", limit, window))
        assert verdict.over_admissions == 0
        assert verdict.false_refusals == 0
        assert verdict.wrong_waits == 0

    def test_waiting_exactly_retry_after_is_enough(self, engine: AgingValkey) -> None:
        """A refused client that waits Retry-After seconds is admitted, 1 s less is too early."""
        engine.flush()
        ledger = Ledger()
        for at in (0, 10_500, 20_000):
            assert decide(engine, START_MS + at, ledger).allowed
        refused = decide(engine, START_MS + 30_250, ledger)
        assert not refused.allowed
        assert refused.reset_s == 30
        early = START_MS + 30_250 + (refused.reset_s - 1) * 1000
        assert not decide(engine, early, ledger).allowed
        assert decide(engine, START_MS + 30_250 + refused.reset_s * 1000, Ledger()).allowed

    def test_a_clock_that_is_behind(self, engine: AgingValkey) -> None:
        """A process whose clock is behind takes the newest stamp's time: still N a window."""
        engine.flush()
        for skew in (0, -20_000, -40_000):
            assert decide(engine, START_MS + skew, Ledger()).allowed
        assert not decide(engine, START_MS - 59_000, Ledger()).allowed
        assert not decide(engine, START_MS + 59_999, Ledger()).allowed
        assert decide(engine, START_MS + 60_000, Ledger()).allowed

    def test_an_answer_that_was_lost(self, engine: AgingValkey) -> None:
        """A swap that was applied and asked again counts once."""
        engine.flush()
        steps = admit(RULE, "limit:test", START_MS, 7, Ledger())
        swap = next(steps)
        assert engine.execute(*swap)  # applied; the connection breaks, the edge sends it again
        assert not (again := engine.execute(*swap))
        assert finish(engine, steps, again).allowed
        assert [decide(engine, START_MS + n, Ledger()).allowed for n in range(3)] == [1, 1, 0]

    def test_a_lowered_limit(self, engine: AgingValkey) -> None:
        """With more stamps than places, Retry-After names the one that frees a place."""
        engine.flush()
        ledger = Ledger()
        for at in (0, 1000, 2000):
            decide(engine, START_MS + at, ledger)
        lowered = Rule("token", 1, 60_000)
        refused = decide(engine, START_MS + 3000, Ledger(), lowered)
        assert (refused.allowed, refused.reset_ms) == (False, 59_000)


class TestCost:
    def test_an_idle_user_costs_one_command(self, engine: AgingValkey) -> None:
        """The first request of a window spends 1 command, with or without a memory."""
        engine.flush()
        decide(engine, START_MS, Ledger())
        assert engine.commands == 1

    def test_a_warm_process_costs_one_command(self, engine: AgingValkey) -> None:
        """A process that remembers the last value spends 1 command."""
        engine.flush()
        ledger = Ledger()
        decide(engine, START_MS, ledger)
        decide(engine, START_MS + 1, ledger)
        assert engine.commands == 2

    def test_a_cold_process_costs_three_commands(self, engine: AgingValkey) -> None:
        """A process that does not know of earlier admissions spends 3, and 1 from then on."""
        engine.flush()
        decide(engine, START_MS, Ledger())
        cold = Ledger()
        decide(engine, START_MS + 1, cold)
        assert engine.commands == 1 + 3
        decide(engine, START_MS + 2, cold)
        assert engine.commands == 1 + 3 + 1

    def test_a_remembered_refusal_costs_nothing(self, engine: AgingValkey) -> None:
        """Who is refused again in the same process spends 0 commands."""
        engine.flush()
        ledger = Ledger()
        for _ in range(3):
            decide(engine, START_MS, ledger)
        assert not decide(engine, START_MS + 1, ledger).allowed
        assert engine.commands == 3

    def test_the_key_ends_with_its_window(self, engine: AgingValkey) -> None:
        """Every write carries the window as TTL, and what a request may last: an idle user leaves
        nothing behind.
        """
        steps = admit(RULE, "limit:test", START_MS, 7, Ledger())
        assert next(steps)[-2:] == ("PX", RULE.window_ms + LASTS_MS)

    def test_a_swap_that_waits_past_the_end_of_a_window(
        self, engine: AgingValkey, clock: Clock
    ) -> None:
        """Who began while the window was full isn't admitted because its end came meanwhile."""
        rule = Rule("test", 1, 1000)
        engine.flush()
        clock.ms = START_MS
        assert decide(engine, START_MS, Ledger(), rule).allowed
        clock.ms = START_MS + 999
        late = admit(rule, "limit:test", clock.ms, 7, Ledger())
        swap = next(late)
        clock.ms = START_MS + 1001
        assert not finish(engine, late, engine.execute(*swap)).allowed


class TestWithoutRedis:
    def test_alone_the_rule_is_the_same(self) -> None:
        """A process on its own admits N in any window, and says when one more fits."""
        ledger = Ledger()
        at = [admit_alone(RULE, START_MS + n, n, ledger).allowed for n in range(4)]
        assert at == [True, True, True, False]
        assert not admit_alone(RULE, START_MS + 59_999, 5, ledger).allowed
        assert admit_alone(RULE, START_MS + 60_000, 6, ledger).allowed

    def test_what_was_admitted_alone_counts_later(self, engine: AgingValkey) -> None:
        """Once Redis is back, admissions made without it take their places in the window."""
        engine.flush()
        ledger = Ledger()
        decide(engine, START_MS, ledger)
        admit_alone(RULE, START_MS + 1, 1, ledger)
        assert decide(engine, START_MS + 2, ledger).allowed
        assert not decide(engine, START_MS + 3, Ledger()).allowed
        assert ledger.pending == set()

    def test_a_store_that_breaks_its_word(self) -> None:
        """Swaps that never succeed end after limit + 2 tries, instead of looping."""
        steps = admit(RULE, "limit:test", START_MS, 7, Ledger())
        tries = 0

        def refuse_every_swap() -> None:
            nonlocal tries
            while True:
                tries += steps.send(None)[0] == "SET"

        with pytest.raises(Contended):
            refuse_every_swap()
        assert tries == RULE.limit + 2

    def test_a_value_that_is_not_ours(self, engine: AgingValkey) -> None:
        """Garbage in the key is nobody's admission, and is replaced."""
        engine.flush()
        engine.execute("SET", "limit:test", "garbage,,12x", "NX", "PX", 60_000)
        assert decide(engine, START_MS, Ledger()).remaining == 2


def test_headers_agree_with_each_other() -> None:
    """Retry-After equals RateLimit's t, both whole seconds rounded up; policy states q and w."""
    fields = headers(RULE, Decision(allowed=False, remaining=0, reset_ms=29_001))
    assert fields == {
        "RateLimit-Policy": '"token";q=3;w=60',
        "RateLimit": '"token";r=0;t=30',
        "Retry-After": "30",
    }
    assert "Retry-After" not in headers(RULE, Decision(allowed=True, remaining=1, reset_ms=1))
