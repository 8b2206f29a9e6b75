"""What each lever of the cold start gives: the token's artifact without it, or with one more.

Copies of the real artifact are changed in one thing each and started in turns, as in
bench/coldstart.py, and told as a ratio to the artifact as it is, round by round. No bar: it says
what is worth keeping, and what was tried and left (docs/cold-start.md).
"""

import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import certifi

from bench.coldstart_artifacts import HELLO, artifacts, handlers, hello, with_secrets
from bench.coldstart_scene import Scene
from bench.coldstart_starts import Bench
from bench.report import Report, progress
from bench.stack import Stack
from deploy import interpreter, roots, service
from deploy.interpreter import Interpreter
from local.addresses import ROOT

FUNCTION = "livekit-token"
SHIPPED = "as_it_is"
ROUNDS = 7
COLD_START = "common/cold_start.py"
IMPORTS = "import gc\nimport os\n"
Change = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Lever:
    """One change of an unzipped artifact, and what it is for people."""

    change: Change
    note: str


def run(rounds: int = ROUNDS) -> Report:
    """Measures them all."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="sangha-levers-")))
        python = interpreter.find(service.read(ROOT).python)
        tasks = artifacts(folder, [FUNCTION])
        variants = {HELLO: tasks[HELLO], SHIPPED: tasks[FUNCTION]}
        for name, lever in LEVERS.items():
            variants[name] = folder / name
            shutil.copytree(tasks[FUNCTION], variants[name])
            lever.change(variants[name])
            _compile(python, variants[name] / COLD_START)
        progress("levers: starting the stack")
        scene = Scene(held.enter_context(Stack()))
        environ = held.enter_context(with_secrets(scene.environ))
        totals = _measure(python, variants, scene, environ, rounds)
    report = Report("levers")
    for name, values in totals.items():
        ratios = [mine / shipped for mine, shipped in zip(values, totals[SHIPPED], strict=True)]
        note = LEVERS[name].note if name in LEVERS else ""
        report.add(f"{name}_ratio", statistics.median(ratios), note)
    return report


def _measure(
    python: Interpreter,
    variants: Mapping[str, Path],
    scene: Scene,
    environ: Mapping[str, str],
    rounds: int,
) -> dict[str, list[float]]:
    """Returns the milliseconds of init and first request of each, round by round."""
    known = handlers()
    bench = Bench(
        python=python,
        tasks=variants,
        scene=scene,
        environ=environ,
        requests=dict.fromkeys(variants, scene.requests[FUNCTION]) | {HELLO: hello},
        handlers=dict.fromkeys(variants, known[FUNCTION]) | {HELLO: known[HELLO]},
    )
    totals: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        progress(f"levers: round {number} of {rounds}")
        for name in variants:
            took = bench.start(name, counted=number > 0, warm=False)
            if number:
                totals[name].append(took.total_ms)
    return totals


def _compile(python: Interpreter, path: Path) -> None:
    """Renews the bytecode of a changed module as `make package` makes it."""
    options = ["-q", "-f", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([str(python.path), "-m", "compileall", *options, str(path)], check=True)


def _edit(old: str, new: str) -> Change:
    """Changes one text of common/cold_start.py."""

    def change(task: Path) -> None:
        path = task / COLD_START
        text = path.read_text()
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new))

    return change


def _importing(*packages: str) -> Change:
    """Has packages, each with its final dot, import what is stood in for."""

    def change(task: Path) -> None:
        path = task / COLD_START
        lines = path.read_text().splitlines(keepends=True)
        begins = tuple(f'    "{package}' for package in packages)
        kept = [line for line in lines if not line.startswith(begins)]
        assert len(kept) < len(lines), packages
        path.write_text("".join(kept))

    return change


def _without_bytecode(task: Path) -> None:
    for folder in list(task.rglob("__pycache__")):
        shutil.rmtree(folder)


def _one_bundle(task: Path) -> None:
    shutil.rmtree(task / roots.FOLDER)
    shutil.copyfile(certifi.where(), task / "certifi" / "cacert.pem")


LEVERS = {
    "without_bytecode": Lever(_without_bytecode, "every module is compiled"),
    "without_stand_ins": Lever(
        _edit("for name in UNUSED:\n        sys.modules", "for name in ():\n        sys.modules"),
        "all of them",
    ),
    "with_fastapi_s": Lever(
        _importing("fastapi.", "starlette.", "pydantic."),
        "descriptions, security, forms, and pydantic's, which they need",
    ),
    "with_pydantic_s": Lever(_importing("pydantic."), "pydantic 1, JSON schemas"),
    "with_opentelemetry": Lever(_importing("opentelemetry."), ""),
    "with_cryptography_s": Lever(_importing("cryptography."), "certificates, SSH files"),
    "with_metadata": Lever(_importing("importlib."), "versions and plugins of packages"),
    "with_clients_s": Lever(
        _importing("jwt.", "upstash_redis.", "httpcore."), "what blocks, proxies, search"
    ),
    "collecting": Lever(_edit("    gc.disable()\n", ""), "garbage is looked for"),
    "one_bundle": Lever(_one_bundle, "of all roots of trust, parsed for each TLS context"),
    "tried_deferring": Lever(
        _edit(
            IMPORTS,
            "import pydantic\npydantic.BaseModel.model_config['defer_build'] = True\n" + IMPORTS,
        ),
        "left: pydantic's models built at their first use",
    ),
}
