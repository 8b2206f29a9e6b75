"""The model of Lambda's environments on schedules with known cold starts, and its laws."""

import random
from dataclasses import dataclass
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import coldshare
from bench.coldshare_environments import SHORT, Lives, Pool
from bench.coldshare_replay import APP, PREFLIGHT_S, Deployment, Replayed, replay, requests
from bench.coldshare_service import Service
from bench.coldshare_timing import CPU_MB, Timing
from bench.coldshare_trace import DAY_S, OPENED, Arrival, draw

FIVE_MIN = Lives("five minutes, to no end of age", (300, 300), inf)
EACH, WARMED = Deployment("each"), Deployment("warmed", warmed=("f",))
TIMES = st.lists(st.integers(0, 20_000), max_size=40).map(sorted)
"""Tenths of seconds."""


@dataclass(frozen=True)
class Start:
    init_ms: float = 0
    first_ms: float = 0
    warm_ms: float = 0


def timing(init_ms: float = 0, first_ms: float = 100, warm_ms: float = 100) -> Timing:
    """Times without anything added; by default a cold request takes as long as a warm one."""
    starts = dict.fromkeys(("f", "g", APP, "rooms", *OPENED), Start(init_ms, first_ms, warm_ms))
    return Timing(starts, slowdown=1, acquire_ms=0, vendors_ms=0, own_ms=0)


def colds(
    times: list[float], lives: Lives = FIVE_MIN, warm: float = 1, cold: float = 2
) -> list[bool]:
    """Serves requests at `times` by one function; says which met a cold start."""
    pool = Pool(lives, random.Random(0))
    return [pool.serve(at_s, warm, cold).cold for at_s in times]


def people(times: list[int], function: str = "f") -> list[Arrival]:
    return [Arrival(at / 10, function, "somebody") for at in times]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0], [True]),
        ([0, 2], [True, False]),  # the first is done at 2
        ([0, 1.9], [True, True]),  # two at once: two environments
        ([0, 1, 10, 10], [True, True, False, False]),  # both are kept
        ([0, 1, 10, 10, 10], [True, True, False, False, True]),
        ([0, 302], [True, False]),  # done at 2, idle for exactly its life
        ([0, 302.1], [True, True]),
        ([0, 301, 601, 902.1], [True, False, False, True]),  # 1 s each: the last idles 300.1 s
    ],
)
def test_known_schedules(times: list[float], expected: list[bool]) -> None:
    """An environment serves one at a time, and lives for five idle minutes."""
    assert colds(times) == expected


def test_used_last_is_used_first() -> None:
    """What was used last is taken, so that the other one dies though both are needed later."""
    # Two environments are idle since 2 and 3. The requests at 100, 200 take the second each time.
    assert colds([0, 1, 100, 200, 302.5, 302.5]) == [True, True, False, False, False, True]


def test_old_age() -> None:
    """An environment ends when it is old enough, however busy it is, but not in a request."""
    lives = Lives("ten seconds old", (300, 300), 10)
    assert colds([0, 5, 9.5, 10.6, 11], lives) == [True, False, False, True, True]


def test_drawn_lives() -> None:
    """An idle life is drawn anew each time, between its ends."""
    drawn = [SHORT.draw(random.Random(seed)) for seed in range(100)]
    assert 300 <= min(drawn) < 310
    assert 410 < max(drawn) <= 420


def test_warming_keeps_one() -> None:
    """A function that is invoked every five minutes has one warm environment, and not two."""
    arrivals = people([36_000, 72_000, 72_000])  # an hour, two hours, and two at once
    lives = Lives("six minutes", (360, 360), inf)
    assert replay(arrivals, EACH, timing(), lives).people_cold == 3
    assert replay(arrivals, WARMED, timing(), lives).people_cold == 1


def test_warming_that_comes_too_late() -> None:
    """Warming is of no use where idle environments live for less than its five minutes."""
    lives = Lives("four minutes", (240, 240), inf)
    arrivals = people([36_000, 72_000])
    warmed = replay(arrivals, Deployment("", warmed=("g",)), timing(), lives)
    assert warmed.people_cold == 2
    assert warmed.cold["g"] == DAY_S / 300


def test_warming_can_make_somebody_wait() -> None:
    """Who comes while the only environment answers a warming invocation meets a cold start."""
    slow = Timing({"f": Start(1, 1, 1)}, acquire_ms=0, vendors_ms=0, own_ms=2_000)
    phase = random.Random("environments/0").uniform(0, 300)
    arrivals = [Arrival(at, "f", "somebody") for at in (phase + 299, phase + 301)]
    assert replay(arrivals, EACH, slow, FIVE_MIN).people_cold == 1
    assert replay(arrivals, WARMED, slow, FIVE_MIN).people_cold == 1  # the first met a warm one
    busy = [Arrival(phase + 300.5, "f", "somebody")]
    before = [Arrival(phase - 0.1 if phase > 0.1 else 0, "f", "somebody"), *busy]
    assert replay(before, EACH, slow, Lives("", (900, 900), inf)).people_cold == 1
    assert replay(before, WARMED, slow, Lives("", (900, 900), inf)).people_cold == 2


def test_longer_life_can_make_somebody_wait() -> None:
    """That a longer life starts fewer is no law where a cold request takes longer than a warm one.

    The environment that starts anew is done later: so it is idle, and dies, later.
    """
    times = [0, 301.0, 595, 600]  # warm 1 s, cold 10 s
    assert colds(times, Lives("", (290, 290), inf), 1, 10) == [True, True, False, False]
    assert colds(times, Lives("", (291, 291), inf), 1, 10) == [True, False, True, True]


@given(TIMES, st.integers(0, 3_000), st.integers(0, 3_000))
def test_longer_life_never_hurts_equal_times(times: list[int], one: int, other: int) -> None:
    """Where a cold request takes as long as a warm one, a longer life adds no cold start.

    What is used last is used first, as from a stack: it decides by age alone who is still there.
    """
    short, long = sorted((one, other))
    seconds = [at / 10 for at in times]
    with_short = colds(seconds, Lives("", (short / 10, short / 10), inf), 5, 5)
    with_long = colds(seconds, Lives("", (long / 10, long / 10), inf), 5, 5)
    assert all(before or not after for before, after in zip(with_short, with_long, strict=True))


@given(TIMES)
def test_warming_in_no_time_never_hurts(times: list[int]) -> None:
    """Where warming takes no time, and a cold request as long as a warm one, it hurts nobody."""
    arrivals = people(times)
    plain = replay(arrivals, EACH, timing(), FIVE_MIN)
    warmed = replay(arrivals, WARMED, timing(), FIVE_MIN)
    assert warmed.people_cold <= plain.people_cold


@given(TIMES, st.floats(0, 3_000), st.booleans(), st.integers(0, 5))
def test_nothing_is_lost(times: list[int], init_ms: float, all_in_one: bool, seed: int) -> None:
    """Each request is answered once, and no more of them are cold than there are invocations."""
    arrivals = [*people(times), *(Arrival(at / 10, "g") for at in times)]
    deployment = Deployment("", all_in_one=all_in_one, warmed=(APP if all_in_one else "f",))
    day = replay(sorted(arrivals), deployment, timing(init_ms), SHORT, seed)
    assert day.invocations["request"] == len(arrivals) == len(day.waits_s) + day.unwaited
    assert day.invocations["warming"] == DAY_S / 300
    assert day.cold.total() <= day.invocations.total()
    assert 0 <= day.people_cold_share <= 1
    assert day.unwaited_cold <= day.unwaited == len(times)
    assert all(wait >= 0.1 - 1e-9 for wait in day.waits_s)


@given(TIMES)
def test_a_function_each_shares_nothing(times: list[int]) -> None:
    """Two functions start as many environments as each would alone."""
    f, g = people(times, "f"), people(times, "g")
    both = replay(sorted([*f, *g]), EACH, timing(), FIVE_MIN)
    alone = [replay(one, EACH, timing(), FIVE_MIN).cold.total() for one in (f, g)]
    assert both.cold.total() == sum(alone)


def test_what_people_wait() -> None:
    """A person waits for the cold start and the request, later for the request alone."""
    day = replay(people([0, 100]), EACH, timing(init_ms=500, first_ms=200, warm_ms=50), FIVE_MIN)
    assert day.waits_s == pytest.approx([0.7, 0.05])
    assert (day.people_cold, day.unwaited) == (1, 0)


def test_preflights() -> None:
    """The app answers a preflight before a person's first request of a kind, and when it is old."""
    app = Deployment("", all_in_one=True)
    day = replay(people([0, 10, int(PREFLIGHT_S) * 10 + 11]), app, timing(500), FIVE_MIN)
    assert day.invocations == {"preflight": 2, "request": 3}
    assert day.waits_s == pytest.approx([0.6, 0.1, 0.6])  # the preflight's cold start is waited for
    assert day.people_cold == 2
    nobody = replay([Arrival(0, "g")], app, timing(), FIVE_MIN)
    assert nobody.invocations == {"request": 1}


def test_opening() -> None:
    """What follows is asked all at once when the answer is there; opening ends with the last."""
    opened = [Arrival(0, "rooms", "somebody", OPENED)]
    day = replay(opened, EACH, timing(500), FIVE_MIN)
    assert (requests(opened), len(day.waits_s), day.people_cold) == (4, 4, 4)
    assert day.opens_s == pytest.approx([1.2])  # cold, then three cold ones at once
    again = Arrival(100, OPENED[0], "somebody")  # keeps one of the three warm
    before = Arrival(50, "rooms", "somebody")
    later = Arrival(400, "rooms", "somebody", OPENED)
    day = replay([before, again, later], EACH, timing(500), Lives("", (360, 360), inf))
    assert day.opens_s == pytest.approx([0.7])  # not as soon as the fastest
    app = replay(opened, Deployment("", all_in_one=True, warmed=(APP,)), timing(500), SHORT)
    assert app.cold[APP] >= 3  # one serves `rooms`, and two more are needed then


def test_times_on_lambda() -> None:
    """Own work is slowed down, and by less than a whole CPU as well; an init has a whole one."""
    starts = {"f": Start(300, 40, 4), APP: Start(500, 90, 1)}
    whole = Timing(starts, acquire_ms=100, vendors_ms=40)
    assert whole.of("f").warm_s == pytest.approx(0.046)
    assert whole.of("f").cold_s == pytest.approx((100 + 450 + 40 + 60) / 1000)
    assert whole.of("f", "warming").warm_s == pytest.approx(0.002)
    half = Timing(starts, {"f": CPU_MB // 2}, acquire_ms=100, vendors_ms=40)
    assert half.of("f").warm_s == pytest.approx(0.052, rel=0.001)
    assert half.of("f").cold_s == pytest.approx(0.710, rel=0.001)
    assert Timing(starts, {"f": CPU_MB // 2}, boosted=False).of("f").cold_s > 1.1


def test_the_same_request_in_the_app() -> None:
    """In the all-in-one app a request takes what it takes anywhere; the init is the app's."""
    starts = {"f": Start(300, 40, 4), APP: Start(500, 90, 1)}
    on = Timing(starts, acquire_ms=100, vendors_ms=40)
    assert on.of("f", where=APP).warm_s == on.of("f").warm_s
    assert on.of("f", where=APP).cold_s - on.of("f").cold_s == pytest.approx(0.3)


@pytest.mark.parametrize("size", [1, 10, 41, 100])
def test_drawn_days(size: int) -> None:
    """A drawn day is in order, within 24 hours, the same for the same seed, of so many people."""
    day = draw(size, 3)
    assert day == sorted(day) == draw(size, 3) != draw(size, 4)
    assert all(0 <= arrival.at_s < DAY_S for arrival in day)
    names = {arrival.person for arrival in day if arrival.person}
    assert len(names) == size
    evening = sum(19 <= arrival.at_s / 3600 < 23 for arrival in day)
    assert size < 40 or evening > len(day) / 4


def test_day_is_as_engaged_as_the_evening() -> None:
    """Forty people join voice and open the app about as often as in bench/evening.py."""
    days = [draw(40, seed) for seed in range(10)]
    per_day = {
        name: sum(arrival.function == name for day in days for arrival in day) / 10
        for name in ("livekit-token", "rooms", "livekit-webhook")
    }
    assert 70 < per_day["livekit-token"] < 85
    assert 420 < per_day["rooms"] < 490
    assert 230 < per_day["livekit-webhook"] < 320


def test_comparison_keeps_its_bars() -> None:
    """A small comparison passes, and the deployment advised makes people wait least."""
    days = {30: [draw(30, seed) for seed in range(2)]}
    service = Service({}, {}, ("livekit-participants", "livekit-token", "rooms", "room"), 300)
    names = coldshare.functions(days) | {*service.warmed, APP}
    starts = {name: Start(700, 50, 5) if name == APP else Start(300, 40, 4) for name in names}
    report = coldshare.compare(days, starts, service)
    assert report.passes
    figures = {figure.name: figure.value for figure in report.figures}
    assert 0 < figures["30_cold_share_each_warmed"] < figures["30_cold_share_each"] < 1


def test_advice() -> None:
    """The least is advised; within 5 %, what stands first."""
    plain, warmed = Deployment("plain"), Deployment("warmed")
    slow, fast, same = (Replayed(waits_s=[wait]) for wait in (2.0, 1.0, 1.04))
    assert coldshare.best({plain: slow, warmed: fast}, coldshare.mean_wait) == (2, warmed)
    assert coldshare.best({plain: same, warmed: fast}, coldshare.mean_wait) == (1, plain)
    late = Replayed(opens_s=[1.0] * 94 + [3.0] * 6)
    assert coldshare.slow_opening(late) == 3
