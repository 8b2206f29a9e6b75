"""What a plan is, and what a vendor offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from bench.plans_terms import Item, Metered, Steps

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What one plan of a vendor costs.

    Attributes:
        monthly_usd: its own price.
        terms: what it says of each item; an item not in it is free without end.
        checked: date of the text that was read.
        unconfirmed: which of it no source of the vendor's own confirms.
        on_request: its limits can be raised by asking the vendor, at prices not published.
    """

    vendor: str
    name: str
    monthly_usd: float
    terms: Mapping[Item, Metered | Steps]
    source: str
    checked: str
    unconfirmed: str = ""
    on_request: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What one vendor offers: its plans, the free one first.

    Attributes:
        preflights: whether our functions must answer those themselves.
        gateway: for AWS, whether API Gateway is in front; None for the others.
    """

    plans: tuple[Plan, ...]
    preflights: bool = False
    gateway: bool | None = None

    @property
    def vendor(self) -> str:
        """The vendor's name."""
        return self.plans[0].vendor


def up_to(amount: float) -> Metered:
    """Returns terms that give so much for nothing, and no more."""
    return Metered(((amount, 0.0),))


def beyond(
    free: float, usd: float, unit: float = 1, *, whole: bool = False, source: str = ""
) -> Metered:
    """Returns terms that give so much for nothing, and then each unit for `usd`."""
    return Metered(((free, 0.0), (inf, usd)), unit, whole_units=whole, source=source)
