"""The doctor on a Supabase project in whose database something is wrong."""

import pytest

from deploy.migration_plan import SQL, read
from tests.deploy.doctor.conftest import Doctor, Sql, unwell, well
from tests.deploy.migrate import hosted as databases

DROPPED = "drop function public.my_rooms()"
REPLACED = """
drop function public.my_blocks();
create function public.my_blocks() returns text language sql as $$ select 'anything' $$
"""
OPENED = "grant execute on function public.room(uuid) to anon"
UNPROTECTED = """
insert into auth.users (email) values ('a@example.com');
alter table public.profiles disable row level security;
grant select on public.profiles to anon;
"""
TOO_WIDE = """
insert into auth.users (email) values ('a@example.com');
grant select on public.profiles to anon;
create policy "Everybody sees everybody" on public.profiles for select using (true);
"""
CHANGED = "update supabase_migrations.schema_migrations set checksum = 'x' where version = '0003'"
LATER = """
insert into supabase_migrations.schema_migrations (version, name, checksum)
values ('9999', '9999_later.sql', 'x')
"""
NEWEST = read(SQL)[-1].file
VIEW = "create view public.everything as select * from public.rooms"


class TestProject:
    @pytest.mark.parametrize(
        ("sql", "check", "said"),
        [
            (DROPPED, "functions", "the API has no my_rooms → make migrate"),
            (DROPPED, "grants", "there is no my_rooms"),
            (REPLACED, "functions", "without a user the API answers my_blocks (open)"),
            (OPENED, "grants", "anybody may call room"),
            (
                "revoke execute on function public.roles(uuid) from authenticated",
                "grants",
                "we may not call roles",
            ),
            (UNPROTECTED, "tables", "anybody can read profiles"),
            (UNPROTECTED, "row level security", "row level security is off: profiles"),
            (TOO_WIDE, "tables", "anybody can read profiles"),
            (TOO_WIDE, "row level security", "open to who is not signed in: profiles"),
            (VIEW, "row level security", "open to who is not signed in: everything"),
            (
                'create policy "All hear all" on realtime.messages for select using (true)',
                "private topics",
                "anybody may join a community's topic",
            ),
            (
                f"delete from supabase_migrations.schema_migrations where version = '{NEWEST[:4]}'",
                "migrations",
                f"1 not applied: {NEWEST} → make migrate",
            ),
            (
                CHANGED,
                "migrations",
                "0003_roles.sql changed since it was applied",
            ),
            (
                LATER,
                "migrations",
                "9999_later.sql was applied, but not in this checkout",
            ),
            (
                "delete from supabase_migrations.schema_migrations where version = '0002'",
                "migrations",
                "0002_emojis.sql was never applied, but newer ones were",
            ),
        ],
    )
    def test_what_is_wrong_with_it(
        self, doctor: Doctor, spoiled: Sql, sql: str, check: str, said: str
    ) -> None:
        """Each fault in the database is found by its check, and named."""
        spoiled(sql)
        assert said in unwell(doctor.finds(f"supabase: {check}"))

    @pytest.mark.parametrize("check", ["migrations", "grants", "row level security"])
    def test_no_database_url(self, doctor: Doctor, check: str) -> None:
        """Without DATABASE_URL these are skipped by name, saying where to find it."""
        doctor.set(DATABASE_URL="")
        assert "DATABASE_URL not set → set it in .env" in unwell(
            doctor.finds(f"supabase: {check}"), "skipped"
        )

    @pytest.mark.parametrize("check", ["migrations", "grants", "row level security"])
    def test_a_wrong_database_url(self, doctor: Doctor, check: str) -> None:
        """One that leads nowhere is told in the words of `make migrate`."""
        doctor.set(DATABASE_URL="postgresql://u:hush-hush@127.0.0.1:1/postgres")
        found = unwell(doctor.finds(f"supabase: {check}"))
        assert "nobody listens at 127.0.0.1:1" in found
        assert "hush-hush" not in found

    def test_it_only_reads(self, doctor: Doctor, spoiled: Sql) -> None:
        """What is examined stays as it was."""
        made = spoiled("select 1")
        count = "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables"
        databases.fetch(made.dsn, "select pg_stat_force_next_flush()")
        before = databases.fetch(made.dsn, count)
        for check in ("migrations", "grants", "row level security", "functions", "tables"):
            well(doctor.finds(f"supabase: {check}"))
        assert databases.fetch(made.dsn, count) == before
