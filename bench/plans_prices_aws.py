"""What AWS charges in eu-central-1 (Frankfurt), arm64; each price with its source and date.

Accounts made since 15 July 2025 get up to $200 of credits instead of twelve free months, so API
Gateway's free million a month is not counted. Lambda, CloudWatch Logs, KMS and 100 GB of transfer
stay free for good: https://aws.amazon.com/free, as told by AWS's own aws/agent-toolkit-for-aws,
skills/core-skills/aws-billing-and-cost-management/references/free-tier.md.
"""

from math import inf

from bench.plans_plan import MILLION, Plan, beyond
from bench.plans_terms import Item, Metered, Steps
from deploy.aws import prices
from deploy.aws.prices import Price


def _beyond(price: Price, unit: float = 1, *, source: str) -> Metered:
    return beyond(price.free, price.dollars * unit, unit, source=source)


_LAMBDA = "https://aws.amazon.com/lambda/pricing as told by"
_AWS = "each price has its own source"
_AWS_TERMS: dict[Item, Metered | Steps] = {
    Item.INVOCATIONS: _beyond(prices.REQUESTS, MILLION, source=f"{_LAMBDA} cloudchipr.com 2024"),
    Item.GB_SECONDS: _beyond(
        prices.GB_S["arm64"],
        source=f"{_LAMBDA} cloudchipr.com 2024, us-east-1; unconfirmed for Frankfurt",
    ),
    Item.CONCURRENT: Metered(
        ((10, 0.0),), source="unconfirmed: new accounts start with 10, others have 1,000"
    ),
    Item.LOG_GB: _beyond(
        prices.LOG_GB,
        source="https://aws.amazon.com/cloudwatch/pricing as told by Infracost reports for "
        "eu-central-1, 2026; Lambda's volume discount begins at 10 TB",
    ),
    Item.DECRYPTIONS: _beyond(
        prices.KMS_REQUESTS, 10_000, source="https://aws.amazon.com/kms/pricing, wring.co 2026-03"
    ),
    Item.OUT_GB: _beyond(prices.SENT_GB, source="awsnegotiations.com 2026-05, egresscost.com 2026"),
    Item.SCHEDULED: beyond(
        14 * MILLION, 1.0, MILLION, source="EventBridge Scheduler: cloudburn.io 2026-03"
    ),
}
FUNCTION_URLS = (
    Plan("AWS, function URLs", "on demand", 0, _AWS_TERMS, _AWS, "2026", on_request=True),
)
_GATEWAY = Metered(
    ((300 * MILLION, prices.API_REQUESTS.dollars * MILLION), (inf, 1.08)),
    MILLION,
    source="unconfirmed for Frankfurt: us-east-1 has $1.00 and $0.90 (an AWS whitepaper)",
)
API_GATEWAY = (
    Plan(
        "AWS, API Gateway",
        "on demand",
        0,
        {**_AWS_TERMS, Item.HTTP_REQUESTS: _GATEWAY},
        _AWS,
        "2026",
        on_request=True,
    ),
)
