"""What must hold of every table and function in a schema that Supabase's API exposes."""

from collections.abc import Callable

import pytest

from tests.sql.conftest import Database, Story

Tell = Callable[[Story], None]

OFFENDERS = {
    "a table without row level security": """
        select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'r' and not c.relrowsecurity
    """,
    "a table with row level security and no policy": """
        select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'r'
          and not exists (select 1 from pg_policy as p where p.polrelid = c.oid)
    """,
    "a table without a primary key": """
        select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'r'
          and not exists (
            select 1 from pg_constraint as k where k.conrelid = c.oid and k.contype = 'p'
          )
    """,
    "two permissive policies for one action and role": """
        select tablename from pg_policies
        where schemaname in ('public', 'realtime') and permissive = 'PERMISSIVE'
        group by tablename, cmd, roles having count(*) > 1
    """,
    "a policy that calls auth.uid() for every row": r"""
        select policyname from pg_policies
        where schemaname in ('public', 'realtime')
          and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''),
            'SELECT auth\.(uid|role|jwt)\(\)', '', 'g') ~ 'auth\.(uid|role|jwt)\(\)'
    """,
    "a foreign key without an index": """
        select k.conrelid::regclass || ' ' || k.conname from pg_constraint as k
        join pg_namespace as n on n.oid = k.connamespace
        where k.contype = 'f' and n.nspname = 'public' and not exists (
          select 1 from pg_index as i
          where i.indrelid = k.conrelid
            and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
        )
    """,
    "a function with a search_path of its caller's": """
        select p.oid::regprocedure::text from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname in ('public', 'private')
          and not coalesce(p.proconfig, '{}') @> array['search_path=""']
    """,
    "a security definer function that the API exposes": """
        select p.oid::regprocedure::text from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = 'public' and p.prosecdef
    """,
    "a function that anybody may call": """
        select p.oid::regprocedure::text from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname in ('public', 'private')
          and (has_function_privilege('anon', p.oid, 'execute')
            or exists (select 1 from aclexplode(p.proacl) where grantee = 0)
            or p.proacl is null)
    """,
    "a table that anonymous callers may touch": """
        select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'v', 'm')
          and has_table_privilege('anon', c.oid, 'select, insert, update, delete')
    """,
}

# Each makes the offender that the query of the same name must find.
OFFENCES = {
    "a table without row level security": "create table public.t (id int primary key)",
    "a table with row level security and no policy": (
        "create table public.t (id int primary key); alter table public.t enable row level security"
    ),
    "a table without a primary key": "create table public.t (id int)",
    "two permissive policies for one action and role": (
        "create policy a on public.rooms for select to authenticated using (true)"
    ),
    "a policy that calls auth.uid() for every row": (
        "create policy a on public.rooms for insert to authenticated "
        "with check (auth.uid() = owner_id)"
    ),
    "a foreign key without an index": (
        "create table public.t (id int primary key, r uuid references public.rooms (id))"
    ),
    "a function with a search_path of its caller's": (
        "create function public.f() returns int language sql as 'select 1'"
    ),
    "a security definer function that the API exposes": (
        "create function public.f() returns int language sql security definer as 'select 1'"
    ),
    "a function that anybody may call": (
        "create function private.f() returns int language sql as 'select 1'"
    ),
    "a table that anonymous callers may touch": "grant select on public.rooms to anon",
}


@pytest.mark.parametrize("offender", OFFENDERS)
def test_there_is_no(tell: Tell, offender: str) -> None:
    """The catalogue has none of these, for the tables and functions to come as well."""

    async def story(database: Database) -> None:
        found = [row[0] for row in await database.admin.fetch(OFFENDERS[offender])]
        assert found == []

    tell(story)


@pytest.mark.parametrize("offender", OFFENDERS)
def test_it_would_be_found(tell: Tell, offender: str) -> None:
    """Each check finds an offender that is made for it."""

    async def story(database: Database) -> None:
        transaction = database.admin.transaction()
        await transaction.start()
        await database.admin.execute(OFFENCES[offender])
        found = await database.admin.fetch(OFFENDERS[offender])
        await transaction.rollback()
        assert found

    tell(story)
