"""What a member may do, and what LiveKit is told of it. Pure.

Permissions are bits with Discord's values, so that people who know them know ours; they travel
as decimal strings, since JavaScript's numbers end at 53 bits. The database computes them.
"""

from enum import IntFlag
from typing import Any


class Permission(IntFlag):
    """One bit per permission. The same table stands in sql/0004_permissions.sql."""

    CREATE_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_ROOM = 1 << 5
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    MOVE_MEMBERS = 1 << 24
    MANAGE_ROLES = 1 << 28


SOURCES = {
    Permission.SPEAK: ("microphone",),
    Permission.STREAM: ("camera", "screen_share", "screen_share_audio"),
}
"""What each permission lets a participant publish, in LiveKit's words."""


def _sources(permissions: Permission) -> list[str]:
    # LiveKit goes by a track's label alone: a voice labelled as a camera would be heard.
    if Permission.SPEAK not in permissions:
        return []
    return [source for bit, names in SOURCES.items() if bit in permissions for source in names]


def voice_grant(permissions: Permission, livekit_room: str) -> dict[str, Any]:
    """Returns LiveKit's `video` claim for one channel: every grant spelled out, none implied.

    Args:
        permissions: what the caller may do in the channel, ADMINISTRATOR already resolved.
        livekit_room: the one room the token opens.
    """
    sources = _sources(permissions)
    return {
        "roomJoin": True,
        "room": livekit_room,
        "canPublish": bool(sources),
        "canPublishSources": sources,
        "canPublishData": bool(sources),
        "canSubscribe": True,
        "canUpdateOwnMetadata": False,
        "hidden": False,
        "roomAdmin": False,
        "roomCreate": False,
        "roomList": False,
        "roomRecord": False,
        "ingressAdmin": False,
        "recorder": False,
    }


def participant_permission(permissions: Permission) -> dict[str, Any]:
    """Returns LiveKit's ParticipantPermission (protojson): what `voice_grant` means, in a call."""
    grant = voice_grant(permissions, "")
    return {
        "can_publish": grant["canPublish"],
        "can_publish_sources": [source.upper() for source in grant["canPublishSources"]],
        "can_publish_data": grant["canPublishData"],
        "can_subscribe": grant["canSubscribe"],
        "can_update_metadata": grant["canUpdateOwnMetadata"],
        "hidden": grant["hidden"],
    }
