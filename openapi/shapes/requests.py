"""The bodies that the API takes. What may be null here means something; what may not is refused."""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from openapi.shapes.base import Id, Permissions, Shape, absent
from openapi.shapes.matching import GroupSize
from openapi.shapes.rooms import Overwrite

Name = Annotated[
    str,
    Field(description="1 to 100 characters that can be seen; spaces around it are cut off."),
]
Icon = Annotated[
    str, Field(description="The name of an icon of the badge catalogue, or one emoji.")
]
AnyColor = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$", description="#rrggbb.")]
Overwrites = Annotated[list[Overwrite], Field(max_length=50)]


class NewRoom(Shape):
    """A room to make."""

    name: Name
    public: bool = Field(default=False, description="Whether anybody may join; false unless given.")


class RoomChanges(Shape):
    """What is omitted stays."""

    name: Name = absent("1 to 100 characters that can be seen.")
    public: bool = absent("Whether anybody may join; else by invitation.")


class NewOwner(Shape):
    """To whom a room is handed over."""

    user_id: Id
    """A member of the room."""


class NewChannel(Shape):
    """A channel to make, as the last one."""

    name: Name
    kind: Literal["text", "voice"]
    overwrites: Overwrites = absent("Who may do what in it besides, or may not.")


class ChannelChanges(Shape):
    """What is omitted stays."""

    name: Name = absent("1 to 100 characters that can be seen.")
    overwrites: Overwrites = absent("All that the channel is to have, one a role.")


class Order(Shape):
    """All ids of a kind, each once, in their new order."""

    order: Annotated[list[Id], Field(max_length=1000)]


class Joining(Shape):
    """How to join: a public room needs no invitation."""

    invite: str | None = Field(default=None, description="The code of an invitation.")


class MemberRoles(Shape):
    """The full set of a member's roles."""

    roles: Annotated[list[Id], Field(max_length=1000)]
    """In any order, without @everyone."""


class NewRole(Shape):
    """A role to make, just above @everyone."""

    name: Name
    icon: Icon | None = Field(default=None, description="Null for no badge.")
    color: AnyColor | None = Field(default=None, description="#rrggbb, or null for none.")
    permissions: Permissions = Field(default="0", description="Bits, none unless given.")


class RoleChanges(Shape):
    """What is omitted stays; a null takes icon or colour away."""

    name: Name = absent("1 to 100 characters that can be seen.")
    icon: Icon | None = absent("A catalogue's icon or one emoji; null takes the badge away.")
    color: AnyColor | None = absent("#rrggbb; null takes the colour away.")
    permissions: Permissions = absent("Permission bits, as a decimal text.")


class NewBan(Shape):
    """A ban, or another reason for it."""

    reason: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, description="For those who may ban."
    )


class NewInvite(Shape):
    """How long an invitation holds, and for how many."""

    expires_in_s: Annotated[int, Field(ge=60, le=604_800)] | None = Field(
        default=86_400, description="Seconds, 60 to 7 days; a day unless given, null for ever."
    )
    max_uses: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="1 to 1,000; null for any number."
    )


class Moderation(Shape):
    """Whom, where, and what."""

    room_id: Id
    channel_id: Id
    """Where they are."""
    user_id: Id
    action: Literal["mute", "unmute", "remove", "move"]
    to_channel_id: Id | None = Field(
        default=None, description="Where to move them; with `move`, and only then."
    )


class Wishes(Shape):
    """With whom to talk; what is left out has its default."""

    room_id: Id | None = Field(
        default=None, description="The pool: a room's, or null for the global one."
    )
    interests: list[str] | None = Field(
        default=None, description="Up to 10, of 1 to 32 characters; case doesn't count."
    )
    group_size: GroupSize = Field(
        default=2, description="How many shall talk, oneself included; 2 unless given."
    )
    languages: list[str] | None = Field(
        default=None, description="Up to 5 BCP 47 tags, of which the first part counts."
    )
    strangers: bool = Field(
        default=True,
        description="Whether people without a common interest are fine after 20 s; yes unless not.",
    )


class ReconcileRequest(BaseModel):
    """Which room; absent or null, all of them."""

    room_id: Id | None = None
    listing: bool = Field(
        default=False,
        description="Whether LiveKit's rooms are listed though they were within the hour.",
    )


class TokenRequest(BaseModel):
    """The body of LiveKit's token endpoints; others' members, and camelCase, are no error."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        alias_generator=AliasGenerator(
            validation_alias=lambda name: AliasChoices(name, to_camel(name))
        ),
    )

    room_name: str
    """`{room_id}:{channel_id}`."""
    participant_identity: str | None = Field(
        default=None, description="The caller's user id, if it is given at all."
    )
    participant_name: str | None = Field(
        default=None, description="Not used: the name is the profile's."
    )
    participant_metadata: str | None = Field(
        default=None, description="The server's to set: leave it out, or empty."
    )
    participant_attributes: dict[str, str] | None = Field(
        default=None, description="The server's to set: leave it out, or empty."
    )
    room_config: dict[str, Any] | None = Field(
        default=None, description="The server's to set: leave it out, or empty."
    )
