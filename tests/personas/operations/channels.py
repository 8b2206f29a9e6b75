"""Channels, and what an overwrite in one of them changes."""

from common.grants import Permission
from tests.personas.operation import OK, Operation
from tests.personas.scratch import (
    CHANNEL_ORDER,
    EVERYONE,
    GENERAL,
    MODERATOR,
    REGULAR,
    STAFF,
    STAR,
    VAULT,
    WORKSHOP,
)

_CHANNELS = "/api/rooms/{room_id}/channels"
_CHANNEL = f"{_CHANNELS}/{{channel_id}}"


def _overwrite(role: str, *, allow: int = 0, deny: int = 0) -> dict[str, str]:
    return {"role_id": role, "allow": str(int(allow)), "deny": str(int(deny))}


_MODERATORS = _overwrite(  # as it is
    MODERATOR, allow=Permission.MANAGE_CHANNELS, deny=Permission.STREAM
)

CHANNELS = [
    Operation(
        title="list the channels",
        route=f"GET {_CHANNELS}",
        function="channels",
        members=(OK, OK, OK, OK),
    ),
    Operation(
        title="make a channel",
        route=f"POST {_CHANNELS}",
        function="create_channel",
        body={"name": "new", "kind": "voice"},
        wrapped="values",
        writes=True,
        members=(OK, OK, "missing_permission", "missing_permission"),
    ),
    Operation(
        title="make a private channel",
        route=f"POST {_CHANNELS}",
        function="create_channel",
        body={
            "name": "new",
            "kind": "text",
            "overwrites": [_overwrite(EVERYONE, deny=Permission.VIEW_CHANNEL)],
        },
        wrapped="values",
        writes=True,
        members=(OK, OK, "missing_permission", "missing_permission"),
    ),
    Operation(
        title="reorder the channels",
        route=f"PUT {_CHANNELS}",
        function="order_channels",
        body={"order": CHANNEL_ORDER[::-1]},
        writes=True,
        members=(OK, OK, "missing_permission", "missing_permission"),
    ),
    Operation(
        title="rename a channel",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": GENERAL},
        body={"name": "renamed"},
        wrapped="changes",
        writes=True,
        members=(OK, OK, "missing_permission", "missing_permission"),
    ),
    Operation(
        title="rename a channel in which moderators are granted `MANAGE_CHANNELS`",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": WORKSHOP},
        body={"name": "renamed"},
        wrapped="changes",
        writes=True,
        members=(OK, OK, OK, "missing_permission"),
    ),
    Operation(
        title="rename a channel that is hidden from the member",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": STAFF},
        body={"name": "renamed"},
        wrapped="changes",
        writes=True,
        members=(OK, OK, "missing_permission", "channel_not_found"),
    ),
    Operation(
        title="rename a channel that is hidden from moderators too",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": VAULT},
        body={"name": "renamed"},
        wrapped="changes",
        writes=True,
        members=(OK, OK, "channel_not_found", "channel_not_found"),
    ),
    Operation(
        title="in the moderators' channel, deny a role below theirs to speak",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": WORKSHOP},
        body={"overwrites": [_MODERATORS, _overwrite(REGULAR, deny=Permission.SPEAK)]},
        wrapped="changes",
        writes=True,
        members=(OK, OK, OK, "missing_permission"),
    ),
    Operation(
        title="there, deny the role above theirs to speak",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": WORKSHOP},
        body={"overwrites": [_MODERATORS, _overwrite(STAR, deny=Permission.SPEAK)]},
        wrapped="changes",
        writes=True,
        members=(OK, OK, "role_too_high", "missing_permission"),
    ),
    Operation(
        title="there, allow a role to stream, which moderators may not there",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": WORKSHOP},
        body={"overwrites": [_MODERATORS, _overwrite(REGULAR, allow=Permission.STREAM)]},
        wrapped="changes",
        writes=True,
        members=(OK, OK, "permission_not_yours", "missing_permission"),
    ),
    Operation(
        title="there, take back that moderators may not stream",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": WORKSHOP},
        body={"overwrites": [_overwrite(MODERATOR, allow=Permission.MANAGE_CHANNELS)]},
        wrapped="changes",
        writes=True,
        members=(OK, OK, "permission_not_yours", "missing_permission"),
    ),
    Operation(
        title="hide the moderators' channel from everyone",
        route=f"PATCH {_CHANNEL}",
        function="edit_channel",
        where={"channel_id": WORKSHOP},
        body={"overwrites": [_MODERATORS, _overwrite(EVERYONE, deny=Permission.VIEW_CHANNEL)]},
        wrapped="changes",
        writes=True,
        members=(OK, OK, "locks_you_out", "missing_permission"),
    ),
    Operation(
        title="delete a channel",
        route=f"DELETE {_CHANNEL}",
        function="delete_channel",
        where={"channel_id": GENERAL},
        writes=True,
        members=(OK, OK, "missing_permission", "missing_permission"),
    ),
    Operation(
        title="delete a channel in which moderators are granted `MANAGE_CHANNELS`",
        route=f"DELETE {_CHANNEL}",
        function="delete_channel",
        where={"channel_id": WORKSHOP},
        query={"force": True},
        writes=True,
        members=(OK, OK, OK, "missing_permission"),
    ),
    Operation(
        title="delete a channel that is hidden from moderators",
        route=f"DELETE {_CHANNEL}",
        function="delete_channel",
        where={"channel_id": VAULT},
        query={"force": True},
        writes=True,
        members=(OK, OK, "channel_not_found", "channel_not_found"),
    ),
]
