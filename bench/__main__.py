"""Runs benchmarks: `python -m bench` all of them, `python -m bench NAME…` some.

Each runs in a process of its own, prints its figures against their bars, and ends with one line
of JSON. The exit code is 0 when every bar is kept, 1 below one, 2 for an unknown name.
"""

import argparse
import importlib
import subprocess
import sys

from bench.report import Report

NAMES = (
    "limiter",
    "presence",
    "webhook",
    "participants",
    "day",
    "roles",
    "matching",
    "coldstart",
    "coldshare",
    "levers",
    "plans",
    "web",
)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names: list[str] = parser.parse_args(arguments).names or list(NAMES)
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"no benchmark is called {', '.join(unknown)}: there are {', '.join(NAMES)}")
    if len(names) > 1:
        return max([_in_its_own_process(name) for name in names])
    report: Report = importlib.import_module(f"bench.{names[0]}").run()
    report.show()
    return 0 if report.passes else 1


def _in_its_own_process(name: str) -> int:
    """Runs one benchmark on a fresh interpreter: nothing that another one left is in its memory."""
    return 1 if subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode else 0


if __name__ == "__main__":
    sys.exit(main())
