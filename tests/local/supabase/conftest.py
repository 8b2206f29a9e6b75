"""A project with a small schema of its own: notes that people see only their own of."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from local.supabase import project, users
from local.supabase.project import Project

JWT_SECRET = "legacy-secret-of-at-least-32-bytes"
PASSWORD = "correct horse"
SCHEMA = """
create table public.notes (
  id bigint generated always as identity primary key,
  owner_id uuid not null default auth.uid() references auth.users (id),
  text text not null unique
);
alter table public.notes enable row level security;
revoke all on public.notes from anon, authenticated;
grant select, insert on public.notes to authenticated;
grant select on public.notes to service_role;
create policy "People see their own notes" on public.notes
  for select to authenticated using (owner_id = (select auth.uid()));
create policy "People write their own notes" on public.notes
  for insert to authenticated with check (owner_id = (select auth.uid()));

create function public.write_note(p_text text, p_owner_id uuid default auth.uid())
returns public.notes language sql
as $$ insert into public.notes (text, owner_id) values (p_text, p_owner_id) returning * $$;
create function public.my_notes() returns setof text language sql
as $$ select text from public.notes order by id $$;

create function public.who_am_i(out role text, out login text, out user_id uuid) language sql
as $$ select current_user::text, session_user::text, auth.uid() $$;
create function public.my_claims() returns jsonb language sql as $$ select auth.jwt() $$;
create function public.request_setting(p_name text) returns text language sql
as $$ select current_setting(p_name, true) $$;

create function public.add(a integer, b integer default 10) returns integer language sql
as $$ select a + b $$;
create function public.echo(p_number numeric, p_list text[], p_object jsonb) returns jsonb
language sql as $$ select jsonb_build_array(p_number, p_list, p_object) $$;
create function public.two_columns() returns table (n integer, t text) language sql
as $$ values (1, 'a'), (2, 'b') $$;
create function public.no_row() returns setof text language sql as $$ select 'a' where false $$;
create function public.writes_in_vain() returns void language plpgsql stable
as $$ begin perform public.write_note('never'); end $$;
create function public.nothing() returns void language sql as $$ select 1 $$;
create function public.no_value() returns text language sql as $$ select null::text $$;
create function public.overloaded(a integer) returns text language sql as $$ select 'a' $$;
create function public.overloaded(a integer, b integer) returns text language sql
as $$ select 'ab' $$;
create function public.ambiguous(a integer) returns text language sql as $$ select 'integer' $$;
create function public.ambiguous(a text) returns text language sql as $$ select 'text' $$;
create function public.fail(p_sqlstate text) returns void language plpgsql as $$
begin
  raise exception using
    errcode = p_sqlstate, message = 'no', detail = 'because', hint = 'try again';
end $$;
create function public.long_query() returns void language sql
as $$ select pg_sleep(5) $$;
create function public.leave_settings() returns void language sql
as $$ select set_config('request.jwt.claims', '{"sub": "x"}', false) $$;

create policy "People hear their own topic, and see who is here" on realtime.messages
  for select to authenticated
  using (
    extension = 'broadcast'
    and (select realtime.topic()) in ('user:' || (select auth.uid()), 'readable')
    or extension = 'presence' and (select realtime.topic()) in ('here', 'seen', 'readable')
  );
create policy "People speak on their own topic, and are here" on realtime.messages
  for insert to authenticated
  with check (
    extension = 'broadcast' and (select realtime.topic()) = 'user:' || auth.uid()
    or extension = 'presence' and (select realtime.topic()) in ('here', 'blind')
  );
"""


@pytest.fixture(scope="package")
def supabase(postgres_port: int) -> Iterator[Project]:
    """The project, with people `ann` and `bob` (@example.com) and legacy keys too."""
    with project.running(postgres_port, sql=SCHEMA, jwt_secret=JWT_SECRET) as running:
        asyncio.run(_create_people(running.dsn))
        yield running


async def _create_people(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    for name in ("ann", "bob"):
        await users.create(
            connection, email=f"{name}@example.com", password=PASSWORD, name=name.capitalize()
        )
    await connection.close()


@pytest.fixture(scope="package")
def http(supabase: Project) -> Iterator[httpx.Client]:
    """A client with no key, made once: its TLS context alone takes 50 ms."""
    with httpx.Client(base_url=supabase.url, timeout=15) as client:
        yield client


@pytest.fixture
def anon(supabase: Project, http: httpx.Client) -> Iterator[httpx.Client]:
    """A client with the publishable key, in a stand-in without faults or old broadcasts."""
    http.headers = httpx.Headers({"apikey": supabase.publishable_key})
    http.delete("/_local/broadcasts").raise_for_status()
    yield http
    supabase.app.clear()


@pytest.fixture(scope="package")
def sign_in(supabase: Project, http: httpx.Client) -> Callable[[str], dict[str, Any]]:
    """Signs `ann` or `bob` in; returns the session."""

    def session(name: str) -> dict[str, Any]:
        response = http.post(
            "/auth/v1/token?grant_type=password",
            json={"email": f"{name}@example.com", "password": PASSWORD},
            headers={"apikey": supabase.publishable_key},
        )
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    return session


@pytest.fixture(scope="package")
def ann(sign_in: Callable[[str], dict[str, Any]]) -> dict[str, str]:
    """Headers of a person who stays signed in."""
    return {"Authorization": f"Bearer {sign_in('ann')['access_token']}"}
