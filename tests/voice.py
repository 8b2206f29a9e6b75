"""How members come into a call in tests: with the attributes that their token would give them."""

from uuid import UUID

import httpx
from google.protobuf.json_format import ParseDict
from livekit.protocol.models import ParticipantPermission

from common.grants import Permission, participant_permission
from local.community import LOUNGE, PEOPLE, ROOM
from local.livekit.events import Webhook
from tests.stack import PUBLISHABLE_KEY, Stack


def token_attributes(
    stack: Stack, person: str, room_id: UUID = ROOM, channel_id: UUID = LOUNGE
) -> dict[str, str]:
    """Returns the attributes of a token that a member would get now, none for who gets none."""
    answer = httpx.post(
        f"{stack.supabase_url}/rest/v1/rpc/voice_access",
        json={"p_room_id": str(room_id), "p_channel_id": str(channel_id)},
        headers={"apikey": PUBLISHABLE_KEY, **stack.bearer(person)},
    )
    attributes = answer.json()["attributes"] if answer.is_success else {}
    return {name: text for name, text in attributes.items() if text}


def comes(stack: Stack, person: str, room_id: UUID, channel_id: UUID) -> list[Webhook]:
    """Lets a member join a channel in LiveKit with a fresh token; returns the webhooks."""
    attributes = token_attributes(stack, person, room_id, channel_id)
    granted = participant_permission(Permission(int(attributes.get("permissions", "0"))))
    return stack.simulator.join(
        f"{room_id}:{channel_id}",
        str(PEOPLE[person]),
        name=person.capitalize(),
        attributes=attributes,
        permission=ParseDict(granted, ParticipantPermission()),
    )
