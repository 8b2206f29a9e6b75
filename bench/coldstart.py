"""Init and first request of every function's real artifact, against a plain hello world.

Each artifact is built for this machine as `make package` builds it for AWS, unzipped, and started
by Lambda's own runtime client (awslambdaric) on Lambda's Python against a small Runtime API
(local/lambdas). Its first request goes all the way (bench/coldstart_scene.py); its secrets come
from the parameter store. The yardstick is bench/hello: FastAPI and Mangum as everybody would
write it, with the same compiled bytecode and no other trick; it is started around every few others,
and each start is compared with its neighbours.
"""

import statistics
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from bench.coldstart_artifacts import HELLO, artifacts, handlers, hello, with_secrets
from bench.coldstart_scene import Scene
from bench.coldstart_starts import Bench, Start
from bench.report import Report, progress
from bench.stack import Stack
from deploy import interpreter, service
from local.addresses import ROOT

APP = "app"
ROUNDS = 15
BARS = {"livekit-webhook": 0.95, "livekit-token": 1.05, "livekit-participants": 1.05}
OTHERS = 1.20
WARM_ROUNDS = 3
WARM_BAR = 4.0


def run(rounds: int = ROUNDS) -> Report:
    """Measures all functions, and all in one."""
    names = [*service.read(ROOT).modules]
    starts = measure(names, rounds)
    yardstick = starts.pop(HELLO)
    report = Report("coldstart")
    report.add(
        "hello_ms", yardstick.init_ms + yardstick.first_ms, f"of it init {yardstick.init_ms:.0f}"
    )
    for name, start in starts.items():
        bar = None if name == APP else BARS.get(name, OTHERS)
        note = f"init {start.init_ms:.0f} ms, first request {start.first_ms:.0f} ms"
        report.add(f"{name}_ratio", statistics.median(start.ratios), note, at_most=bar)
    report.add("hello_warm_ms", yardstick.warm_ms, "from event to answer")
    for name, start in starts.items():
        bar = None if name == APP else WARM_BAR
        own_ms = statistics.median(start.owns_ms)
        note = f"{own_ms:.2f} ms, {start.warm_ms:.1f} with the vendors'"
        report.add(f"{name}_warm_ratio", statistics.median(start.own_ratios), note, at_most=bar)
    for name, start in {HELLO: yardstick, **starts}.items():
        report.add(f"{name}_memory_mb", start.memory_mb)
    return report


def measure(names: Iterable[str], rounds: int) -> dict[str, Start]:
    """Starts each function `rounds` times; returns what was measured, hello's too.

    Args:
        names: functions of serverless.yml, and `app` for all in one.
        rounds: fresh processes of each, after one that is not counted.
    """
    wanted = list(names)
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="sangha-coldstart-")))
        python = interpreter.find(service.read(ROOT).python)
        tasks = artifacts(folder, wanted)
        progress("coldstart: starting the stack")
        scene = Scene(held.enter_context(Stack()))
        environ = held.enter_context(with_secrets(scene.environ))
        bench = Bench(
            python=python,
            tasks=tasks,
            scene=scene,
            environ=environ,
            requests={**scene.requests, HELLO: hello},
            handlers=handlers(),
        )
        for number in range(rounds + 1):
            progress(f"coldstart: round {number} of {rounds}")
            bench.round(wanted, counted=number > 0, warm=number > rounds - WARM_ROUNDS)
        return bench.starts
