"""docs/permissions.md is the matrix that the tests go through."""

import re
from pathlib import Path

from common.grants import Permission
from tests.personas.matrix import OPERATIONS
from tests.personas.operation import ALREADY, OK, STATUSES
from tests.personas.page import MEANING, page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_as_printed() -> None:
    """docs/permissions.md is what `python -m tests.personas.page` prints."""
    assert (DOCS / "permissions.md").read_text() == page()


def test_every_permission_is_told() -> None:
    """The page has each permission, in the order of their values."""
    assert list(MEANING) == list(Permission)


def test_every_cell_is_on_the_page() -> None:
    """No operation is told twice in the same words, and each has its row."""
    titles = [(operation.route, operation.title) for operation in OPERATIONS]
    assert len(titles) == len(set(titles))
    for operation in OPERATIONS:
        assert page().count(f"\n| {operation.title} | ") == sum(
            title == operation.title for _, title in titles
        )


def test_every_refusal_is_explained() -> None:
    """Each code of the matrix has in docs/errors.md the statuses that it has here."""
    statuses: dict[str, set[int]] = {}
    for operation in OPERATIONS:
        for cell in set(operation.cells.values()) - {OK, ALREADY}:
            statuses.setdefault(cell, set()).add(operation.status(cell))
    assert set(statuses) == set(STATUSES)
    errors = (DOCS / "errors.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| ([0-9, ]+) \|", errors, re.MULTILINE)
    told = {code: {int(status) for status in text.split(", ")} for code, text in rows}
    assert {code: told.get(code) for code in statuses} == statuses
