"""What a member may do, and what LiveKit is told of it. Pure.

Permissions are bits with Discord's values, so that people who know them know ours; they travel
as decimal strings, since JavaScript's numbers end at 53 bits. The database computes them.
"""

from enum import IntFlag
from typing import Any


class Permission(IntFlag):
    """One bit per permission. The same table stands in sql/0001_communities.sql."""

    ADMINISTRATOR = 1 << 3
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    CONNECT = 1 << 20
    SPEAK = 1 << 21


def voice_grant(permissions: Permission, livekit_room: str) -> dict[str, Any]:
    """Returns LiveKit's `video` claim for one channel: every grant spelled out, none implied.

    Args:
        permissions: what the caller may do in the channel, ADMINISTRATOR already resolved.
        livekit_room: the one room the token opens.
    """
    sources = []
    if Permission.SPEAK in permissions:
        sources.append("microphone")
    if Permission.STREAM in permissions:
        sources += ["camera", "screen_share", "screen_share_audio"]
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
