"""What functions take and return, and what of PostgREST is not spoken."""

import json
from typing import Any

import httpx
import pytest

from local.supabase.project import Project
from tests.local.supabase.rpc import call


class TestShapes:
    @pytest.mark.parametrize(
        ("function", "arguments", "answer"),
        [
            ("add", {"a": 1}, 11),
            ("add", {"a": 1, "b": 2}, 3),
            ("add", {"a": "1", "b": None}, None),
            ("two_columns", {}, [{"n": 1, "t": "a"}, {"n": 2, "t": "b"}]),
            ("no_row", {}, []),
            ("no_value", {}, None),
            ("overloaded", {"a": 1}, "a"),
            ("overloaded", {"a": 1, "b": 2}, "ab"),
            (
                "echo",
                {"p_number": 1.5, "p_list": ["a", None, 'b"'], "p_object": {"x": [True]}},
                [1.5, ["a", None, 'b"'], {"x": [True]}],
            ),
        ],
    )
    def test_answer(
        self, anon: httpx.Client, function: str, arguments: dict[str, Any], answer: Any
    ) -> None:
        """Scalars, objects, arrays and null come as JSON; defaults fill what is absent."""
        response = call(anon, function, arguments)
        assert response.status_code == 200, response.text
        assert response.json() == answer
        assert response.headers["content-type"] == "application/json; charset=utf-8"

    def test_void(self, anon: httpx.Client) -> None:
        """A function without a result is 204 and an empty body."""
        response = call(anon, "nothing")
        assert (response.status_code, response.content) == (204, b"")

    def test_a_stable_function_writes_nothing(self, anon: httpx.Client) -> None:
        """What is declared to read runs in a transaction that can only read."""
        response = call(anon, "writes_in_vain")
        assert (response.status_code, response.json()["code"]) == (405, "25006")

    def test_exact_numbers(self, anon: httpx.Client) -> None:
        """A number that no float holds arrives digit by digit."""
        number = "12345678901234567890.123456789012345678"
        content = f'{{"p_number": {number}, "p_list": [], "p_object": null}}'
        response = anon.post("/rest/v1/rpc/echo", content=content)
        assert number in response.text

    def test_no_body(self, anon: httpx.Client) -> None:
        """No body is no arguments."""
        assert anon.post("/rest/v1/rpc/no_row").json() == []

    @pytest.mark.parametrize(
        ("name", "value"), [("request.method", "POST"), ("request.path", "/rpc/request_setting")]
    )
    def test_request_settings(self, anon: httpx.Client, name: str, value: str) -> None:
        """SQL can read method and path of its request."""
        assert call(anon, "request_setting", {"p_name": name}).json() == value

    def test_request_headers(self, anon: httpx.Client) -> None:
        """SQL can read the headers of its request."""
        arguments = {"p_name": "request.headers"}
        headers = call(anon, "request_setting", arguments, {"X-Mine": "1"}).json()
        assert json.loads(headers)["x-mine"] == "1"


class TestNotSpoken:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/rest/v1/notes"),
            ("DELETE", "/rest/v1/notes?id=eq.1"),
            ("GET", "/rest/v1/rpc/add?a=1"),
            ("GET", "/rest/v1/"),
        ],
    )
    def test_all_else(self, anon: httpx.Client, method: str, path: str) -> None:
        """Everything but POST of a function and GET of a table is refused, and says so."""
        response = anon.request(method, path)
        assert response.status_code == 501
        assert "POST /rest/v1/rpc/{function} and" in response.json()["hint"]

    def test_filters(self, anon: httpx.Client) -> None:
        """A filter on a function's result is refused, not ignored."""
        response = anon.post("/rest/v1/rpc/two_columns?n=eq.1", json={})
        assert (response.status_code, response.json()["code"]) == (400, "PGRST100")

    @pytest.mark.parametrize(
        ("header", "value", "code"),
        [
            ("Content-Profile", "auth", "PGRST106"),
            ("Accept", "text/csv", "PGRST107"),
            ("Accept", "application/vnd.pgrst.object+json", "PGRST107"),
        ],
    )
    def test_other_representations(
        self, anon: httpx.Client, header: str, value: str, code: str
    ) -> None:
        """Another schema and another media type are refused."""
        response = call(anon, "two_columns", headers={header: value})
        assert (response.status_code, response.json()["code"]) == (406, code)

    @pytest.mark.parametrize("path", ["/storage/v1/bucket", "/functions/v1/x", "/graphql/v1", "/"])
    def test_other_services(self, anon: httpx.Client, path: str) -> None:
        """Storage, functions and GraphQL are refused by name."""
        response = anon.get(path)
        assert response.status_code == 501
        assert "no storage" in response.json()["hint"]

    def test_faults(self, supabase: Project, anon: httpx.Client) -> None:
        """The stand-in fails on demand, and then no more."""
        supabase.app.set("status", path="/rest", times=1, status=503)
        assert call(anon, "add", {"a": 1}).status_code == 503
        assert call(anon, "add", {"a": 1}).status_code == 200
