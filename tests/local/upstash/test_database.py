"""What is billed."""

import threading
from typing import Any

import httpx
import pytest
import valkey

TWO_CALLS = "redis.call('GET', KEYS[1]) return redis.call('INCR', KEYS[1])"


def bill(api: httpx.Client) -> dict[str, int]:
    """Returns the commands by name, once their sum is found to be what is billed."""
    answer = api.get("/_local/commands").json()
    assert answer["billed"] == sum(answer["by_command"].values())
    by_command: dict[str, int] = answer["by_command"]
    return by_command


@pytest.mark.parametrize("path", ["/pipeline", "/multi-exec"])
def test_bills_each_command_of_a_batch(api: httpx.Client, path: str) -> None:
    """Every command of a pipeline or transaction is one, however many fields it has."""
    api.post(path, json=[["SET", "k", 1], ["get", "k"], ["GET", "k"], ["HSET", "h", *"abcd"]])
    assert bill(api) == {"SET": 1, "GET": 2, "HSET": 1}


@pytest.mark.parametrize("path", ["/pipeline", "/multi-exec"])
def test_bills_a_script_and_its_calls(api: httpx.Client, path: str) -> None:
    """EVAL is billed as one and each call inside, alone or between other commands."""
    api.post("/", json=["EVAL", TWO_CALLS, 1, "k"])
    assert bill(api) == {"EVAL": 1, "GET": 1, "INCR": 1}
    api.post(path, json=[["GET", "k"], ["EVAL", TWO_CALLS, 1, "k"], ["INCR", "k"]])
    assert bill(api) == {"EVAL": 2, "GET": 3, "INCR": 3}


def test_bills_stored_scripts_and_functions(api: httpx.Client) -> None:
    """EVALSHA and FCALL are billed as EVAL is."""
    digest = api.post("/", json=["SCRIPT", "LOAD", TWO_CALLS]).json()["result"]
    body = f"#!lua name=lib\nserver.register_function('f', function(KEYS) {TWO_CALLS} end)"
    api.post("/", json=["FUNCTION", "LOAD", "REPLACE", body]).raise_for_status()
    api.delete("/_local/commands")
    assert api.post("/", json=["EVALSHA", digest, 1, "k"]).json() == {"result": 1}
    assert api.post("/", json=["FCALL", "f", 1, "k"]).json() == {"result": 2}
    assert bill(api) == {"EVALSHA": 1, "FCALL": 1, "GET": 2, "INCR": 2}


def test_bills_a_script_that_fails(api: httpx.Client) -> None:
    """A script that stops on an error is billed with the calls made so far."""
    script = "redis.call('GET', 'k') error('stop') redis.call('GET', 'k')"
    assert "stop" in api.post("/", json=["EVAL", script, 0]).json()["error"]
    assert api.post("/", json=["EVAL", "return"]).status_code == 400
    assert bill(api) == {"EVAL": 2, "GET": 1}


def test_bills_no_other_clients_commands_to_a_script(api: httpx.Client, valkey_port: int) -> None:
    """Commands that others run on the same Valkey at that time are not in the bill."""
    stop = threading.Event()

    def be_busy() -> None:
        with valkey.Valkey(port=valkey_port) as client:
            while not stop.is_set():
                client.get("other")

    thread = threading.Thread(target=be_busy)
    thread.start()
    for _ in range(50):
        api.post("/", json=["EVAL", TWO_CALLS, 1, "k"])
    stop.set()
    thread.join()
    assert bill(api) == {"EVAL": 50, "GET": 50, "INCR": 50}


@pytest.mark.parametrize("free", [["PING"], ["INFO"], ["BLPOP", "k", 0], ["JSON.GET", "k"]])
def test_bills_neither_free_nor_refused_commands(api: httpx.Client, free: list[Any]) -> None:
    """PING, INFO and what is refused cost nothing, nor does a discarded transaction."""
    api.post("/", json=free)
    api.post("/pipeline", json=[free])
    api.post("/multi-exec", json=[["SET", "k", "v"], ["INCR"]])
    assert bill(api) == {}


def test_resets_the_bill(api: httpx.Client) -> None:
    """DELETE /_local/commands counts from zero; other methods are refused."""
    api.post("/", json=["GET", "k"])
    assert bill(api) == {"GET": 1}
    assert api.delete("/_local/commands").json() == {"billed": 0, "by_command": {}}
    assert bill(api) == {}
    assert api.post("/_local/commands").status_code == 405


def test_shows_the_bill_without_a_token(base_url: str) -> None:
    """The control path asks for no token."""
    assert httpx.get(f"{base_url}/_local/commands").status_code == 200
