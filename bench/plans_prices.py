"""What the vendors charge: one entry a plan, with its source and the date of that.

Nothing here is measured or computed. All was looked up on 2026-11-26 in stored copies: the vendor's
own page or documentation where that could be had, else somebody's transcript of it. What could not
be confirmed says so. US dollars, before tax.
"""

from math import inf

from bench.plans_plan import MILLION, Offer, Plan, beyond, up_to
from bench.plans_prices_aws import API_GATEWAY, FUNCTION_URLS
from bench.plans_terms import Item, Metered, Steps


def _fixed(
    name: str, usd: float, data_mb: float, bandwidth_gb: float, *, on_request: bool = False
) -> Plan:
    terms = {
        Item.COMMANDS_PER_S: up_to(10_000),
        Item.REDIS_GB: up_to(bandwidth_gb),
        Item.REDIS_MB: up_to(data_mb),
    }
    return Plan("Upstash", name, usd, terms, _UPSTASH, "2026-09-20", on_request=on_request)


_UPSTASH = "https://upstash.com/pricing/redis and /docs/redis/overall/billing"
UPSTASH = (
    Plan(
        "Upstash",
        "Free",
        0,
        {
            Item.COMMANDS: up_to(500_000),
            Item.COMMANDS_PER_S: up_to(10_000),
            Item.REDIS_GB: up_to(10),
            Item.REDIS_MB: up_to(256),
        },
        _UPSTASH,
        "2026-11-09",
    ),
    Plan(
        "Upstash",
        "Pay as you go",
        0,
        {
            Item.COMMANDS: Metered(((inf, 0.2),), 100_000),
            Item.COMMANDS_PER_S: up_to(10_000),
            Item.REDIS_GB: beyond(200, 0.03),
            Item.REDIS_MB: Metered(((1_000, 0.0), (100_000, 0.25)), 1_000),
        },
        _UPSTASH,
        "2026-11-09",
    ),
    _fixed("Fixed 250 MB", 10, 250, 50),
    _fixed("Fixed 1 GB", 20, 1_000, 100),
    _fixed("Fixed 5 GB", 100, 5_000, 500),
    _fixed("Fixed 10 GB", 200, 10_000, 1_000),
    _fixed("Fixed 50 GB", 400, 50_000, 5_000),
    _fixed("Fixed 100 GB", 800, 100_000, 10_000),
    _fixed("Fixed 500 GB", 1_500, 500_000, 20_000, on_request=True),
)

_SUPABASE = "supabase/supabase, apps/docs: billing-on-supabase, realtime/limits, compute-and-disk"
_UNCONFIRMED_CORES = (
    "the cores that small computes sustain: those of AWS's t4g, which they resemble"
)
SUPABASE = (
    Plan(
        "Supabase",
        "Free",
        0,
        {
            Item.MONTHLY_USERS: up_to(50_000),
            Item.DATABASE_GB: up_to(0.5),
            Item.EGRESS_GB: up_to(5),
            Item.CONNECTIONS: up_to(200),
            Item.MESSAGES: up_to(2 * MILLION),
            Item.MESSAGES_PER_S: up_to(100),
            Item.CORES: up_to(0.1),
        },
        _SUPABASE,
        "stored copy of 2026",
        _UNCONFIRMED_CORES,
    ),
    Plan(
        "Supabase",
        "Pro",
        25,
        {
            Item.MONTHLY_USERS: beyond(100_000, 0.00325),
            Item.DATABASE_GB: beyond(8, 0.125),
            Item.EGRESS_GB: beyond(250, 0.09),
            Item.CONNECTIONS: Metered(((500, 0), (10_000, 10)), 1_000, whole_units=True),
            Item.MESSAGES: beyond(5 * MILLION, 2.5, MILLION, whole=True),
            Item.MESSAGES_PER_S: up_to(2_500),
            # Micro, Small, Medium, Large, XL, 2XL, 4XL, 8XL, 12XL, 16XL, less a credit of $10
            Item.CORES: Steps(
                (0.2, 0),
                (0.4, 5),
                (0.8, 50),
                (2, 100),
                (4, 200),
                (8, 400),
                (16, 950),
                (32, 1_860),
                (48, 2_790),
                (64, 3_720),
            ),
        },
        _SUPABASE,
        "stored copy of 2026",
        _UNCONFIRMED_CORES,
        on_request=True,
    ),
)

_LIVEKIT = "https://livekit.com/pricing (as transcribed), docs.livekit.io/…/quotas-and-limits"
_CALLS = up_to(1_000)
LIVEKIT = (
    Plan(
        "LiveKit",
        "Build",
        0,
        {
            Item.MINUTES: up_to(5_000),
            Item.PARTICIPANTS: up_to(100),
            Item.DOWNSTREAM_GB: up_to(50),
            Item.LIVEKIT_CALLS: _CALLS,
        },
        _LIVEKIT,
        "2026-08-13",
    ),
    Plan(
        "LiveKit",
        "Ship",
        50,
        {
            Item.MINUTES: beyond(150_000, 0.0005),
            Item.PARTICIPANTS: up_to(1_000),
            Item.DOWNSTREAM_GB: beyond(250, 0.12),
            Item.LIVEKIT_CALLS: _CALLS,
        },
        _LIVEKIT,
        "2026-08-13",
    ),
    Plan(
        "LiveKit",
        "Scale",
        500,
        {
            Item.MINUTES: beyond(1_500_000, 0.0004),
            Item.DOWNSTREAM_GB: beyond(3_000, 0.10),
            Item.LIVEKIT_CALLS: _CALLS,
        },
        _LIVEKIT,
        "2026-08-13",
        on_request=True,
    ),
)

OFFERS = (
    Offer(UPSTASH),
    Offer(SUPABASE),
    Offer(LIVEKIT),
    Offer(API_GATEWAY, gateway=True),
    Offer(FUNCTION_URLS, preflights=True, gateway=False),
)
