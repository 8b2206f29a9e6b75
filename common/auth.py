"""Who is calling: Supabase's access tokens, verified here without asking anybody.

ES256 and RS256 by the auth server's key set, legacy HS256 by the project's secret. Which kind of
key may verify a token follows from our configuration, never from what the token says alone.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import jwt
from fastapi import Request

from common.errors import Problem, Unavailable
from common.memory import Memory
from common.settings import settings
from common.supabase import fetch_key_set

KEY_SET_TTL_S = 600  # as long as Supabase's own edge caches it
UNKNOWN_KEY_REFETCH_S = 60  # or anyone could make us hammer the auth server with made-up key ids
CLOCK_LEEWAY_S = 10
VERIFIED_S = 60
"""A client shows the same token for an hour. So long it isn't verified again, which would be half
of our own work for a request. A signing key that is revoked is believed for that much longer."""
REMEMBERED_TOKENS = 1_000
_KEY_TYPES = {"ES256": "EC", "RS256": "RSA"}


@dataclass(frozen=True, slots=True)
class User:
    """The signed-in caller: user id (a UUID as text), and the token to act with."""

    id: str
    token: str = field(repr=False)


class KeySet:
    """The auth server's public keys, as this process knows them."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[str, Any]] = {}
        self._asked: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> dict[str, Any] | None:
        """Returns the key with this id, or None; asks the auth server at most once a minute.

        Raises:
            Unavailable: no keys are known, and the auth server does not answer.
        """
        if not self._fresh(kid):
            if self._fetching is None or self._fetching.done():
                self._fetching = asyncio.get_running_loop().create_task(self._fetch())
            await asyncio.shield(self._fetching)  # all who wait share one question
        return self._keys.get(kid)

    async def _fetch(self) -> None:
        try:
            keys = await fetch_key_set()
        except Unavailable:
            if not self._keys:  # nobody can be let in yet: the next caller tries again
                raise
        else:
            self._keys = {str(key.get("kid")): key for key in keys}
        self._asked = time.monotonic()

    def _fresh(self, kid: str) -> bool:
        if self._asked is None:
            return False
        age_s = time.monotonic() - self._asked
        return age_s < (KEY_SET_TTL_S if kid in self._keys else UNKNOWN_KEY_REFETCH_S)


_key_set = KeySet()
_verified: Memory[bytes, tuple[User, float]] = Memory(REMEMBERED_TOKENS)  # by hash; until when


def forget_keys() -> None:
    """Forgets the key set, as a cold start would."""
    global _key_set  # noqa: PLW0603 - one key set a process
    _key_set = KeySet()


async def user(request: Request) -> User:
    """FastAPI dependency: the signed-in caller.

    Raises:
        Problem: 401 with a code of its own for each reason, and WWW-Authenticate.
        Unavailable: the key set can't be had.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(
            401,
            "token_missing",
            "Sign in, and send the access token as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return await verify(token.strip())


async def verify(token: str) -> User:
    """Returns the user of a valid access token; raises as `user` does."""
    digest = hashlib.sha256(token.encode()).digest()
    known = _verified.get(digest, VERIFIED_S)
    if known is not None and time.time() < known[1]:
        return known[0]
    user, ends_s = await _verify(token)
    _verified.put(digest, (user, ends_s))
    return user


async def _verify(token: str) -> tuple[User, float]:
    """Returns the user of a token, and when it ends, in seconds since the epoch."""
    try:
        header = jwt.get_unverified_header(token)
        key, algorithm = await _verifying_key(header)
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience="authenticated",
            issuer=f"{settings().need('supabase_url')}/auth/v1",
            leeway=CLOCK_LEEWAY_S,
            options={"require": ["exp", "sub", "aud", "iss"]},
        )
        user_id = str(UUID(claims["sub"]))
        ends_s = int(claims["exp"]) + CLOCK_LEEWAY_S
    except jwt.ExpiredSignatureError as error:
        raise _refused("token_expired", "The access token has expired: refresh it.") from error
    except jwt.InvalidAudienceError as error:
        raise _refused("token_wrong_audience", "The token is not for signed-in users.") from error
    except jwt.InvalidIssuerError as error:
        raise _refused("token_wrong_issuer", "The token is another project's.") from error
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise _refused("token_invalid", "The token is not one of ours.") from error
    if claims.get("role") != "authenticated":
        raise _refused("token_wrong_role", "The token is not a signed-in user's.")
    return User(user_id, token), ends_s


async def _verifying_key(header: dict[str, Any]) -> tuple[Any, str]:
    """Returns the key and the one algorithm that may verify a token with this header."""
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm == "HS256" and settings().supabase_jwt_secret:
        return settings().supabase_jwt_secret, "HS256"
    if not isinstance(algorithm, str) or algorithm not in _KEY_TYPES:
        raise _refused("token_wrong_algorithm", "Tokens signed in this way are not accepted.")
    jwk = await _key_set.key(str(kid))
    if jwk is None:
        raise _refused("token_unknown_key", "The token's signing key is not this project's.")
    if jwk.get("kty") != _KEY_TYPES[algorithm]:
        raise _refused("token_wrong_algorithm", f"The token's key does not sign {algorithm}.")
    return jwt.PyJWK(jwk, algorithm).key, algorithm


def _refused(code: str, detail: str) -> Problem:
    challenge = f'Bearer error="invalid_token", error_description="{code}"'
    return Problem(401, code, detail, headers={"WWW-Authenticate": challenge})
