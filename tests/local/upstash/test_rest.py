"""The HTTP forms: requests, answers, tokens, encodings, statuses."""

import base64
from typing import Any

import httpx
import pytest
import valkey

from local.serve import free_port, in_thread
from local.upstash import create_app
from local.upstash.rest import MAX_REQUEST_BYTES

BASE64 = {"Upstash-Encoding": "base64"}


def test_answers_a_command_from_a_json_body(api: httpx.Client) -> None:
    """A JSON array posted to / is one command, answered as {"result": …}."""
    response = api.post("/", json=["HSET", "h", "f", "v"])
    assert (response.status_code, response.json()) == (200, {"result": 1})
    assert api.post("/", json=["HGETALL", "h"]).json() == {"result": ["f", "v"]}
    assert api.post("/", json=["GET", "absent"]).json() == {"result": None}


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ('"é"', "é"),
        ("7", "7"),
        ("1.50", "1.50"),
        ("1e3", "1e3"),
        ("18446744073709551616", "18446744073709551616"),
        ("true", "true"),
        ('""', ""),
        (r'"\ud800"', "?"),
    ],
)
def test_stores_arguments_as_written(api: httpx.Client, written: str, stored: str) -> None:
    """A JSON string, number or boolean becomes the argument that its text is."""
    api.post("/", content=f'["SET", "k", {written}]')
    assert api.post("/", json=["GET", "k"]).json() == {"result": stored}


def test_answers_a_command_from_the_path(api: httpx.Client) -> None:
    """A path's segments are percent-decoded arguments, in capitals or not."""
    assert api.get("/set/a%2Fb/hello%20world/EX/100").json() == {"result": "OK"}
    assert api.post("/GET/a%2Fb").json() == {"result": "hello world"}
    assert 0 < api.get("/ttl/a%2Fb").json()["result"] <= 100


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_appends_the_body_and_then_the_query_to_a_path(api: httpx.Client, method: str) -> None:
    """After a path's arguments come the body, then each query parameter."""
    assert api.request(method, "/set/k?EX=100&NX", content=b'{"a": 1}').json()["result"] == "OK"
    assert api.request(method, "/set/k?NX", content=b"other").json() == {"result": None}
    assert api.get("/get/k").json() == {"result": '{"a": 1}'}
    assert api.get("/ttl/k").json()["result"] > 0


def test_pipeline_answers_each_command(api: httpx.Client) -> None:
    """/pipeline runs commands in order and sets a failed one's error in its place."""
    commands = [["SET", "k", "x"], ["INCR", "k"], ["BLPOP", "k", 0], ["GET", "k"]]
    response = api.post("/pipeline", json=commands)
    assert response.status_code == 200
    written, failed, refused, read = response.json()
    assert (written, read) == ({"result": "OK"}, {"result": "x"})
    assert failed == {"error": "ERR value is not an integer or out of range"}
    assert refused["error"].startswith("ERR Command is not available: 'BLPOP'")


def test_transaction_keeps_errors_of_run_time_in_place(api: httpx.Client) -> None:
    """/multi-exec runs all commands though one of them fails."""
    response = api.post("/multi-exec", json=[["SET", "k", "x"], ["INCR", "k"], ["GET", "k"]])
    assert response.status_code == 200
    assert response.json() == [
        {"result": "OK"},
        {"error": "ERR value is not an integer or out of range"},
        {"result": "x"},
    ]


@pytest.mark.parametrize("bad", [["INCR"], ["BLPOP", "k", 0], ["NOSUCH"]])
def test_transaction_is_discarded_as_a_whole(api: httpx.Client, bad: list[Any]) -> None:
    """/multi-exec with a command that can't run answers one error and runs none."""
    response = api.post("/multi-exec", json=[["SET", "k", "x"], bad])
    assert response.status_code == 400
    assert response.json().keys() == {"error"}
    assert api.get("/exists/k").json() == {"result": 0}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer no"}, {"Authorization": "x"}])
def test_refuses_other_tokens(base_url: str, headers: dict[str, str]) -> None:
    """Without the right token the answer is 401 and WRONGPASS."""
    response = httpx.post(base_url, json=["PING"], headers=headers)
    assert response.status_code == 401
    assert response.json() == {"error": "WRONGPASS invalid or missing auth token"}


def test_takes_the_token_from_the_query(base_url: str) -> None:
    """?_token= authorises, and is no argument of the command."""
    assert httpx.get(f"{base_url}/echo/hi?_token=the-token").json() == {"result": "hi"}
    assert httpx.get(f"{base_url}/echo/hi?_token=other").status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/"), ("PATCH", "/get/k"), ("GET", "/pipeline"), ("PUT", "/multi-exec")],
)
def test_refuses_wrong_methods(api: httpx.Client, method: str, path: str) -> None:
    """A method that the path doesn't take is answered 405."""
    response = api.request(method, path)
    assert (response.status_code, response.json().keys()) == (405, {"error"})


@pytest.mark.parametrize("path", ["/", "/pipeline", "/multi-exec"])
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"{}", b"[]", b"[null]", b"[[]]", b'[[""]]', b"\xff", b"[" * 100_000),
        *(b'["GET", null]', b'[["GET", {}]]', b'[["GET", NaN]]', b'["GET", ["k"]]'),
    ],
)
def test_refuses_what_is_no_command(api: httpx.Client, path: str, body: bytes) -> None:
    """A body that holds no command is answered 400 with an error."""
    response = api.post(path, content=body)
    assert (response.status_code, response.json().keys()) == (400, {"error"})


def test_encodes_all_strings_but_ok(api: httpx.Client) -> None:
    """With Upstash-Encoding: base64 every string is encoded at every depth, except "OK"."""
    script = "return {'v', {'OK', {redis.status_reply('OK'), 'w'}}, 1}"
    result = api.post("/", json=["EVAL", script, 0], headers=BASE64).json()["result"]
    assert result == ["dg==", ["OK", ["OK", "dw=="]], 1]
    assert api.get("/ping", headers=BASE64).json() == {"result": "UE9ORw=="}
    assert api.post("/pipeline", json=[["ECHO", "v"]], headers=BASE64).json()[0]["result"] == "dg=="


def test_answers_bytes_that_are_no_text(api: httpx.Client) -> None:
    """Bytes outside UTF-8 are replaced in plain answers and whole in base64."""
    value = bytes(range(256))
    api.post("/set/k", content=value)
    plain = api.get("/get/k").json()["result"]
    assert plain == value.decode(errors="replace")
    assert base64.b64decode(api.get("/get/k", headers=BASE64).json()["result"]) == value


def test_answers_long_status_lines(api: httpx.Client) -> None:
    """A status of 100 kB, which a script can make, is answered whole."""
    script = "return redis.status_reply(string.rep('x', 100000))"
    assert api.post("/", json=["EVAL", script, 0]).json() == {"result": "x" * 100_000}


@pytest.mark.parametrize(
    "header", [{"Upstash-Encoding": "gzip"}, {"Upstash-Response-Format": "resp2"}]
)
def test_refuses_formats_it_lacks(api: httpx.Client, header: dict[str, str]) -> None:
    """An encoding or format that the stand-in can't give is a 400, not a JSON answer."""
    assert api.get("/ping", headers=header).status_code == 400


def test_sends_a_sync_token(api: httpx.Client) -> None:
    """Every answer, of an error too, carries the token that clients send back."""
    assert api.get("/ping").headers["Upstash-Sync-Token"]
    assert api.get("/incr").headers["Upstash-Sync-Token"]


def test_limits_the_request(api: httpx.Client) -> None:
    """A body of 10 MB is taken, one byte more is answered 413 with an error."""
    body = b"x" * MAX_REQUEST_BYTES
    assert api.post("/set/k", content=body).json() == {"result": "OK"}
    response = api.post("/set/k", content=body + b"x")
    assert response.status_code == 413
    assert response.json() == {"error": "ERR max request size exceeded. Limit: 10485760 bytes"}


def test_survives_connections_that_valkey_closed(api: httpx.Client, valkey_port: int) -> None:
    """After Valkey has dropped its clients the next command goes through a new connection."""
    api.get("/ping").raise_for_status()
    with valkey.Valkey(port=valkey_port) as admin:
        admin.client_kill_filter(_type="normal", skipme=True)
    assert api.get("/ping").json() == {"result": "PONG"}


def test_tells_that_valkey_is_down() -> None:
    """With nothing behind it the answer is 503 with an error."""
    with in_thread(create_app(free_port(), "t")) as url:
        response = httpx.get(f"{url}/ping?_token=t")
    assert (response.status_code, response.json().keys()) == (503, {"error"})
