"""Who is in voice, the way in, and what moderators do."""

from typing import Literal

from pydantic import Field

from openapi.shapes.base import Id, Ms, Shape
from openapi.shapes.members import Member


class Participant(Shape):
    """One stay of one participant in one voice channel."""

    sid: str
    """LiveKit's id of the stay: it never comes back once it has left."""
    identity: str
    """The user's id, for who came in with a token of this API."""
    name: str
    joined_at: Ms
    kind: str
    """In lower case, as LiveKit has it: standard for people, agent, sip, ingress, egress, …"""
    attributes: dict[str, str]
    """badges (JSON: a list of VoiceBadge), color (#rrggbb), permissions (decimal bits), muted and
    private ("true"); those that are empty are left out, and others may be there."""


class VoiceChannel(Shape):
    """Who is in a voice channel, in the order of joining, each identity once."""

    channel_id: Id
    participants: list[Participant]
    agents: list[Participant]
    """Programs that take part."""


class Presence(Shape):
    """Who is in the voice channels of a room that the caller may view."""

    room_id: Id
    source: Literal["redis", "livekit"]
    """livekit: from LiveKit's own lists, for Redis is away."""
    as_of: Ms
    channels: list[VoiceChannel]


class Ticket(Shape):
    """What connects to LiveKit: the words of LiveKit's token endpoints."""

    server_url: str = Field(pattern="^wss?://")
    participant_token: str
    """A JWT, good for 10 minutes, for one LiveKit room."""


class Moderated(Shape):
    """What was done to somebody in voice."""

    action: Literal["mute", "unmute", "remove", "move"]
    member: Member
    applied: bool
    """False when nobody was there to be removed or moved, or a mute waits for LiveKit."""
