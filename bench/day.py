"""What a day costs: the trace of bench/evening.py through the real endpoints, at an injected clock.

Webhooks and reads go through the endpoints' own ASGI app, limit checks through common.limits, the
reconciles that readers are elected for and the one of every six hours through common.reconciler.
Redis is a real Valkey that counts commands (bench/engine.py); LiveKit is the simulator, its lists
counted as API calls; webhooks take up to 50 ms. A read is right when it shows who was there at
some moment within the 50 ms before its own `as_of`.

Several evenings are drawn, and the bars are held against the worst of them. One warm process
answers everything, which is what a community of this size has most of the time; what the same day
costs when every request meets a cold process is shown as well.

The original app spent 3,100 commands on such a day (2 a webhook, 1 a read, 2 a limit check) and
made 100 LiveKit calls.
"""

import asyncio
import random

from bench.engine import AgingValkey
from bench.evening import CHECKS, EVENTS, READS
from bench.replay import BEGINS_MS, Day
from bench.report import Report, progress
from local import valkey


def run(evenings: int = 10) -> Report:
    """Lives through several days; the figures are the worst one's."""
    with valkey.running() as port:
        days = []
        for seed in range(evenings):
            progress(f"day: evening {seed + 1} of {evenings}")
            days.append(live(port, seed))
        progress("day: the same with cold processes")
        cold = live(port, 0, cold=True)
    worst = max(days, key=lambda day: day.engine.commands)
    report = Report("day")
    report.add("evenings", evenings, "drawn at random; shown is the one that spent most")
    for name, size in (("events", EVENTS), ("reads", READS), ("checks", CHECKS)):
        report.add(name, worst.counted[name], at_least=size, at_most=size)
    note = "of the worst evening; the original app: 3,100"
    report.add("commands", worst.engine.commands, note, at_most=1_700)
    for purpose, commands in worst.spent.items():
        report.add(f"commands_{purpose.replace(' ', '_')}", commands)
    report.add("checks_refused", worst.counted["checks refused"], "remembered: 0 commands each")
    calls = max(day.calls.total() for day in days)
    report.add("livekit_calls", calls, "at most on any evening; the original app: 100", at_most=40)
    for method in ("ListRooms", "ListParticipants"):
        report.add(f"livekit_{method}", max(day.calls[method] for day in days))
    wrong = sum(day.counted["reads wrong"] for day in [*days, cold])
    report.add("reads_wrong", wrong, f"of {(evenings + 1) * READS:,}", at_most=0)
    behind = sum(day.counted["reads behind"] for day in days)
    note = f"of {evenings * READS:,}: right as of up to 1 s ago, somebody came or went since"
    report.add("reads_behind", behind, note)
    report.add("commands_cold", cold.engine.commands, "if every request met a cold process")
    return report


def live(port: int, seed: int, *, cold: bool = False) -> Day:
    """Returns one day that has been lived through on the Valkey at `port`."""
    days: list[Day] = []
    engine = AgingValkey(port, lambda: days[0].now_ms if days else BEGINS_MS)
    engine.flush()
    days.append(Day(engine, random.Random(seed), cold))
    with days[0].installed():
        asyncio.run(days[0].run())
    engine.close()
    return days[0]
