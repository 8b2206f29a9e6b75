"""The read-only token: reads, and nothing else."""

from collections.abc import Iterator

import httpx
import pytest

from local.serve import in_thread
from local.upstash import create_app
from local.upstash.commands import SUPPORTED
from local.upstash.read_only import READS


@pytest.fixture(scope="module")
def reader(valkey_port: int) -> Iterator[httpx.Client]:
    """A client with the read-only token."""
    with in_thread(create_app(valkey_port, "token", "reads")) as url:
        headers = {"Authorization": "Bearer reads"}
        with httpx.Client(base_url=url, headers=headers, timeout=10) as client:
            yield client


def test_it_reads(reader: httpx.Client) -> None:
    """GET, HGETALL and PING are answered."""
    pipeline = [["GET", "a"], ["HGETALL", "b"], ["PING"]]
    assert [each.get("error") for each in reader.post("/pipeline", json=pipeline).json()] == [
        None
    ] * 3


@pytest.mark.parametrize("command", [["SET", "k", "v"], ["DEL", "k"], ["KEYS", "*"], ["EVAL", "x"]])
def test_it_does_not_write(reader: httpx.Client, command: list[str]) -> None:
    """What writes, or goes through everything, is refused as Redis refuses it."""
    answer = reader.post("/", json=command)
    assert answer.status_code == 400
    said = f"NOPERM this user has no permissions to run the '{command[0].lower()}' command"
    assert answer.json() == {"error": said}


def test_in_batches(reader: httpx.Client) -> None:
    """In a pipeline only the writes are refused, a transaction as a whole."""
    batch = [["SET", "k", "v"], ["GET", "k"]]
    replies = reader.post("/pipeline", json=batch).json()
    assert ["error" in reply for reply in replies] == [True, False]
    assert "NOPERM" in reader.post("/multi-exec", json=batch).json()["error"]


def test_another_token_is_refused(reader: httpx.Client) -> None:
    """As before."""
    assert reader.get("/PING", headers={"Authorization": "Bearer other"}).status_code == 401


def test_what_reads_is_known() -> None:
    """Every command that a reader may run is one that runs at all."""
    assert READS < SUPPORTED
