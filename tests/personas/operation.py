"""An operation, and what each persona is answered: one row of the matrix.

A row says what is asked for once. From it follow the HTTP request and the call of the SQL function
that supabase-js would make.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.personas.scratch import OWN_ROLES, PEOPLE, ROOM, Given

PERSONAS = ("owner", "admin", "mod", "member", "stranger", "banned", "anonymous")

OK = "ok"
"""Done and, if the operation writes, something has changed."""
ALREADY = "already"
"""Answered as if done, and nothing has changed: it was so before."""

STATUSES = {
    "token_missing": 401,
    "banned": 403,
    "may_not_connect": 403,
    "member_too_high": 403,
    "missing_permission": 403,
    "owner_only": 403,
    "permission_not_yours": 403,
    "role_too_high": 403,
    "ban_not_found": 404,
    "block_not_found": 404,
    "channel_not_found": 404,
    "invite_not_found": 404,
    "member_not_found": 404,
    "role_not_found": 404,
    "room_not_found": 404,
    "user_not_found": 404,
    "confirm_needed": 409,
    "everyone_fixed": 409,
    "locks_you_out": 409,
    "not_a_voice_channel": 409,
    "owner_must_stay": 409,
    "role_in_use": 409,
    "version_mismatch": 412,
    "group_size_invalid": 422,
    "interests_invalid": 422,
    "languages_invalid": 422,
    "not_yourself": 422,
}
"""The status of each refusal of the matrix."""

ME = "{me}"
"""In a request: the id of who asks."""
MY_ROLES = "{my_roles}"
"""In a list of a request: the ids of the roles that who asks has."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One row: what is asked for, and a cell for each persona.

    Attributes:
        title: what it is, after "may … ?".
        route: method and path, as the endpoint has it.
        function: the SQL function that does the same; "" when there is none.
        where: the path's parameters, `room_id` being the scratch room's unless it is given.
        query: the query's.
        body: the JSON object of the request; None for none.
        wrapped: the function's one argument that the body is; "" when each member is one.
        arguments: the function's arguments, when they don't follow from the above.
        version: the room's version that the change is meant for.
        given: what the personas wait for, or are in, before they ask.
        says: what stands in each answer that is no refusal.
        writes: whether what is `ok` changes the database.
        members: `ok`, `already`, or the code of the refusal: for owner, admin, mod and member.
        others: the same for stranger and banned.
        anonymous: the same for who isn't signed in.
    """

    title: str
    route: str
    function: str
    where: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    wrapped: str = ""
    arguments: dict[str, Any] | None = None
    version: int | None = None
    given: Given = Given.NOTHING
    says: dict[str, Any] = field(default_factory=dict)
    writes: bool = False
    members: tuple[str, str, str, str]
    others: tuple[str, str] = ("room_not_found", "room_not_found")
    anonymous: str = "token_missing"

    @property
    def cells(self) -> dict[str, str]:
        """What each persona is answered."""
        return dict(zip(PERSONAS, (*self.members, *self.others, self.anonymous), strict=True))

    def status(self, code: str) -> int:
        """Returns the status of a refusal with this code; 0 for a code that the matrix lacks."""
        if (self.function, code) == ("moderate_voice", "may_not_connect"):
            return 409  # another may not, who is to be moved
        return STATUSES.get(code, 0)

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.route.split()[0]

    def request(self, persona: str) -> dict[str, Any]:
        """Returns the HTTP request of one persona, as httpx takes it."""
        parameters = {"room_id": ROOM} | self.where
        filled: dict[str, Any] = _filled(
            {
                "url": self.route.split()[1].format(**parameters),
                "params": {k: _as_query(v) for k, v in self.query.items()},
                "json": self.body,
            },
            persona,
        )
        headers = {} if self.version is None else {"If-Match": f'"{self.version}"'}
        return filled | {"method": self.method, "headers": headers}

    def call(self, persona: str) -> dict[str, Any]:
        """Returns the arguments of the same as a call of the function."""
        if self.arguments is not None:
            given = self.arguments
        else:
            given = {"room_id": ROOM} if "{room_id}" in self.route else {}
            given = given | self.where | self.query
            given |= {self.wrapped: self.body} if self.wrapped else self.body or {}
            if self.version is not None:
                given |= {"version": self.version}
        filled: dict[str, Any] = _filled(given, persona)
        return {f"p_{name}": value for name, value in filled.items()}


def _as_query(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(value: Any, persona: str) -> Any:
    """Puts who asks in place of ME and MY_ROLES."""
    if isinstance(value, dict):
        return {name: _filled(item, persona) for name, item in value.items()}
    if isinstance(value, list):
        own = OWN_ROLES.get(persona, [])
        parts = [own if item == MY_ROLES else [_filled(item, persona)] for item in value]
        return [item for part in parts for item in part]
    if isinstance(value, str):
        return value.replace(ME, PEOPLE.get(persona, PEOPLE["owner"]))
    return value
