"""`python -m deploy.doctor [--json]`: examines the accounts of the environment and `.env`.

Prints a table, or JSON. Exits 0 when nothing failed, 1 when something did, 130 when it was
interrupted: what was begun is cleaned up first.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from dotenv import load_dotenv

from common.settings import SettingError, Settings
from deploy import interrupt
from deploy.doctor.check import Outcome, Result, Status
from deploy.doctor.patient import admitted
from deploy.doctor.report import as_json, is_well, table
from deploy.doctor.suite import examined

ROOT = Path(__file__).parent.parent.parent


async def results_of(environ: Mapping[str, str]) -> list[Result]:
    """Examines what the environment names."""
    try:
        settings = Settings.from_env(environ)
    except SettingError as error:
        refused = Outcome(Status.FAILED, str(error), "set it right in .env")
        return [Result("settings", refused, 0)]
    async with admitted(settings, environ) as patient:
        return await examined(patient)


def main(arguments: list[str], environ: Mapping[str, str]) -> int:
    """Does what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="a JSON document instead of a table")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        results = interrupt.run(results_of(environ))
    except KeyboardInterrupt:
        print("\nSangha: stopped, and cleaned up.", file=sys.stderr)
        return 130
    print(as_json(results, time.monotonic() - began) if asked.json else table(results))
    return 0 if is_well(results) else 1


if __name__ == "__main__":
    load_dotenv(ROOT / ".env")
    sys.exit(main(sys.argv[1:], os.environ))
