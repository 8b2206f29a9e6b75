"""As whom a function runs: keys, tokens and row level security."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from local.supabase.project import Project
from tests.local.supabase.rpc import call


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
