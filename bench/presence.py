"""Presence after 10,000 random schedules: half with every webhook delivered, half with losses.

Webhooks come duplicated, out of order and late (bench/presence_schedules.py). Without losses the
last reader must see the truth; with losses, after one reconcile. Nobody who is there may be
removed by a reconcile. A naive presence (HSET on joined, HDEL on left) runs over some of the same
schedules, which shows that they can tell right from wrong.
"""

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.queues import Queue
from typing import Any
from unittest import mock

from bench import presence_schedules
from bench.engine import AgingValkey
from bench.presence_schedules import Clock, Verdict, run_one
from bench.report import Report, progress
from common.presence import Change, Command, read_webhook
from local import valkey

CHUNK = 250
PROCESSES = min(2, os.cpu_count() or 1)
_valkey_port = 0


def run(schedules: int = 10_000, naive: int = 500) -> Report:
    """Runs `schedules` on our presence, and `naive` of the lossless ones on the naive one."""
    half = schedules // 2
    chunks = [*_chunks("lossless", half), *_chunks("lossy", half), *_chunks("naive", naive)]
    totals = {kind: Verdict() for kind in ("lossless", "lossy", "naive")}
    for done, (kind, verdict) in enumerate(_run_all(chunks), start=1):
        _add(totals[kind], verdict)
        progress(f"presence: {done * 100 // len(chunks)} % of {schedules + naive} schedules")
    ours = (totals["lossless"], totals["lossy"])
    report = Report("presence")
    report.add("schedules", half * 2)
    report.add("happened", sum(v.happened for v in ours), "joins, leaves, reconnects and so on")
    report.add("delivered", sum(v.delivered for v in ours), "webhooks, repetitions included")
    report.add("wrong_lossless", ours[0].wrong, "schedules that ended in a wrong list", at_most=0)
    report.add("wrong_lossy", ours[1].wrong, "the same, after one reconcile", at_most=0)
    report.add("evicted", sum(v.evicted for v in ours), "people there, and removed", at_most=0)
    note = f"plain HSET and HDEL, of the first {naive} lossless schedules"
    report.add("wrong_naive", totals["naive"].wrong, note, at_least=1)
    return report


@dataclass(frozen=True, slots=True)
class NaiveChange:
    """What a presence without tombstones does with a webhook."""

    change: Change

    def command(self) -> Command:
        """HSET who joined, HDEL who left."""
        _, key, *_, place, value = self.change.command()
        return (
            ("HSET", key, place, value) if self.change.event == "joined" else ("HDEL", key, place)
        )


def read_naively(event: Mapping[str, Any]) -> NaiveChange | None:
    """As `read_webhook`; that a room has finished means nothing to a naive presence."""
    change = read_webhook(event)
    return NaiveChange(change) if change is not None and change.event != "finished" else None


def run_chunk(port: int, kind: str, seeds: range) -> Verdict:
    """Runs schedules of one kind on the Valkey at `port`; returns their sum."""
    clock, total = Clock(), Verdict()
    engine = AgingValkey(port, clock)
    reader = read_naively if kind == "naive" else read_webhook
    with mock.patch.object(presence_schedules, "read_webhook", reader):
        for seed in seeds:
            _add(total, run_one(engine, clock, seed, lossy=kind == "lossy"))
    engine.close()
    return total


def _run_all(chunks: list[tuple[str, range]]) -> Iterator[tuple[str, Verdict]]:
    """Yields each chunk's verdict as it is done, by processes with a Valkey each."""
    context = multiprocessing.get_context("spawn")
    ports = context.Queue()
    with ExitStack() as stack:
        for _ in range(PROCESSES):
            ports.put(stack.enter_context(valkey.running()))
        pool = stack.enter_context(
            ProcessPoolExecutor(PROCESSES, context, initializer=_take_port, initargs=(ports,))
        )
        running = {pool.submit(_run_here, *chunk): chunk[0] for chunk in chunks}
        for future in as_completed(running):
            yield running[future], future.result()


def _take_port(ports: "Queue[int]") -> None:
    global _valkey_port  # noqa: PLW0603 - one Valkey for the life of a worker
    _valkey_port = ports.get()


def _run_here(kind: str, seeds: range) -> Verdict:
    return run_chunk(_valkey_port, kind, seeds)


def _chunks(kind: str, count: int) -> list[tuple[str, range]]:
    return [(kind, range(s, min(s + CHUNK, count))) for s in range(0, count, CHUNK)]


def _add(total: Verdict, verdict: Verdict) -> None:
    total.happened += verdict.happened
    total.delivered += verdict.delivered
    total.wrong += verdict.wrong
    total.evicted += verdict.evicted
