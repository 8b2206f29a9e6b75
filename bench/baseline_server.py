"""What participants would be without presence in Redis: every request asks LiveKit.

The same sign-in, the same membership and the same answer as functions/livekit/participants.py, by
the same client of the same process; no cache of the list.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from common import auth, livekit, membership
from common.endpoint import create_app
from common.sessions import Channel, Session

router = APIRouter()


@router.get("/api/livekit/participants")
async def participants(
    user: Annotated[auth.User, Depends(auth.user)], room_id: UUID, channel_id: UUID
) -> dict[str, Any]:
    """Returns {room_id, source, channels: [{channel_id, participants}]} of one channel."""
    channel = Channel(str(room_id), str(channel_id))
    assert channel.channel_id in await membership.visible_channels(user, channel.room_id)
    listed = await livekit.list_participants(channel.livekit_room)
    sessions = [Session.of(channel.channel_id, "", info) for info in listed]
    people = [session.public() for session in sessions if session is not None]
    shown = {"channel_id": channel.channel_id, "participants": people}
    return {"room_id": channel.room_id, "source": "livekit", "channels": [shown]}


app = create_app(router)
