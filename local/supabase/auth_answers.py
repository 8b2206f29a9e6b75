"""What the auth server says of people, sessions and errors, in GoTrue's words."""

import json
import time
from typing import Any
from uuid import UUID

import asyncpg

TOKEN_SECONDS = 3600


def user_json(user: asyncpg.Record) -> dict[str, Any]:
    """Returns a person as clients see them."""
    confirmed_at = _timestamp(user["email_confirmed_at"])
    return {
        "id": str(user["id"]),
        "aud": user["aud"],
        "role": user["role"],
        "email": user["email"] or "",
        "email_confirmed_at": confirmed_at,
        "confirmed_at": confirmed_at,
        "phone": "",
        "last_sign_in_at": _timestamp(user["last_sign_in_at"]),
        "app_metadata": json.loads(user["raw_app_meta_data"]),
        "user_metadata": json.loads(user["raw_user_meta_data"]),
        "identities": [],
        "created_at": _timestamp(user["created_at"]),
        "updated_at": _timestamp(user["updated_at"]),
        "is_anonymous": user["is_anonymous"],
    }


def claims(user: asyncpg.Record, session: asyncpg.Record, *, issuer: str) -> dict[str, Any]:
    """Returns the claims of an access token that is good from now for TOKEN_SECONDS."""
    now = int(time.time())
    method = {"method": session["amr_method"], "timestamp": int(session["created_at"].timestamp())}
    return {
        "iss": issuer,
        "sub": str(user["id"]),
        "aud": user["aud"],
        "exp": now + TOKEN_SECONDS,
        "iat": now,
        "email": user["email"] or "",
        "phone": "",
        "app_metadata": json.loads(user["raw_app_meta_data"]),
        "user_metadata": json.loads(user["raw_user_meta_data"]),
        "role": user["role"],
        "aal": "aal1",
        "amr": [method],
        "session_id": str(session["id"]),
        "is_anonymous": user["is_anonymous"],
    }


def session_json(
    user: asyncpg.Record, *, access_token: str, refresh_token: str, expires_at: int
) -> dict[str, Any]:
    """Returns a session as clients get it at sign-in, sign-up and refresh."""
    return {
        "access_token": access_token,
        "token_type": "bearer",
        "expires_in": TOKEN_SECONDS,
        "expires_at": expires_at,
        "refresh_token": refresh_token,
        "user": user_json(user),
    }


class AuthError(Exception):
    """A refusal of the auth server."""

    def __init__(self, status: int, error_code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.more = more

    def body(self, api_version: str) -> dict[str, Any]:
        """Returns the answer's body; since 2024-01-01, `code` is the error code."""
        if api_version >= "2024-01-01":
            return {"code": self.error_code, "message": str(self), **self.more}
        return {"code": self.status, "error_code": self.error_code, "msg": str(self), **self.more}


def no_session() -> AuthError:
    """Returns the refusal of a token whose session has ended."""
    return AuthError(
        403, "session_not_found", "Session from session_id claim in JWT does not exist"
    )


def uuid_claim(claims: dict[str, Any], name: str) -> UUID:
    """Returns a claim that is a UUID.

    Raises:
        AuthError: 403 bad_jwt, the claim is missing or something else.
    """
    try:
        return UUID(claims[name])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise AuthError(403, "bad_jwt", f"invalid claim: missing {name} claim") from error


def _timestamp(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
