"""Upstash's Developer API: what of the month's commands is left, and whether keys are evicted.

Reads only. Needs an API key of the account (Upstash's console → Account → Management API), which
native accounts have, those of Vercel's marketplace don't.
"""

from typing import Any
from urllib.parse import urlsplit

import httpx
from upstash_redis.errors import UpstashError

from deploy.doctor import upstash_client
from deploy.doctor.check import Check, Finding, Outcome, failed, ok, skipped, warning
from deploy.doctor.patient import Patient

FREE_COMMANDS = 500_000
"""A month, on the free plan."""
WARNING_SHARE, FAILED_SHARE = 0.7, 0.9
HOW = "set UPSTASH_EMAIL and UPSTASH_API_KEY (Upstash's console → Account → Management API)"


async def eviction(patient: Patient) -> Outcome:
    """Keys of people in calls must not be thrown out for lack of memory."""
    if _has_account(patient):
        evicts = (await _database(patient)).get("eviction")
    else:
        info = await _info(patient)
        said = [line for line in info.splitlines() if line.startswith("maxmemory_policy:")]
        evicts = said[0].partition(":")[2].strip() != "noeviction" if said else None
    if evicts is None:
        return skipped("the database does not say", HOW)
    if evicts:
        remedy = "turn it off: Upstash's console → the database → Configuration → Eviction"
        return failed("eviction is on: presence and limits may vanish", remedy)
    return ok("off")


async def quota(patient: Patient) -> Outcome:
    """What this month has spent of what the plan has."""
    if not _has_account(patient):
        return skipped("UPSTASH_EMAIL and UPSTASH_API_KEY not set", HOW)
    database = await _database(patient)
    stats = await _get(patient, f"/redis/stats/{database['database_id']}")
    spent, limit = int(stats["total_monthly_requests"]), _limit(database)
    if limit is None:
        return ok(f"{spent:,} commands this month; the plan has no limit")
    share = spent / limit
    found = f"{spent:,} of {limit:,} commands this month ({share:.0%})"
    remedy = "see which commands (docs/doctor.md), or upgrade the plan: over it, all are refused"
    if share > FAILED_SHARE:
        return failed(found, remedy)
    return warning(found, remedy) if share > WARNING_SHARE else ok(found)


async def _info(patient: Patient) -> str:
    """Returns what the database says of its memory; nothing when it doesn't know the question."""
    async with upstash_client.client(patient) as redis:
        try:
            return str(await redis.execute(["INFO", "memory"]))  # not billed
        except UpstashError as error:
            if "WRONGPASS" in str(error):
                raise Finding(upstash_client.refused(error)) from error
            return ""


def _has_account(patient: Patient) -> bool:
    return patient.has("UPSTASH_EMAIL") and patient.has("UPSTASH_API_KEY")


def _limit(database: dict[str, Any]) -> int | None:
    limit = database.get("db_request_limit")
    if isinstance(limit, int) and limit > 0:
        return limit
    plans = (database.get("type"), database.get("database_type"))
    return FREE_COMMANDS if any(str(plan).lower() == "free" for plan in plans) else None


async def _database(patient: Patient) -> dict[str, Any]:
    host = urlsplit(patient.get("UPSTASH_REDIS_REST_URL")).hostname
    for database in await _get(patient, "/redis/databases"):
        if database["endpoint"] == host:
            return dict(database)
    found = f"the account of UPSTASH_EMAIL has no database at {host}"
    raise Finding(failed(found, "is it another account's, or a team's? Its API key then, too"))


async def _get(patient: Patient, path: str) -> Any:
    account = httpx.BasicAuth(patient.get("UPSTASH_EMAIL"), patient.get("UPSTASH_API_KEY"))
    answer = await patient.http.get(f"{patient.developer_api}{path}", auth=account)
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise Finding(failed("the Developer API refuses the e-mail or the API key", HOW))
    return answer.raise_for_status().json()


CHECKS = (
    Check("upstash: eviction", eviction, upstash_client.NEEDS),
    Check("upstash: quota", quota, upstash_client.NEEDS[:1]),
)
