"""The database itself, where DATABASE_URL is set: migrations, grants, row level security.

Reads only, in transactions that can do nothing else.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from deploy import database, migrations
from deploy.doctor import rpcs
from deploy.doctor.check import Check, Outcome, failed, ok, skipped
from deploy.doctor.patient import Patient
from deploy.migration_plan import SQL, MigrationError

NEEDS = "DATABASE_URL"
HOW = "set it in .env: Supabase's dashboard → Connect → Session pooler"
DEADLINE_S = 15
_GRANTS = """
select
  f.name,
  bool_and(has_function_privilege(
    case when f.name = any($2) then 'service_role' else 'authenticated' end, p.oid, 'execute'
  )) as may_be_called,
  coalesce(bool_or(has_function_privilege('anon', p.oid, 'execute')), false) as by_anybody
from unnest($1::text[]) as f (name)
left join pg_proc as p
  on p.proname = f.name and p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
group by f.name
order by f.name
"""
_UNPROTECTED = """
select c.relname::text from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
order by 1
"""
# What anon may select from and a policy lets it see; views and foreign tables know no policy.
_OPEN_TO_ANYBODY = """
select c.relname::text from pg_class as c
where
  c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and has_any_column_privilege('anon', c.oid, 'select')
  and (c.relkind not in ('r', 'p') or exists (
    select from pg_policy as p
    where
      p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
      and p.polroles && array[0::oid, 'anon'::regrole::oid]
  ))
  and not (c.relkind = 'v' and coalesce('security_invoker=true' = any(c.reloptions), false))
order by 1
"""


def on_database(
    examine: Callable[[asyncpg.Connection], Awaitable[Outcome]],
) -> Callable[[Patient], Awaitable[Outcome]]:
    """Gives a check a connection that can only read; skips it without DATABASE_URL."""

    async def run(patient: Patient) -> Outcome:
        if not patient.has(NEEDS):
            return skipped(f"{NEEDS} not set", HOW)
        async with (
            database.connected(patient.get(NEEDS)) as connection,
            connection.transaction(readonly=True),
        ):
            return await examine(connection)

    return run


@on_database
async def applied(connection: asyncpg.Connection) -> Outcome:
    """Every file of sql/ is applied as it is, in order, and none besides."""
    try:
        plan = await migrations.planned(connection, SQL)
        plan.check()
    except MigrationError as error:
        return failed(str(error), "make migrate DRY=1 shows all")
    if plan.waiting:
        names = ", ".join(each.file for each in plan.waiting)
        return failed(f"{len(plan.waiting)} not applied: {names}", "make migrate")
    return ok(f"all {len(plan.states)} are applied")


@on_database
async def grants(connection: asyncpg.Connection) -> Outcome:
    """Every function that the code calls is there, for whom it is for, and not for anybody."""
    names = sorted(rpcs.called()), sorted(rpcs.for_the_backend())
    rows: list[Any] = await connection.fetch(_GRANTS, *names)
    problems = [f"we may not call {row['name']}" for row in rows if row["may_be_called"] is False]
    problems += [f"there is no {row['name']}" for row in rows if row["may_be_called"] is None]
    problems += [f"anybody may call {row['name']}" for row in rows if row["by_anybody"]]
    if problems:
        return failed("; ".join(problems), "make migrate; applied already? Run sql/ again by hand")
    return ok(f"all {len(rows)} are granted to users or the service alone")


@on_database
async def row_level_security(connection: asyncpg.Connection) -> Outcome:
    """It is on for every table in schema public, and none is open to who is not signed in."""
    unprotected = [row[0] for row in await connection.fetch(_UNPROTECTED)]
    if unprotected:
        remedy = "alter table … enable row level security, or move it out of the schema public"
        return failed(f"row level security is off: {', '.join(unprotected)}", remedy)
    open_to_all = [row[0] for row in await connection.fetch(_OPEN_TO_ANYBODY)]
    if open_to_all:
        remedy = "revoke select from anon, or narrow the policy to authenticated"
        return failed(f"open to who is not signed in: {', '.join(open_to_all)}", remedy)
    return ok("on for every table, none open to who is not signed in")


CHECKS = (
    Check("supabase: migrations", applied, deadline_s=DEADLINE_S),
    Check("supabase: grants", grants, deadline_s=DEADLINE_S),
    Check("supabase: row level security", row_level_security, deadline_s=DEADLINE_S),
)
