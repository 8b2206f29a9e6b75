"""`make package`: one zip a function, with what that function imports and nothing else.

    python -m deploy.package [--arch arm64|x86_64] [--only NAME] [--out build]

Prints a table. Exits 1 when a zip can't be made, or is larger than its bar.
"""

import argparse
import sys
import time
from pathlib import Path

from deploy.build import Artifact, build
from deploy.errors import DeployError
from deploy.install import MACHINES

ROOT = Path(__file__).parent.parent
MB = 1_000_000


def table(artifacts: list[Artifact]) -> str:
    """Returns what was built, as lines: sizes in millions of bytes."""
    row = "{:<22}{:>10}{:>12}{:>8}{:>12}".format
    lines = [row("function", "zipped MB", "unzipped MB", "bar MB", "packages")]
    lines += [
        row(
            each.name,
            f"{each.zipped / MB:.2f}",
            f"{each.unzipped / MB:.2f}",
            each.bar_mb,
            len(each.distributions),
        )
        for each in artifacts
    ]
    return "\n".join(lines)


def too_large(artifacts: list[Artifact]) -> list[str]:
    """Returns a line for each artifact that is over its bar."""
    return [
        f"{each.name}: {each.zipped / MB:.2f} MB zipped, at most {each.bar_mb} MB"
        for each in artifacts
        if each.zipped > each.bar_mb * MB
    ]


def main() -> int:
    """Builds what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.package")
    parser.add_argument("--arch", choices=MACHINES, default="", help="default: serverless.yml's")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="repeatable")
    parser.add_argument("--out", type=Path, default=ROOT / "build")
    arguments = parser.parse_args()
    started = time.monotonic()
    try:
        artifacts = build(ROOT, arguments.out, arguments.arch, arguments.only, _say)
    except DeployError as error:
        _say(str(error))
        return 1
    print(table(artifacts), flush=True)
    _say(f"{len(artifacts)} in {artifacts[0].path.parent}, {time.monotonic() - started:.1f} s")
    over = too_large(artifacts)
    for line in over:
        _say(line)
    return 1 if over else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
