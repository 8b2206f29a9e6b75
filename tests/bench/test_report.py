"""What every benchmark ends with."""

import json
import sys
from types import ModuleType

import pytest

from bench import __main__ as runner
from bench.report import Report, percentile


def _ended(
    report: Report, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> int:
    """Runs a benchmark that ends with `report`; returns the exit code."""
    module = ModuleType("bench.made_up")
    module.run = lambda: report  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bench.made_up", module)
    monkeypatch.setattr(runner, "NAMES", ("made_up",))
    return runner.main(["made_up"])


def test_kept_bars(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark whose figures keep their bars exits with 0 and ends with one line of JSON."""
    report = Report("made_up")
    report.add("p99_ms", 49.99949, at_most=50)
    report.add("times_less", 20, at_least=20)
    report.add("requests", 6000, "for information")
    assert _ended(report, capsys, monkeypatch) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    figures = {"p99_ms": 49.999, "times_less": 20, "requests": 6000}
    assert json.loads(last) == {"bench": "made_up", "pass": True, "figures": figures}


@pytest.mark.parametrize(("at_most", "at_least"), [(50.0, None), (None, 52.0)])
def test_missed_bar(
    at_most: float | None,
    at_least: float | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One figure below its bar makes the exit code 1, whatever the others are."""
    report = Report("made_up")
    report.add("fine", 1, at_most=1)
    report.add("missed", 51, at_most=at_most, at_least=at_least)
    assert _ended(report, capsys, monkeypatch) == 1
    output = capsys.readouterr().out
    assert "BELOW" in output
    assert json.loads(output.splitlines()[-1])["pass"] is False


def test_nothing_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A benchmark without figures does not pass."""
    assert _ended(Report("made_up"), capsys, monkeypatch) == 1


def test_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown benchmark is refused by name, with the list of those that there are."""
    with pytest.raises(SystemExit) as refused:
        runner.main(["nonsense"])
    assert refused.value.code == 2
    assert "presence" in capsys.readouterr().err


def test_percentile() -> None:
    """A percentile is a measured value, the last one for 100."""
    values = [float(n) for n in range(100, 0, -1)]
    assert [percentile(values, percent) for percent in (1, 50, 99, 100)] == [1, 50, 99, 100]
    assert percentile([7.0], 99) == 7
