"""The front end is built when its sources changed, once, and what fails is told in one line."""

import multiprocessing
import os
from pathlib import Path

import pytest

from deploy.errors import DeployError
from deploy.node import program
from local.web.build import built

LOCK = '{"name": "page", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {%s}}}'
SCRIPT = """
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/app", { recursive: true });
writeFileSync("dist/app/index.html", readFileSync("src/page.html"));
"""


@pytest.fixture(scope="module", autouse=True)
def _node() -> None:
    try:
        program("npm")
    except DeployError as error:
        pytest.skip(str(error))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A front end of one page, which needs no package."""
    folder = tmp_path / "web"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "page.html").write_text("one")
    (folder / "build.mjs").write_text(SCRIPT)
    (folder / "package-lock.json").write_text(LOCK % "")
    (folder / "package.json").write_text(
        '{"name": "page", "version": "1.0.0", "scripts": {"build": "node build.mjs"}}'
    )
    return folder


def build(folder: Path) -> tuple[str, list[str]]:
    """Builds it; returns the page and what was said meanwhile."""
    said: list[str] = []
    app = built(said.append, folder, folder.parent / "build.log")
    return (app / "index.html").read_text(), said


INSTALLING = "installing the front end's packages (once, about 15 s)"
BUILDING = "building the front end (once, about 20 s)"


def test_it_is_built_when_something_changed(page: Path) -> None:
    """Packages by the lock file alone, the page by any of its sources, else nothing is done."""
    assert build(page) == ("one", [INSTALLING, BUILDING])
    assert build(page) == ("one", [])
    (page / "src" / "page.html").write_text("two")
    assert build(page) == ("two", [BUILDING])
    (page / "package-lock.json").write_text(LOCK % '"name": "page"')
    assert build(page) == ("two", [INSTALLING, BUILDING])
    (page / "src" / "another.html").write_text("")
    assert build(page) == ("two", [BUILDING])
    (page / "dist" / ".sangha").unlink()  # as a build by hand does
    assert build(page) == ("two", [BUILDING])


def test_a_build_that_fails(page: Path) -> None:
    """Is told by its first error and where to read on, and tried again."""
    (page / "build.mjs").write_text("console.log('fine so far'); throw new Error('no such thing')")
    for _ in range(2):
        with pytest.raises(DeployError) as error:
            build(page)
        assert "\n" not in str(error.value)
        assert str(error.value).startswith("npm run build: ")
        assert "Error('no such thing')" in str(error.value)
        assert str(error.value).endswith(f"see {page.parent / 'build.log'}")
    (page / "build.mjs").write_text(SCRIPT)
    assert build(page) == ("one", [BUILDING])


def test_packages_that_cannot_be_had(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network it asks for one."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    package = '"dependencies": {"none": "1.0.0"}}, "node_modules/none": {"version": "1.0.0"'
    (page / "package-lock.json").write_text(LOCK % package)
    (page / "package.json").write_text('{"name": "page", "dependencies": {"none": "1.0.0"}}')
    with pytest.raises(DeployError, match=r"^npm ci .*: no network\?, see "):
        build(page)


def test_one_process_at_a_time(page: Path) -> None:
    """Who comes second waits, says so, and finds it done."""
    (page / "build.mjs").write_text(SCRIPT + "await new Promise((done) => setTimeout(done, 2000));")
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        results = pool.map(build, [page, page])
    assert sorted(said for _, said in results) == [
        [INSTALLING, BUILDING],
        ["waiting for another process that builds the front end"],
    ]
    assert {content for content, _ in results} == {"one"}


def test_without_node(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setenv("PATH", str(page))
    monkeypatch.setattr("sys.executable", str(page / "python"))
    with pytest.raises(DeployError, match=r"no `npm` on PATH: install Node 20\.19"):
        build(page)


@pytest.mark.parametrize("says", ["v18.20.4", "v20.18.3", ""])
def test_a_node_that_is_too_old(page: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    """It says which it found, and what to install."""
    for name in ("node", "npm"):
        (page / name).write_text(f"#!/bin/sh\necho {says}\n")
        (page / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{page}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(DeployError) as error:
        build(page)
    assert str(error.value) == f"{page / 'node'} is {says or 'broken'}: install Node 20.19 or newer"
