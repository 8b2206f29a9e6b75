"""The rooms that every cell of the matrix starts from: always the same, made anew in one statement.

The people are the demo community's, and four more that things are done to. The roles of the
scratch room stand in this order, the highest first: what is above, at and below each persona.

What somebody waits for, or is in, is the row's to say: a `Given`.
"""

import asyncio
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from common.grants import Permission
from local import community

ROOM = "00000000-0000-4000-8000-00000000c001"
"""The scratch room: private, the owner's."""
PUBLIC_ROOM = "00000000-0000-4000-8000-00000000c002"
"""A public room of the colleague's, in which nobody else is; the banned one is banned there too."""
LECTURE, FOYER, DETENTION = (f"00000000-0000-4000-8000-00000000c00{n}" for n in (3, 4, 5))
"""Rooms of the owner's, of the four who are members, in whose pools not everybody may wait:
@everyone may not speak in the lecture, nor connect in the foyer; in detention all but the owner are
muted.
"""
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
_SIGNED_IN = ["owner", "admin", "mod", "member", "stranger", "banned"]

EVERYONE = ROOM
"""The role that every member has bears the room's own id."""
MAY_EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.STREAM
    | Permission.CREATE_INVITE
)
_POOLS = [
    # each with its administrators' role
    (LECTURE, "Lecture", MAY_EVERYONE & ~Permission.SPEAK, "00000000-0000-4000-8000-00000000d103"),
    (FOYER, "Foyer", MAY_EVERYONE & ~Permission.CONNECT, "00000000-0000-4000-8000-00000000d104"),
    (DETENTION, "Detention", MAY_EVERYONE, "00000000-0000-4000-8000-00000000d105"),
]

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

# everybody has blocked the newcomer, and is blocked by who is hushed
_BLOCKS = [(PEOPLE[name], NEWCOMER) for name in _SIGNED_IN] + [
    (HUSHED, PEOPLE[name]) for name in _SIGNED_IN
]


class Given(StrEnum):
    """What the personas wait for, or are in, before they ask."""

    NOTHING = ""
    AWAITED = "awaited"
    """Nothing; the coadmin waits in the global pool, the colleague in the room's."""
    WAITING = "waiting"
    """Each waits in the global pool, for what nobody else wishes."""
    LATE = "late"
    """So they did, and haven't asked for long."""
    PAIRED = "paired"
    """Two and two are in a match that gathers, the members in the room's pool."""
    MISSED = "missed"
    """So they were, and nobody came in time."""
    TALKING = "talking"
    """All of them and the coadmin are in one match that stands."""


_PAIRS = [
    ("owner", "admin", ROOM, "00000000-0000-4000-8000-00000000f001"),
    ("mod", "member", ROOM, "00000000-0000-4000-8000-00000000f002"),
    ("stranger", "banned", None, "00000000-0000-4000-8000-00000000f003"),
]
_CIRCLE = "00000000-0000-4000-8000-00000000f004"
"""The match that stands."""
_IN_CIRCLE = [*_SIGNED_IN, "coadmin"]

KNOWN = {
    *PEOPLE.values(),
    *(ROOM, PUBLIC_ROOM, UNKNOWN, _CIRCLE),
    *ORDER,
    *CHANNEL_ORDER,
    *(pool for pool, *_ in _POOLS),
    *(role for *_, role in _POOLS),
    *(match_id for *_, match_id in _PAIRS),
}
"""Every id that is the same in each run."""
INVITES = {code for code, *_ in _INVITES}

_AT = "timestamptz '2026-01-01 00:00+00'"
# What was asked or made then isn't over yet, however slow the machine is; and it is always the
# same, so that each time a ticket is asked for shows in a dump.
_TO_COME = "timestamptz '2100-01-01 00:00+00'"
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
_THEIR_BLOCKS = f"{_PEOPLE} && array[x.blocker_id, x.blocked_id]"

_CLEAR = f"""
  delete from public.rooms as r
  where r.owner_id = any({_PEOPLE}) and r.id <> '{community.ROOM}';
  delete from realtime.messages;
  delete from public.user_blocks as x where {_THEIR_BLOCKS};
  -- whoever's they are: a queue is everybody's, and what was left in it would be met
  delete from private.match_tickets;
  delete from private.matches;
  delete from private.match_meetings;
  delete from private.match_waits;
"""

_BUILD = f"""
  insert into public.rooms (id, name, owner_id, is_public, version, created_at)
  select v.id::uuid, v.name, v.owner_id::uuid, v.is_public, {VERSION}, {_AT}
  from (values
    ('{ROOM}', 'Scratch', '{PEOPLE["owner"]}', false),
    ('{PUBLIC_ROOM}', 'Commons', '{COLLEAGUE}', true)
  ) as v (id, name, owner_id, is_public);
  insert into public.rooms (id, name, owner_id, created_at)
  select v.id::uuid, v.name, '{PEOPLE["owner"]}', {_AT}
  from (values {_rows([(pool, name) for pool, name, *_ in _POOLS])}) as v (id, name);
  update public.room_roles as r set permissions = v.permissions, created_at = {_AT}
  from (values {
    _rows(
        [(ROOM, MAY_EVERYONE), (PUBLIC_ROOM, MAY_EVERYONE)]
        + [(pool, everyone) for pool, _, everyone, _ in _POOLS]
    )
}) as v (id, permissions)
  where r.id = v.id::uuid;
  insert into public.room_members (room_id, user_id, voice_muted, joined_at)
  select
    v.room_id::uuid,
    v.user_id::uuid,
    v.user_id = '{HUSHED}'
      or v.room_id = '{DETENTION}' and v.user_id <> '{PEOPLE["owner"]}',
    {_AT} + v.n * interval '1 hour'
  from (values {
    _rows(
        [(ROOM, PEOPLE[name], n) for n, name in enumerate(_MEMBERS)]
        + [(PUBLIC_ROOM, COLLEAGUE, 9)]
        + [(pool, PEOPLE[name], n) for pool, *_ in _POOLS for n, name in enumerate(_MEMBERS[:4])]
    )
}) as v (room_id, user_id, n);
  insert into public.room_roles
    (id, room_id, name, icon, color, position, permissions, created_at)
  select v.id::uuid, '{ROOM}', v.name, v.icon, '#3498db', v.position, v.permissions, {_AT}
  from (values {
    _rows([(*role, len(_ROLES) - n) for n, role in enumerate(_ROLES)])
}) as v (id, name, icon, permissions, position);
  insert into public.room_roles (id, room_id, name, position, permissions, created_at)
  select v.id::uuid, v.room_id::uuid, 'Admin', 1, {int(Permission.ADMINISTRATOR)}, {_AT}
  from (values {_rows([(role, pool) for pool, *_, role in _POOLS])}) as v (id, room_id);
  insert into public.room_user_roles (room_id, user_id, role_id)
  select v.room_id::uuid, v.user_id::uuid, v.role_id::uuid
  from (values {
    _rows(
        [(ROOM, PEOPLE[name], role) for name, role in _HOLDERS]
        + [(pool, PEOPLE["admin"], role) for pool, *_, role in _POOLS]
    )
}) as v (room_id, user_id, role_id);
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
  insert into public.user_blocks (blocker_id, blocked_id, created_at)
  select v.blocker_id::uuid, v.blocked_id::uuid, {_AT}
  from (values {_rows(list(_BLOCKS))}) as v (blocker_id, blocked_id);
"""


def _tickets(
    tickets: list[tuple[str, str | None, str | None]], interests: str, *, asked_at: str = _TO_COME
) -> str:
    """Returns the SQL that lets people wait, or be in a match: (name, pool, match)."""
    return f"""
      insert into private.match_tickets (
        user_id, room_id, group_size, interests, languages, strangers, since, asked_at, match_id
      )
      select
        v.user_id::uuid, v.room_id::uuid, 2, {interests}, array['en'], false,
        {_AT} + v.n * interval '1 second', {asked_at}, v.match_id::uuid
      from (values {
        _rows([(n, name, PEOPLE[name], *rest) for n, (name, *rest) in enumerate(tickets)])
    }) as v (n, name, user_id, room_id, match_id);
      perform private.index_tickets({_PEOPLE});
    """


def _matches(matches: list[tuple[str, str | None]], *, made_at: str) -> str:
    """Returns the SQL that makes matches of two that gather: (id, pool)."""
    return f"""
      insert into private.matches (id, room_id, group_size, interests, languages, made_at)
      select v.id::uuid, v.room_id::uuid, 2, array['chess'], array['en'], {made_at}
      from (values {_rows(list(matches))}) as v (id, room_id);
    """


_CHESS = "array['chess']"
_THEIR_OWN = "array[v.name]"
_ALONE: list[tuple[str, str | None, str | None]] = [(name, None, None) for name in _SIGNED_IN]
_PAIRED = _tickets(
    [(name, pool, match_id) for *two, pool, match_id in _PAIRS for name in two], _CHESS
)
_GATHERING = [(match_id, pool) for *_, pool, match_id in _PAIRS]
_GIVEN = {
    Given.AWAITED: _tickets([("coadmin", None, None), ("colleague", ROOM, None)], _CHESS),
    Given.WAITING: _tickets(_ALONE, _THEIR_OWN),
    Given.LATE: _tickets(_ALONE, _THEIR_OWN, asked_at=_AT),
    Given.PAIRED: _matches(_GATHERING, made_at=_TO_COME) + _PAIRED,
    Given.MISSED: _matches(_GATHERING, made_at=_AT) + _PAIRED,
    Given.TALKING: f"""
      {_matches([(_CIRCLE, None)], made_at=_AT)}
      {_tickets([(name, None, _CIRCLE) for name in _IN_CIRCLE], _CHESS)}
      update private.matches set group_size = {len(_IN_CIRCLE)}, started_at = {_TO_COME};
      update private.match_tickets as t
      set group_size = {len(_IN_CIRCLE)}, sid = 'PA_' || t.user_id, livekit_room = 'RM_circle',
        joined_ms = 1767225600000;
      insert into private.match_meetings (user_id, match_id)
      select t.user_id, t.match_id from private.match_tickets as t;
    """,
}

_MATCHING = ("match_tickets", "matches", "match_topics", "match_meetings", "match_waits")
_DUMP = " union all ".join(
    [
        f"select '{table}', x::text from public.{table} as x "
        f"where x.{'id' if table == 'rooms' else 'room_id'} in ({_THEIR_ROOMS})"
        for table in _TABLES
    ]
    + [
        f"select 'user_blocks', x::text from public.user_blocks as x where {_THEIR_BLOCKS}",
    ]
    + [f"select '{table}', x::text from private.{table} as x" for table in _MATCHING]
)

_FUNCTIONS = f"""
  create function pg_temp.rebuild(p_given text) returns void language plpgsql
  as $$
  begin
    {_CLEAR} {_BUILD}
    case p_given
      {" ".join(f"when '{given}' then {sql}" for given, sql in _GIVEN.items())}
      else
    end case;
  end;
  $$;
  create function pg_temp.dump() returns setof text language sql
  as $$
    select w.t || ' ' || w.x from ({_DUMP}) as w (t, x)
    union all select 'pushed ' || m.topic || m.payload::text from realtime.messages as m
  $$;
"""


class Scratch:
    """The scratch rooms in the database, by a superuser's connection of its own."""

    def __init__(self, dsn: str) -> None:
        self._given = Given.NOTHING
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

    def begin(self, given: Given) -> None:
        """Makes all as it is at first, `given` this; what is rebuilt from now on is so again."""
        self._given = given
        self.rebuild()

    def rebuild(self) -> None:
        """Makes the rooms as they were at first, and drops every other of these people."""
        statement = self._connection.execute("select pg_temp.rebuild($1)", self._given)
        self._loop.run_until_complete(statement)

    def dump(self) -> list[str]:
        """Returns all that is written: the rows of these people's rooms, their blocks, all of
        matching, and what was pushed.
        """
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
        """Drops the rooms, blocks and matches; what is left of it all are the four people."""
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
