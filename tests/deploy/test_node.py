"""What is fetched from npm is pinned, by hash, and from npm alone."""

import json
import subprocess
from pathlib import Path

import pytest

from deploy import node
from deploy.aws import framework
from deploy.errors import DeployError
from tests.deploy.conftest import ROOT

FOLDERS = [framework.MANIFESTS, ROOT / "tests" / "contract", ROOT / "web"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_lock_has_a_hash_of_each(folder: Path) -> None:
    """And no address of anybody's mirror; package.json asks for exact versions."""
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    packages.pop("")
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert package.get("resolved", "https://registry.npmjs.org/").startswith(
            "https://registry.npmjs.org/"
        )
    asked = json.loads((folder / "package.json").read_text())["dependencies"]
    assert all(version[0].isdigit() for version in asked.values())


def test_without_node_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(DeployError, match="no `npm` on PATH: install Node"):
        node.installed(framework.MANIFESTS)


def test_it_is_installed_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is run while the manifests are the same; a failure is told and tried again."""
    manifests, ran = tmp_path / "manifests", []
    manifests.mkdir()
    for name in node.MANIFESTS:
        (manifests / name).write_text("{}")

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, len(ran) == 1, "", "no network")

    monkeypatch.setattr(node, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(node, "program", lambda name: name)
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DeployError, match="npm ci failed: no network"):
        node.installed(manifests)
    folder = node.installed(manifests)
    assert node.installed(manifests) == folder
    assert [command[:3] for command in ran] == [["npm", "ci", "--ignore-scripts"]] * 2
    (manifests / "package.json").write_text("{ }")
    assert node.installed(manifests) != folder
