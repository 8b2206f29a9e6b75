"""Small runs of the benchmarks that judge random schedules, and proof that they can fail."""

import random
from unittest import mock

from bench import limiter_schedules, presence
from bench.day import live
from bench.engine import AgingValkey
from bench.evening import CHECKS, READS, Evening
from bench.limiter import BURST, LIMIT, Seen, false_refusals, over_admissions
from common.rate_limit import Rule


def test_presence_is_exact(valkey_port: int) -> None:
    """Presence ends right in lossless and in lossy schedules."""
    for kind in ("lossless", "lossy"):
        verdict = presence.run_chunk(valkey_port, kind, range(10))
        assert verdict.delivered > 0
        assert (verdict.wrong, verdict.evicted) == (0, 0)


def test_naive_presence_is_found_out(valkey_port: int) -> None:
    """A presence without tombstones ends wrong in schedules that ours ends right in."""
    assert presence.run_chunk(valkey_port, "naive", range(10)).wrong > 0


def test_limiter_is_exact(valkey_port: int) -> None:
    """The limiter neither admits one too many nor refuses one too few."""
    rng, clock = random.Random(1), limiter_schedules.Clock()
    engine = AgingValkey(valkey_port, clock)
    for _ in range(30):
        verdict = limiter_schedules.run(rng, engine, clock, Rule("bench", 3, 1_000))
        assert (verdict.over_admissions, verdict.false_refusals, verdict.wrong_waits) == (0, 0, 0)
    engine.close()


def test_forgetful_limiter_is_found_out(valkey_port: int) -> None:
    """A limiter that overwrites what others have written admits too many."""
    rng, clock = random.Random(1), limiter_schedules.Clock()
    engine = AgingValkey(valkey_port, clock)
    execute = engine.execute

    def overwrite(name: str, *rest: str | int) -> object:
        return (
            execute(name, rest[0], rest[1], *rest[-2:]) if name == "SET" else execute(name, *rest)
        )

    with mock.patch.object(engine, "execute", overwrite):
        verdicts = [
            limiter_schedules.run(rng, engine, clock, Rule("bench", 3, 1_000)) for _ in range(30)
        ]
    assert sum(verdict.over_admissions for verdict in verdicts) > 0
    engine.close()


def test_burst_at_the_edge() -> None:
    """An admission counts as one too many, and a refusal as false, only beyond any doubt."""
    first = [Seen(at, at + 1, allowed=True) for at in range(LIMIT)]
    assert over_admissions([*first, Seen(990, 995, allowed=True)], 1_000) == 1
    assert over_admissions([*first, Seen(999, 1_001, allowed=True)], 1_000) == 0
    late = [Seen(1_200 + n, 1_201 + n, allowed=False) for n in range(BURST)]
    assert false_refusals([*first, *late], 1_000) == BURST
    assert false_refusals([*first, Seen(999, 1_000, allowed=False)], 1_000) == 0


def test_evening_has_its_size() -> None:
    """Every evening drawn has the original day's reads and limit checks, within the evening."""
    for seed in range(5):
        happenings = Evening(random.Random(seed)).happenings()
        kinds = [happening.kind for happening in happenings]
        assert (kinds.count("read"), kinds.count("check")) == (READS, CHECKS)
        assert all(0 <= happening.at_ms < 245 * 60_000 for happening in happenings)


def test_day(valkey_port: int) -> None:
    """A day's reads are right and its commands all accounted for."""
    day = live(valkey_port, 1)
    assert day.counted["events"] == 300
    assert day.counted["reads wrong"] == 0
    assert day.spent.total() == day.engine.commands > 1_000
