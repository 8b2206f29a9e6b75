"""Matching, as its endpoints share it. The rules stand in SQL: docs/matching.md."""

from collections.abc import Set as AbstractSet
from typing import Any
from uuid import UUID

from common import communities, match_rooms
from common.admission import admission
from common.auth import User
from common.grants import Permission
from common.sessions import attributes_of


async def ask(user: User, function: str, **arguments: Any) -> dict[str, Any]:
    """Calls `join_matching` or `matching_status` as the user.

    Args:
        user: the caller.
        function: its name.
        arguments: JSON values, by their SQL names without `p_`.

    Returns:
        What the user is told; with `server_url` and `participant_token` where they are in a match.

    Raises:
        Problem: the function refused.
        Unavailable: Supabase gave no sensible answer; what was asked may have been done, and may be
            asked again.
    """
    found = await _call(user, function, {"state", "as_of"}, **arguments)
    if found["state"] == "matched":
        me = found.pop("me")
        found |= admission(
            str(found["match"]["room_name"]),
            identity=user.id,
            name=str(me["name"]),
            permissions=Permission(int(me["permissions"])),
            attributes=attributes_of(me["attributes"]),
        )
    return found


async def leave(user: User) -> dict[str, Any]:
    """Takes the user out of the queue or their match, and its LiveKit room; raises as `ask`."""
    return await _call(user, "leave_matching", {"state", "as_of", "left"})


async def block(user: User, user_id: UUID) -> dict[str, Any]:
    """Blocks somebody, and leaves the match that both are in; raises as `ask`."""
    return await _call(user, "block_user", {"block", "left"}, user_id=user_id)


async def _call(
    user: User, function: str, answers: AbstractSet[str], **arguments: Any
) -> dict[str, Any]:
    """Calls one of matching's functions, and has LiveKit follow what it did."""
    found = await communities.ask(user, function, answers, **arguments)
    closed, left = found.pop("closed", None), found.get("left")
    if closed is not None:
        await match_rooms.close(str(closed))
    if left is not None and left != closed:
        await match_rooms.put_out(str(left), user.id)
    return found
