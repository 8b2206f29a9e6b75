"""Functions called over HTTP, as their callers."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from local.supabase import database
from local.supabase.project import Project


def call(
    client: httpx.Client,
    function: str,
    arguments: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Calls a function."""
    return client.post(f"/rest/v1/rpc/{function}", json=arguments or {}, headers=headers)


def legacy(supabase: Project, **claims: Any) -> str:
    """Returns a token or key signed with the legacy secret."""
    assert supabase.jwt_secret is not None
    return jwt.encode(claims, supabase.jwt_secret, algorithm="HS256")


class TestRoles:
    def test_publishable_key(self, anon: httpx.Client) -> None:
        """The publishable key alone is anon, signed in as nobody."""
        answer = call(anon, "who_am_i").json()
        assert answer == {"role": "anon", "login": "authenticator", "user_id": None}

    def test_user_token(self, anon: httpx.Client, ann: dict[str, str]) -> None:
        """A user's token is authenticated, and auth.uid() is theirs."""
        user_id = anon.get("/auth/v1/user", headers=ann).json()["id"]
        answer = call(anon, "who_am_i", headers=ann).json()
        assert (answer["role"], answer["user_id"]) == ("authenticated", user_id)
        assert call(anon, "my_claims", headers=ann).json()["user_metadata"] == {"name": "Ann"}

    def test_secret_key(self, supabase: Project, anon: httpx.Client) -> None:
        """The secret key is service_role, with or without itself as bearer."""
        key = supabase.secret_key
        for headers in ({"apikey": key}, {"apikey": key, "Authorization": f"Bearer {key}"}):
            assert call(anon, "who_am_i", headers=headers).json()["role"] == "service_role"

    def test_token_over_secret_key(
        self, supabase: Project, anon: httpx.Client, ann: dict[str, str]
    ) -> None:
        """A user's token beside the secret key is the user, not service_role."""
        headers = ann | {"apikey": supabase.secret_key}
        assert call(anon, "who_am_i", headers=headers).json()["role"] == "authenticated"

    def test_key_as_parameter(self, supabase: Project) -> None:
        """The key may come in the URL."""
        url = f"{supabase.url}/rest/v1/rpc/who_am_i?apikey={supabase.publishable_key}"
        assert httpx.post(url, json={}).json()["role"] == "anon"

    @pytest.mark.parametrize("key", ["", "unknown", "sb_secret_unknown", "ä"])
    def test_unknown_key(self, anon: httpx.Client, key: str) -> None:
        """A key that the project doesn't have is refused, whatever token comes with it."""
        headers = {"apikey": key.encode()}
        response = anon.post("/rest/v1/rpc/who_am_i", json={}, headers=headers)  # type: ignore[arg-type]
        assert response.status_code == 401
        assert response.json()["message"] in {"Invalid API key", "No API key found in request"}

    def test_another_key_as_bearer(self, supabase: Project, anon: httpx.Client) -> None:
        """An sb_ key as bearer is refused when it is not the apikey itself."""
        headers = {"Authorization": f"Bearer {supabase.secret_key}"}
        assert call(anon, "who_am_i", headers=headers).status_code == 401

    @pytest.mark.parametrize("role", ["anon", "service_role"])
    def test_legacy_key(self, supabase: Project, anon: httpx.Client, role: str) -> None:
        """A legacy key is the role that it names."""
        key = legacy(supabase, role=role, iss="supabase")
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        assert call(anon, "who_am_i", headers=headers).json()["role"] == role

    def test_user_token_is_no_key(self, supabase: Project, anon: httpx.Client) -> None:
        """A user's token can't stand in for the API key."""
        token = legacy(supabase, role="authenticated", sub=str(uuid4()))
        assert call(anon, "who_am_i", headers={"apikey": token}).status_code == 401

    def test_legacy_user_token(self, supabase: Project, anon: httpx.Client) -> None:
        """A user's token may be signed with the legacy secret."""
        user_id = str(uuid4())
        token = legacy(supabase, role="authenticated", sub=user_id, exp=time.time() + 60)
        headers = {"Authorization": f"Bearer {token}"}
        assert call(anon, "who_am_i", headers=headers).json()["user_id"] == user_id


class TestBadTokens:
    def refused(self, client: httpx.Client, token: str, code: str) -> None:
        """Asserts that a token is refused as PostgREST does."""
        response = call(client, "who_am_i", headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, response.json()["code"]) == (401, code)
        assert response.json().keys() == {"code", "message", "details", "hint"}
        assert response.headers["www-authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
    def test_no_token(self, anon: httpx.Client, token: str) -> None:
        """What is no signed token is PGRST301."""
        self.refused(anon, token, "PGRST301")

    def test_other_signature(self, anon: httpx.Client, ann: dict[str, str]) -> None:
        """A token whose claims were changed is PGRST301."""
        header, payload, signature = ann["Authorization"].removeprefix("Bearer ").split(".")
        forged = jwt.encode({"role": "service_role"}, "k" * 32, algorithm="HS256").split(".")[1]
        self.refused(anon, f"{header}.{forged}.{signature}", "PGRST301")
        self.refused(anon, f"{header}.{payload}.{'A' * 86}", "PGRST301")

    def test_other_secret(self, anon: httpx.Client) -> None:
        """A token signed with another secret is PGRST301."""
        token = jwt.encode({"role": "service_role"}, "k" * 32, algorithm="HS256")
        self.refused(anon, token, "PGRST301")

    def test_expired(self, supabase: Project, anon: httpx.Client) -> None:
        """An expired token is PGRST303."""
        self.refused(anon, legacy(supabase, role="anon", exp=time.time() - 60), "PGRST303")

    @pytest.mark.parametrize("role", ["postgres", "authenticator", "", 1, ["anon"]])
    def test_other_role(self, supabase: Project, anon: httpx.Client, role: object) -> None:
        """A token can't name a role beside the API's three."""
        self.refused(anon, legacy(supabase, role=role), "PGRST301")


class TestRowLevelSecurity:
    def test_own_rows_only(
        self, supabase: Project, anon: httpx.Client, sign_in: Any, ann: dict[str, str]
    ) -> None:
        """People see what they wrote and nobody else's; service_role sees everything."""
        bob = {"Authorization": f"Bearer {sign_in('bob')['access_token']}"}
        of_ann, of_bob = uuid4().hex, uuid4().hex
        note = call(anon, "write_note", {"p_text": of_ann}, ann).json()
        assert note["text"] == of_ann
        call(anon, "write_note", {"p_text": of_bob}, bob).raise_for_status()
        assert of_ann in call(anon, "my_notes", headers=ann).json()
        assert of_bob not in call(anon, "my_notes", headers=ann).json()
        everything = call(anon, "my_notes", headers={"apikey": supabase.secret_key}).json()
        assert {of_ann, of_bob} <= set(everything)

    def test_others_rows(self, anon: httpx.Client, sign_in: Any, ann: dict[str, str]) -> None:
        """Writing in another's name is refused by the policy: 403."""
        arguments = {"p_text": uuid4().hex, "p_owner_id": sign_in("bob")["user"]["id"]}
        response = call(anon, "write_note", arguments, ann)
        assert (response.status_code, response.json()["code"]) == (403, "42501")

    def test_anon(self, anon: httpx.Client) -> None:
        """Who may not, and is not signed in, gets 401 and how to sign in."""
        response = call(anon, "my_notes")
        assert (response.status_code, response.json()["code"]) == (401, "42501")
        assert response.headers["www-authenticate"] == "Bearer"

    def test_nothing_is_left_behind(self, anon: httpx.Client, ann: dict[str, str]) -> None:
        """What a call sets for its session is gone for the next call on the connection."""
        for _ in range(12):
            call(anon, "leave_settings", headers=ann).raise_for_status()
            assert call(anon, "who_am_i").json()["user_id"] is None

    def test_callers_at_once(self, anon: httpx.Client, sign_in: Any) -> None:
        """Calls at the same time never see each other's claims."""
        sessions = [sign_in(name) for name in ("ann", "bob")] * 20
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(
                lambda session: call(
                    anon,
                    "who_am_i",
                    headers={"Authorization": f"Bearer {session['access_token']}"},
                ).json()["user_id"],
                sessions,
            )
        assert list(answers) == [session["user"]["id"] for session in sessions]


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


class TestNotSpoken:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/rest/v1/notes"),
            ("POST", "/rest/v1/notes"),
            ("DELETE", "/rest/v1/notes?id=eq.1"),
            ("GET", "/rest/v1/rpc/add?a=1"),
            ("GET", "/rest/v1/"),
        ],
    )
    def test_tables(self, anon: httpx.Client, method: str, path: str) -> None:
        """Everything but POST of a function is refused, and says what is spoken."""
        response = anon.request(method, path)
        assert response.status_code == 501
        assert "rpc only" in response.json()["hint"]

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
