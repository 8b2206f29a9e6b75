"""Permissions: one table, in Python and in SQL."""

import re
from pathlib import Path

from common.grants import Permission

SQL = Path(__file__).parent.parent.parent / "sql" / "0004_permissions.sql"


def test_the_bits_are_the_databases() -> None:
    """Each permission has the same name and the same bit in sql/0004_permissions.sql."""
    rows = re.findall(r"when '(\w+)' then 1::bigint << (\d+)", SQL.read_text())
    assert {name.upper(): 1 << int(bit) for name, bit in rows} == {
        permission.name: permission.value for permission in Permission
    }
