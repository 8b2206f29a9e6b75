"""A room of 50 people and 200 readers who each ask once a second, end to end.

Every part is a process of its own: the API (one uvicorn worker), Valkey, Upstash's and Supabase's
stand-ins, PostgreSQL, and the readers (bench/load.py, open loop, latency from when a request was
due). Each reader is a signed-in member. A process remembers a membership for a minute, which is
longer than this run: so within each minute somebody new takes every reader's place, and the
database is asked as often as it would be.

The baseline asks LiveKit's ListParticipants in every request (bench/baseline_server.py), and
LiveKit takes 150 ms, as over the Internet. It is asked by 20 readers only: one process with 200
would be saturated, and its latency a queue's.
"""

import asyncio
import json
from pathlib import Path

import httpx
import psutil

from bench import members
from bench.load import Plan, Result
from bench.report import Report, percentile, progress
from bench.stack import LIVEKIT_KEY, LIVEKIT_SECRET, Stack, set_fault
from common.clock import now_ms
from common.sessions import Channel
from local import community
from local.livekit.delivery import deliver
from local.livekit.simulator import Simulator

PEOPLE = 50
READERS = 200
BASELINE_READERS = 20
LIVEKIT_MS = 150
TURNOVER_S = 60.0
LIST_PATH = "/twirp/livekit.RoomService/ListParticipants"
CHANNEL = Channel(str(community.ROOM), str(community.LOUNGE))
QUERY = f"room_id={CHANNEL.room_id}&channel_id={CHANNEL.channel_id}"


def run(seconds: float = 30, warm_up: float = 8) -> Report:
    """Measures ours for `seconds` and the baseline for a third of it."""
    simulator = Simulator(LIVEKIT_KEY, LIVEKIT_SECRET, now_ms)
    for n in range(PEOPLE):
        simulator.join(CHANNEL.livekit_room, f"person-{n}", name=f"Person {n}")
        simulator.publish(CHANNEL.livekit_room, f"person-{n}")
    with Stack() as stack:
        progress("participants: starting the stack, signing readers in")
        stack.start_upstash()
        dsn = stack.start_supabase()
        livekit = stack.start_livekit(simulator)
        readers = asyncio.run(members.make(dsn, 2 * READERS))
        sign = members.signer(stack)
        tokens = [sign(reader) for reader in readers]
        url, log = stack.start_api()
        asyncio.run(_fill(url, simulator))
        stack.forget_bill()
        progress(f"participants: {READERS} readers for {warm_up + seconds:.0f} s")
        psutil.cpu_percent()
        ours = _plan(url, tokens, seconds, warm_up).run()
        busy = psutil.cpu_percent()
        billed = stack.billed()
        server_ms = _server_ms(log)[ours.warm_up_requests :]
        baseline_url, _ = stack.start_api("bench.baseline_server:app")
        set_fault(livekit, mode="delay", path=LIST_PATH, ms=LIVEKIT_MS)
        progress(f"participants: the baseline for {(warm_up + seconds) / 3:.0f} s")
        few = tokens[:BASELINE_READERS] + tokens[READERS : READERS + BASELINE_READERS]
        baseline = _plan(baseline_url, few, seconds / 3, warm_up / 3).run()
    report = _report(ours, baseline, server_ms)
    report.add("commands_per_s", billed / (warm_up + seconds), f"billed, of {READERS} reads")
    report.add("machine_busy_percent", busy, "while ours ran, whoever kept it busy")
    return report


def _report(ours: Result, baseline: Result, server_ms: list[float]) -> Report:
    p50, p99 = (percentile(ours.latencies_ms, percent) for percent in (50, 99))
    base50, base99 = (percentile(baseline.latencies_ms, percent) for percent in (50, 99))
    report = Report("participants")
    report.add("requests", len(ours.latencies_ms), f"by {READERS} readers, once a second each")
    failures = ours.failures | {f"baseline {k}": n for k, n in baseline.failures.items()}
    report.add("failures", sum(failures.values()), json.dumps(failures), at_most=0)
    for name, result in (("people", ours), ("baseline_people", baseline)):
        report.add(name, _people(result), "in an answer", at_least=PEOPLE, at_most=PEOPLE)
    report.add("p50_ms", p50, "from when the request was due to the whole answer")
    report.add("p99_ms", p99, at_most=50)
    report.add("max_ms", max(ours.latencies_ms))
    report.add("server_p50_ms", percentile(server_ms, 50), "of it in the API, by its own log")
    report.add("server_p99_ms", percentile(server_ms, 99))
    note = f"{len(baseline.latencies_ms)} requests, ListParticipants in {LIVEKIT_MS} ms"
    report.add("baseline_p50_ms", base50, note)
    report.add("baseline_p99_ms", base99)
    report.add("p50_times_less", base50 / p50, at_least=20)
    return report


def _plan(url: str, tokens: list[str], seconds: float, warm_up: float) -> Plan:
    port = httpx.URL(url).port
    assert port is not None
    path = f"/api/livekit/participants?{QUERY}"
    return Plan(port, path, tokens, seconds, warm_up, TURNOVER_S)


async def _fill(url: str, simulator: Simulator) -> None:
    """Brings the people into presence the way they come: by webhooks."""
    async with httpx.AsyncClient(timeout=10) as client:
        deliveries = await deliver(
            f"{url}/api/livekit/webhook", simulator.history, sign=simulator.sign, client=client
        )
    assert all(delivery.status == httpx.codes.OK for delivery in deliveries)


def _server_ms(log: Path) -> list[float]:
    """Returns how long the API took for each read, by its log."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    path = "/api/livekit/participants"
    return [line["ms"] for line in lines if line["event"] == "request" and line["path"] == path]


def _people(result: Result) -> int:
    channels = json.loads(result.a_body)["channels"]
    return sum(len(channel["participants"]) for channel in channels)
