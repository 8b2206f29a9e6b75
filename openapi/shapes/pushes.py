"""What Supabase Realtime pushes on private topics: the payloads of its broadcasts.

Events `room` and `voice` on `room:{room_id}`, `voice` of private channels on
`room:{room_id}:{channel_id}` and of matches on `match:{match_id}`; `voice` (a move) and `matching`
on `user:{user_id}`. Each may be missing, repeated or out of order.
"""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from openapi.shapes.base import Id, Shape, Version, absent
from openapi.shapes.members import Member
from openapi.shapes.rooms import Role, Room
from openapi.shapes.voice import Participant


class _FromDatabase(Shape):
    id: Id = absent("Supabase's id of the message.")


class _OfRoom(_FromDatabase):
    version: Version = Field(description="More than one ahead: a push was lost, so read again.")


class RoomEdited(_OfRoom):
    """Event `room`: the room has another name, or is public or no longer."""

    type: Literal["room"]
    room: Room


class OwnerChanged(_OfRoom):
    """Event `room`: the room was handed over."""

    type: Literal["owner"]
    room: Room
    members: Annotated[list[Member], Field(min_length=1, max_length=2)]
    """The old owner, then the new one."""


class RoomDeleted(_OfRoom):
    """Event `room`: the room is gone."""

    type: Literal["room_deleted"]


class MemberJoined(_OfRoom):
    """Event `room`: somebody is a member now."""

    type: Literal["member_joined"]
    member: Member


class MemberLeft(_OfRoom):
    """Event `room`: somebody left, was put out or was banned."""

    type: Literal["member_left"]
    user_id: Id


class MemberChanged(_OfRoom):
    """Event `room`: somebody has other roles, or was muted or unmuted."""

    type: Literal["member"]
    member: Member


class RolesChanged(_OfRoom):
    """Event `room`: all roles as they are now, the highest first."""

    type: Literal["roles"]
    roles: Annotated[list[Role], Field(min_length=1)]


class ChannelsChanged(_OfRoom):
    """Event `room`: read the channels again; some are hidden from some."""

    type: Literal["channels"]


class BansChanged(_OfRoom):
    """Event `room`: read the bans again, if they are shown."""

    type: Literal["bans"]


class InvitesChanged(_OfRoom):
    """Event `room`: read the invitations again, if they are shown."""

    type: Literal["invites"]


class RoomPush(
    RootModel[
        Annotated[
            RoomEdited
            | OwnerChanged
            | RoomDeleted
            | MemberJoined
            | MemberLeft
            | MemberChanged
            | RolesChanged
            | ChannelsChanged
            | BansChanged
            | InvitesChanged,
            Field(discriminator="type"),
        ]
    ]
):
    """An event `room` on `room:{room_id}`, by `type`."""


class _OfChannel(Shape):
    channel_id: Id
    """In a match's room, the match's id."""


class VoiceJoined(_OfChannel):
    """Event `voice`: somebody came; nothing new when their SID is known."""

    type: Literal["joined"]
    participant: Participant


class VoiceLeft(_OfChannel):
    """Event `voice`: this SID is gone for good."""

    type: Literal["left"]
    participant: Participant


class VoiceUpdated(_OfChannel):
    """Event `voice`: the participant has other attributes now."""

    type: Literal["updated"]
    participant: Participant


class VoiceFinished(_OfChannel):
    """Event `voice`: a call is over; a reason to read presence again."""

    type: Literal["finished"]
    room_sid: str
    """LiveKit's id of the call."""


class VoicePush(
    RootModel[
        Annotated[
            VoiceJoined | VoiceLeft | VoiceUpdated | VoiceFinished, Field(discriminator="type")
        ]
    ]
):
    """An event `voice` on the topic of a room, a private channel or a match, by `type`."""


class MovePush(Shape):
    """Event `voice` on `user:{user_id}`: join the channel `to`, if you are in `from`."""

    type: Literal["move"]
    room_id: Id
    from_: Id = Field(alias="from", description="The channel that one is put out of.")
    to: Id
    by: Id
    """Who moves them."""


class MatchMade(_FromDatabase):
    """Event `matching`: ask for the status, and connect."""

    type: Literal["matched"]
    match_id: Id


class MatchDissolved(_FromDatabase):
    """Event `matching`: it came to nothing; disconnect, and ask for the status."""

    type: Literal["dissolved"]
    match_id: Id
    reason: Literal["not_everyone_came", "somebody_left"]


class MatchEnded(_FromDatabase):
    """Event `matching`: it is over; disconnect. There is no ticket any more."""

    type: Literal["ended"]
    match_id: Id
    reason: Literal["not_everyone_came", "somebody_left", "everyone_left", "over"]


class MatchingPush(
    RootModel[Annotated[MatchMade | MatchDissolved | MatchEnded, Field(discriminator="type")]]
):
    """An event `matching` on `user:{user_id}`, by `type`."""
