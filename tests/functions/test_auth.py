"""Who is let in: Supabase's tokens, verified without asking anybody."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from common import auth, supabase
from local.community import PEOPLE
from tests.problems import assert_problem
from tests.stack import JWT_SECRET, Stack

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(stack: Stack, **other: Any) -> dict[str, Any]:
    """The claims of a valid token of the demo member."""
    valid = {
        "sub": str(PEOPLE["member"]),
        "role": "authenticated",
        "aud": "authenticated",
        "iss": f"{stack.supabase_url}/auth/v1",
        "exp": int(time.time()) + 600,
    }
    return {name: value for name, value in (valid | other).items() if value is not None}


def kid(stack: Stack) -> str:
    """The id of the auth server's signing key."""
    return str(jwt.get_unverified_header(stack.token("member"))["kid"])


def ask(stack: Stack, token: str) -> httpx.Response:
    """Asks for a LiveKit token of a channel that doesn't exist: 404 once signed in."""
    return stack.api.post(
        "/api/livekit/token",
        json={"room_name": f"{uuid4()}:{uuid4()}"},
        headers={"Authorization": f"Bearer {token}"},
    )


class TestWhoIsLetIn:
    def test_es256_by_the_key_set(self, stack: Stack) -> None:
        """A token that the auth server signed is accepted."""
        assert_problem(ask(stack, stack.token("member")), 404, "channel_not_found")

    def test_legacy_hs256_by_the_secret(self, stack: Stack) -> None:
        """A token that the project's legacy secret signed is accepted."""
        token = jwt.encode(claims(stack), JWT_SECRET, algorithm="HS256")
        assert_problem(ask(stack, token), 404, "channel_not_found")

    def test_rs256_by_the_key_set(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """A project that signs with RSA keys is served as well."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key()))

        async def key_set() -> list[dict[str, Any]]:
            return [public | {"kid": "rsa", "alg": "RS256"}]

        monkeypatch.setattr(auth, "fetch_key_set", key_set)
        token = jwt.encode(claims(stack), RSA_KEY, algorithm="RS256", headers={"kid": "rsa"})
        assert asyncio.run(auth.verify(token)).id == str(PEOPLE["member"])
        auth.forget_keys()
        # The database knows no such key: what we verified and it refuses is still a 401.
        assert_problem(ask(stack, token), 401, "token_refused")


def _public_pem() -> bytes:
    return EC_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _unsigned(content: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, content)
    encoded = (base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts)
    return b".".join(encoded).decode() + "."


def _by_hand(header: dict[str, Any], content: dict[str, Any], secret: bytes) -> str:
    """Signs HS256 with a secret that PyJWT would refuse to sign with."""
    parts = (header, content)
    head = b".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts)
    signature = hmac.new(secret, head, hashlib.sha256).digest()
    return (head + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


REFUSED: dict[str, tuple[str, Callable[[Stack], str]]] = {
    "expired": (
        "token_expired",
        lambda s: jwt.encode(claims(s, exp=int(time.time()) - 60), JWT_SECRET),
    ),
    "forged with another EC key under our kid": (
        "token_invalid",
        lambda s: jwt.encode(claims(s), EC_KEY, algorithm="ES256", headers={"kid": kid(s)}),
    ),
    "another key id": (
        "token_unknown_key",
        lambda s: jwt.encode(claims(s), EC_KEY, algorithm="ES256", headers={"kid": "made-up"}),
    ),
    "no key id": (
        "token_unknown_key",
        lambda s: jwt.encode(claims(s), EC_KEY, algorithm="ES256"),
    ),
    "another secret": ("token_invalid", lambda s: jwt.encode(claims(s), "x" * 32)),
    "wrong audience": (
        "token_wrong_audience",
        lambda s: jwt.encode(claims(s, aud="other"), JWT_SECRET),
    ),
    "wrong issuer": (
        "token_wrong_issuer",
        lambda s: jwt.encode(claims(s, iss="https://evil.example/auth/v1"), JWT_SECRET),
    ),
    "the anonymous role": (
        "token_wrong_role",
        lambda s: jwt.encode(claims(s, role="anon"), JWT_SECRET),
    ),
    "the service role": (
        "token_wrong_role",
        lambda s: jwt.encode(claims(s, role="service_role"), JWT_SECRET),
    ),
    "algorithm none": ("token_wrong_algorithm", lambda s: _unsigned(claims(s))),
    "an algorithm we don't take": (
        "token_wrong_algorithm",
        lambda s: jwt.encode(claims(s), JWT_SECRET * 2, algorithm="HS512"),
    ),
    "an RSA algorithm on our EC key": (
        "token_wrong_algorithm",
        lambda s: jwt.encode(claims(s), RSA_KEY, algorithm="RS256", headers={"kid": kid(s)}),
    ),
    "HS256 with a public key as the secret": (
        "token_invalid",
        lambda s: _by_hand({"alg": "HS256", "kid": kid(s)}, claims(s), _public_pem()),
    ),
    "no expiry": ("token_invalid", lambda s: jwt.encode(claims(s, exp=None), JWT_SECRET)),
    "no audience": ("token_invalid", lambda s: jwt.encode(claims(s, aud=None), JWT_SECRET)),
    "no issuer": ("token_invalid", lambda s: jwt.encode(claims(s, iss=None), JWT_SECRET)),
    "no subject": ("token_invalid", lambda s: jwt.encode(claims(s, sub=None), JWT_SECRET)),
    "a subject that is no user id": (
        "token_invalid",
        lambda s: jwt.encode(claims(s, sub="ada"), JWT_SECRET),
    ),
    "not a JWT": ("token_invalid", lambda _: "garbage"),
    "half a JWT": ("token_invalid", lambda s: s.token("member").rpartition(".")[0]),
}


class TestWhoIsRefused:
    @pytest.mark.parametrize("why", REFUSED)
    def test_with_its_own_code(self, stack: Stack, why: str) -> None:
        """Each bad token is a 401 with its own code and WWW-Authenticate, and spends nothing."""
        code, make = REFUSED[why]
        token = make(stack)
        answer = ask(stack, token)
        assert_problem(answer, 401, code)
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert stack.billed() == 0

    @pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer"])
    def test_without_a_token(self, stack: Stack, header: str | None) -> None:
        """No bearer token is a 401 token_missing."""
        headers = {} if header is None else {"Authorization": header}
        answer = stack.api.post("/api/livekit/token", json={}, headers=headers)
        assert_problem(answer, 401, "token_missing")

    def test_no_io_is_spent(self, stack: Stack) -> None:
        """With every vendor hanging, a forged token is refused all the same."""
        ask(stack, stack.token("member"))  # the key set is known now
        for part in (stack.upstash, stack.supabase, stack.livekit):
            part.set("hang")
        assert_problem(ask(stack, REFUSED["another secret"][1](stack)), 401, "token_invalid")
        forged = jwt.encode(claims(stack), EC_KEY, algorithm="ES256", headers={"kid": kid(stack)})
        assert_problem(ask(stack, forged), 401, "token_invalid")


class TestKeySet:
    @pytest.fixture
    def fetches(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Counts how often the auth server is asked."""
        asked: list[str] = []
        fetch = supabase.fetch_key_set

        async def counted() -> list[dict[str, Any]]:
            asked.append("key set")
            return await fetch()

        monkeypatch.setattr(auth, "fetch_key_set", counted)
        return asked

    def test_it_is_asked_once(self, stack: Stack, fetches: list[str]) -> None:
        """Requests of ten minutes share one key set."""
        for _ in range(3):
            ask(stack, stack.token("member"))
        assert len(fetches) == 1

    def test_unknown_keys_refetch_once_a_minute(
        self, stack: Stack, fetches: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Made-up key ids make us ask at most once a minute, a new key is found after it."""
        for n in range(5):
            token = jwt.encode(claims(stack), EC_KEY, algorithm="ES256", headers={"kid": f"k{n}"})
            assert_problem(ask(stack, token), 401, "token_unknown_key")
        assert len(fetches) == 1
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + 61)
        token = jwt.encode(claims(stack), EC_KEY, algorithm="ES256", headers={"kid": "k9"})
        assert_problem(ask(stack, token), 401, "token_unknown_key")
        assert len(fetches) == 2

    def test_a_cold_start_without_the_auth_server(self, stack: Stack) -> None:
        """While no keys are known and the auth server is away, 503; then it is asked again."""
        token = stack.token("member")
        stack.supabase.set("status", path="/auth", times=1)
        assert_problem(ask(stack, token), 503, "supabase_unavailable")
        assert_problem(ask(stack, token), 404, "channel_not_found")

    @pytest.mark.usefixtures("impatient")
    def test_known_keys_outlive_the_auth_server(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Once keys are known, their refresh may fail: those that are known still verify."""
        ask(stack, stack.token("member"))
        stack.supabase.set("hang", path="/auth")
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + 700)
        assert_problem(ask(stack, stack.token("member")), 404, "channel_not_found")
