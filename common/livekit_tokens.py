"""LiveKit's tokens: made and checked with PyJWT, which needs neither livekit-api nor cryptography.

tests/common/test_livekit_tokens.py holds them against livekit-api's own.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

import jwt

TOKEN_TTL_S = 600
"""A token is for joining now: LiveKit renews it in the call, and a kick isn't outlived for long."""
SERVICE_TTL_S = 60
CLOCK_LEEWAY_S = 60


class BadSignature(Exception):  # noqa: N818 - says what it is
    """A webhook that LiveKit did not sign, or not these bytes, or too long ago."""


def participant_token(
    *,
    key: str,
    secret: str,
    now_s: int,
    identity: str,
    name: str,
    attributes: Mapping[str, str],
    grant: Mapping[str, Any],
) -> str:
    """Returns the token that opens one room for one person for TOKEN_TTL_S seconds."""
    claims = {
        "iss": key,
        "sub": identity,
        "nbf": now_s,
        "exp": now_s + TOKEN_TTL_S,
        "name": name,
        "attributes": dict(attributes),
        "video": dict(grant),
    }
    return jwt.encode(claims, secret, algorithm="HS256")


def service_token(*, key: str, secret: str, now_s: int, grant: Mapping[str, Any]) -> str:
    """Returns a token for one RoomService call; `grant` is what that call needs."""
    claims = {"iss": key, "nbf": now_s, "exp": now_s + SERVICE_TTL_S, "video": dict(grant)}
    return jwt.encode(claims, secret, algorithm="HS256")


def verify_webhook(body: bytes, token: str, keys: Mapping[str, str]) -> dict[str, Any]:
    """Returns the event in `body` once its signature holds over exactly these bytes.

    Args:
        body: the raw request body.
        token: the Authorization header, a bare JWT as LiveKit sends it.
        keys: API key → secret; the token's `iss` chooses.

    Raises:
        BadSignature: no token, an unknown key, a wrong secret, expired, or another body's.
    """
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        secret = keys.get(issuer) if isinstance(issuer, str) else None
        if secret is None:
            raise BadSignature("signed with an API key that is not ours")
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            leeway=CLOCK_LEEWAY_S,
            options={"require": ["exp", "iss"], "verify_aud": False},
        )
    except jwt.PyJWTError as error:
        raise BadSignature(str(error)) from error
    digest = b64encode(hashlib.sha256(body).digest()).decode()
    claimed = claims.get("sha256")
    if not isinstance(claimed, str) or not compare_digest(claimed.encode(), digest.encode()):
        raise BadSignature("the body is not the one that was signed")
    event = json.loads(body)
    if not isinstance(event, dict):
        raise ValueError("the event is not a JSON object")  # noqa: TRY004 - bad input, not a bug
    return event
