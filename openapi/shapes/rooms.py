"""Rooms, their channels and roles."""

from typing import Annotated, Literal

from pydantic import Field

from openapi.shapes.base import Color, Id, Ms, Permissions, Shape, Version, Versioned
from openapi.shapes.members import Me, Member


class Room(Shape):
    """A community with text and voice channels."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    owner_id: Id
    public: bool
    """Whether anybody may join; else by invitation."""
    version: Version
    created_at: Ms


class Overwrite(Shape):
    """What a role may do in one channel besides, and may not."""

    role_id: Id
    allow: Permissions
    deny: Permissions


class Channel(Shape):
    """A channel that the caller may view."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Literal["text", "voice"]
    position: int
    """For sorting only: there may be gaps."""
    private: bool
    """Whether somebody in the room may not view it: its calls are told on a topic of its own."""
    overwrites: list[Overwrite]
    permissions: Permissions = Field(description="What the caller may do here: decimal bits.")


class Contrast(Shape):
    """WCAG's contrast ratios of a role's colour, 1 to 21: from 4.5 on a name is readable."""

    dark: Annotated[float, Field(ge=1, le=21)]
    """Against #313338."""
    light: Annotated[float, Field(ge=1, le=21)]
    """Against #ffffff."""


class Role(Shape):
    """What members with it may do, and how they are shown. @everyone's id is the room's."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    icon: str | None
    """The name of an icon of the badge catalogue, or one emoji; null for no badge."""
    color: Color | None
    contrast: Contrast | None
    """Null without a colour."""
    position: Annotated[int, Field(ge=0)]
    """The highest is the greatest; @everyone's is 0."""
    permissions: Permissions


class RoomList(Shape):
    """The caller's rooms, in the order of joining."""

    rooms: list[Room]


class WholeRoom(Versioned):
    """All that a front end needs to show a room, as the caller may see it."""

    room: Room
    channels: list[Channel]
    """Those that the caller may view, by position."""
    roles: Annotated[list[Role], Field(min_length=1)]
    """The highest first, @everyone last."""
    me: Me


class JoinedRoom(WholeRoom):
    """The whole room, and whether the caller joined just now."""

    joined: bool
    """False for who was a member already."""


class EditedRoom(Versioned):
    """The room after a change."""

    room: Room


class TransferredRoom(Versioned):
    """The room with its new owner."""

    room: Room
    members: Annotated[list[Member], Field(min_length=1, max_length=2)]
    """The old owner, then the new one."""


class DeletedRoom(Shape):
    """The room is gone, with all that was in it."""

    deleted: Id


class ChannelList(Versioned):
    """The channels that the caller may view, by position."""

    channels: list[Channel]


class MadeChannel(ChannelList):
    """The new channel, and all of them."""

    channel: Channel


class EditedChannel(Versioned):
    """The channel after a change."""

    channel: Channel


class DeletedChannel(ChannelList):
    """The channel's id, and those that are left."""

    deleted: Id


class RoleList(Versioned):
    """The roles, the highest first, @everyone last."""

    roles: Annotated[list[Role], Field(min_length=1)]


class ChangedRole(RoleList):
    """The new or changed role, and all of them."""

    role: Role


class DeletedRole(RoleList):
    """The role's id, and those that are left."""

    deleted: Id
