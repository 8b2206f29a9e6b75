"""Sign-up and sign-in over HTTP, and who may ask at all."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from local.supabase.project import Project
from tests.local.supabase.sql import execute

Session = dict[str, Any]
SignIn = Callable[[str], Session]


class TestPassword:
    def test_token_verifies_with_the_key_set(
        self, supabase: Project, anon: httpx.Client, sign_in: SignIn
    ) -> None:
        """A signed-in person's token verifies with the published key, and says who they are."""
        session = sign_in("ann")
        with httpx.Client(base_url=supabase.url) as keyless:
            keys = jwt.PyJWKSet.from_dict(keyless.get("/auth/v1/.well-known/jwks.json").json())
        kid = jwt.get_unverified_header(session["access_token"])["kid"]
        claims = jwt.decode(
            session["access_token"],
            keys[kid],
            algorithms=["ES256"],
            audience="authenticated",
            issuer=f"{supabase.url}/auth/v1",
        )
        assert claims["sub"] == session["user"]["id"]
        assert claims["role"] == "authenticated"
        assert claims["email"] == "ann@example.com"
        assert claims["is_anonymous"] is False
        assert claims["user_metadata"] == {"name": "Ann"}
        assert claims["amr"][0]["method"] == "password"
        assert claims["exp"] - claims["iat"] == session["expires_in"] == 3600
        assert session["expires_at"] == claims["exp"]

    @pytest.mark.parametrize(
        "credentials",
        [
            {"email": "ann@example.com", "password": "wrong"},
            {"email": "nobody@example.com", "password": "correct horse"},
            {"email": "ann@example.com"},
            {},
        ],
    )
    def test_wrong_credentials(self, anon: httpx.Client, credentials: dict[str, str]) -> None:
        """A wrong password and an unknown person are refused alike."""
        response = anon.post("/auth/v1/token?grant_type=password", json=credentials)
        assert response.status_code == 400
        assert response.json() == {
            "code": 400,
            "error_code": "invalid_credentials",
            "msg": "Invalid login credentials",
        }

    def test_errors_of_the_newer_api(self, anon: httpx.Client) -> None:
        """A client that speaks 2024-01-01 finds the error code in `code`."""
        response = anon.post(
            "/auth/v1/token?grant_type=password",
            json={},
            headers={"x-supabase-api-version": "2024-01-01"},
        )
        assert response.headers["x-supabase-api-version"] == "2024-01-01"
        assert response.json()["code"] == "invalid_credentials"
        assert response.json()["message"] == "Invalid login credentials"

    @pytest.mark.parametrize(
        "content", [b"{", b"[]", b'"text"', b"\xff", b'{"email": "\\ud800"}', b"[" * 100_000]
    )
    def test_malformed_body(self, anon: httpx.Client, content: bytes) -> None:
        """A body that is no JSON object of valid text is bad_json."""
        response = anon.post("/auth/v1/token?grant_type=password", content=content)
        assert (response.status_code, response.json()["error_code"]) == (400, "bad_json")

    @pytest.mark.parametrize("value", [1, ["a"], {"a": 1}, "a\x00b"])
    def test_email_that_is_no_text(self, anon: httpx.Client, value: object) -> None:
        """Credentials of another type than text are refused."""
        body = {"email": value, "password": "x"}
        response = anon.post("/auth/v1/token?grant_type=password", json=body)
        assert (response.status_code, response.json()["error_code"]) == (400, "validation_failed")

    def test_unknown_grant(self, anon: httpx.Client) -> None:
        """A grant that the local stack does not know is refused."""
        assert anon.post("/auth/v1/token?grant_type=pkce", json={}).status_code == 400

    @pytest.mark.parametrize("key", [None, "sb_publishable_of_another_project"])
    def test_needs_the_key(self, supabase: Project, key: str | None) -> None:
        """Without a key of the project nobody gets as far as the password."""
        headers = {"apikey": key} if key else {}
        url = f"{supabase.url}/auth/v1/token?grant_type=password"
        assert httpx.post(url, json={}, headers=headers).status_code == 401


class TestSignUp:
    def test_with_email(self, anon: httpx.Client) -> None:
        """Who signs up with email and password is confirmed and signed in at once."""
        email = f"{uuid4().hex}@Example.com"
        body = {"email": email, "password": "long enough", "data": {"name": "New"}}
        user = anon.post("/auth/v1/signup", json=body).json()["user"]
        assert user["email"] == email.lower()
        assert user["email_confirmed_at"] is not None
        assert user["user_metadata"] == {"name": "New"}
        assert user["app_metadata"] == {"provider": "email", "providers": ["email"]}
        assert anon.post("/auth/v1/token?grant_type=password", json=body).status_code == 200

    def test_anonymous(self, anon: httpx.Client) -> None:
        """Who signs up with nothing is authenticated and anonymous."""
        session = anon.post("/auth/v1/signup", json={}).json()
        claims = jwt.decode(session["access_token"], options={"verify_signature": False})
        assert claims["is_anonymous"] is True
        assert claims["role"] == "authenticated"
        assert session["user"]["email"] == ""

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"email": "ann@example.com", "password": "long enough"}, 422, "user_already_exists"),
            ({"email": "new@example.com", "password": "short"}, 422, "weak_password"),
            ({"email": "new@example.com"}, 422, "validation_failed"),
            ({"email": "no address", "password": "long enough"}, 400, "validation_failed"),
            ({"phone": "123", "password": "long enough"}, 400, "validation_failed"),
            ({"data": ["x"]}, 400, "validation_failed"),
        ],
    )
    def test_refusals(
        self, anon: httpx.Client, body: dict[str, Any], status: int, code: str
    ) -> None:
        """What can't become a person is refused with GoTrue's codes."""
        response = anon.post("/auth/v1/signup", json=body)
        assert (response.status_code, response.json()["error_code"]) == (status, code)


class TestEdges:
    def test_health_needs_no_key(self, supabase: Project) -> None:
        """Who waits for the stack asks without a key."""
        assert httpx.get(f"{supabase.url}/auth/v1/health").json()["name"] == "GoTrue"

    def test_browsers_may_ask(self, supabase: Project) -> None:
        """A browser of any origin may send keys, tokens and JSON."""
        response = httpx.options(
            f"{supabase.url}/auth/v1/token",
            headers={
                "Origin": "http://localhost:5173",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "apikey,authorization,content-type",
            },
        )
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == "*"
        allowed = response.headers["access-control-allow-headers"].replace(" ", "").split(",")
        assert {"apikey", "authorization", "content-type"} <= set(allowed)

    def test_what_is_not_spoken(self, anon: httpx.Client) -> None:
        """An endpoint that the local stack lacks says so."""
        response = anon.post("/auth/v1/otp", json={})
        assert (response.status_code, response.json()["error_code"]) == (501, "not_implemented")

    def test_trigger_refuses(self, supabase: Project, anon: httpx.Client) -> None:
        """A trigger on auth.users that fails is told, and nobody is made."""
        execute(
            supabase,
            """
            create function public.refuse() returns trigger language plpgsql
            as $$ begin raise 'full house'; end $$;
            create trigger refuse before insert on auth.users for each row
            when (new.email = 'late@example.com') execute function public.refuse();
            """,
        )
        body = {"email": "late@example.com", "password": "long enough"}
        response = anon.post("/auth/v1/signup", json=body)
        assert response.status_code == 500
        assert "full house" in response.json()["msg"]
