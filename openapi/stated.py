"""What endpoints state in the fixed fields of their docstrings, and docs/errors.md of codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from app import ENDPOINTS

ROOT = Path(__file__).parent.parent
_FIELD = re.compile(r"^(Route|Auth|Limit|Spends|Fails|Errors): ", re.MULTILINE)
_ROW = re.compile(r"^\| `([a-z_]+)` \| (\S[^|]*?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_METHOD = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b")
_WORD = re.compile(r"\b(?:\d{3}\b|[a-z]+(?:_[a-z]+)*(?:_\*)?)")


@dataclass(frozen=True, slots=True)
class Code:
    """A row of docs/errors.md: when a problem has this code."""

    name: str
    statuses: tuple[int, ...]
    when: str


def _codes() -> Iterator[Code]:
    for name, statuses, when, _ in _ROW.findall((ROOT / "docs" / "errors.md").read_text()):
        yield Code(name, tuple(map(int, re.findall(r"\d{3}", statuses))), when)


CODES = {code.name: code for code in _codes()}
"""Every code that a problem may have, in the page's order."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One endpoint's docstring: its fields, and the codes of each status."""

    methods: tuple[str, ...]
    path: str
    fields: dict[str, str]
    errors: dict[int, tuple[str, ...]]

    def is_limited(self, method: str) -> bool:
        """Says whether requests by this method count: `GET none; POST write, …`."""
        for clause in self.fields["Limit"].split("; "):
            if method in (_METHOD.findall(clause) or self.methods):
                return not clause.removeprefix(f"{method} ").startswith("none")
        raise ValueError(f"no limit is stated for {method} {self.path}")


def _read(endpoint: ModuleType) -> Stated:
    parts = _FIELD.split(endpoint.__doc__ or "")
    fields = {
        name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    methods, path = fields["Route"].rsplit(" ", 1)
    return Stated(tuple(methods.split(", ")), path, fields, _errors(fields["Errors"]))


def _errors(text: str) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    status = 0
    for word in _WORD.findall(text):
        if word.isdecimal():
            status = int(word)
        elif word in CODES:
            found.setdefault(status, []).append(word)
        elif word.endswith("_*"):
            named = [name for name in CODES if name.startswith(word[:-1])]
            found.setdefault(status, []).extend(n for n in named if status in CODES[n].statuses)
    return {status: tuple(codes) for status, codes in found.items()}


STATED = {
    f"{method} {stated.path}": stated
    for stated in map(_read, ENDPOINTS)
    for method in stated.methods
}
"""By method and path."""
