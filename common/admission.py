"""What lets somebody into one LiveKit room: its address, and a token of their own."""

import time
from collections.abc import Mapping

from common.grants import Permission, voice_grant
from common.livekit_tokens import participant_token
from common.settings import settings


def admission(
    room: str, *, identity: str, name: str, permissions: Permission, attributes: Mapping[str, str]
) -> dict[str, str]:
    """Returns {server_url, participant_token}, in the words of LiveKit's token endpoints.

    Args:
        room: LiveKit's name of the room, the only one that the token opens.
        identity: the user's id.
        name: as they are shown.
        permissions: what they may do there.
        attributes: as LiveKit shows them to everybody there.
    """
    key, secret = next(iter(settings().livekit_keys.items()))
    token = participant_token(
        key=key,
        secret=secret,
        now_s=int(time.time()),
        identity=identity,
        name=name,
        attributes=attributes,
        grant=voice_grant(permissions, room),
    )
    return {"server_url": settings().need("livekit_url"), "participant_token": token}
