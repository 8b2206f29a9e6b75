"""What AWS charges in eu-central-1, read in November 2026: for `make deploy`, and bench/plans.

bench/plans_prices_aws.py has where each is from, and which could not be confirmed. What is free is
free every month, whoever asks and however long; free requests of API Gateway, storage of an
account's first year, and credits are not counted: they end.
"""

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Of one unit; the first `free` of a month cost nothing."""

    dollars: float
    free: float = 0


REQUESTS = Price(0.20 / MILLION, MILLION)
GB_S = {
    "arm64": Price(0.0000133334, 400_000),
    "x86_64": Price(0.0000166667, 400_000),
}
API_REQUESTS = Price(1.20 / MILLION)
LOG_GB = Price(0.63, 5)
KMS_REQUESTS = Price(0.03 / 10_000, 20_000)
STORED_GB = Price(0.023)  # us-east-1's
SENT_GB = Price(0.09, 100)
