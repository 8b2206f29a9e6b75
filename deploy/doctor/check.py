"""What a check is, and how it is carried out: within a deadline, and without showing a secret."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import aiohttp
import httpx
from upstash_redis.errors import UpstashError

from common.settings import SettingError
from deploy.doctor.patient import Patient
from deploy.errors import DeployError

LONGEST = 400  # characters of what was found
_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")


class Status(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found.

    Attributes:
        status: how it came out.
        found: what is there.
        remedy: what to do; empty where there is nothing to do.
    """

    status: Status
    found: str
    remedy: str = ""


def ok(found: str) -> Outcome:
    """All is well."""
    return Outcome(Status.OK, found)


def warning(found: str, remedy: str) -> Outcome:
    """It works, and should be looked at."""
    return Outcome(Status.WARNING, found, remedy)


def failed(found: str, remedy: str) -> Outcome:
    """What we rely on is not so."""
    return Outcome(Status.FAILED, found, remedy)


def skipped(found: str, remedy: str = "") -> Outcome:
    """It can't be known from here."""
    return Outcome(Status.SKIPPED, found, remedy)


class Finding(Exception):  # noqa: N818 - ends a check early, well or not
    """Carries an outcome out of a check."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.found)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is proven.

    Attributes:
        name: `vendor: what`.
        examine: proves it; raises what the vendor's client raises.
        needs: settings without which there is nothing to examine.
        deadline_s: seconds; what was begun is cleaned up after it.
    """

    name: str
    examine: Callable[[Patient], Awaitable[Outcome]]
    needs: tuple[str, ...] = ()
    deadline_s: float = 10


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a check that was carried out."""

    name: str
    outcome: Outcome
    seconds: float


# What a vendor's client lets through when there is no sensible answer.
_NO_SENSIBLE_ANSWER = (
    *(httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, UpstashError),
    *(ValueError, LookupError, TypeError, AttributeError),
)


async def carry_out(check: Check, patient: Patient) -> Result:
    """Carries out a check; never raises but when it is cancelled."""
    began = time.monotonic()
    outcome = await _outcome(check, patient)
    safe = replace(
        outcome, found=_safe(outcome.found, patient), remedy=_safe(outcome.remedy, patient)
    )
    return Result(check.name, safe, round(time.monotonic() - began, 2))


async def _outcome(check: Check, patient: Patient) -> Outcome:
    missing = [name for name in check.needs if not patient.has(name)]
    if missing:
        return skipped(f"{' and '.join(missing)} not set")
    try:
        async with asyncio.timeout(check.deadline_s):
            return await check.examine(patient)
    except Finding as finding:
        return finding.outcome
    except TimeoutError:
        where = check.name.partition(":")[0]
        return failed(
            f"no answer within {check.deadline_s:.0f} s",
            f"is the address of {where} right, is its status page green?",
        )
    except (DeployError, SettingError) as error:
        return failed(str(error), "set it right in .env")
    except _NO_SENSIBLE_ANSWER as error:
        return failed(
            f"no sensible answer: {type(error).__name__}: {error}", "is the address right?"
        )


def _safe(text: str, patient: Patient) -> str:
    """Returns a line without secrets: vendors repeat the token that they refuse."""
    for secret in patient.secrets():
        text = text.replace(secret, "…")
    line = " ".join(_TOKEN.sub("…", text).split())
    return line if len(line) <= LONGEST else line[:LONGEST] + "…"
