"""Shapes that the original app's database may have besides, and what stands in the way."""

import asyncio

import asyncpg
import pytest

from tests.sql.scratch import FILES, UPGRADE, Scratch, apply_all, catalogue, contents
from tests.sql.test_upgrade import OTHER, PEOPLE, ROLE, ROOM


@pytest.fixture(scope="module")
def scratch(postgres_port: int) -> Scratch:
    """Where the databases of these tests come from."""
    made = Scratch(postgres_port)
    asyncio.run(made.templates())
    return made


# Other shapes that the original app may have had, and what is to be seen of them afterwards.
VARIANTS = {
    "created_by instead of owner_id": (
        "alter table public.rooms rename owner_id to created_by",
        f"select owner_id::text from public.rooms where id = '{OTHER}'",
        [(PEOPLE.format(2),)],
    ),
    "profiles by user_id, with a display name": (
        (
            "alter table public.profiles rename id to user_id;"
            "alter table public.profiles add display_name text;"
            "update public.profiles set display_name = 'Shown' where username = 'user2'"
        ),
        "select display_name from public.profiles where username in ('user2', 'user3') order by 1",
        [("Shown",), ("user3",)],
    ),
    "members with an id of their own, one of them there twice": (
        (
            "alter table public.room_members drop constraint room_members_pkey;"
            "alter table public.room_members add id uuid primary key default gen_random_uuid();"
            "insert into public.room_members (room_id, user_id, role_id, joined_at) "
            f"values ('{ROOM}', '{PEOPLE.format(3)}', '{ROLE.format(4)}', '2025-01-01')"
        ),
        (
            "select m.joined_at::date::text, ur.role_id::text from public.room_members as m "
            "join public.room_user_roles as ur using (room_id, user_id) "
            f"where m.user_id = '{PEOPLE.format(3)}' order by 2"
        ),
        [("2024-04-01", ROLE.format(3)), ("2024-04-01", ROLE.format(4))],
    ),
    "members with an id that another table knows": (
        (
            "alter table public.room_members drop constraint room_members_pkey;"
            "alter table public.room_members add id bigserial primary key;"
            "create table public.notes (member_id bigint references public.room_members (id));"
            "insert into public.notes select id from public.room_members "
            f"where user_id = '{PEOPLE.format(4)}'"
        ),
        (
            "select x.name from public.notes as n "
            "join public.room_members as m on m.id = n.member_id "
            "join public.room_user_roles as ur using (room_id, user_id) "
            "join public.room_roles as x on x.id = ur.role_id"
        ),
        [("Mod",)],
    ),
    "members without any key, joined_at called created_at": (
        (
            "alter table public.room_members drop constraint room_members_pkey;"
            "alter table public.room_members rename joined_at to created_at"
        ),
        f"select joined_at::text from public.room_members where user_id = '{PEOPLE.format(17)}'",
        [("2024-04-01 17:00:00+00",)],
    ),
    "roles with positions, some of them equal or null": (
        (
            "alter table public.room_roles add position smallint default 1;"
            f"update public.room_roles set position = 7 where id = '{ROLE.format(16)}';"
            f"update public.room_roles set position = null where id = '{ROLE.format(2)}'"
        ),
        (
            "select name from public.room_roles "
            f"where room_id = '{ROOM}' and position in (22, 21, 1) order by position desc"
        ),
        [("newbie",), ("Owner",), ("ADMIN",)],
    ),
    "roles with permissions, some of which stand for nothing here": (
        (
            "alter table public.room_roles add permissions text;"
            f"update public.room_roles set permissions = '8' where id = '{ROLE.format(16)}';"
            f"update public.room_roles set permissions = '{1 << 40 | 1 << 28 | 1 << 6}' "
            f"where id = '{ROLE.format(1)}';"
            f"update public.room_roles set permissions = '-1' where id = '{ROLE.format(5)}'"
        ),
        (
            f"select name, permissions from public.room_roles where room_id = '{ROOM}' "
            "and position > 0 order by position desc limit 3"
        ),
        [("newbie", 8), ("Owner", 1 << 28), ("King", 0)],
    ),
    "roles with colours as numbers": (
        (
            "alter table public.room_roles alter color drop default, "
            "alter color type integer using case when color = 'red' then 16711680 else 0 end"
        ),
        "select name, color from public.room_roles where color is not null",
        [("ADMIN", "#ff0000")],
    ),
    "roles without colours": (
        "alter table public.room_roles drop color",
        "select distinct color from public.room_roles",
        [(None,)],
    ),
    "roles with icons, the crown among them": (
        (
            "alter table public.room_roles add icon text;"
            f"update public.room_roles set icon = 'crown' where id = '{ROLE.format(1)}';"
            f"update public.room_roles set icon = 'trophy' where id = '{ROLE.format(2)}'"
        ),
        (
            "select name, icon from public.room_roles "
            f"where id in ('{ROLE.format(1)}', '{ROLE.format(2)}') order by name"
        ),
        [("ADMIN", "trophy"), ("Owner", "star")],
    ),
    "no dates at all, or dates without a zone": (
        (
            "alter table public.rooms drop created_at;"
            "alter table public.room_members drop joined_at;"
            "alter table public.room_roles drop created_at;"
            "alter table public.channels alter created_at type timestamp using created_at"
        ),
        (
            "select (select count(*) from public.rooms where created_at = now()), "
            "(select count(*) from public.channels where created_at = '2024-02-02 00:00:00+00')"
        ),
        [(0, 1)],
    ),
    "channels with a kind and positions, rooms that are public or not": (
        (
            "alter table public.channels alter type drop default, alter type type text "
            "using case type when 'TEXT' then 'text' else 'voice' end;"
            "alter table public.channels rename type to kind;"
            "alter table public.channels add position bigint;"
            "update public.channels set position = 5 where name = 'Stage';"
            "alter table public.rooms add is_public boolean;"
            "update public.rooms set is_public = true where name = 'Old'"
        ),
        (
            "select c.name, c.kind, r.is_public from public.channels as c "
            "join public.rooms as r on r.id = c.room_id order by c.position"
        ),
        [("Stage", "voice", True), ("general", "text", True), ("Lounge", "voice", True)],
    ),
}


class TestVariants:
    @pytest.mark.parametrize("variant", VARIANTS)
    def test_upgrades(self, scratch: Scratch, variant: str) -> None:
        """It is upgraded like the others, twice to the same effect, and loses no assignment."""
        change, query, expected = VARIANTS[variant]

        async def story(connection: asyncpg.Connection) -> None:
            await connection.execute(change)
            await apply_all(connection)
            assert [tuple(row) for row in await connection.fetch(query)] == expected
            held = await connection.fetchval("select count(*) from public.room_user_roles")
            assert held == 20 + ("twice" in variant)
            once = await contents(connection)
            await apply_all(connection)
            assert await contents(connection) == once

        scratch.run("old", story)


# What stands in the way of the upgrade, and what it says.
OBSTACLES = {
    "alter table public.channels rename to chat": "expects these tables too: channels",
    "alter table public.room_members alter role_id type text using role_id::text": (
        "expects these columns: room_members.role_id uuid"
    ),
    "alter table public.channels drop type": "channels.kind or channels.type",
    "alter table public.rooms drop constraint rooms_pkey cascade": "primary key of: rooms",
    "alter table public.rooms add version text": "another name: rooms.version",
    "create table public.room_bans (id bigint)": "another name: room_bans",
    "insert into public.messages (channel_id, content) select id, 'x' from public.channels": (
        "public.messages.channel_id refers to a row of channels that can not stay"
    ),
    "create view public.v as select role_id from public.room_members": "depends on",
}


class TestObstacles:
    @pytest.mark.parametrize("obstacle", OBSTACLES)
    def test_is_told(self, scratch: Scratch, obstacle: str) -> None:
        """The upgrade says what is in its way and changes nothing."""

        async def story(connection: asyncpg.Connection) -> None:
            await connection.execute(obstacle)
            before = await contents(connection), await catalogue(connection)
            with pytest.raises(asyncpg.PostgresError) as caught:
                await connection.execute(FILES[UPGRADE])
            assert OBSTACLES[obstacle] in f"{caught.value} {caught.value.detail}"
            assert (await contents(connection), await catalogue(connection)) == before

        scratch.run("old", story)
