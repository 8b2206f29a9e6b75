"""Which commands run, which are refused, and how scripts are passed on."""

import hashlib
from typing import Any

import httpx
import pytest
import valkey

from local.upstash.commands import NOT_OVER_REST, SUPPORTED


def test_valkey_has_every_supported_command(valkey_port: int) -> None:
    """No command is let through that Valkey doesn't know, and none is in both lists."""
    assert not SUPPORTED & NOT_OVER_REST
    with valkey.Valkey(port=valkey_port) as client:
        client.set_response_callback("COMMAND INFO", lambda reply, **_: reply)
        known = client.execute_command("COMMAND INFO", *SUPPORTED)
    assert all(known)


@pytest.mark.parametrize(
    "command",
    [
        *(["BLPOP", "k", 0], ["BZPOPMIN", "k", 0], ["BLMPOP", 0, 1, "k", "LEFT"], ["WAIT", 0, 0]),
        *(["WATCH", "k"], ["UNWATCH"], ["DISCARD"], ["MULTI"], ["EXEC"]),
        *(["SELECT", 1], ["AUTH", "x"], ["HELLO", 3], ["CLIENT", "REPLY", "OFF"], ["QUIT"]),
        *(["SUBSCRIBE", "c"], ["PSUBSCRIBE", "c"], ["MONITOR"]),
        *(["CONFIG", "GET", "*"], ["DEBUG", "SLEEP", 0], ["SHUTDOWN"], ["ACL", "WHOAMI"]),
        *(["SCRIPT", "DEBUG", "YES"], ["FUNCTION", "RESTORE", "x"], ["SCRIPT"]),
        *(["XREAD", "BLOCK", 0, "STREAMS", "s", "$"], ["xread", "count", 1, "block", 0]),
        ["XREADGROUP", "GROUP", "g", "c", "BLOCK", 0, "STREAMS", "s", ">"],
    ],
)
def test_refuses_what_upstash_refuses_over_rest(api: httpx.Client, command: list[Any]) -> None:
    """Blocking, transaction, connection, subscription and admin commands are a 400."""
    response = api.post("/", json=command)
    assert response.status_code == 400
    expected = f"ERR Command is not available: '{command[0].upper()}"
    assert response.json()["error"].startswith(expected)


@pytest.mark.parametrize(
    "command",
    [
        *(["JSON.GET", "k"], ["DELEX", "k"], ["DIGEST", "k"], ["NOSUCH"], ["DELIFEQ", "k", "v"]),
        *(["SET", "k", "v", "IFNE", "x"], ["SET", "k", "v", "EX", 9, "ifdeq", "x"]),
        *(["SET", "k", "v", "NX", "GET"], ["SET", "k", "v", "GET", "PX", 9, "IFEQ", "x"]),
    ],
)
def test_refuses_what_valkey_would_answer_otherwise(api: httpx.Client, command: list[Any]) -> None:
    """What Upstash and Valkey don't both have, or don't answer alike, is a 400 that says so."""
    response = api.post("/", json=command)
    assert response.status_code == 400
    assert response.json()["error"].startswith("ERR the local stand-in can't run ")
    assert api.post("/", json=["DBSIZE"]).json() == {"result": 0}


def test_takes_values_that_look_like_options(api: httpx.Client) -> None:
    """A key, value or operand that reads like an option is not taken for one."""
    assert api.post("/", json=["SET", "NX", "GET"]).json() == {"result": "OK"}
    assert api.post("/", json=["SET", "NX", "v", "IFEQ", "GET"]).json() == {"result": "OK"}
    assert api.post("/", json=["SET", "NX", "v", "GET"]).json() == {"result": "v"}
    assert api.post("/", json=["XREAD", "STREAMS", "BLOCK", 0]).json() == {"result": None}


@pytest.mark.parametrize("condition", [["NX"], ["IFEQ", "other"]])
def test_answers_null_when_a_condition_fails(api: httpx.Client, condition: list[str]) -> None:
    """A conditional SET that doesn't write answers null and leaves the value."""
    api.post("/", json=["SET", "k", "old"])
    assert api.post("/", json=["SET", "k", "new", *condition]).json() == {"result": None}
    assert api.post("/", json=["GET", "k"]).json() == {"result": "old"}


def test_writes_hash_fields_once_with_their_own_expiry(api: httpx.Client) -> None:
    """HSETEX FNX writes absent fields with a TTL and nothing when one is there."""
    claim = ["HSETEX", "h", "FNX", "EX", 60, "FIELDS", 1, "f", "v"]
    assert [api.post("/", json=claim).json()["result"] for _ in range(2)] == [1, 0]
    [ttl] = api.post("/", json=["HTTL", "h", "FIELDS", 1, "f"]).json()["result"]
    assert 0 < ttl <= 60


@pytest.mark.parametrize(
    "flags", ["allow-key-locking", "no-writes,allow-key-locking", "allow-key-locking,no-writes"]
)
def test_strips_the_key_locking_flag(api: httpx.Client, flags: str) -> None:
    """A script that is flagged for Upstash's key locking runs as if it weren't."""
    script = f"#!lua flags={flags}\nreturn ARGV[1]"
    assert api.post("/", json=["EVAL", script, 0, "v"]).json() == {"result": "v"}
    digest = api.post("/", json=["SCRIPT", "LOAD", script]).json()["result"]
    assert api.post("/", json=["EVALSHA", digest, 0, "v"]).json() == {"result": "v"}


def test_passes_other_scripts_on_untouched(api: httpx.Client) -> None:
    """A script without that flag keeps its digest, and other flags their effect."""
    script = "#!lua flags=no-writes\nreturn redis.call('SET', KEYS[1], 'v')"
    digest = api.post("/", json=["SCRIPT", "LOAD", script]).json()["result"]
    assert digest == hashlib.sha1(script.encode()).hexdigest()
    error = api.post("/", json=["EVALSHA", digest, 1, "k"]).json()["error"]
    assert error.startswith("ERR Write commands are not allowed from read-only scripts")


def test_calls_functions(api: httpx.Client) -> None:
    """FUNCTION LOAD and FCALL work."""
    library = "#!lua name=lib\nserver.register_function('f', function(keys) return #keys end)"
    assert api.post("/", json=["FUNCTION", "LOAD", "REPLACE", library]).json() == {"result": "lib"}
    assert api.post("/", json=["FCALL", "f", 2, "a", "b"]).json() == {"result": 2}
