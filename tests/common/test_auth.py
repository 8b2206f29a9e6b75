"""A token that was verified is believed for a minute, and never longer than it says itself."""

import asyncio
import time
from collections.abc import Iterator

import jwt
import pytest

from common import auth
from common.auth import User
from common.errors import Problem
from common.memory import forget_everything
from common.settings import settings

SECRET = "a legacy secret of the tests, of 32 characters"
URL = "https://project.supabase.example"
ID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def project(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A project with a legacy secret, which needs no key set; a process that knows no token."""
    monkeypatch.setenv("SUPABASE_URL", URL)
    monkeypatch.setenv("SUPABASE_JWT_SECRET", SECRET)
    settings.cache_clear()
    forget_everything()
    yield
    settings.cache_clear()
    forget_everything()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens that were really verified."""
    seen: list[str] = []
    plain = jwt.decode

    def decode(token: str, *arguments: object, **options: object) -> object:
        seen.append(token)
        return plain(token, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(jwt, "decode", decode)
    return seen


def token(seconds: float = 3600, **claims: object) -> str:
    """An access token that ends in so many seconds."""
    common = {"iss": f"{URL}/auth/v1", "aud": "authenticated", "role": "authenticated", "sub": ID}
    return jwt.encode({**common, "exp": int(time.time() + seconds), **claims}, SECRET)


def verify(text: str) -> User:
    """Verifies as a request does."""
    return asyncio.run(auth.verify(text))


def test_a_second_request_of_a_client_is_believed(decoded: list[str]) -> None:
    """The same token within a minute is verified once."""
    shown = token()
    assert verify(shown) == verify(shown) == User(ID, shown)
    assert decoded == [shown]


def test_another_token_is_not(decoded: list[str]) -> None:
    """One changed character is another token."""
    shown = token()
    verify(shown)
    with pytest.raises(Problem, match="token_invalid"):
        verify(shown[:-2] + ("A" if shown[-2] != "A" else "B") + shown[-1])
    assert len(decoded) == 2


def test_after_a_minute_it_is_verified_again(
    decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A revoked key lets nobody in for longer."""
    shown = token()
    verify(shown)
    monkeypatch.setattr(auth, "VERIFIED_S", -1)
    verify(shown)
    assert decoded == [shown, shown]


def test_it_ends_when_it_says(decoded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of belief doesn't lengthen a token's life."""
    shown = token(seconds=30)
    verify(shown)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 39)
    verify(shown)
    assert decoded == [shown]
    monkeypatch.setattr(time, "time", lambda: now + 41)
    verify(shown)  # PyJWT looks at a clock of its own: what matters is that it was asked
    assert decoded == [shown, shown]


def test_a_refusal_is_not_remembered(decoded: list[str]) -> None:
    """Who is refused is verified each time: nothing of theirs is kept."""
    shown = token(role="anon")
    for _ in range(2):
        with pytest.raises(Problem, match="token_wrong_role"):
            verify(shown)
    assert decoded == [shown, shown]
