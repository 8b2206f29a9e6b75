"""Members and who may become one: badges, bans, invitations; and blocks."""

from typing import Annotated

from pydantic import Field

from openapi.shapes.base import Color, Count, Id, Ms, Permissions, Shape, Versioned


class VoiceBadge(Shape):
    """A badge as LiveKit shows it: one of the list that a participant's `badges` is, as JSON."""

    icon: str
    """The name of an icon of the badge catalogue, which has ASCII letters; else one emoji."""
    label: str
    """The role's name: shown on hover, said by screen readers."""
    color: Color | None


class Badge(VoiceBadge):
    """A badge beside a member's name: the owner's crown, or a role's."""

    role_id: Id | None
    """Null for the owner's crown."""


class Member(Shape):
    """Somebody in a room."""

    user_id: Id
    name: str
    joined_at: Ms
    owner: bool
    color: Color | None = Field(description="For the name: of the highest role that has one.")
    badges: list[Badge]
    """Ready to draw: the owner's crown first, then by role, the highest first."""
    roles: list[Id]
    """Ids of their roles, the highest first, without @everyone."""
    voice_muted: bool
    """By a moderator, in every voice channel of the room."""


class Me(Member):
    """The caller as a member."""

    permissions: Permissions = Field(description="What the caller may do: decimal bits.")


class MemberPage(Versioned):
    """Members by the time of joining; with `role_id`, by their ids."""

    members: list[Member]
    next: str | None
    """The `after` of the next page; null after the last."""


class OneMember(Versioned):
    """One member of a room."""

    member: Member


class RemovedMember(Shape):
    """The id of who left or was put out."""

    removed: Id


class Ban(Shape):
    """Somebody who may not join a room."""

    user_id: Id
    name: str | None
    """As the room knew them; null for who never was a member."""
    reason: Annotated[str, Field(max_length=500)] | None
    banned_by: Id | None
    """Null when that account is gone."""
    created_at: Ms


class BanList(Shape):
    """The newest thousand bans, the newest first."""

    bans: Annotated[list[Ban], Field(max_length=1000)]


class OneBan(Shape):
    """A ban as it stands now."""

    ban: Ban


class LiftedBan(Shape):
    """The id of who may join again."""

    unbanned: Id


class Invite(Shape):
    """An invitation to a room."""

    code: str
    expires_at: Ms | None = Field(description="Milliseconds since the epoch; null for never.")
    max_uses: Annotated[int, Field(ge=1)] | None
    """Null for any number."""
    uses: Count
    created_by: Id | None
    created_at: Ms


class InviteList(Shape):
    """The invitations that hold, the newest first."""

    invites: list[Invite]


class OneInvite(Shape):
    """The new invitation."""

    invite: Invite


class DeletedInvite(Shape):
    """The code of the invitation that is taken back."""

    deleted: str


class InvitedRoom(Shape):
    """As much of a room as who is invited may see."""

    id: Id
    name: str


class InvitePreview(Shape):
    """What an invitation leads to."""

    room: InvitedRoom
    members: Count
    """How many."""
    joined: bool
    """Whether the caller is one."""


class Block(Shape):
    """Somebody whom the caller doesn't want to meet."""

    user_id: Id
    name: str | None
    """As the caller knew them; null for who never was in a room or a match with them."""
    created_at: Ms


class BlockList(Shape):
    """Whom the caller has blocked, the newest first."""

    blocks: list[Block]


class Blocked(Shape):
    """The block, and the match that the caller left by it."""

    block: Block
    left: Id | None
    """The id of the match that both were in, else null."""


class LiftedBlock(Shape):
    """The id of who is no longer blocked."""

    unblocked: Id
