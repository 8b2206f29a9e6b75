"""A room in plain Python: who may do what in it, and what each operation of the API makes of it.

Written from the rules (docs/communities.md), not from the SQL: the tests compare the two.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from common.grants import Permission
from tests.sql.conftest import Database, Refused

ALL = int(sum(Permission))
IN_CHANNELS = int(
    Permission.MANAGE_CHANNELS
    | Permission.STREAM
    | Permission.VIEW_CHANNEL
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.MUTE_MEMBERS
    | Permission.MOVE_MEMBERS
)
ABOVE_ALL = 2**31 - 1
MOST_ROLES = 250

Overwrites = dict[str, tuple[int, int]]
"""(allow, deny) by role."""


class No(Exception):  # noqa: N818 - what the rules say
    """The rules refuse an operation, with this code."""


def need(yes: object, code: str) -> None:
    """Refuses with `code` unless `yes`."""
    if not yes:
        raise No(code)


@dataclass
class World:
    """One room. Ids are texts; `order` is every role from @everyone (the room's own id) upwards."""

    room: str
    owner: str
    public: bool
    order: list[str]
    bits: dict[str, int]
    members: dict[str, frozenset[str]]
    channels: list[str]
    kinds: dict[str, str]
    overwrites: dict[str, Overwrites]
    muted: set[str] = field(default_factory=set)
    bans: set[str] = field(default_factory=set)
    invites: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    def copy(self) -> "World":
        """Returns a room that can be changed without changing this one."""
        return replace(
            self,
            order=list(self.order),
            bits=dict(self.bits),
            members=dict(self.members),
            channels=list(self.channels),
            kinds=dict(self.kinds),
            overwrites=dict(self.overwrites),
            muted=set(self.muted),
            bans=set(self.bans),
            invites=dict(self.invites),
        )

    # What somebody may do ---------------------------------------------------------------------

    def held(self, user: str) -> int:
        """Returns a member's permissions in the room."""
        bits = self.bits[self.room]
        for role in self.members[user]:
            bits |= self.bits[role]
        return ALL if user == self.owner or bits & Permission.ADMINISTRATOR else bits

    def rank(self, user: str) -> int:
        """Returns where a member stands; below everyone for who is none."""
        if user == self.owner:
            return ABOVE_ALL
        if user not in self.members:
            return -1
        return max((self.order.index(role) for role in self.members[user]), default=0)

    def raw(self, user: str, channel: str) -> int:
        """Returns a member's permissions in a channel as if they could always view it."""
        base = self.held(user)
        if base & Permission.ADMINISTRATOR:
            return base
        here = self.overwrites[channel]
        allow, deny = here.get(self.room, (0, 0))
        base = base & ~deny | allow
        mine = [here[role] for role in self.members[user] if role in here]
        for _, denied in mine:
            base &= ~denied
        for allowed, _ in mine:
            base |= allowed
        return base

    def may(self, user: str, channel: str) -> int:
        """Returns a member's permissions in a channel: none in one that they can't view."""
        if user not in self.members or channel not in self.channels:
            return 0
        raw = self.raw(user, channel)
        return raw if raw & Permission.VIEW_CHANNEL else 0

    # Operations: each raises No, or changes the room ------------------------------------------

    def _acting(self, me: str, permission: Permission | None = None) -> None:
        need(me in self.members, "room_not_found")
        if permission is not None:
            need(self.held(me) & permission, "missing_permission")

    def _below(self, me: str, user: str) -> None:
        need(self.rank(user) < self.rank(me), "member_too_high")

    def _under(self, me: str, roles: set[str] | frozenset[str]) -> None:
        highest = max((self.order.index(role) for role in roles), default=-1)
        need(highest < self.rank(me), "role_too_high")

    def create_role(self, me: str, made: str, *, permissions: int) -> None:
        """A new role, the lowest."""
        self._acting(me, Permission.MANAGE_ROLES)
        need(self.rank(me) > 0, "role_too_high")
        need(not permissions & ~self.held(me), "permission_not_yours")
        need(len(self.order) - 1 < MOST_ROLES, "roles_full")
        self.order.insert(1, made)
        self.bits[made] = permissions

    def edit_role(
        self, me: str, _: str, *, role: str, permissions: int | None, name: str | None
    ) -> None:
        """Another name, other permissions; an omitted one stays."""
        self._acting(me, Permission.MANAGE_ROLES)
        need(role in self.order, "role_not_found")
        self._under(me, {role})
        need(role != self.room or name is None, "everyone_fixed")
        if permissions is not None:
            need(not permissions & ~self.bits[role] & ~self.held(me), "permission_not_yours")
            self.bits[role] = permissions

    def delete_role(self, me: str, _: str, *, role: str, force: bool) -> None:
        """A role less; one that members have only with force."""
        self._acting(me, Permission.MANAGE_ROLES)
        need(role in self.order, "role_not_found")
        need(role != self.room, "everyone_fixed")
        self._under(me, {role})
        need(force or not any(role in roles for roles in self.members.values()), "role_in_use")
        self.order.remove(role)
        del self.bits[role]
        self.members = {user: roles - {role} for user, roles in self.members.items()}
        self.overwrites = {
            channel: {each: bits for each, bits in here.items() if each != role}
            for channel, here in self.overwrites.items()
        }

    def order_roles(self, me: str, _: str, *, order: list[str]) -> None:
        """The whole order, highest first."""
        self._acting(me, Permission.MANAGE_ROLES)
        need(sorted(order) == sorted(self.order[1:]), "order_invalid")
        wanted = [self.room, *reversed(order)]
        moved = {role for old, role in zip(self.order, wanted, strict=True) if old != role}
        self._under(me, moved or {self.room})
        self.order = wanted

    def set_member_roles(self, me: str, _: str, *, user: str, roles: list[str]) -> None:
        """The roles of a member, all of them."""
        self._acting(me, Permission.MANAGE_ROLES)
        need(user in self.members, "member_not_found")
        if user != me:
            self._below(me, user)
        need(self.room not in roles, "everyone_fixed")
        given = frozenset(roles) - self.members[user]
        need(all(role in self.order for role in given), "role_not_found")
        self._under(me, given | self.members[user] - frozenset(roles))
        for role in given:
            need(not self.bits[role] & ~self.held(me), "permission_not_yours")
            for channel, here in self.overwrites.items():
                allow, _deny = here.get(role, (0, 0))
                need(not allow & ~self.may(me, channel), "permission_not_yours")
        self.members[user] = frozenset(roles)

    def _overwrite(self, me: str, channel: str, wanted: Overwrites) -> None:
        held, here = self.may(me, channel), self.overwrites[channel]
        need(self.held(me) & Permission.MANAGE_ROLES, "missing_permission")
        need(self.rank(me) > 0, "role_too_high")
        need(all(role in self.order for role in wanted), "role_not_found")
        changed = {
            role: (new[0] ^ old[0]) | (new[1] ^ old[1])
            for role in wanted.keys() | here.keys()
            if (new := wanted.get(role, (0, 0))) != (old := here.get(role, (0, 0)))
        }
        for role in changed:
            need(self.order.index(role) <= self.rank(me), "role_too_high")
        for bits in changed.values():
            need(not bits & ~held, "permission_not_yours")
        self.overwrites[channel] = {role: bits for role, bits in wanted.items() if any(bits)}
        need(self.may(me, channel), "locks_you_out")

    def create_channel(
        self, me: str, made: str, *, kind: str, overwrites: Overwrites | None
    ) -> None:
        """A new channel, the last."""
        self._acting(me, Permission.MANAGE_CHANNELS)
        self.channels.append(made)
        self.kinds[made] = kind
        self.overwrites[made] = {}
        if overwrites is not None:
            self._overwrite(me, made, overwrites)
        need(self.may(me, made), "locks_you_out")

    def edit_channel(self, me: str, _: str, *, channel: str, overwrites: Overwrites | None) -> None:
        """Another name, other overwrites; omitted ones stay."""
        self._acting(me)
        need(self.may(me, channel), "channel_not_found")
        need(self.may(me, channel) & Permission.MANAGE_CHANNELS, "missing_permission")
        if overwrites is not None:
            self._overwrite(me, channel, overwrites)

    def delete_channel(self, me: str, _: str, *, channel: str, force: bool) -> None:
        """A channel less; a voice channel, in which people may be, if that is meant."""
        self.edit_channel(me, _, channel=channel, overwrites=None)
        need(force or self.kinds[channel] != "voice", "channel_in_use")
        self.channels.remove(channel)
        del self.kinds[channel], self.overwrites[channel]

    def order_channels(self, me: str, _: str, *, order: list[str]) -> None:
        """The order of the channels that one sees; hidden ones keep their places."""
        self._acting(me, Permission.MANAGE_CHANNELS)
        seen = [channel for channel in self.channels if self.may(me, channel)]
        need(sorted(order) == sorted(seen), "order_invalid")
        following = iter(order)
        self.channels = [next(following) if c in seen else c for c in self.channels]

    def _drop(self, user: str) -> None:
        self.members.pop(user, None)  # who was muted is so again when they come back

    def remove_member(self, me: str, _: str, *, user: str) -> None:
        """Oneself or somebody lower."""
        self._acting(me)
        if user == me:
            need(me != self.owner, "owner_must_stay")
        else:
            self._acting(me, Permission.KICK_MEMBERS)
            need(user in self.members, "member_not_found")
            self._below(me, user)
        self._drop(user)

    def ban_member(self, me: str, _: str, *, user: str) -> None:
        """Somebody lower, or no member at all."""
        self._acting(me, Permission.BAN_MEMBERS)
        self._below(me, user)
        self.bans.add(user)
        self._drop(user)

    def unban_member(self, me: str, _: str, *, user: str) -> None:
        """May join again."""
        self._acting(me, Permission.BAN_MEMBERS)
        need(user in self.bans, "ban_not_found")
        self.bans.remove(user)

    def create_invite(self, me: str, made: str, *, max_uses: int | None) -> None:
        """An invitation; those that are used up go."""
        self._acting(me, Permission.CREATE_INVITE)
        self.invites = {
            code: (uses, most)
            for code, (uses, most) in self.invites.items()
            if most is None or uses < most
        }
        self.invites[made] = (0, max_uses)

    def join_room(self, me: str, _: str, *, invite: str | None) -> None:
        """By invitation, or because the room is public."""
        if me in self.members:
            return
        need(self.public or invite is not None, "room_not_found")
        if invite is not None:
            uses, most = self.invites.get(invite, (1, 1))
            need(most is None or uses < most, "invite_not_found")
            self.invites[invite] = (uses + 1, most)
        need(me not in self.bans, "banned")
        self.members[me] = frozenset()

    def moderate_voice(
        self, me: str, _: str, *, channel: str, user: str, action: str, to_channel: str | None
    ) -> None:
        """Mute, unmute, remove or move somebody lower."""
        self._acting(me)
        need((action == "move") == (to_channel is not None), "action_invalid")
        need(self.may(me, channel), "channel_not_found")
        need(self.kinds[channel] == "voice", "not_a_voice_channel")
        muting = action in {"mute", "unmute"}
        needed = Permission.MUTE_MEMBERS if muting else Permission.MOVE_MEMBERS
        need(self.may(me, channel) & needed, "missing_permission")
        need(user in self.members, "member_not_found")
        self._below(me, user)
        if to_channel is not None:
            need(self.may(me, to_channel), "channel_not_found")
            need(self.kinds[to_channel] == "voice", "not_a_voice_channel")
            need(self.may(user, to_channel) & Permission.CONNECT, "may_not_connect")
        if action == "mute":
            self.muted.add(user)
        if action == "unmute":
            self.muted.discard(user)

    def edit_room(self, me: str, _: str, *, public: bool) -> None:
        """Public, or by invitation only."""
        self._acting(me, Permission.MANAGE_ROOM)
        self.public = public

    def transfer_room(self, me: str, _: str, *, user: str) -> None:
        """Another owner."""
        self._acting(me)
        need(me == self.owner, "owner_only")
        need(user in self.members, "member_not_found")
        self.owner = user
        self.muted.discard(user)

    def delete_room(self, me: str, _: str, *, confirm: str) -> None:
        """No room any more: never confirmed here, so always refused."""
        self._acting(me)
        need(me == self.owner, "owner_only")
        raise No("confirm_needed")


# At the database ------------------------------------------------------------------------------

_READ = """
select jsonb_build_object(
  'room', r.id,
  'owner', r.owner_id,
  'public', r.is_public,
  'positions', (select jsonb_agg(x.position order by x.position, x.id)
    from public.room_roles as x where x.room_id = r.id),
  'order', (select jsonb_agg(x.id order by x.position, x.id)
    from public.room_roles as x where x.room_id = r.id),
  'bits', (select jsonb_object_agg(x.id, x.permissions)
    from public.room_roles as x where x.room_id = r.id),
  'members', (select jsonb_object_agg(m.user_id, to_jsonb(private.roles_of(r.id, m.user_id)))
    from public.room_members as m where m.room_id = r.id),
  'muted', (select jsonb_agg(m.user_id) from (
    select x.user_id from public.room_members as x where x.room_id = r.id and x.voice_muted
    union all select k.user_id from private.left_muted as k where k.room_id = r.id
  ) as m),
  'bans', (select jsonb_agg(b.user_id) from public.room_bans as b where b.room_id = r.id),
  'channels', (select jsonb_agg(c.id order by c.position, c.id)
    from public.channels as c where c.room_id = r.id),
  'kinds', (select jsonb_object_agg(c.id, c.kind)
    from public.channels as c where c.room_id = r.id),
  'overwrites', (select jsonb_agg(jsonb_build_array(w.channel_id, w.role_id, w.allow, w.deny))
    from public.channel_overwrites as w where w.room_id = r.id),
  'invites', (select jsonb_object_agg(i.code, jsonb_build_array(i.uses, i.max_uses))
    from public.room_invites as i where i.room_id = r.id)
)
from public.rooms as r
where r.id = $1
"""


async def read(database: Database, room: str | UUID) -> World:
    """Reads a room out of the tables; holds that the roles' places are 0 to n without a gap."""
    told = json.loads(await database.admin.fetchval(_READ, room))
    assert told["positions"] == list(range(len(told["order"]))), told["positions"]
    overwrites: dict[str, Overwrites] = {channel: {} for channel in told["channels"] or []}
    for channel, role, allow, deny in told["overwrites"] or []:
        overwrites[channel][role] = (allow, deny)
    return World(
        room=told["room"],
        owner=told["owner"],
        public=told["public"],
        order=told["order"],
        bits=told["bits"],
        members={user: frozenset(roles) for user, roles in (told["members"] or {}).items()},
        channels=told["channels"] or [],
        kinds=told["kinds"] or {},
        overwrites=overwrites,
        muted=set(told["muted"] or []),
        bans=set(told["bans"] or []),
        invites={code: (uses, most) for code, (uses, most) in (told["invites"] or {}).items()},
    )


async def write(database: Database, world: World) -> None:
    """Puts a room into the tables as it is; its people must have profiles."""
    run, run_many = database.admin.execute, database.admin.executemany
    await run(
        "insert into public.rooms (id, name, owner_id, is_public) values ($1, 'Scratch', $2, $3)",
        *(world.room, world.owner, world.public),
    )
    await run(
        "update public.room_roles set permissions = $2 where id = $1",
        *(world.room, world.bits[world.room]),
    )
    await run_many(
        "insert into public.room_roles (id, room_id, name, position, permissions) "
        "values ($1, $2, 'role', $3, $4)",
        [(role, world.room, n, world.bits[role]) for n, role in enumerate(world.order) if n],
    )
    await run_many(
        "insert into public.room_members (room_id, user_id) values ($1, $2)",
        [(world.room, user) for user in world.members],
    )
    await run_many(
        "insert into public.room_user_roles (room_id, user_id, role_id) values ($1, $2, $3)",
        [(world.room, user, role) for user, roles in world.members.items() for role in roles],
    )
    await run_many(
        "insert into public.channels (id, room_id, name, kind, position) "
        "values ($1, $2, 'channel', $3, $4)",
        [(c, world.room, world.kinds[c], n) for n, c in enumerate(world.channels)],
    )
    await run_many(
        "insert into public.channel_overwrites (channel_id, room_id, role_id, allow, deny) "
        "values ($1, $2, $3, $4, $5)",
        [
            (channel, world.room, role, *bits)
            for channel, here in world.overwrites.items()
            for role, bits in here.items()
        ],
    )


async def people(database: Database, count: int) -> list[str]:
    """Signs up this many people with nothing to do with anybody; returns their ids."""
    ids = [str(uuid4()) for _ in range(count)]
    await database.admin.executemany(
        "insert into auth.users (id, email, raw_user_meta_data) values ($1, $2, $3)",
        [(i, f"{i}@x.example", json.dumps({"name": f"P{n}"})) for n, i in enumerate(ids)],
    )
    return ids


def as_json(overwrites: Overwrites) -> list[dict[str, str]]:
    """Returns overwrites as the API takes them."""
    return [
        {"role_id": role, "allow": str(allow), "deny": str(deny)}
        for role, (allow, deny) in overwrites.items()
    ]


async def attempt(
    database: Database, me: str, function: str, **arguments: Any
) -> tuple[str, dict[str, Any]]:
    """Calls a function of the API as somebody; returns the code of a refusal or "", the answer."""
    try:
        return "", await database.call(UUID(me), function, **arguments)
    except Refused as refusal:
        if len(refusal.status) != 3:  # not PT4xx: an accident, no rule
            raise
        return refusal.code.splitlines()[0], {}
