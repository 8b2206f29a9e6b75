"""Who calls: a database role and claims, out of the API key and the bearer token."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.supabase.errors import ApiError
from local.supabase.tokens import TokenError, Tokens

ROLES = frozenset(("anon", "authenticated", "service_role"))


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf SQL runs."""

    role: str
    claims: dict[str, Any] = field(default_factory=dict)


class Callers:
    """Knows callers by the project's keys and tokens.

    An `sb_…` key is no token: `Authorization` may repeat the `apikey`, but not bring another.
    """

    def __init__(self, publishable_key: str, secret_key: str, tokens: Tokens) -> None:
        self._keys = {publishable_key: "anon", secret_key: "service_role"}
        self._tokens = tokens

    def by_key(self, key: str | None) -> Caller:
        """Returns who an API key stands for.

        Raises:
            ApiError: 401, there is no key, or the project doesn't have it.
        """
        if not key:
            raise _refused("No API key found in request", "No `apikey` header or url param found.")
        for known, role in self._keys.items():
            if hmac.compare_digest(known.encode(), key.encode()):
                return Caller(role, {"role": role})
        try:
            caller = self._by_verified(key)
        except TokenError:
            caller = None
        if caller is None or caller.role == "authenticated":
            raise _refused("Invalid API key", "Double check the project's API keys.")
        return caller

    def by_token(self, token: str | None, key: str) -> Caller:
        """Returns who a bearer token stands for, in a request that came with the API key `key`.

        Raises:
            ApiError: 401, the key is missing or unknown, or the token is another key.
            TokenError: The token is none of this project, or has expired.
        """
        by_key = self.by_key(key)
        if not token or hmac.compare_digest(token.encode(), key.encode()):
            return by_key
        if token.startswith("sb_"):
            raise _refused("Invalid API key", "An sb_ key as bearer has to be the apikey itself.")
        return self._by_verified(token)

    def of_request(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Caller:
        """As `by_token`, for an HTTP request."""
        return self.by_token(bearer(headers), headers.get("apikey") or query.get("apikey") or "")

    def _by_verified(self, token: str) -> Caller:
        claims = self._tokens.verify(token)
        role = claims.get("role", "anon")
        if not isinstance(role, str) or role not in ROLES:
            raise TokenError(f'role "{role}" does not exist')
        return Caller(role, claims)


def bearer(headers: Mapping[str, str]) -> str | None:
    """Returns the token of an `Authorization: Bearer …` header."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _refused(message: str, hint: str) -> ApiError:
    return ApiError(401, {"message": message, "hint": hint})
