"""The results, for people and for machines."""

import json
import textwrap
from collections import Counter

from common.version import VERSION
from deploy.doctor.check import Result, Status

WIDTH = 100
_INDENT = 42


def table(results: list[Result]) -> str:
    """Returns a row a check, what to do below it, and the counts."""
    lines = [line for result in results for line in _rows(result)]
    return "\n".join([*lines, "", _counts(results)])


def as_json(results: list[Result], seconds: float) -> str:
    """Returns a JSON document: {version, ok, seconds, checks: [{name, status, …}]}."""
    checks = [
        {
            "name": result.name,
            "status": str(result.outcome.status),
            "found": result.outcome.found,
            "remedy": result.outcome.remedy,
            "seconds": result.seconds,
        }
        for result in results
    ]
    document = {
        "version": VERSION,
        "ok": is_well(results),
        "seconds": round(seconds, 2),
        "checks": checks,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def is_well(results: list[Result]) -> bool:
    """Says whether no check failed."""
    return all(result.outcome.status is not Status.FAILED for result in results)


def _rows(result: Result) -> list[str]:
    head = f"{result.outcome.status:<9}{result.name:<{_INDENT - 9}}"
    found = textwrap.wrap(result.outcome.found, WIDTH - _INDENT) or [""]
    remedy = textwrap.wrap(f"→ {result.outcome.remedy}", WIDTH - _INDENT)
    more = [*found[1:], *(remedy if result.outcome.remedy else [])]
    return [head + found[0], *(" " * _INDENT + line for line in more)]


def _counts(results: list[Result]) -> str:
    counts = Counter(result.outcome.status for result in results)
    return ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
