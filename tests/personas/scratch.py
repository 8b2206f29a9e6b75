"""The rooms that every cell of the matrix starts from: always the same, made anew in one statement.

The people are the demo community's, and four more that things are done to. The roles of the
scratch room stand in this order, the highest first: what is above, at and below each persona.
"""

import asyncio
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from common.grants import Permission
from local import community

ROOM = "00000000-0000-4000-8000-00000000c001"
"""The scratch room: private, the owner's."""
PUBLIC_ROOM = "00000000-0000-4000-8000-00000000c002"
"""A public room of the colleague's, in which nobody else is; the banned one is banned there too."""
UNKNOWN = "00000000-0000-4000-8000-00000000ffff"
"""An id that nothing has."""
VERSION = 7

PEOPLE = {name: str(user_id) for name, user_id in community.PEOPLE.items()} | {
    "newcomer": "00000000-0000-4000-8000-0000000000b1",
    "hushed": "00000000-0000-4000-8000-0000000000b2",
    "colleague": "00000000-0000-4000-8000-0000000000b3",
    "coadmin": "00000000-0000-4000-8000-0000000000b4",
}
NEWCOMER, HUSHED = PEOPLE["newcomer"], PEOPLE["hushed"]  # below the moderator; hushed is muted
COLLEAGUE, COADMIN = PEOPLE["colleague"], PEOPLE["coadmin"]  # with the moderator's, admin's role

LEGEND = "00000000-0000-4000-8000-00000000d008"
ADMIN = "00000000-0000-4000-8000-00000000d007"
STAR = "00000000-0000-4000-8000-00000000d006"
MODERATOR = "00000000-0000-4000-8000-00000000d005"
SPEAKER = "00000000-0000-4000-8000-00000000d004"
BUILDER = "00000000-0000-4000-8000-00000000d003"
KEEPER = "00000000-0000-4000-8000-00000000d002"
REGULAR = "00000000-0000-4000-8000-00000000d001"
ORDER = [LEGEND, ADMIN, STAR, MODERATOR, SPEAKER, BUILDER, KEEPER, REGULAR]
OWN_ROLES = {"admin": [ADMIN], "mod": [MODERATOR]}
_BUILDS = Permission.MANAGE_CHANNELS | Permission.MANAGE_ROOM  # what the moderator has not
_NONE = Permission(0)


class Role(NamedTuple):
    """A role of the scratch room."""

    id: str
    name: str
    icon: str | None
    permissions: Permission


_ROLES = [
    Role(LEGEND, "Legend", "trophy", _NONE),
    Role(ADMIN, "Admin", "shield", Permission.ADMINISTRATOR),
    Role(STAR, "Star", "star", _NONE),
    Role(MODERATOR, "Moderator", "gavel", community.MODERATES),
    Role(SPEAKER, "Speaker", "music", _NONE),
    Role(BUILDER, "Builder", "wrench", _BUILDS),
    Role(KEEPER, "Keeper", None, _NONE),
    Role(REGULAR, "Regular", "leaf", _NONE),
]
ROLES_BY_ID = {role.id: role for role in _ROLES}
_HOLDERS = [
    ("admin", ADMIN),
    ("coadmin", ADMIN),
    ("mod", MODERATOR),
    ("colleague", MODERATOR),
    ("newcomer", SPEAKER),
]
_MEMBERS = ["owner", "admin", "mod", "member", "newcomer", "hushed", "colleague", "coadmin"]

EVERYONE = ROOM
"""The role that every member has bears the room's own id."""
MAY_EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.STREAM
    | Permission.CREATE_INVITE
)

GENERAL = "00000000-0000-4000-8000-00000000e001"
LOUNGE = "00000000-0000-4000-8000-00000000e002"
ARENA = "00000000-0000-4000-8000-00000000e003"
STAGE = "00000000-0000-4000-8000-00000000e004"
STAFF = "00000000-0000-4000-8000-00000000e005"
VAULT = "00000000-0000-4000-8000-00000000e006"
WORKSHOP = "00000000-0000-4000-8000-00000000e007"
_CHANNELS = [
    (GENERAL, "general", "text"),
    (LOUNGE, "Lounge", "voice"),
    (ARENA, "Arena", "voice"),
    (STAGE, "Stage", "voice"),
    (STAFF, "staff", "text"),
    (VAULT, "Vault", "voice"),
    (WORKSHOP, "workshop", "text"),
]
CHANNEL_ORDER = [channel for channel, _, _ in _CHANNELS]
_OVERWRITES = [
    # nobody joins the stage but those above the rules, and moderators don't mute there
    (STAGE, EVERYONE, _NONE, Permission.CONNECT),
    (STAGE, MODERATOR, _NONE, Permission.MUTE_MEMBERS),
    # the staff's channel is hidden from all but moderators, the vault from all but keepers
    (STAFF, EVERYONE, _NONE, Permission.VIEW_CHANNEL),
    (STAFF, MODERATOR, Permission.VIEW_CHANNEL, _NONE),
    (VAULT, EVERYONE, _NONE, Permission.VIEW_CHANNEL),
    (VAULT, KEEPER, Permission.VIEW_CHANNEL, _NONE),
    # the workshop is the moderators' to manage, though they may not stream there
    (WORKSHOP, MODERATOR, Permission.MANAGE_CHANNELS, Permission.STREAM),
]

OWNERS_INVITE, MEMBERS_INVITE = "owners-code", "members-code"
ENDED_INVITE, OTHER_INVITE = "ended-code", "other-room-code"
_INVITES = [
    (OWNERS_INVITE, ROOM, "owner", None),
    (MEMBERS_INVITE, ROOM, "member", None),
    (ENDED_INVITE, ROOM, "owner", "2026-01-02 00:00+00"),
    (OTHER_INVITE, PUBLIC_ROOM, "colleague", None),
]

KNOWN = {*PEOPLE.values(), ROOM, PUBLIC_ROOM, UNKNOWN, *ORDER, *CHANNEL_ORDER}
"""Every id that is the same in each run."""
INVITES = {code for code, *_ in _INVITES}

_AT = "timestamptz '2026-01-01 00:00+00'"
_TABLES = (
    "rooms",
    "channels",
    "channel_overwrites",
    "room_roles",
    "room_user_roles",
    "room_members",
    "room_bans",
    "room_invites",
)


def _rows(rows: list[tuple[Any, ...]]) -> str:
    """Returns rows of SQL values."""
    return ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(int(value))
    return f"'{value}'"


_PEOPLE = f"array[{', '.join(map(_literal, PEOPLE.values()))}]::uuid[]"
_THEIR_ROOMS = f"select r.id from public.rooms as r where r.owner_id = any({_PEOPLE})"

_CLEAR = f"""
  delete from public.rooms as r
  where r.owner_id = any({_PEOPLE}) and r.id <> '{community.ROOM}';
  delete from realtime.messages;
"""

_BUILD = f"""
  insert into public.rooms (id, name, owner_id, is_public, version, created_at)
  select v.id::uuid, v.name, v.owner_id::uuid, v.is_public, {VERSION}, {_AT}
  from (values
    ('{ROOM}', 'Scratch', '{PEOPLE["owner"]}', false),
    ('{PUBLIC_ROOM}', 'Commons', '{COLLEAGUE}', true)
  ) as v (id, name, owner_id, is_public);
  update public.room_roles set permissions = {int(MAY_EVERYONE)}, created_at = {_AT}
  where id in ('{ROOM}', '{PUBLIC_ROOM}');
  insert into public.room_members (room_id, user_id, voice_muted, joined_at)
  select v.room_id::uuid, v.user_id::uuid, v.user_id = '{HUSHED}', {_AT} + v.n * interval '1 hour'
  from (values {
    _rows(
        [(ROOM, PEOPLE[name], n) for n, name in enumerate(_MEMBERS)] + [(PUBLIC_ROOM, COLLEAGUE, 9)]
    )
}) as v (room_id, user_id, n);
  insert into public.room_roles
    (id, room_id, name, icon, color, position, permissions, created_at)
  select v.id::uuid, '{ROOM}', v.name, v.icon, '#3498db', v.position, v.permissions, {_AT}
  from (values {
    _rows([(*role, len(_ROLES) - n) for n, role in enumerate(_ROLES)])
}) as v (id, name, icon, permissions, position);
  insert into public.room_user_roles (room_id, user_id, role_id)
  select '{ROOM}', v.user_id::uuid, v.role_id::uuid
  from (values {_rows([(PEOPLE[name], role) for name, role in _HOLDERS])}) as v (user_id, role_id);
  insert into public.channels (id, room_id, name, kind, position, created_at)
  select v.id::uuid, '{ROOM}', v.name, v.kind, v.position, {_AT}
  from (values {
    _rows([(*channel, n) for n, channel in enumerate(_CHANNELS)])
}) as v (id, name, kind, position);
  insert into public.channel_overwrites (channel_id, room_id, role_id, allow, deny)
  select v.channel_id::uuid, '{ROOM}', v.role_id::uuid, v.allow, v.deny
  from (values {_rows(list(_OVERWRITES))}) as v (channel_id, role_id, allow, deny);
  insert into public.room_bans (room_id, user_id, banned_by, reason, created_at)
  select v.room_id::uuid, '{PEOPLE["banned"]}', '{PEOPLE["owner"]}', 'spam', {_AT}
  from (values ('{ROOM}'), ('{PUBLIC_ROOM}')) as v (room_id);
  insert into public.room_invites (code, room_id, created_by, expires_at, created_at)
  select v.code, v.room_id::uuid, v.created_by::uuid, v.expires_at::timestamptz, {_AT}
  from (values {
    _rows([(code, room, PEOPLE[name], expires) for code, room, name, expires in _INVITES])
}) as v (code, room_id, created_by, expires_at);
"""

_DUMP = " union all ".join(
    f"select '{table}', x::text from public.{table} as x "
    f"where x.{'id' if table == 'rooms' else 'room_id'} in ({_THEIR_ROOMS})"
    for table in _TABLES
)

_FUNCTIONS = f"""
  create function pg_temp.rebuild() returns void language plpgsql
  as $$ begin {_CLEAR} {_BUILD} end; $$;
  create function pg_temp.dump() returns setof text language sql
  as $$
    select w.t || ' ' || w.x from ({_DUMP}) as w (t, x)
    union all select 'pushed ' || m.topic || m.payload::text from realtime.messages as m
  $$;
"""


class Scratch:
    """The scratch rooms in the database, by a superuser's connection of its own."""

    def __init__(self, dsn: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(self._open(dsn))

    async def _open(self, dsn: str) -> asyncpg.Connection:
        connection = await asyncpg.connect(dsn)
        for name in PEOPLE.keys() - community.PEOPLE.keys():
            await connection.execute(
                "insert into auth.users (id, email, raw_user_meta_data) "
                "values ($1, $2, jsonb_build_object('name', $3::text))",
                *(UUID(PEOPLE[name]), community.email(name), name.capitalize()),
            )
        await connection.execute(_FUNCTIONS)
        return connection

    def rebuild(self) -> None:
        """Makes the rooms as they were at first, and drops every other of these people."""
        self._loop.run_until_complete(self._connection.execute("select pg_temp.rebuild()"))

    def dump(self) -> list[str]:
        """Returns all that is written: the rows of these people's rooms, and what was pushed."""
        rows = self._loop.run_until_complete(
            self._connection.fetch("select d from pg_temp.dump() as d order by d")
        )
        return [row[0] for row in rows]

    def granted(self) -> set[str]:
        """Returns the functions of the API that who is signed in may call."""
        rows = self._loop.run_until_complete(
            self._connection.fetch(
                "select p.proname::text from pg_proc as p "
                "where p.pronamespace = 'public'::regnamespace "
                "and has_function_privilege('authenticated', p.oid, 'execute')"
            )
        )
        return {row[0] for row in rows}

    def clear(self) -> None:
        """Drops the rooms; the database is as it was but for the four people."""
        self._loop.run_until_complete(self._connection.execute(_CLEAR))

    def close(self) -> None:
        """Drops the four people as well."""
        extra = [UUID(PEOPLE[name]) for name in PEOPLE.keys() - community.PEOPLE.keys()]
        self.clear()
        self._loop.run_until_complete(
            self._connection.execute("delete from auth.users where id = any($1)", extra)
        )
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()
