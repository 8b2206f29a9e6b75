"""Matching, which is everybody's, and blocks; a room's pool is its members'."""

from typing import Any

from tests.personas.operation import ALREADY, ME, OK, Operation
from tests.personas.scratch import (
    COADMIN,
    COLLEAGUE,
    DETENTION,
    FOYER,
    HUSHED,
    LECTURE,
    NEWCOMER,
    PUBLIC_ROOM,
    ROOM,
    UNKNOWN,
    Given,
)

_EVERYBODY = (OK, OK, OK, OK)
_NOTHING_NEW = (ALREADY, ALREADY, ALREADY, ALREADY)
_CHESS = {"interests": ["chess"], "languages": ["en-GB"], "strangers": False}


def _join(
    title: str,
    *,
    given: Given = Given.NOTHING,
    room_id: str | None = None,
    state: str = "waiting",
    members: tuple[str, str, str, str] = _EVERYBODY,
    others: tuple[str, str] | None = None,
    **wishes: Any,
) -> Operation:
    if others is None:
        others = (members[0], members[0]) if room_id is None else ("room_not_found",) * 2
    return Operation(
        title=title,
        route="POST /api/matching/join",
        function="join_matching",
        body={"room_id": room_id} | _CHESS | wishes,
        given=given,
        says={"state": state},
        writes=True,
        members=members,
        others=others,
    )


def _status(
    title: str, *, given: Given = Given.NOTHING, state: str = "none", writes: bool = False
) -> Operation:
    return Operation(
        title=title,
        route="GET /api/matching/status",
        function="matching_status",
        given=given,
        says={"state": state},
        writes=writes,
        members=_EVERYBODY,
        others=(OK, OK),
    )


def _leave(title: str, *, given: Given = Given.NOTHING, answer: str = OK) -> Operation:
    return Operation(
        title=title,
        route="POST /api/matching/leave",
        function="leave_matching",
        given=given,
        says={"state": "none"},
        writes=True,
        members=(answer, answer, answer, answer),
        others=(answer, answer),
    )


def _block(
    title: str,
    user_id: str,
    *,
    method: str = "PUT",
    given: Given = Given.NOTHING,
    answer: str = OK,
) -> Operation:
    return Operation(
        title=title,
        route=f"{method} /api/blocks/{{user_id}}",
        function="block_user" if method == "PUT" else "unblock_user",
        where={"user_id": user_id},
        given=given,
        writes=True,
        members=(answer, answer, answer, answer),
        others=(answer, answer),
    )


MATCHING = [
    _join("wait in the global pool"),
    _join("wait in the room's pool", room_id=ROOM),
    _join(
        "wait in the pool of a public room that one isn't in",
        room_id=PUBLIC_ROOM,
        members=("room_not_found", "room_not_found", "room_not_found", "room_not_found"),
    ),
    _join(
        "wait in the pool of a room that doesn't exist",
        room_id=UNKNOWN,
        members=("room_not_found", "room_not_found", "room_not_found", "room_not_found"),
    ),
    _join(
        "wait in the pool of a room in which `@everyone` lacks `SPEAK`",
        room_id=LECTURE,
        members=(OK, OK, "missing_permission", "missing_permission"),
    ),
    _join(
        "wait in the pool of a room in which `@everyone` lacks `CONNECT`",
        room_id=FOYER,
        members=(OK, OK, "missing_permission", "missing_permission"),
    ),
    _join(
        "wait in the pool of a room in which all but the owner are muted",
        room_id=DETENTION,
        members=(OK, "missing_permission", "missing_permission", "missing_permission"),
    ),
    _join("be matched with who waits in the global pool", given=Given.AWAITED, state="matched"),
    _join(
        "be matched with who waits in the room's pool",
        given=Given.AWAITED,
        room_id=ROOM,
        state="matched",
    ),
    _join("change what one wishes, while one waits", given=Given.WAITING),
    _join(
        "wait in the room's pool rather than in the global one", given=Given.WAITING, room_id=ROOM
    ),
    _join(
        "join while one is in a match",
        given=Given.TALKING,
        state="matched",
        members=_NOTHING_NEW,
    ),
    _join(
        "join the room's pool while one is in a match",
        given=Given.PAIRED,
        room_id=ROOM,
        state="matched",
        members=_NOTHING_NEW,
        others=(ALREADY, ALREADY),
    ),
    _join(
        "name 11 interests",
        interests=[f"interest {n}" for n in range(11)],
        members=("interests_invalid",) * 4,
    ),
    _join(
        "name a language that is none",
        room_id=ROOM,
        languages=["English"],
        members=("languages_invalid",) * 4,
        others=("languages_invalid",) * 2,
    ),
    _join("wish for a group of 9", group_size=9, members=("group_size_invalid",) * 4),
    _status("ask without having joined"),
    _status(
        "ask while one waits, which keeps the ticket",
        given=Given.WAITING,
        state="waiting",
        writes=True,
    ),
    _status("ask too late, when the ticket is gone", given=Given.LATE, writes=True),
    _status("see one's match that gathers, and get a token", given=Given.PAIRED, state="matched"),
    _status("see one's match that stands, and get a token", given=Given.TALKING, state="matched"),
    _status("ask once nobody has come to the match", given=Given.MISSED, writes=True),
    _leave("leave without having joined", answer=ALREADY),
    _leave("stop waiting", given=Given.WAITING),
    _leave("leave a match that gathers, which ends it", given=Given.PAIRED),
    _leave("leave a match that stands, and goes on", given=Given.TALKING),
]

BLOCKS = [
    Operation(
        title="see whom one has blocked",
        route="GET /api/blocks",
        function="my_blocks",
        members=_EVERYBODY,
        others=(OK, OK),
    ),
    _block("block somebody", COLLEAGUE),
    _block("block somebody again", NEWCOMER, answer=ALREADY),
    _block("block somebody who has blocked one", HUSHED),
    _block("block somebody in one's match, which one leaves", COADMIN, given=Given.TALKING),
    _block("block oneself", ME, answer="not_yourself"),
    _block("block somebody who doesn't exist", UNKNOWN, answer="user_not_found"),
    _block("take one's block back", NEWCOMER, method="DELETE"),
    _block(
        "take back the block of who has blocked one",
        HUSHED,
        method="DELETE",
        answer="block_not_found",
    ),
]
