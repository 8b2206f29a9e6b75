"""Edge to Supabase: one RPC an operation as the signed-in user, and the auth server's key set."""

import asyncio
import re
from typing import Any

import httpx

from common import http
from common.errors import Problem, Unavailable
from common.log import Outage
from common.settings import settings

_outage = Outage("supabase")
_RAISED_STATUS = re.compile(r"PT4\d\d")  # `raise sqlstate 'PT404'`: our SQL chose the HTTP status


async def rpc(function: str, arguments: dict[str, Any], *, token: str) -> Any:
    """Calls a SQL function as the user of `token`; returns its JSON result.

    Raises:
        Problem: the function refused: status from its `PTnnn`, code from its message, detail from
            its detail; 401 token_refused; 403 forbidden where row level security refused.
        Unavailable: no sensible answer within SANGHA_SUPABASE_DEADLINE_MS.
    """
    headers = {
        "apikey": settings().need("supabase_publishable_key"),
        "Authorization": f"Bearer {token}",
    }
    response = await _send("POST", f"/rest/v1/rpc/{function}", headers=headers, json=arguments)
    if response.is_success:
        return _json(response) if response.content else None
    body = _json(response)
    code = str(body.get("code") or "") if isinstance(body, dict) else ""
    if _RAISED_STATUS.fullmatch(code):
        detail = body.get("details") or "The database refused."
        raise Problem(int(code[2:]), str(body.get("message")), str(detail))
    if response.status_code == httpx.codes.UNAUTHORIZED:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        detail = "Supabase does not accept the access token: sign in again."
        raise Problem(401, "token_refused", detail, headers=challenge)
    if code == "42501":
        raise Problem(403, "forbidden", "You may not do this.")
    raise _away(f"{function}: {response.status_code} {response.text[:200]}")


async def fetch_key_set() -> list[dict[str, Any]]:
    """Returns the auth server's public signing keys (JSON Web Keys).

    Raises:
        Unavailable: no sensible answer within SANGHA_SUPABASE_DEADLINE_MS.
    """
    body = _json(await _send("GET", "/auth/v1/.well-known/jwks.json"))
    keys = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(keys, list):
        raise _away("the key set has no keys")
    return [key for key in keys if isinstance(key, dict)]


async def ping() -> None:
    """Returns when the auth server says that it is well; raises Unavailable otherwise."""
    headers = {"apikey": settings().need("supabase_publishable_key")}
    response = await _send("GET", "/auth/v1/health", headers=headers)
    if not response.is_success:
        raise _away(f"health: {response.status_code}")


async def _send(method: str, path: str, **request: Any) -> httpx.Response:
    url = settings().need("supabase_url").rstrip("/") + path
    try:
        async with asyncio.timeout(settings().sangha_supabase_deadline_ms / 1000):
            response = await http.client().request(method, url, **request)
    except TimeoutError as error:
        raise _away("no answer within the deadline") from error
    except httpx.HTTPError as error:
        raise _away(f"{type(error).__name__}: {error}") from error
    if response.is_server_error:
        raise _away(f"{path}: {response.status_code} {response.text[:200]}")
    _outage.answered()
    return response


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise _away("the answer is not JSON") from error


def _away(reason: str) -> Unavailable:
    _outage.failed(reason)
    return Unavailable("supabase", reason)
