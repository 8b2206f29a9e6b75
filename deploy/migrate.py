"""`make migrate`: applies sql/ to the database of DATABASE_URL.

    python -m deploy.migrate [--dry-run | --yes]

First says which files would be applied and which were before, then asks, then applies them: one
transaction a file, recorded in supabase_migrations.schema_migrations. DATABASE_URL stands in the
environment or .env. Exits 0 when all files are applied (with --dry-run: could be), 1 when not, 130
when it was interrupted: the file under way is then undone, those before it stay.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import load_dotenv

from deploy import interrupt, migrations
from deploy.connection_string import needed, parse
from deploy.database import connected
from deploy.errors import DeployError
from deploy.migration_plan import SQL, MigrationError, Plan

ROOT = Path(__file__).parent.parent


def table(plan: Plan) -> str:
    """Returns every migration with its state, as lines."""
    width = max((len(name) for name in plan.states), default=0)
    lines = [f"  {name:<{width}}  {state.value}" for name, state in plan.states.items()]
    if plan.others:
        lines.append(f"  ({plan.others} of Supabase's own CLI are left alone)")
    return "\n".join(lines)


def main(arguments: list[str], environ: Mapping[str, str], folder: Path = SQL) -> int:
    """Does what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.migrate", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="stop after the list")
    how.add_argument("--yes", action="store_true", help="don't ask")
    asked = parser.parse_args(arguments)
    try:
        url = needed(environ)
        _say(f"Migrations of {parse(url)}:")
        plan = interrupt.run(_planned(url, folder))
        _say(table(plan))
        plan.check()
        if not plan.waiting:
            _say("All are applied: nothing to do.")
        elif asked.dry_run:
            _say(f"{_files(len(plan.waiting))} would be applied. Nothing was changed.")
        elif asked.yes or _confirmed(len(plan.waiting)):
            done = interrupt.run(migrations.apply(url, folder, say=_say))
            _say(f"Done: {_files(len(done))} applied.")
        else:
            return 1
    except (DeployError, MigrationError) as error:
        print(f"Sangha: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        message = "Sangha: stopped. A file under way is undone, those said to be applied stay."
        print(f"\n{message}", file=sys.stderr, flush=True)
        return 130
    return 0


async def _planned(url: str, folder: Path) -> Plan:
    async with connected(url) as connection:
        return await migrations.planned(connection, folder)


def _confirmed(count: int) -> bool:
    """Asks whether to go on."""
    if not sys.stdin.isatty():
        _say("Nothing was changed: nobody to ask, so say --yes (make migrate YES=1).")
        return False
    try:
        answer = input(f"Apply {_files(count)}? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() in {"y", "yes"}:
        return True
    _say("Nothing was changed.")
    return False


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    load_dotenv(ROOT / ".env")
    sys.exit(main(sys.argv[1:], os.environ))
