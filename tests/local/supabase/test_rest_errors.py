"""How errors of SQL, of requests and of the stand-in are told."""

from typing import Any

import httpx
import pytest

from local.supabase import database
from tests.local.supabase.rpc import call


class TestErrors:
    @pytest.mark.parametrize(
        ("sqlstate", "status"),
        [
            ("P0001", 400),
            ("PT404", 404),
            ("PT409", 409),
            ("PT429", 429),
            ("PTABC", 500),
            ("23505", 409),
            ("23503", 409),
            ("23514", 400),
            ("22P02", 400),
            ("22001", 400),
            ("28000", 403),
            ("40001", 500),
            ("40P01", 500),
            ("42P01", 404),
            ("42501", 403),
            ("53100", 503),
            ("55P03", 500),
            ("57014", 500),
            ("XX000", 500),
            ("ZZ999", 400),
        ],
    )
    def test_status(
        self, anon: httpx.Client, ann: dict[str, str], sqlstate: str, status: int
    ) -> None:
        """Each SQLSTATE has PostgREST's status, and the error is told in full."""
        response = call(anon, "fail", {"p_sqlstate": sqlstate}, ann)
        assert response.status_code == status
        assert response.json() == {
            "code": sqlstate,
            "message": "no",
            "details": "because",
            "hint": "try again",
        }

    def test_statement_timeout(self, anon: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
        """A statement over its role's timeout is cancelled, and told as an error."""
        monkeypatch.setitem(database.STATEMENT_TIMEOUTS, "anon", "50ms")
        response = call(anon, "long_query")
        assert (response.status_code, response.json()["code"]) == (500, "57014")

    @pytest.mark.parametrize(
        ("function", "arguments"),
        [
            ("no_such_function", {}),
            ("add", {}),
            ("add", {"b": 1}),
            ("add", {"a": 1, "c": 1}),
            ("pg_sleep", {"seconds": 1}),
            ('add"; drop table notes --', {"a": 1}),
            ("add", {'a" integer); drop table notes --': 1}),
        ],
    )
    def test_unknown_function(
        self, anon: httpx.Client, function: str, arguments: dict[str, Any]
    ) -> None:
        """An unknown function, and unknown or missing arguments, are PGRST202."""
        response = call(anon, function, arguments)
        assert (response.status_code, response.json()["code"]) == (404, "PGRST202")

    def test_hint(self, anon: httpx.Client) -> None:
        """Who has the arguments wrong is told the right ones."""
        assert "public.add(a, b)" in call(anon, "add", {"c": 1}).json()["hint"]

    def test_ambiguous(self, anon: httpx.Client) -> None:
        """Two functions that take the same names can't be told apart: PGRST203."""
        response = call(anon, "ambiguous", {"a": 1})
        assert (response.status_code, response.json()["code"]) == (300, "PGRST203")

    def test_wrong_type(self, anon: httpx.Client) -> None:
        """An argument that its type can't read is 400."""
        response = call(anon, "add", {"a": "one"})
        assert (response.status_code, response.json()["code"]) == (400, "22P02")

    @pytest.mark.parametrize("content", [b"{", b"[]", b"1", b"\xff", b"[" * 100_000])
    def test_malformed_body(self, anon: httpx.Client, content: bytes) -> None:
        """A body that is no JSON object is PGRST102."""
        response = anon.post("/rest/v1/rpc/add", content=content)
        assert (response.status_code, response.json()["code"]) == (400, "PGRST102")

    def test_nul(self, anon: httpx.Client) -> None:
        """A NUL, which no text in PostgreSQL holds, is 400."""
        arguments = {"p_number": 1, "p_list": ["a\x00"], "p_object": {}}
        assert call(anon, "echo", arguments).status_code == 400

    def test_oversized_body(self, anon: httpx.Client) -> None:
        """A body over the limit is 413, and the stand-in goes on."""
        response = anon.post("/rest/v1/rpc/add", content=b" " * (5 * 1024 * 1024))
        assert response.status_code == 413
        assert call(anon, "add", {"a": 1}).status_code == 200
