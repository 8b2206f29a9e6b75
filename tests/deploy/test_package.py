"""What `make package` makes: complete, small, and the same bytes every time."""

import os
import struct
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy import package, service
from deploy.build import Artifact
from tests.deploy.conftest import ROOT, Builds, Built

NAMES = list(service.read(ROOT).modules)
VERIFY_NOBODY = {"health", "badges", "livekit-webhook", "livekit-reconcile"}
MAGIC_OF_3_13 = struct.pack("<H2s", 3571, b"\r\n")
UNCHECKED_HASH = 0b01


@cache
def entries(archive: Path) -> list[str]:
    """Returns the paths in a zip."""
    with ZipFile(archive) as zipped:
        return zipped.namelist()


def distributions(archive: Path) -> set[str]:
    """Returns the packages that a zip has the metadata of."""
    tops = {entry.partition("/")[0] for entry in entries(archive)}
    return {top.partition("-")[0] for top in tops if top.endswith(".dist-info")}


def test_it_says_what_it_made(built: Built) -> None:
    """Exit status 0, a row for each function on stdout, progress on stderr."""
    assert built.status == 0, built.stderr
    rows = [line.split() for line in built.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == NAMES
    for name, zipped, unzipped, _, packages in rows:
        path = built.folder / f"{name}.zip"
        assert float(zipped) == pytest.approx(path.stat().st_size / 1e6, abs=0.006)
        assert float(unzipped) > float(zipped)
        assert int(packages) == len(distributions(path))
    assert "compiling with Python 3.13" in built.stderr


def test_there_is_one_for_each_function(built: Built) -> None:
    """And nothing else in the folder."""
    assert {path.name for path in built.folder.iterdir()} == {f"{name}.zip" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_it_ships_what_it_imports(built: Built, name: str) -> None:
    """No function has what it doesn't import; cryptography goes with verifying users."""
    shipped = distributions(built.folder / f"{name}.zip")
    assert {"fastapi", "mangum", "httpx", "httpcore", "sniffio", "h11", "certifi"} <= shipped
    assert not shipped & {"livekit_api", "supabase", "postgrest", "aiohttp", "protobuf"}
    assert not shipped & {"uvicorn", "uvloop", "httptools", "pytest", "moto", "pycparser"}
    assert ("cryptography" in shipped) == (name not in VERIFY_NOBODY)
    assert ("pyjwt" in shipped) == (name != "badges")
    ours = set(entries(built.folder / f"{name}.zip"))
    assert ("app.py" in ours) == (name == "app")
    assert ("common/auth.py" in ours) == (name not in VERIFY_NOBODY)
    assert ("common/badges.py" in ours) == (name in {"badges", "app"})


@pytest.mark.parametrize("name", NAMES)
def test_it_is_within_its_bar(built: Built, name: str) -> None:
    """Zipped, in millions of bytes."""
    bar = 6.5 if name == "livekit-webhook" else 14 if name in VERIFY_NOBODY else 11.5
    assert (built.folder / f"{name}.zip").stat().st_size <= bar * 1e6


def test_another_checkout_makes_the_same_bytes(builds: Builds) -> None:
    """Another path, TMPDIR, umask, time zone and hash seed."""
    one, two = (
        {name: sha256((each.folder / f"{name}.zip").read_bytes()).hexdigest() for name in NAMES}
        for each in builds
    )
    assert one == two


def test_all_bytecode_is_unchecked_and_lambdas(built: Built) -> None:
    """Beside every module, of 3.13's magic number, and it names /var/task; nothing names us."""
    seen: set[tuple[str, int]] = set()
    for name in NAMES:
        with ZipFile(built.folder / f"{name}.zip") as zipped:
            infos = {info.filename: info for info in zipped.infolist()}
            assert len(infos) == len(zipped.infolist())
            for path, info in infos.items():
                assert (info.date_time, info.external_attr >> 16) == (
                    (1980, 1, 1, 0, 0, 0),
                    0o100644,
                )
                if (path, info.CRC) in seen:
                    continue
                seen.add((path, info.CRC))
                content = zipped.read(info)
                assert str(ROOT).encode() not in content
                assert b"sangha-package-" not in content
                if not path.endswith(".py"):
                    continue
                folder, _, file = path.rpartition("/")
                cached = f"{folder}/__pycache__/{file[:-3]}.cpython-313.pyc".lstrip("/")
                bytecode = zipped.read(cached)
                assert bytecode[:4] == MAGIC_OF_3_13
                assert int.from_bytes(bytecode[4:8], "little") == UNCHECKED_HASH
                assert f"/var/task/{path}".encode() in bytecode


def test_records_list_what_is_there(built: Built) -> None:
    """A package's RECORD names its files in the zip, and no other."""
    path = built.folder / "livekit-token.zip"
    with ZipFile(path) as zipped:
        records = [entry for entry in entries(path) if entry.endswith(".dist-info/RECORD")]
        listed = [
            line.rsplit(",", 2)[0]
            for each in records
            for line in zipped.read(each).decode().split()
        ]
    ours = ("functions/", "common/")
    there = [e for e in entries(path) if not e.endswith(".pyc") and not e.startswith(ours)]
    assert sorted(listed) == sorted(there)


def test_one_that_is_too_large_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The table is printed, the function named, and the exit status is 1."""
    made = Artifact("room", tmp_path / "room.zip", 11_510_000, 30_000_000, frozenset(), 11.5)
    monkeypatch.setattr(package, "build", lambda *_: [made])
    monkeypatch.setattr(sys, "argv", ["package"])
    assert package.main() == 1
    said = capsys.readouterr()
    assert "room: 11.51 MB zipped, at most 11.5 MB" in said.err
    assert said.out.splitlines()[1].split() == ["room", "11.51", "30.00", "11.5", "0"]


def test_without_the_interpreter_it_says_what_to_do(tmp_path: Path) -> None:
    """One line, exit status 1, nothing built."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.package", "--out", str(tmp_path / "build")],
        cwd=ROOT,
        env={**os.environ, "PYTHON313": "/bin/false"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "install it (`pyenv install 3.13` or" in done.stderr
    assert not (tmp_path / "build").exists()
