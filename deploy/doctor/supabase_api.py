"""What Supabase's API answers to who is not signed in: our functions are there, and shut."""

import asyncio

import httpx

from deploy.doctor import rpcs
from deploy.doctor.check import Check, Outcome, failed, ok
from deploy.doctor.patient import Patient
from deploy.doctor.supabase_keys import credentials

NEEDS = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY")
AT_ONCE = 8
_SHUT = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}


async def functions(patient: Patient) -> Outcome:
    """Every function that the code calls is found by the API, which lets nobody unknown call it.

    Each is asked for without a user and with nothing but nulls: its grants refuse it (42501)
    before it runs.
    """
    names = sorted(rpcs.called())
    arguments = rpcs.required()
    turn = asyncio.Semaphore(AT_ONCE)

    async def code(name: str) -> str:
        async with turn:
            answer = await patient.http.post(
                f"{patient.get('SUPABASE_URL')}/rest/v1/rpc/{name}",
                headers=credentials(patient.get("SUPABASE_PUBLISHABLE_KEY")),
                json=dict.fromkeys(arguments.get(name, [])),
            )
        body = answer.json() if answer.content else None
        return str(body.get("code", answer.status_code)) if isinstance(body, dict) else "open"

    answers = await asyncio.gather(*map(code, names), return_exceptions=True)
    for answer in answers:  # once all have ended: none is left behind
        if isinstance(answer, BaseException):
            raise answer
    codes = dict(zip(names, answers, strict=True))
    missing = [name for name, found in codes.items() if found == "PGRST202"]
    if missing:
        return failed(
            f"the API has no {', '.join(missing)}",
            "make migrate; applied already? Then `notify pgrst, 'reload schema'` in the SQL editor",
        )
    strange = [f"{name} ({found})" for name, found in codes.items() if found != "42501"]
    if strange:
        remedy = "only signed-in users may call them: run sql/0012 and sql/0018 again"
        return failed(f"without a user the API answers {', '.join(strange)}", remedy)
    return ok(f"all {len(codes)} are there, and refuse who is not signed in")


async def tables(patient: Patient) -> Outcome:
    """Nobody unknown reads a row of a table of ours."""
    names = sorted(rpcs.tables())
    readable, strange = [], []
    for name in names:
        answer = await patient.http.get(
            f"{patient.get('SUPABASE_URL')}/rest/v1/{name}",
            params={"select": "*", "limit": "1"},
            headers=credentials(patient.get("SUPABASE_PUBLISHABLE_KEY")),
        )
        if answer.status_code == httpx.codes.OK and answer.json():
            readable.append(name)
        elif answer.status_code not in {*_SHUT, httpx.codes.OK}:
            strange.append(f"{name} ({answer.status_code})")
    if readable:
        remedy = (
            "row level security is off, or a policy too wide: run sql/ again, see docs/doctor.md"
        )
        return failed(f"anybody can read {', '.join(readable)}", remedy)
    if strange:
        return failed(f"can't be asked for: {', '.join(strange)}", "is the project paused?")
    return ok(f"none of {len(names)} shows a row to who is not signed in")


CHECKS = (
    Check("supabase: functions", functions, NEEDS, deadline_s=16),
    Check("supabase: tables", tables, NEEDS),
)
