"""What a month of a stage costs, by AWS's list prices; what is free each month is taken off."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.aws.prices import (
    API_REQUESTS,
    GB_S,
    KMS_REQUESTS,
    LOG_GB,
    MILLION,
    REQUESTS,
    SENT_GB,
    STORED_GB,
    Price,
)

REQUEST_S, WARM_S, RECONCILE_S, INIT_S = 0.06, 0.002, 2.0, 0.6
"""Billed seconds: of a request, of being kept warm, of a reconcile, of a cold start."""
COLD = 0.02
"""Of the requests, those that meet a cold start: a guess, fewer the more there are."""
LOGGED_BYTES = 700  # our line, and Lambda's own three
ANSWER_BYTES = 2_000
MONTH_MINUTES = 30 * 24 * 60
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}


@dataclass(frozen=True, slots=True)
class Stage:
    """What of a deployment costs."""

    architecture: str
    memory_gb: float
    """Of the largest function: what a request is reckoned with."""
    secrets: int
    """The most that a function reads at its start; SSM has KMS decrypt each."""
    has_api: bool
    """Requests come by API Gateway."""
    warmings: float
    """Invocations a month."""
    reconciles: float
    """Invocations a month."""
    zipped_gb: float
    """Of one deployment; the one before is kept."""


def stage(template: Mapping[str, Any], zips: Path) -> Stage:
    """Reads a packaged template."""
    of: dict[str, list[dict[str, Any]]] = {}
    for resource in template["Resources"].values():
        of.setdefault(resource["Type"], []).append(resource.get("Properties", {}))
    functions, rules = of["AWS::Lambda::Function"], of.get("AWS::Events::Rule", [])
    rules = [rule for rule in rules if rule["State"] == "ENABLED"]
    warming = [rule for rule in rules if "Input" in rule["Targets"][0]]
    names = [each["Environment"]["Variables"].get("SANGHA_SECRETS", "") for each in functions]
    files = [zips / each["Code"]["S3Key"].rpartition("/")[2] for each in functions]
    return Stage(
        architecture=functions[0]["Architectures"][0],
        memory_gb=max(each["MemorySize"] for each in functions) / 1024,
        secrets=max(len(each.split()) for each in names),
        has_api="AWS::ApiGatewayV2::Api" in of,
        warmings=sum(_times(rule) for rule in warming),
        reconciles=sum(_times(rule) for rule in rules if rule not in warming),
        zipped_gb=sum(file.stat().st_size for file in files) / 1e9,
    )


def month(of: Stage, requests: float) -> dict[str, float]:
    """Returns dollars by what they are for, for a month with so many requests."""
    invocations = requests + of.warmings + of.reconciles
    cold = requests * COLD
    seconds = requests * REQUEST_S + cold * INIT_S
    seconds += of.warmings * WARM_S + of.reconciles * RECONCILE_S
    dollars = {
        "Lambda requests": _cost(REQUESTS, invocations),
        "Lambda GB-seconds": _cost(GB_S[of.architecture], seconds * of.memory_gb),
        "logs": _cost(LOG_GB, invocations * LOGGED_BYTES / 1e9),
        "secrets decrypted": _cost(KMS_REQUESTS, cold * of.secrets),
        "zips kept in S3": _cost(STORED_GB, 2 * of.zipped_gb),
        "answers sent": _cost(SENT_GB, requests * ANSWER_BYTES / 1e9),
    }
    return {"API Gateway": _cost(API_REQUESTS, requests), **dollars} if of.has_api else dollars


def table(of: Stage) -> list[str]:
    """Returns lines: what months of several sizes cost, the schedules' own share among it."""
    sizes = (0, 100_000, MILLION, 10 * MILLION)
    months = [month(of, size) for size in sizes]
    row = "  {:<20}{:>12}{:>12}{:>12}{:>12}".format
    lines = [row("requests a month", *(f"{size:,}" for size in sizes))]
    lines += [row(what, *(f"${each[what]:.2f}" for each in months)) for what in months[0]]
    return [*lines, row("together", *(f"${sum(each.values()):.2f}" for each in months))]


def _times(rule: Mapping[str, Any]) -> float:
    found = _RATE.fullmatch(rule["ScheduleExpression"])
    if not found:
        raise ValueError(f"no rate: {rule['ScheduleExpression']}")
    return MONTH_MINUTES / (int(found[1]) * _MINUTES[found[2]])


def _cost(price: Price, units: float) -> float:
    return max(0.0, units - price.free) * price.dollars
