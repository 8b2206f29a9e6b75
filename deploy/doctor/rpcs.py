"""The SQL functions that the code calls, and what sql/ makes: read from the source, not run."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# What sends a function's name to Supabase, in its first or second place.
_CALLED = re.compile(r'\b(?:rpc|_?call|ask)\(\s*(?:[\w.]+,\s*)?"(\w+)"')
_DEFINED = re.compile(r"create or replace function public\.(\w+)\s*\(([^)]*)\)")
_PARAMETER = re.compile(r"\s*(p_\w+) [^,]*?(default .*)?\s*", re.DOTALL)
_FOR_THE_BACKEND = re.compile(r"for_the_backend text\[\] := array\[([^]]*)\]")


@cache
def called() -> frozenset[str]:
    """Returns the names of functions that common/ and functions/ call."""
    return frozenset(name for source in _sources() for name in _CALLED.findall(source))


@cache
def required() -> dict[str, list[str]]:
    """Returns, of each function in sql/, the arguments that have no default."""
    return {name: list(_required(arguments)) for name, arguments in _DEFINED.findall(_sql())}


@cache
def for_the_backend() -> frozenset[str]:
    """Returns the functions that sql/ grants to the service; all others are for users."""
    arrays = _FOR_THE_BACKEND.findall(_sql())
    return frozenset(name for array in arrays for name in re.findall(r"'(\w+)'", array))


@cache
def tables() -> frozenset[str]:
    """Returns the tables of schema public that sql/ makes."""
    return frozenset(re.findall(r"create table if not exists public\.(\w+)", _sql()))


@cache
def _sql() -> str:
    return "\n".join(path.read_text() for path in sorted((ROOT / "sql").glob("*.sql")))


def _sources() -> Iterator[str]:
    for folder in ("common", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.read_text()


def _required(arguments: str) -> Iterator[str]:
    for argument in arguments.split(","):
        found = _PARAMETER.fullmatch(argument)
        if found and not found[2]:
            yield found[1]
