"""All checks, and the order in which they are carried out."""

import asyncio
import time

from deploy.doctor import (
    clocks,
    configuration,
    deployment,
    livekit,
    supabase_api,
    supabase_database,
    supabase_keys,
    supabase_realtime,
    upstash,
    upstash_account,
    webhook,
)
from deploy.doctor.check import Check, Outcome, Result, Status, carry_out
from deploy.doctor.patient import Patient

PHASES: tuple[tuple[Check, ...], ...] = (
    (*configuration.CHECKS, upstash.LATENCY, *clocks.CHECKS),  # before all are busy
    (
        *upstash.CHECKS,
        *upstash_account.CHECKS,
        *supabase_keys.CHECKS,
        *supabase_api.CHECKS,
        *supabase_database.CHECKS,
        *supabase_realtime.CHECKS,
        *livekit.CHECKS,
        *webhook.CHECKS,
        *deployment.CHECKS,
    ),
)
"""The checks of a phase are carried out at once."""
CHECKS = tuple(check for phase in PHASES for check in phase)
LONGEST_S = 48.0
"""For all: the phases' deadlines and what is cleaned up add up to less."""


async def examined(patient: Patient) -> list[Result]:
    """Carries all checks out; returns a result for each, in their order by vendor."""
    results: dict[str, Result] = {}
    began = time.monotonic()
    try:
        async with asyncio.timeout(LONGEST_S):
            for phase in PHASES:
                async with asyncio.TaskGroup() as group:
                    for check in phase:
                        group.create_task(_noted(check, patient, results))
    except TimeoutError:
        late = Outcome(Status.FAILED, f"not done after {LONGEST_S:.0f} s", "try again")
        took = round(time.monotonic() - began, 2)
        for check in CHECKS:
            results.setdefault(check.name, Result(check.name, late, took))
    order = {vendor: n for n, vendor in enumerate(_vendors())}
    return sorted(results.values(), key=lambda result: order[_vendor(result.name)])


async def _noted(check: Check, patient: Patient, results: dict[str, Result]) -> None:
    results[check.name] = await carry_out(check, patient)


def _vendor(name: str) -> str:
    return name.partition(":")[0]


def _vendors() -> list[str]:
    """Returns the vendors in the order in which they first come."""
    return list(dict.fromkeys(_vendor(check.name) for check in CHECKS))
