"""What a benchmark shows: its progress on stderr, its figures against their bars on stdout."""

import json
import math
import sys
from dataclasses import dataclass, field

CLEAR_LINE = "\r\033[K"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, and the bar it must keep if it has one."""

    name: str
    value: float
    note: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def passes(self) -> bool:
        """Whether the value keeps its bar; true without one."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def bar(self) -> str:
        """The bar as text, empty without one."""
        low = "" if self.at_least is None else f">= {_number(self.at_least)}"
        high = "" if self.at_most is None else f"<= {_number(self.at_most)}"
        return " ".join(filter(None, (low, high)))

    @property
    def verdict(self) -> str:
        """Says "ok" or "BELOW" for a value with a bar."""
        if not self.bar:
            return ""
        return "ok" if self.passes else "BELOW"


@dataclass(slots=True)
class Report:
    """The figures of one benchmark, in the order in which they are shown."""

    bench: str
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        note: str = "",
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """Adds a figure; `name` says its unit where it has one (`p99_ms`)."""
        self.figures.append(Figure(name, round(value, 3), note, at_most, at_least))

    @property
    def passes(self) -> bool:
        """Whether every figure keeps its bar; a benchmark that measured nothing proves nothing."""
        return bool(self.figures) and all(figure.passes for figure in self.figures)

    def show(self) -> None:
        """Prints an aligned table, then one line of JSON."""
        clear_progress()
        rows = [("figure", "value", "bar", "", "")]
        rows += [(f.name, _number(f.value), f.bar, f.verdict, f.note) for f in self.figures]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        print(f"\n{self.bench}")
        for name, value, bar, verdict, note in rows:
            cells = (
                name.ljust(widths[0]),
                value.rjust(widths[1]),
                bar.ljust(widths[2]),
                verdict.ljust(widths[3]),
                note,
            )
            print("  " + "  ".join(cells).rstrip())
        figures = {figure.name: figure.value for figure in self.figures}
        line = {"bench": self.bench, "pass": self.passes, "figures": figures}
        print(json.dumps(line), flush=True)


def progress(text: str) -> None:
    """Shows what is going on: one line that is overwritten, or a line each in a log."""
    if sys.stderr.isatty():
        print(f"{CLEAR_LINE}{text}", end="", file=sys.stderr, flush=True)
    else:
        print(text, file=sys.stderr, flush=True)


def clear_progress() -> None:
    """Takes the last progress away from a terminal."""
    if sys.stderr.isatty():
        print(CLEAR_LINE, end="", file=sys.stderr, flush=True)


def percentile(values: list[float], percent: float) -> float:
    """Returns the smallest value that at least `percent` of all values don't exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
