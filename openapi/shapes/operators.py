"""What operators, vendors and schedules are answered; and the catalogue of badges."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from openapi.shapes.base import Count, Shape, absent


class VendorUp(Shape):
    """A vendor that answered."""

    status: Literal["ok"]
    ms: Annotated[float, Field(ge=0)]
    """How long its answer took, in milliseconds."""


class VendorAway(Shape):
    """A vendor that gave no sensible answer in time."""

    status: Literal["away"]
    reason: str


class Vendor(RootModel[Annotated[VendorUp | VendorAway, Field(discriminator="status")]]):
    """Whether a vendor answers, by `status`."""


class Vendors(Shape):
    """Each vendor's state."""

    redis: Vendor
    livekit: Vendor
    supabase: Vendor


class Health(Shape):
    """Whether the deployment is up."""

    status: Literal["ok", "degraded"]
    """degraded: a vendor is away."""
    version: str
    """Of Sangha."""
    vendors: Vendors = absent("With `deep` only.")


class Reconciliation(Shape):
    """What one run did in one room."""

    room_id: str
    """The room's id; `match` for the rooms of all matches."""
    added: Count
    removed: Count
    unanswered: Count
    """Channels that LiveKit didn't list, and sessions it gave no verdict on."""


class Reconciled(Shape):
    """What a run did, room by room."""

    reports: list[Reconciliation]


class Recorded(Shape):
    """What became of a webhook: ignored is what says nothing about presence."""

    status: Literal["recorded", "ignored"]


class Icon(Shape):
    """An icon that a badge may have."""

    name: str
    label: str
    svg: str
    """A whole SVG, 24 by 24, drawn in currentColor."""
    reserved: bool
    """The owner's alone: no role may have it."""


class EmojiRule(Shape):
    """Which emojis a badge may have."""

    version: str
    """Of Unicode's list of emojis."""
    rule: str
    reserved: list[str]
    """The owner's alone."""


class Credit(Shape):
    """Whose drawings the icons are."""

    name: str
    version: str
    license: str
    url: str


class BadgeCatalogue(Shape):
    """The icons and emojis that a role's badge may have."""

    version: str
    """Changes with the content; the ETag is it in quotes."""
    icons: list[Icon]
    emoji: EmojiRule
    credit: Credit
