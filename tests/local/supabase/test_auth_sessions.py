"""Refresh, the signed-in person, and sign-out over HTTP."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from local.supabase.project import Project
from tests.local.supabase.sql import execute

Session = dict[str, Any]
SignIn = Callable[[str], Session]


def refresh(client: httpx.Client, token: str) -> httpx.Response:
    """Exchanges a refresh token."""
    return client.post("/auth/v1/token?grant_type=refresh_token", json={"refresh_token": token})


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

    def test_expired(self, supabase: Project, anon: httpx.Client) -> None:
        """A token past its hour is bad_jwt."""
        claims = {"sub": str(uuid4()), "session_id": str(uuid4()), "exp": int(time.time()) - 1}
        assert supabase.jwt_secret is not None
        token = jwt.encode(claims, supabase.jwt_secret, algorithm="HS256")
        response = anon.get("/auth/v1/user", headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, response.json()["error_code"]) == (403, "bad_jwt")
        assert "expired" in response.json()["msg"]
