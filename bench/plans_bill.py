"""Which plan holds a month's usage, what it costs, and what breaks first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from bench.plans_plan import Plan
from bench.plans_prices import OFFERS
from bench.plans_terms import Item
from bench.plans_usage import Growth, Usage

MOST_USERS = 1e9


@dataclass(frozen=True, slots=True)
class Bill:
    """What one vendor costs for a month.

    Attributes:
        asked: items beyond what the plan gives unasked; their price is that of its last tier.
    """

    plan: Plan
    usd: float
    asked: tuple[Item, ...] = ()


def bill(plans: Sequence[Plan], used: Usage) -> Bill:
    """Returns the cheapest plan that holds `used`; else the one that is stretched on request."""
    holding = [Bill(plan, _cost(plan, used)) for plan in plans if not _beyond(plan, used)]
    if holding:
        return min(holding, key=lambda one: one.usd)
    last = next(plan for plan in reversed(plans) if plan.on_request)
    return Bill(last, _cost(last, used), _beyond(last, used))


def dearest(plan: Plan, used: Usage) -> Item | None:
    """Returns the item that costs most beyond the plan's own price; None when none costs."""
    costs = {item: terms.cost(used[item]) for item, terms in plan.terms.items()}
    item = max(costs, key=lambda one: costs[one])
    return item if costs[item] > 0 else None


def total(growth: Growth, users: float, *, gateway: bool) -> float:
    """Returns dollars a month at all vendors, with AWS's API Gateway or with function URLs."""
    return sum(
        bill(offer.plans, growth.usage(users, preflights=offer.preflights)).usd
        for offer in OFFERS
        if offer.gateway in {None, gateway}
    )


def breaks(plan: Plan, usage_of: Callable[[float], Usage]) -> list[tuple[float, Item]]:
    """Returns at how many users a day each item is more than `plan` gives free; the first first.

    Items that never are stand at infinity. An item the plan charges from the first unit on stands
    at 0 where it is used at all.
    """
    return sorted(
        (_reached(item, terms.included, usage_of), item) for item, terms in plan.terms.items()
    )


def _reached(item: Item, amount: float, usage_of: Callable[[float], Usage]) -> float:
    """Returns the greatest number of users whose usage of `item` is within `amount`."""
    if usage_of(MOST_USERS)[item] <= amount:
        return inf
    low, high = 0.0, MOST_USERS
    for _ in range(100):
        middle = (low + high) / 2
        if usage_of(middle)[item] <= amount:
            low = middle
        else:
            high = middle
    return low


def _beyond(plan: Plan, used: Usage) -> tuple[Item, ...]:
    return tuple(item for item, terms in plan.terms.items() if used[item] > terms.limit)


def _cost(plan: Plan, used: Usage) -> float:
    return plan.monthly_usd + sum(terms.cost(used[item]) for item, terms in plan.terms.items())
