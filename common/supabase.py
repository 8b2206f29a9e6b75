"""Edge to Supabase: one RPC an operation, and the auth server's key set.

An operation runs as the signed-in user, under row level security. What runs as the service is asked
through common/service_role.py.
"""

import json
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
_BAD_VALUE = re.compile(r"22...")  # SQLSTATE class 22: a value that its type can't hold


async def rpc(
    function: str,
    arguments: dict[str, Any],
    *,
    token: str,
    read: Callable[[Any], T],
    deadline_ms: int | None = None,
) -> T:
    """Calls a SQL function as the user of `token`.

    Args:
        function: its name in the schema public.
        arguments: by name, JSON values.
        token: the user's access token.
        read: makes the result of the function's JSON; ValueError, LookupError, TypeError or
            AttributeError when it isn't what the function answers.
        deadline_ms: a shorter deadline than the setting's.

    Raises:
        Problem: the function refused: status from its `PTnnn`, code from its message, detail from
            its detail; 401 token_refused; 403 forbidden where row level security refused; 422
            invalid_request for a value that the database can't take.
        Unavailable: no sensible answer within the deadline, SANGHA_SUPABASE_DEADLINE_MS if none
            is given.
    """
    caller = {
        "apikey": settings().need("supabase_publishable_key"),
        "Authorization": f"Bearer {token}",
    }
    return await call(function, arguments, caller=caller, read=read, deadline_ms=deadline_ms)


async def call(
    function: str,
    arguments: dict[str, Any],
    *,
    caller: dict[str, str],
    read: Callable[[Any], T],
    deadline_ms: int | None,
) -> T:
    """Does as `rpc` for whoever the headers `caller` say."""
    url = f"{settings().need('supabase_url')}/rest/v1/rpc/{function}"
    headers = {**caller, "Content-Type": "application/json"}
    content = _encoded(arguments)
    longest_ms = settings().sangha_supabase_deadline_ms
    async with _vendor.asked(min(deadline_ms or longest_ms, longest_ms)):
        response = await http.client().post(url, headers=headers, content=content)
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


def _encoded(arguments: dict[str, Any]) -> bytes:
    """Returns the JSON of an RPC's arguments; Problem for a text that is no Unicode."""
    try:
        return json.dumps(arguments, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        detail = "A text has half of a surrogate pair, which is no character."
        raise Problem(422, "invalid_request", detail) from error


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
    if _BAD_VALUE.fullmatch(code) and response.status_code == httpx.codes.BAD_REQUEST:
        detail = f"The database can't take a value: {body.get('message')}."
        return Problem(422, "invalid_request", detail)
    return BadAnswer(f"{response.status_code} {response.text[:200]}")
