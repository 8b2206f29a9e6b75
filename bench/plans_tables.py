"""The tables of the benchmark `plans`, as text for a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from math import inf

from bench.plans_bill import bill, breaks, dearest, total
from bench.plans_plan import Offer
from bench.plans_prices import OFFERS
from bench.plans_terms import Metered, Steps
from bench.plans_usage import Growth, Usage

CREDITS = (
    "AWS accounts made since 2025-07-15 get $100 to $200 of credits instead of a free first year;",
    "what is free of Lambda, CloudWatch, KMS and transfer stays so, and API Gateway is not free.",
)


def day(growth: Growth) -> Iterator[str]:
    """Yields what was measured, and what is assumed."""
    yield f"measured: a day of {growth.day.users} people"
    for name, value in asdict(growth.day).items():
        yield f"  {name:24}{value:14,.2f}".removesuffix(".00")
    yield "assumed (bench/plans_assumptions.py says why)"
    for name, value in asdict(growth.given).items():
        yield f"  {name:24}{value:14,.3f}".removesuffix(".000")


def allowances(growth: Growth) -> Iterator[str]:
    """Yields how many users a day each free allowance holds, the first to break first."""
    rows = []
    for offer in OFFERS[:-1]:  # AWS's are the same twice
        usage_of = partial(growth.usage, preflights=offer.preflights)
        rows += [(users, offer.plans[0], item) for users, item in breaks(offer.plans[0], usage_of)]
    yield "users a day that each free allowance holds, and what comes then"
    for users, plan, item in sorted(rows, key=lambda row: row[0]):
        terms = plan.terms[item]
        held = "all" if users == inf else f"{users:,.0f}"
        yield f"  {held:>11}  {plan.vendor:17} {item:34} {short(terms.included):>7}  {_then(terms)}"
    yield from (f"  {line}" for line in CREDITS)


def sizes(growth: Growth, users: Sequence[int]) -> Iterator[str]:
    """Yields, for each number of users and vendor, the first limit met, the plan and its price."""
    yield "by users a day: the first free allowance that doesn't do, the plan then, a month's price"
    for count in users:
        for offer in OFFERS:
            used = growth.usage(count, preflights=offer.preflights)
            one = bill(offer.plans, used)
            first = _first(offer, growth, used)
            mostly = dearest(one.plan, used)
            most = f"mostly {mostly}" if mostly and one.usd >= 1 else ""
            asked = f" (to ask for: {', '.join(one.asked)})" if one.asked else ""
            name = f"{one.plan.name:13} ${one.usd:10,.2f}"
            yield f"  {count:9,} {offer.vendor:18} {first:52} {name}  {most}{asked}".rstrip()
        for gateway, title in ((True, "API Gateway"), (False, "function URLs")):
            usd = total(growth, count, gateway=gateway)
            yield f"  {count:9,} {f'all, with {title}':85} ${usd:10,.2f}"


def prices() -> Iterator[str]:
    """Yields where and of when each price is."""
    yield "prices, of when and where from; all looked up on 2026-11-26"
    for plan in (plan for offer in OFFERS[:-1] for plan in offer.plans):
        unconfirmed = f"; unconfirmed: {plan.unconfirmed}" if plan.unconfirmed else ""
        yield f"  {plan.vendor}, {plan.name}: {plan.checked}, {plan.source}{unconfirmed}"
        yield from (
            f"    {item}: {terms.source}" for item, terms in plan.terms.items() if terms.source
        )


def short(amount: float) -> str:
    """Returns a number as it is read fastest."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if amount >= size:
            return f"{amount / (1e3 if letter == 'k' else size):,.1f}{letter}"
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.2f}".rstrip("0").rstrip(".")


def _then(terms: Metered | Steps) -> str:
    if terms.limit == terms.included:
        return "no more of it"
    if isinstance(terms, Steps):
        return "a larger one"
    _, usd = next(tier for tier in terms.tiers if tier[1])
    unit = "" if terms.unit == 1 else f" {short(terms.unit)}"
    return f"${usd:g} each{unit}"


def _first(offer: Offer, growth: Growth, used: Usage) -> str:
    """Returns which free allowance is met with the fewest users, of those that `used` exceeds."""
    free = offer.plans[0]
    for _, item in breaks(free, partial(growth.usage, preflights=offer.preflights)):
        if used[item] > free.terms[item].included > 0:
            return f"{item}: {short(used[item])} of {short(free.terms[item].included)}"
    return "within what is free"
