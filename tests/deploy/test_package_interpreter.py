"""Which Python compiles: one of Lambda's minor version, or nothing is built."""

import shutil
from pathlib import Path

import pytest

from deploy import interpreter
from deploy.errors import DeployError


def test_one_is_looked_for_in_four_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None of them has it: one line says what to do."""
    monkeypatch.delenv("PYTHON399", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(DeployError) as raised:
        interpreter.find("3.99")
    assert str(raised.value).startswith("this machine has no Python 3.99, ")
    assert "`uv python install 3.99`), or set PYTHON399 to its path" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_variable_comes_first(
    monkeypatch: pytest.MonkeyPatch, python: interpreter.Interpreter
) -> None:
    """And nothing else is tried when it names something else."""
    monkeypatch.setenv("PYTHON313", str(python.path))
    assert interpreter.find("3.13") == python
    monkeypatch.setenv("PYTHON313", shutil.which("true") or "")
    with pytest.raises(DeployError, match=r"^PYTHON313=.* is not Python 3.13"):
        interpreter.find("3.13")


def test_a_shim_that_leads_nowhere_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    python: interpreter.Interpreter,
) -> None:
    """On PATH pyenv has a python3.13 that fails unless the version is selected."""
    monkeypatch.delenv("PYTHON313", raising=False)
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    real = tmp_path / "versions" / "3.13.0" / "bin" / "python3.13"
    real.parent.mkdir(parents=True)
    real.symlink_to(python.path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert interpreter.find("3.13").version == python.version
