"""Which migrations are to be applied, from the files and what the database says was applied.

Pure: reads no database. `{version}_{name}.sql`; the version, four digits, orders them.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_FILE = re.compile(r"[0-9]{4}_\w+\.sql", re.ASCII)
SQL = Path(__file__).parent.parent / "sql"


class MigrationError(RuntimeError):
    """Migrations can't be applied; the message is one line that says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file."""

    file: str
    sql: str

    @property
    def version(self) -> str:
        """What orders it, and names it in the database."""
        return self.file.partition("_")[0]

    @property
    def checksum(self) -> str:
        """Tells whether the file changed since it was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of the database's ledger; Supabase's own CLI writes rows without a checksum."""

    version: str
    name: str | None
    checksum: str | None


class State(Enum):
    """What is to be done with a migration; the last three stop everything."""

    APPLIED = "applied"
    WAITING = "to be applied"
    CHANGED = "changed since it was applied"
    LATE = "never applied, but newer ones were"
    UNKNOWN = "applied, but not in this checkout"


_REMEDY = {
    State.CHANGED: "put the change in a new migration",
    State.LATE: "give it a version after the newest",
    State.UNKNOWN: "this checkout is older than the database, update it",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """All migrations in their order, each with its state."""

    states: Mapping[str, State]
    """File, or the name in the database of one that is no file here → its state."""
    waiting: tuple[Migration, ...]
    others: int
    """Rows of the ledger that aren't ours: Supabase's CLI writes them for its own migrations."""

    def check(self) -> None:
        """MigrationError when something is wrong: nothing may be applied then."""
        for name, state in self.states.items():
            if state in _REMEDY:
                raise MigrationError(f"{name} {_said(state)}: {_REMEDY[state]}")


def read(folder: Path) -> list[Migration]:
    """Returns the migrations of a folder in their order.

    Raises:
        MigrationError: A name that is none, or two with one version.
    """
    migrations = [Migration(file.name, file.read_text()) for file in sorted(folder.glob("*.sql"))]
    for each in migrations:
        if not _FILE.fullmatch(each.file):
            raise MigrationError(f"{each.file} is no migration's name: four digits, _, a name")
    if len({each.version for each in migrations}) < len(migrations):
        raise MigrationError(f"two migrations in {folder} have the same version")
    return migrations


def plan(migrations: Iterable[Migration], ledger: Iterable[Recorded]) -> Plan:
    """Compares the files with the ledger."""
    files = {each.version: each for each in migrations}
    rows = {row.version: row for row in ledger}
    ours = {version for version, row in rows.items() if version in files or row.checksum}
    newest = max(ours, default="")
    states: dict[str, State] = {}
    waiting = []
    for version in sorted(files.keys() | ours):
        if version not in files:
            states[rows[version].name or version] = State.UNKNOWN
            continue
        state = _state(files[version], rows.get(version), newest)
        states[files[version].file] = state
        if state is State.WAITING:
            waiting.append(files[version])
    return Plan(states, tuple(waiting), len(rows) - len(ours))


def _state(migration: Migration, row: Recorded | None, newest: str) -> State:
    if row is None:
        return State.LATE if migration.version < newest else State.WAITING
    return State.APPLIED if row.checksum in {None, migration.checksum} else State.CHANGED


def _said(state: State) -> str:
    return state.value if state is State.CHANGED else f"was {state.value}"
