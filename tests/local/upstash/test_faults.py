"""Faults as a client of the stand-in meets them, and the stand-in as a process."""

import signal
import subprocess
import sys
import time

import httpx
import pytest

from local.serve import free_port
from local.valkey import wait_for_port

INCR = ["INCR", "k"]


def count(api: httpx.Client) -> int:
    """Returns how often INCR was applied."""
    return int(api.post("/", json=["GET", "k"]).json()["result"] or 0)


def fault(api: httpx.Client, mode: str, **options: object) -> None:
    """Sets a fault that one request meets."""
    api.post("/_local/faults", json={"mode": mode, "times": 1, **options}).raise_for_status()


def test_delay(api: httpx.Client) -> None:
    """A delayed request is answered, later."""
    fault(api, "delay", ms=60)
    start = time.monotonic()
    assert api.post("/", json=INCR).json() == {"result": 1}
    assert time.monotonic() - start >= 0.06


def test_hang(api: httpx.Client) -> None:
    """A request that hangs ends by the client's own deadline, and was not applied."""
    fault(api, "hang")
    with pytest.raises(httpx.ReadTimeout):
        api.post("/", json=INCR, timeout=0.1)
    assert count(api) == 0


def test_drop(api: httpx.Client) -> None:
    """A dropped connection loses the answer to a write that was applied."""
    fault(api, "drop")
    with pytest.raises(httpx.TransportError):
        api.post("/", json=INCR)
    assert count(api) == 1


def test_refuse(api: httpx.Client) -> None:
    """A refused connection loses a write that was not applied."""
    fault(api, "refuse")
    with pytest.raises(httpx.TransportError):
        api.post("/", json=INCR)
    assert count(api) == 0


def test_status(api: httpx.Client) -> None:
    """An injected status is answered in the command's stead."""
    fault(api, "status", status=502)
    assert api.post("/", json=INCR).status_code == 502
    assert count(api) == 0


def test_garbage(api: httpx.Client) -> None:
    """A garbled answer has status 200 and is no JSON."""
    fault(api, "garbage")
    response = api.post("/", json=INCR)
    assert response.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()


def test_quota(api: httpx.Client) -> None:
    """With the month's commands spent the answer is Upstash's own error."""
    fault(api, "quota")
    response = api.post("/", json=INCR)
    assert response.status_code == 400
    assert response.json()["error"].startswith("ERR max requests limit exceeded. Limit: 500000")


def test_meets_one_path_only(api: httpx.Client) -> None:
    """A fault on /pipeline leaves single commands alone."""
    fault(api, "status", path="/pipeline")
    assert api.post("/", json=INCR).status_code == 200
    assert api.post("/pipeline", json=[INCR]).status_code == 500
    assert api.post("/pipeline", json=[INCR]).status_code == 200


def test_runs_as_a_process(valkey_port: int) -> None:
    """`python -m local.upstash` serves its port until SIGTERM."""
    port = free_port()
    arguments = ["--port", str(port), "--valkey-port", str(valkey_port), "--token", "t"]
    process = subprocess.Popen([sys.executable, "-m", "local.upstash", *arguments])
    try:
        wait_for_port(port, process)
        response = httpx.get(f"http://127.0.0.1:{port}/ping?_token=t")
        assert response.json() == {"result": "PONG"}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
