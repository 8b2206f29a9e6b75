"""What breaks first as a community grows, which plan is needed then, and what a month costs.

The spends are measured while the day of bench/evening.py is lived through (bench/plans_spends.py),
cold starts come from the replays of coldshare (bench/plans_starts.py), what serverless.yml warms
and how much memory it gives is read from it. What can't be measured here is an assumption
(bench/plans_assumptions.py); prices have their sources and dates (bench/plans_prices.py).

Growth is more communities like that of the day, all on one deployment and one account a vendor.
The bars: the community of that day fits into what Upstash and Supabase, which stop where it ends,
give for nothing; and no month costs less with more users.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from math import inf

from bench import plans_starts, plans_tables
from bench.coldshare_service import read
from bench.plans_assumptions import DAYS
from bench.plans_bill import breaks, total
from bench.plans_prices import OFFERS, SUPABASE, UPSTASH
from bench.plans_prices_aws import FUNCTION_URLS
from bench.plans_spends import measure
from bench.plans_terms import Item
from bench.plans_usage import Growth
from bench.report import Report, progress
from local import valkey

USERS = (100, 1_000, 10_000, 1_000_000)
DAY_S = 24 * 3600


def run(users: Sequence[int] = USERS) -> Report:
    """Measures, prints the tables, and returns the figures."""
    progress("plans: living through a day, warm and cold")
    with valkey.running() as port:
        day = measure(port)
    progress("plans: cold starts by size")
    service = read()
    warmings = len(service.warmed) * DAY_S / service.warming_s
    growth = Growth(day, plans_starts.measure(service), warmings)
    for table in (
        plans_tables.day(growth),
        plans_tables.allowances(growth),
        plans_tables.sizes(growth, users),
        plans_tables.prices(),
    ):
        print("\n" + "\n".join(table))
    return figures(growth, users)


def figures(growth: Growth, users: Sequence[int]) -> Report:
    """Returns the figures."""
    report = Report("plans")
    for offer in OFFERS:
        usage_of = partial(growth.usage, preflights=offer.preflights)
        held, item = next(
            (held, item)
            for held, item in breaks(offer.plans[0], usage_of)
            if offer.plans[0].terms[item].included
        )
        name = offer.vendor.lower().replace(",", "").replace(" ", "_")
        stops = offer.plans in (UPSTASH, SUPABASE)
        report.add(
            f"{name}_free_up_to",
            -1 if held == inf else int(held),
            f"users a day; then {item}",
            at_least=growth.day.users if stops else None,
        )
    falls = 0
    for gateway, title in ((True, "api_gateway"), (False, "function_urls")):
        totals = [total(growth, count, gateway=gateway) for count in users]
        falls += sum(later < earlier for earlier, later in pairwise(totals))
        for count, usd in zip(users, totals, strict=True):
            report.add(f"usd_{count}_{title}", usd, "a month, all vendors")
    report.add("totals_that_fall", falls, "with more users", at_most=0)
    _add_warming(report, growth)
    return report


def _add_warming(report: Report, growth: Growth) -> None:
    """Adds what the schedule costs that keeps functions warm: nothing, then the dearest case."""
    monthly = growth.warmings * DAYS
    gb_s = monthly * growth.given.warming_ms / 1000 * plans_starts.at(0, growth.cold_days).memory_gb
    report.add("warming_invocations", monthly, "a month, of Lambda's free 1,000,000")
    report.add("warming_gb_s", gb_s, "a month, of Lambda's free 400,000")
    terms = FUNCTION_URLS[0].terms
    usd = terms[Item.SCHEDULED].cost(monthly)
    for item, amount in ((Item.INVOCATIONS, monthly), (Item.GB_SECONDS, gb_s)):
        usd += terms[item].cost(terms[item].included + amount)
    report.add("warming_usd_beyond_free", usd, "a month, once all that is free is used up")
