"""Edge to Supabase: one RPC an operation as the signed-in user, and the auth server's key set."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from common import http
from common.errors import Problem
from common.settings import settings
from common.vendor import BadAnswer, Vendor

T = TypeVar("T")

_vendor = Vendor("supabase")
_RAISED_STATUS = re.compile(r"PT4\d\d")  # `raise sqlstate 'PT404'`: our SQL chose the HTTP status


async def rpc(
    function: str, arguments: dict[str, Any], *, token: str, read: Callable[[Any], T]
) -> T:
    """Calls a SQL function as the user of `token`.

    Args:
        function: its name in the schema public.
        arguments: by name, JSON values.
        token: the user's access token.
        read: makes the result of the function's JSON; ValueError, LookupError, TypeError or
            AttributeError when it isn't what the function answers.

    Raises:
        Problem: the function refused: status from its `PTnnn`, code from its message, detail from
            its detail; 401 token_refused; 403 forbidden where row level security refused.
        Unavailable: no sensible answer within SANGHA_SUPABASE_DEADLINE_MS.
    """
    headers = {
        "apikey": settings().need("supabase_publishable_key"),
        "Authorization": f"Bearer {token}",
    }
    url = f"{settings().need('supabase_url')}/rest/v1/rpc/{function}"
    async with _vendor.asked(settings().sangha_supabase_deadline_ms):
        response = await http.client().post(url, headers=headers, json=arguments)
        if not response.is_success:
            raise _refusal(response)
        return read(response.json())


async def fetch_key_set() -> list[dict[str, Any]]:
    """Returns the auth server's public signing keys (JSON Web Keys).

    Raises:
        Unavailable: no sensible answer within SANGHA_SUPABASE_DEADLINE_MS.
    """
    url = f"{settings().need('supabase_url')}/auth/v1/.well-known/jwks.json"
    async with _vendor.asked(settings().sangha_supabase_deadline_ms):
        keys = (await http.client().get(url)).json()["keys"]
        return [key for key in keys if isinstance(key, dict)]


async def ping() -> None:
    """Returns when the auth server says that it is well; raises Unavailable otherwise."""
    url = f"{settings().need('supabase_url')}/auth/v1/health"
    headers = {"apikey": settings().need("supabase_publishable_key")}
    async with _vendor.asked(settings().sangha_supabase_deadline_ms):
        (await http.client().get(url, headers=headers)).raise_for_status().json()


def _refusal(response: httpx.Response) -> Problem | BadAnswer:
    """Reads an RPC's error: a refusal that our SQL means, or a sign that something is wrong."""
    body = response.json()
    code = str(body.get("code"))
    if _RAISED_STATUS.fullmatch(code):
        detail = body.get("details") or "The database refused."
        return Problem(int(code[2:]), str(body.get("message")), str(detail))
    if response.status_code == httpx.codes.UNAUTHORIZED:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        detail = "Supabase does not accept the access token: sign in again."
        return Problem(401, "token_refused", detail, headers=challenge)
    if code == "42501":
        return Problem(403, "forbidden", "You may not do this.")
    return BadAnswer(f"{response.status_code} {response.text[:200]}")
