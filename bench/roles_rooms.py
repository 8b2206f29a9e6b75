"""Rooms for the benchmark `roles`: the same in everything but the number of their members.

Each is the one large room in a database of its own, so that tables and indexes are as large as the
room is; 200 small rooms are beside it, as the planner would not use an index for the only one.
Everyone has five roles: one that all have, and four of the others. Every fourth channel is hidden
from all but six roles. Ids are hashes: in no order, as random ones are.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path
from uuid import UUID

import asyncpg

from common.grants import Permission
from deploy import migrations
from local.addresses import ROOT
from local.supabase import platform

ROLES = 250  # all that a room may have, as there are
CHANNELS = 500
OWNER = 1
MANAGER = 2  # has the highest role
FIRST_RELEASE = "0001_*.sql"

_MANAGES = Permission.MANAGE_ROLES | Permission.CREATE_INVITE
_VIEW = int(Permission.VIEW_CHANNEL)


def id_of(kind: str, number: int = 1) -> UUID:
    """Returns the id of a person, role, channel or the room; `_FILL` computes the same."""
    return UUID(hashlib.md5(f"{kind} {number}".encode()).hexdigest())


ROOM = id_of("room")


def joined_us(number: int) -> int:
    """Returns when a person joined, in microseconds: one after the other, ten seconds apart."""
    return 1_767_225_600_000_000 + number * 10_000_000


def roles_of(number: int, turn: int = 0) -> list[UUID]:
    """Returns the roles of a person; with another `turn` four of the five are others."""
    others = ROLES - 2  # neither everybody's nor the manager's
    return [id_of("role", (number * 7 + k * 61 + turn) % others + 2) for k in range(4)] + [
        id_of("role", 1)
    ]


_FILL = f"""
create temporary table people on commit drop as
select n, md5('person ' || n)::uuid as user_id from generate_series(1, %(members)s) as n;

set local session_replication_role = replica;  -- no trigger and no key is asked row by row
insert into auth.users (id, email) select user_id, n || '@sangha.example' from people;
insert into public.profiles (user_id, display_name) select user_id, 'Person ' || n from people;
insert into public.room_members (room_id, user_id, joined_at)
select '{ROOM}', user_id, timestamptz '2026-01-01 00:00+00' + n * interval '10 seconds'
from people;
set local session_replication_role = origin;

insert into public.rooms (id, name, owner_id)
values ('{ROOM}', 'Sangha', '{id_of("person", OWNER)}');
insert into public.channels (id, room_id, name, kind, position)
select md5('channel ' || n)::uuid, '{ROOM}', 'Channel ' || n, 'voice', n
from generate_series(1, {CHANNELS}) as n;
"""
_FILL_ROLES = f"""
insert into public.rooms (id, name, owner_id)
select md5('room ' || n)::uuid, 'Room ' || n, md5('person ' || n)::uuid
from generate_series(2, 201) as n;
insert into public.room_members (room_id, user_id)
select md5('room ' || n)::uuid, md5('person ' || n + k)::uuid
from generate_series(2, 201) as n cross join generate_series(0, 4) as k;
insert into public.room_roles (id, room_id, name, icon, color, position)
select
  md5('role ' || k || ' of ' || n)::uuid, md5('room ' || n)::uuid, 'Role ' || k, 'star',
  '#5865f2', k
from generate_series(2, 201) as n cross join generate_series(1, 50) as k;

insert into public.room_roles (id, room_id, name, icon, color, position, permissions)
select
  md5('role ' || n)::uuid, '{ROOM}', 'Role ' || n, 'star',
  '#' || lpad(to_hex(n * 65536), 6, '0'), n,
  case when n = {ROLES} then {int(_MANAGES)} else 0 end
from generate_series(1, {ROLES}) as n;
insert into public.channel_overwrites (channel_id, room_id, role_id, allow, deny)
select md5('channel ' || n)::uuid, '{ROOM}'::uuid, '{ROOM}'::uuid, 0, {_VIEW}
from generate_series(4, {CHANNELS}, 4) as n
union all
select md5('channel ' || n)::uuid, '{ROOM}', md5('role ' || r)::uuid, {_VIEW}, 0
from generate_series(4, {CHANNELS}, 4) as n
cross join lateral unnest(array[{ROLES}, 2, 3, 4, 5, n %% 100 + 6]) as r;

set local session_replication_role = replica;
insert into public.room_user_roles (room_id, user_id, role_id)
select
  '{ROOM}', p.user_id,
  case
    when k = 4 then md5('role 1')::uuid
    when k = 0 and n = {MANAGER} then md5('role {ROLES}')::uuid
    else md5('role ' || (n * 7 + k * 61) %% {ROLES - 2} + 2)::uuid
  end
from people as p cross join generate_series(0, 4) as k;
set local session_replication_role = origin;
"""


async def create(server: str, name: str, members: int, files: str = "*.sql") -> str:
    """Makes a database with a room of so many members; returns its connection string.

    Args:
        server: connection string of the superuser.
        name: of the new database.
        members: how many.
        files: which of sql/ are applied; without those of roles nobody has any.
    """
    admin = await platform.connect(server)
    await admin.execute(f'create database "{name}"')
    await admin.close()
    dsn = server.rpartition("/")[0] + f"/{name}"
    await platform.install(dsn)
    with tempfile.TemporaryDirectory(prefix="sangha-sql-") as folder:
        for file in (ROOT / "sql").glob(files):
            shutil.copy(file, folder)
        await migrations.apply(dsn, Path(folder))
    connection: asyncpg.Connection = await platform.connect(dsn)
    try:
        has_roles = await connection.fetchval("select to_regclass('public.room_roles') is not null")
        async with connection.transaction():
            await connection.execute(_FILL % {"members": members})
            if has_roles:
                await connection.execute(_FILL_ROLES % {"members": members})
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
    return dsn
