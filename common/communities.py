"""What the endpoints of communities share: the caller, their limit, If-Match, the call, the answer.

The rules stand in SQL, also what a text may hold. An endpoint names one function and its
arguments; the function's JSON is the answer as it is, and the room's version in it its ETag.
"""

import re
from collections.abc import Set as AbstractSet
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from common import auth, limits, supabase
from common.errors import Problem
from common.rate_limit import Rule
from common.settings import settings

IDS_AT_ONCE = 1000
"""More than any list of ours may have: a room has 250 roles and 500 channels at most."""
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,18})"', re.ASCII)  # PostgreSQL's bigint has 19 digits


class Body(BaseModel):
    """A request's JSON object; a member that isn't named here is 422 field_unknown."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """Returns the members that the caller sent, as JSON values; what is omitted stays."""
        return self.model_dump(mode="json", exclude_unset=True)


class Overwrite(Body):
    """What a role may do in one channel besides, and may not: permission bits as texts."""

    role_id: UUID
    allow: str
    deny: str


Overwrites = Annotated[list[Overwrite], Field(max_length=IDS_AT_ONCE)]


class Order(Body):
    """All ids of a kind, in their new order."""

    order: Annotated[list[UUID], Field(max_length=IDS_AT_ONCE)]


SignedIn = Annotated[auth.User, Depends(auth.user)]


async def _expected_version(request: Request) -> int | None:
    """FastAPI dependency: the version that the caller's change is meant for, None for any."""
    given = request.headers.get("if-match", "*").strip()
    if given == "*":
        return None
    version = _VERSION.fullmatch(given)
    if version is None:
        detail = 'If-Match takes the ETag of an answer about this room, such as "17", or *.'
        raise Problem(400, "if_match_invalid", detail)
    return int(version[1])


IfMatch = Annotated[int | None, Depends(_expected_version)]


async def admit(user: auth.User) -> dict[str, str]:
    """Counts one write of the user; returns the headers that say what is left.

    Raises:
        Problem: 429 rate_limited.
    """
    return await limits.enforce(Rule("write", settings().sangha_write_limit), user.id)


async def ask(
    user: auth.User, function: str, answers: AbstractSet[str], **arguments: Any
) -> dict[str, Any]:
    """Calls a SQL function as the user.

    Args:
        user: the caller.
        function: its name in the schema public.
        answers: the members that its answer has.
        arguments: UUIDs, lists of them and JSON values, by their SQL names without `p_`.

    Raises:
        Problem: the function refused.
        Unavailable: Supabase gave no sensible answer; what was asked may have been done.
    """

    def read(answer: Any) -> dict[str, Any]:
        if not isinstance(answer, dict) or not answers <= answer.keys():
            raise TypeError(f"{function} did not answer with {', '.join(sorted(answers))}")
        if "version" in answers and not isinstance(answer["version"], int):
            raise TypeError(f"{function} answered with a version that is no number")
        return answer

    named = {f"p_{name}": _json(value) for name, value in arguments.items()}
    return await supabase.rpc(function, named, token=user.token, read=read)


def _json(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return [_json(item) for item in value] if isinstance(value, list) else value


def answer(
    found: dict[str, Any],
    headers: dict[str, str] | None = None,
    *,
    status: int = 200,
    location: str = "",
) -> JSONResponse:
    """Returns the HTTP answer, with the room's version as its ETag."""
    headers = dict(headers or {})
    if "version" in found:
        headers["ETag"] = f'"{found["version"]}"'
    if location:
        headers["Location"] = location
    return JSONResponse(found, status, headers)
