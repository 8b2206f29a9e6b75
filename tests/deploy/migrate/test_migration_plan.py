"""What is to be done, from any files and any ledger."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.migration_plan import Migration, MigrationError, Recorded, State, plan, read

VERSIONS = [f"{number:04}" for number in range(6)]
some = st.sets(st.sampled_from(VERSIONS))


def migration(version: str) -> Migration:
    """A file."""
    return Migration(f"{version}_x.sql", f"select {version};")


def recorded(version: str) -> Recorded:
    """That file as it is recorded."""
    return Recorded(version, migration(version).file, migration(version).checksum)


@given(files=some, applied=some)
def test_only_what_comes_after_all_that_was_applied_is_applied(
    files: set[str], applied: set[str]
) -> None:
    """A plan without complaint has every file applied or waiting, and those waiting come last."""
    made = plan(map(migration, sorted(files)), map(recorded, applied))
    fits = applied <= files and all(v > max(applied, default="") for v in files - applied)
    if fits:
        made.check()
        assert [each.version for each in made.waiting] == sorted(files - applied)
    else:
        with pytest.raises(MigrationError):
            made.check()
    assert set(made.states) == {f"{version}_x.sql" for version in files | applied}


def test_a_row_without_a_checksum() -> None:
    """One of a file's version counts as applied; any other is not ours."""
    made = plan([migration("0001")], [Recorded("0001", None, None), Recorded("2024", "y", None)])
    made.check()
    assert made.states == {"0001_x.sql": State.APPLIED}
    assert (made.waiting, made.others) == ((), 1)


def test_ours_can_be_read() -> None:
    """The files of sql/ have names in order."""
    found = read(Path(__file__).parents[3] / "sql")
    assert [each.version for each in found] == [f"{number:04}" for number in range(len(found))]
