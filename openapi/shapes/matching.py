"""Matching: what has become of somebody's wish."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from openapi.shapes.base import Id, Ms, Seconds, Shape, absent
from openapi.shapes.voice import Ticket

GroupSize = Annotated[int, Field(ge=2, le=8)]


class MatchMember(Shape):
    """Somebody in a match."""

    user_id: Id
    name: str
    here: bool
    """Whether they are in its LiveKit room."""


class Match(Shape):
    """People who were brought together, with a LiveKit room of their own."""

    id: Id
    room_name: str = Field(pattern=r"^match:[0-9a-f-]{36}$", description="LiveKit's.")
    room_id: Id | None
    """The room in whose pool they waited; null for the global one."""
    group_size: GroupSize
    members: Annotated[list[MatchMember], Field(min_length=1, max_length=8)]
    interests: list[str]
    """What all have in common."""
    languages: list[str]
    """What all have in common."""
    made_at: Ms
    arrive_by: Ms
    started_at: Ms | None = Field(description="Since when all are there, in ms; null before.")


class LastMatch(Shape):
    """A match that came to nothing, after which the caller waits again."""

    match_id: Id
    reason: Literal["not_everyone_came", "somebody_left"]


class NotMatching(Shape):
    """The caller neither waits nor is in a match."""

    state: Literal["none"]
    as_of: Ms


class Waiting(Shape):
    """The caller waits; a ticket that nobody asks about for 30 s is gone."""

    state: Literal["waiting"]
    as_of: Ms
    room_id: Id | None
    """The pool: a room's, or the global one."""
    interests: list[str]
    languages: list[str]
    group_size: GroupSize
    strangers: bool
    since: Ms
    place: Annotated[int, Field(ge=1, le=1000)] | None
    """How many in the queue have waited longer, and one; null from 1,001 on."""
    retry_after: Seconds = Field(description="Ask again in so many seconds.")
    estimate_s: int = absent(
        "In how many seconds half of those who waited as long were matched; absent if unknown."
    )
    last: LastMatch = absent("After a match that came to nothing; absent otherwise.")


class Matched(Ticket):
    """The caller is in a match, and this opens its LiveKit room."""

    state: Literal["matched"]
    as_of: Ms
    match: Match
    retry_after: Seconds = Field(description="Ask again in so many seconds.")


class MatchStatus(
    RootModel[Annotated[NotMatching | Waiting | Matched, Field(discriminator="state")]]
):
    """What has become of the caller's wish, by `state`."""


class LeftMatching(NotMatching):
    """The caller has stopped waiting, or left their match."""

    left: Id | None
    """The id of the match that they were in, else null."""
