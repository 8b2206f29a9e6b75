"""What matching costs the database, and how long people wait.

1,000 and 10,000 people wait while 16 join at once, hundreds of times; the two sizes take turns, so
that what else the machine does meets both. Every match is judged by the rules once more.

Then arrivals of some minutes are played through the same SQL in virtual time. How long people wait
is set against the least that any matcher could have made of the same arrivals, even one that knows
beforehand who will come, and against naive ones.
"""

import asyncio
import gc
import os
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from time import perf_counter

import psutil
import uvloop

from bench import matching_optimum, matching_player
from bench import matching_trace as traces
from bench.matching_bursts import AT_ONCE, Seen, Stage, stage
from bench.matching_crowd import create
from bench.matching_judge import faults
from bench.matching_trace import Match, Trace
from bench.report import Report, percentile, progress
from local import postgres

SMALL = 1_000
LARGE = 10_000
P99_MS = 20.0  # the bar, with 1,000 who wait
GROWTH = 2.0  # the bar: what ten times as many may cost
SEEDS = 6
RATIO = 1.4  # the bar: our mean wait to the least possible


def run(bursts: int = 320, rounds: int = 20, seeds: int = SEEDS) -> Report:
    """Measures so many bursts and rounds of a closed loop, and plays so many traces."""
    report = Report("matching")
    with postgres.running() as port:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as lighter:  # sixteen clients here
            lighter.run(_measure(report, postgres.dsn(port), bursts, rounds))
        asyncio.run(_play(report, postgres.dsn(port), seeds))
    return report


async def _measure(report: Report, server: str, bursts: int, rounds: int) -> None:
    async with AsyncExitStack() as running:
        stages: list[Stage] = []
        for size in (SMALL, LARGE):
            progress(f"matching: making {size:,} people wait")
            stages.append(await running.enter_async_context(stage(server, size)))
        gc.collect()
        gc.freeze()  # else looking through thousands of people for garbage would stop all 16
        for turn in range(rounds):  # these warm up all connections, too
            progress(f"matching: closed loop, round {turn + 1} of {rounds}")
            for one in stages if turn % 2 else reversed(stages):
                await one.loop(turn)
        began = _used_s(), perf_counter()
        for turn in range(bursts):
            if turn % 20 == 0:
                progress(f"matching: burst {turn + 1} of {bursts}")
            for one in stages if turn % 2 else reversed(stages):
                await one.burst(rounds + turn // 2, in_two=turn % 4 > 1)
        everybody, ours = (now - then for now, then in zip(_used_s(), began[0], strict=True))
        can_use = (perf_counter() - began[1]) * (os.cpu_count() or 1)
    _add_times(report, stages[0].seen, stages[1].seen)
    note = "of the processors while joins were timed: more than a few spoil the times"
    used = max(0.0, 100 * (everybody - ours) / can_use)  # clocks tick
    report.add("others_used_percent", used, note)


def _used_s() -> tuple[float, float]:
    """Returns how many seconds the processors worked so far: for everybody, and for us."""
    spent = psutil.cpu_times()
    everybody = sum(spent) - spent.idle - getattr(spent, "iowait", 0.0)
    ours = 0.0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            ours += sum(process.cpu_times()[:2])
    return everybody, ours


def _add_times(report: Report, small: Seen, large: Seen) -> None:
    for percent in (50, 99):
        note = f"{AT_ONCE} at once, {SMALL:,} wait"
        at_most = P99_MS if percent == 99 else None
        report.add(f"join_p{percent}_ms", percentile(small.joins, percent), note, at_most=at_most)
    for percent in (50, 99):
        times = percentile(small.joins_in_two, percent)
        report.add(f"join_in_two_p{percent}_ms", times, "the commit sent by itself")
    for percent in (50, 99):
        times = percentile(large.joins, percent)
        report.add(f"join_p{percent}_ms_of_{LARGE}", times, f"{LARGE:,} wait")
        growth = times / percentile(small.joins, percent)
        report.add(f"join_p{percent}_growth", growth, f"of the p{percent}", at_most=GROWTH)
    wrong = small.wrong + large.wrong
    answers, matched = small.answers + large.answers, small.matched + large.matched
    note = f"of {answers:,} answers, {matched:,} with a match"
    note += "".join(f"; {count} {kind}" for kind, count in sorted(wrong.items()))
    report.add("wrong", wrong.total(), note, at_most=0)
    note = "waited for one other beside somebody who fits"
    report.add("missed", small.missed + large.missed, note, at_most=0)
    for size, seen in ((SMALL, small), (LARGE, large)):
        note = f"closed loop of {AT_ONCE}, {size:,} wait"
        report.add(f"joins_per_s_of_{size}", seen.looped / seen.looped_s, note)
        report.add(f"matches_per_s_of_{size}", seen.looped_matches / seen.looped_s)
        for percent in (50, 99):
            note = f"alone, {size:,} wait"
            name = f"status_p{percent}_ms_of_{size}"
            report.add(name, percentile(seen.statuses, percent), note)


@dataclass(slots=True)
class Waits:
    """How long people waited with one matcher, those whom some matcher could match."""

    seconds: float = 0.0
    matched: int = 0
    ratios: list[float] = field(default_factory=list)

    def add(self, trace: Trace, matches: list[Match], least: float) -> None:
        """Adds what it made of a trace, of which the least is known."""
        seconds = traces.total_wait(trace, matches)
        self.seconds += seconds
        self.matched += sum(len(match.members) for match in matches)
        self.ratios.append(seconds / least)

    @property
    def spread(self) -> str:
        """The least and the greatest ratio as text."""
        return f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"


async def _play(report: Report, server: str, seeds: int) -> None:
    ours, best, naive, single = Waits(), Waits(), Waits(), Waits()
    people = wrong = 0
    dsn = await create(server, "arrivals", 0)
    async with matching_player.player(dsn) as on:
        for seed in range(seeds):
            progress(f"matching: arrivals, trace {seed + 1} of {seeds}")
            trace = matching_optimum.without_hopeless(traces.draw(seed))
            played = await matching_player.play(on, trace)
            least = matching_optimum.optimum(trace)
            total = traces.total_wait(trace, least)
            ours.add(trace, played, total)
            best.add(trace, least, total)
            naive.add(trace, traces.naive(trace), total)
            single.add(trace, traces.naive(traces.narrowed(trace)), total)
            people += len(trace.people)
            wrong += _wrong(trace, played)
    note = f"{people} people in {seeds} traces, {ours.matched} matched"
    report.add("wait_mean_s", ours.seconds / people, note)
    note = f"the optimum of each, {best.matched} matched"
    report.add("wait_mean_s_at_best", best.seconds / people, note)
    note = f"{ours.spread} by trace"
    report.add("wait_to_the_best", ours.seconds / best.seconds, note, at_most=RATIO)
    report.add("matched_to_the_best", ours.matched / best.matched)
    report.add("wait_wrong", wrong, "matches in the traces", at_most=0)
    note = f"random ones who fit; {naive.spread}, {naive.matched} matched"
    report.add("naive_to_the_best", naive.seconds / best.seconds, note)
    note = f"a queue for one interest and language; {single.spread}, {single.matched} matched"
    report.add("queues_to_the_best", single.seconds / best.seconds, note)


def _wrong(trace: Trace, matches: list[Match]) -> int:
    people = {person.user: person for person in trace.people}
    return sum(
        bool(faults([people[user] for user in match.members], trace.apart, match.at))
        for match in matches
    )
