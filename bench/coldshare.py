"""Cold starts that people meet, by size of community and deployment, with the measured starts.

A day of 10 to 1,000 people (bench/coldshare_trace.py) is replayed through Lambda's environments
(bench/coldshare_environments.py) in four deployments: one function an endpoint; the same with those
warmed that serverless.yml warms; the all-in-one app as one function; that one warmed. The starts
are those that bench/coldstart.py measures of the artifacts on this machine, taken to Lambda by
stated factors (bench/coldshare_timing.py). Webhooks and reconciles, which nobody waits for, are
told apart.

A day is drawn for each of several seeds, and the same days meet every deployment. That warming
helps is no law: a request that comes while its only environment answers a warming invocation
starts another one (tests/bench/test_coldshare.py has such a day). So the bar on it is of whole
days, and of communities that are small enough to leave environments idle.
"""

from collections.abc import Callable, Sequence

from bench import coldstart
from bench.coldshare_environments import LONG, SHORT, TEN, Lives
from bench.coldshare_replay import APP, Deployment, Replayed, replay, requests
from bench.coldshare_service import Service, read
from bench.coldshare_timing import Starts, Timing
from bench.coldshare_trace import Arrival, draw
from bench.report import Report, percentile, progress

SIZES = (10, 30, 100, 300, 1_000)
SEEDS = 5
ROUNDS = 5
IDLE_UP_TO = 300
"""In a community of more people the warmed functions are hardly ever idle."""
SAME = 1.05
"""What is within 5 % of the best is as good; the first of `deployments` wins."""

Days = dict[int, list[list[Arrival]]]


def run(sizes: Sequence[int] = SIZES, seeds: int = SEEDS, rounds: int = ROUNDS) -> Report:
    """Measures the starts, replays the days, prints the tables and the advice."""
    days = {size: [draw(size, seed) for seed in range(seeds)] for size in sizes}
    service = read()
    progress("coldshare: measuring starts")
    names = sorted({*functions(days), *service.warmed, APP})
    measured = coldstart.measure(names, rounds)
    return compare(days, {name: measured[name] for name in names}, service)


def functions(days: Days) -> set[str]:
    """Returns the functions that `days` ask."""
    arrivals = [arrival for drawn in days.values() for day in drawn for arrival in day]
    return {name for one in arrivals for name in (one.function, *one.then)}


def deployments(service: Service) -> list[Deployment]:
    """Returns what is compared, the simplest first."""
    return [
        Deployment("all-in-one", "app", all_in_one=True),
        Deployment("all-in-one, warmed", "app_warmed", all_in_one=True, warmed=(APP,)),
        Deployment("a function each", "each"),
        Deployment(
            f"a function each, {len(service.warmed)} warmed", "each_warmed", warmed=service.warmed
        ),
    ]


def compare(days: Days, starts: Starts, service: Service) -> Report:
    """Replays `days` (by size, several each) in every deployment with measured `starts`."""
    timing = Timing(starts, service.memory_mb)
    report = Report("coldshare")
    report.add("slowdown", timing.slowdown, "a whole CPU of Lambda's against this machine's: taken")
    report.add("acquire_ms", timing.acquire_ms, "until an environment has its code: taken")
    report.add("vendors_ms", timing.vendors_ms, "of waiting for Redis and Supabase: taken")
    _print_starts(timing)
    print("\na day, idle environments living 5 to 7 minutes; milliseconds that people wait")
    print(
        f"  {'people':>6} {'':27} {'cold':>6} {'mean':>6} {'p50':>6} {'p95':>6} {'p99':>6}", end=""
    )
    print(f" {'open, p50':>10} {'p95':>6} {'webhooks cold':>14} {'invocations':>12}")
    lost = odd = 0
    for size, drawn in days.items():
        results = {}
        for one in deployments(service):
            progress(f"coldshare: {size} people, {one.name}")
            results[one] = result = _all(drawn, one, timing, SHORT)
            _print_row(size, one, result, len(drawn))
            asked = sum(map(requests, drawn))
            lost += abs(asked - result.invocations["request"])
            lost += abs(asked - len(result.waits_s) - result.unwaited)
            odd += not 0 <= result.people_cold_share <= 1
        _add(report, size, results)
    _print_sensitivity(days, timing, service)
    report.add("requests_lost_or_doubled", lost, "in any replay", at_most=0)
    report.add("shares_outside_0_to_1", odd, at_most=0)
    return report


def best(
    results: dict[Deployment, Replayed], cost: Callable[[Replayed], float]
) -> tuple[int, Deployment]:
    """Returns which has the least of `cost`, with its place; the first of those as good as that."""
    costs = [cost(result) for result in results.values()]
    place = next(n for n, each in enumerate(costs) if each <= min(costs) * SAME)
    return place + 1, list(results)[place]


def mean_wait(result: Replayed) -> float:
    """Returns what people wait for a request on the mean, seconds."""
    return _mean(result.waits_s)


def slow_opening(result: Replayed) -> float:
    """Returns the p95 of how long the app takes to open, seconds."""
    return percentile(result.opens_s, 95)


def _all(
    drawn: list[list[Arrival]], deployment: Deployment, timing: Timing, lives: Lives
) -> Replayed:
    total = Replayed()
    for seed, day in enumerate(drawn):
        total.add(replay(day, deployment, timing, lives, seed))
    return total


def _add(report: Report, size: int, results: dict[Deployment, Replayed]) -> None:
    for one, result in results.items():
        note = f"of people's requests, {one.name}"
        report.add(f"{size}_cold_share_{one.key}", result.people_cold_share, note)
    plain, warmed = list(results.values())[-2:]
    report.add(
        f"{size}_fewer_cold_by_warming",
        plain.people_cold - warmed.people_cold,
        "of people's requests, with a function each",
        at_least=1 if size <= IDLE_UP_TO else None,
    )
    for what, cost in (("mean_wait", mean_wait), ("opening_p95", slow_opening)):
        place, advised = best(results, cost)
        report.add(f"{size}_best_{what}", place, f"{advised.name}: {cost(results[advised]):.3f} s")


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _print_starts(timing: Timing) -> None:
    print("\nmilliseconds here: init, first request, a warm one; on Lambda: a cold one, a warm one")
    for name, start in timing.starts.items():
        took = timing.of(name)
        here = f"{start.init_ms:6.0f} {start.first_ms:6.1f} {start.warm_ms:6.1f}"
        print(f"  {name:22}{here}  {took.cold_s * 1000:6.0f} {took.warm_s * 1000:5.0f}")


def _print_row(size: int, one: Deployment, result: Replayed, days: int) -> None:
    waits, opens = result.waits_s, result.opens_s
    figures = [_mean(waits), *(percentile(waits, percent) for percent in (50, 95, 99))]
    cells = "".join(f" {seconds * 1000:6.0f}" for seconds in figures)
    opened = f" {percentile(opens, 50) * 1000:10.0f} {percentile(opens, 95) * 1000:6.0f}"
    unwaited = f" {result.unwaited_cold / result.unwaited:14.1%}"
    invoked = f" {result.invocations.total() / days:12,.0f}"
    cold = f"{result.people_cold_share:6.1%}"
    print(f"  {size:6,} {one.name:27} {cold}{cells}{opened}{unwaited}{invoked}", flush=True)


def _print_sensitivity(days: Days, timing: Timing, service: Service) -> None:
    print("\nas idle environments live longer: share of cold requests, mean wait in ms")
    print(f"  {'people':>6} {'':27}" + "".join(f"{one.name:>22}" for one in (SHORT, TEN, LONG)))
    for size, drawn in list(days.items())[::2]:
        for one in deployments(service):
            progress(f"coldshare: {size} people, {one.name}, other lives")
            cells = ""
            for lives in (SHORT, TEN, LONG):
                result = _all(drawn[:2], one, timing, lives)
                cells += f"{result.people_cold_share:14.1%} {_mean(result.waits_s) * 1000:6.0f} "
            print(f"  {size:6,} {one.name:27}{cells}".rstrip(), flush=True)
