"""Sign-up, sign-in, refresh and sign-out over HTTP."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import jwt
import pytest

from local.supabase.project import Project

Session = dict[str, Any]
SignIn = Callable[[str], Session]


def refresh(client: httpx.Client, token: str) -> httpx.Response:
    """Exchanges a refresh token."""
    return client.post("/auth/v1/token?grant_type=refresh_token", json={"refresh_token": token})


def execute(supabase: Project, sql: str, *arguments: object) -> None:
    """Runs SQL as superuser."""

    async def connected() -> None:
        connection = await asyncpg.connect(supabase.dsn)
        await connection.execute(sql, *arguments)
        await connection.close()

    asyncio.run(connected())


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


class TestRefresh:
    def test_rotates(self, anon: httpx.Client, sign_in: SignIn) -> None:
        """A refresh token gives a new one, in the same session."""
        first = sign_in("ann")
        second = refresh(anon, first["refresh_token"]).json()
        third = refresh(anon, second["refresh_token"]).json()
        tokens = {each["refresh_token"] for each in (first, second, third)}
        assert len(tokens) == 3
        sessions = {
            jwt.decode(each["access_token"], options={"verify_signature": False})["session_id"]
            for each in (first, second, third)
        }
        assert len(sessions) == 1

    def test_lost_answer(self, supabase: Project, anon: httpx.Client, sign_in: SignIn) -> None:
        """Whose answer was lost gets the same successor again, however late they ask."""
        first = sign_in("ann")["refresh_token"]
        second = refresh(anon, first).json()["refresh_token"]
        age(supabase)
        assert refresh(anon, first).json()["refresh_token"] == second

    def test_race(self, anon: httpx.Client, sign_in: SignIn) -> None:
        """Tabs that refresh at once all get the one successor."""
        first = sign_in("ann")["refresh_token"]
        with ThreadPoolExecutor(4) as tabs:
            answers = list(tabs.map(lambda _: refresh(anon, first), range(4)))
        assert [answer.status_code for answer in answers] == [200] * 4
        assert len({answer.json()["refresh_token"] for answer in answers}) == 1

    def test_grace(self, anon: httpx.Client, sign_in: SignIn) -> None:
        """Within the reuse interval a token two steps old still gets the active one."""
        first = sign_in("ann")["refresh_token"]
        second = refresh(anon, first).json()["refresh_token"]
        third = refresh(anon, second).json()["refresh_token"]
        assert refresh(anon, first).json()["refresh_token"] == third

    def test_theft(self, supabase: Project, anon: httpx.Client, sign_in: SignIn) -> None:
        """An old token after the reuse interval ends the whole session."""
        first = sign_in("ann")["refresh_token"]
        second = refresh(anon, first).json()["refresh_token"]
        third = refresh(anon, second).json()["refresh_token"]
        age(supabase)
        stolen = refresh(anon, first)
        assert stolen.status_code == 400
        assert stolen.json()["error_code"] == "refresh_token_already_used"
        assert refresh(anon, third).json()["error_code"] == "refresh_token_already_used"

    @pytest.mark.parametrize("token", ["unknown", ""])
    def test_unknown(self, anon: httpx.Client, token: str) -> None:
        """A token that was never issued is not found."""
        response = refresh(anon, token)
        assert response.status_code == 400
        assert response.json()["error_code"] == "refresh_token_not_found"


def age(supabase: Project) -> None:
    """Puts every use of a refresh token before the reuse interval."""
    execute(supabase, "update auth.refresh_tokens set updated_at = now() - interval '1 minute'")


class TestUser:
    def test_who_am_i(self, anon: httpx.Client, ann: dict[str, str]) -> None:
        """A signed-in person is told who they are."""
        response = anon.get("/auth/v1/user", headers=ann)
        assert response.json()["email"] == "ann@example.com"
        assert "encrypted_password" not in response.json()

    def test_not_signed_in(self, anon: httpx.Client) -> None:
        """Without a token there is nobody."""
        response = anon.get("/auth/v1/user")
        assert (response.status_code, response.json()["error_code"]) == (401, "no_authorization")

    @pytest.mark.parametrize("token", ["x", "a.b.c", "sb_publishable_local"])
    def test_bad_token(self, anon: httpx.Client, token: str) -> None:
        """A token that does not verify is refused."""
        response = anon.get("/auth/v1/user", headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, response.json()["error_code"]) == (403, "bad_jwt")

    @pytest.mark.parametrize("scope", ["global", "local"])
    def test_sign_out(self, anon: httpx.Client, sign_in: SignIn, scope: str) -> None:
        """After sign-out the session's tokens are good for nothing more here."""
        session = sign_in("bob")
        headers = {"Authorization": f"Bearer {session['access_token']}"}
        assert anon.post(f"/auth/v1/logout?scope={scope}", headers=headers).status_code == 204
        response = anon.get("/auth/v1/user", headers=headers)
        assert (response.status_code, response.json()["error_code"]) == (403, "session_not_found")
        assert refresh(anon, session["refresh_token"]).status_code == 400

    def test_sign_out_elsewhere(self, anon: httpx.Client, sign_in: SignIn) -> None:
        """Scope `others` ends every session but the caller's."""
        here, elsewhere = (
            {"Authorization": f"Bearer {sign_in('bob')['access_token']}"} for _ in range(2)
        )
        anon.post("/auth/v1/logout?scope=others", headers=here)
        assert anon.get("/auth/v1/user", headers=here).status_code == 200
        assert anon.get("/auth/v1/user", headers=elsewhere).status_code == 403


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

    def test_expired(self, supabase: Project, anon: httpx.Client) -> None:
        """A token past its hour is bad_jwt."""
        claims = {"sub": str(uuid4()), "session_id": str(uuid4()), "exp": int(time.time()) - 1}
        assert supabase.jwt_secret is not None
        token = jwt.encode(claims, supabase.jwt_secret, algorithm="HS256")
        response = anon.get("/auth/v1/user", headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, response.json()["error_code"]) == (403, "bad_jwt")
        assert "expired" in response.json()["msg"]
