"""What is left out of a start in Lambda, and that nothing else notices."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from common import cold_start, parameters

ROOT = Path(__file__).parent.parent.parent
START = """
import gc, json, sys
collecting = [gc.isenabled()]
from functions.livekit import token
collecting.append(gc.isenabled())
from common import cold_start, parameters
here = [name for name in cold_start.UNUSED if cold_start._is_stand_in(name)]
from importlib.metadata import version
assert version("fastapi")
try:
    sys.modules["cryptography.x509"].load_der_x509_certificate(b"")
    called = "it was called"
except ValueError as error:
    called = str(error)
event = {"version": "2.0", "rawPath": "/", "rawQueryString": "", "headers": {},
         "requestContext": {"http": {"method": "GET", "path": "/", "sourceIp": "192.0.2.1"}}}
status = token.handler(event, None)["statusCode"]
collecting.append(gc.isenabled())
print(json.dumps([collecting, here, called, status, gc.get_freeze_count()]))
"""


LIFESPAN = """
import asyncio
from app import app
async def main():
    said, told = [], asyncio.Queue()
    for kind in ("startup", "shutdown"):
        told.put_nowait({"type": f"lifespan.{kind}"})
    async def send(message):
        said.append(message["type"])
    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, told.get, send)
    print(said)
asyncio.run(main())
"""


def start(**variables: str) -> tuple[list[bool], list[str], str, int, int]:
    """Imports a function in a process of its own and asks it for what it doesn't have."""
    done = subprocess.run(
        [sys.executable, "-c", START],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    collecting, here, called, status, frozen = json.loads(done.stdout.splitlines()[-1])
    return collecting, here, called, status, frozen


def test_in_lambda() -> None:
    """Stand-ins for all, no collecting until the first answer, and an error for who calls one."""
    collecting, here, called, status, frozen = start(AWS_LAMBDA_RUNTIME_API="127.0.0.1:9")
    assert collecting == [True, False, True]
    of_python = {"importlib.metadata", "fractions", "zoneinfo", "html"}
    assert here == [name for name in cold_start.UNUSED if name not in of_python]
    assert called.startswith("cryptography.x509.load_der_x509_certificate is not there")
    assert status == 404
    assert frozen > 10_000


def test_elsewhere() -> None:
    """Every package is as it is, and the collector is left alone."""
    collecting, here, called, status, frozen = start()
    assert collecting == [True, True, True]
    assert here == []
    assert "is not there" not in called
    assert (status, frozen) == (404, 0)


def test_a_server_there_starts_and_stops() -> None:
    """Some hosts run a whole server in Lambda's environment, such as Vercel."""
    done = subprocess.run(
        [sys.executable, "-c", LIFESPAN],
        cwd=ROOT,
        env={**os.environ, "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "['lifespan.startup.complete', 'lifespan.shutdown.complete']", (
        done.stderr
    )


@pytest.mark.parametrize("name", cold_start.UNUSED)
def test_what_is_left_out_exists(name: str) -> None:
    """A name that no package has any more would be left out for nothing."""
    assert importlib.util.find_spec(name) is not None


def test_the_roots_are_where_openssl_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An artifact's roots of trust are used unless the environment names others."""
    monkeypatch.setattr(cold_start, "ROOTS", tmp_path)
    monkeypatch.setattr(cold_start, "UNUSED", ())
    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_DIR", "/theirs")
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "")  # taken back afterwards
    cold_start.begin()
    assert os.environ["SSL_CERT_DIR"] == "/theirs"
    monkeypatch.delenv("SSL_CERT_DIR")
    cold_start.begin()
    assert os.environ["SSL_CERT_DIR"] == str(tmp_path)


def test_the_roots_are_known_before_secrets_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The thread that reads them is the first to make a TLS context."""
    seen: list[str | None] = []
    monkeypatch.setattr(cold_start, "ROOTS", tmp_path)
    monkeypatch.setattr(cold_start, "UNUSED", ())
    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setattr(parameters, "begin", lambda: seen.append(os.environ.get("SSL_CERT_DIR")))
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "")  # taken back afterwards
    cold_start.begin()
    assert seen == [str(tmp_path)]


def test_elsewhere_a_collector_that_is_off_stays_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the app may have reasons."""
    enabled: list[bool] = []
    monkeypatch.setattr("gc.isenabled", lambda: False)
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr("gc.enable", lambda: enabled.append(True))
    monkeypatch.delenv("AWS_LAMBDA_RUNTIME_API", raising=False)
    cold_start.end()
    assert enabled == []
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
    cold_start.end()
    assert enabled == [True]
