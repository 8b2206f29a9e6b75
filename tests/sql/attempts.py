"""Random rooms, and what somebody may try in one: numbers that choose among what there is then."""

import random
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from common.grants import Permission
from tests.sql.world import ALL, IN_CHANNELS, Overwrites, World, as_json

STEPS = 24
PERSONS = 7  # 0 is the owner; 5 and 6 are strangers until they join
MEMBERS = 5
HOW_OFTEN = {
    "create_role": 1,
    "edit_role": 2,
    "edit_everyone": 1,
    "delete_role": 1,
    "order_roles": 2,
    "set_member_roles": 3,
    "remove_member": 1,
    "ban_member": 1,
    "unban_member": 2,
    "join_room": 1,
    "create_invite": 1,
    "create_channel": 1,
    "edit_channel": 2,
    "delete_channel": 1,
    "order_channels": 1,
    "moderate_voice": 2,
    "edit_room": 1,
    "transfer_room": 1,
    "delete_room": 1,
}
KINDS = [kind for kind, times in HOW_OFTEN.items() for _ in range(times)]
# who administrates has everything, and nothing is left to gain: seldom
ORDINARY = [int(p) for p in Permission if p != Permission.ADMINISTRATOR]
USUAL = [
    Permission.VIEW_CHANNEL,
    Permission.CONNECT,
    Permission.SPEAK,
    Permission.CREATE_INVITE,
]
ARMS = [
    Permission.VIEW_CHANNEL,
    Permission.MANAGE_CHANNELS,
    Permission.MANAGE_ROOM,
    Permission.KICK_MEMBERS,
    Permission.BAN_MEMBERS,
    Permission.MUTE_MEMBERS,
    Permission.MOVE_MEMBERS,
]


@dataclass(frozen=True)
class Setting:
    """A room in numbers: roles and people by their place in a list."""

    everyone: int
    roles: list[int]
    held: list[set[int]]
    channels: list[dict[int, tuple[int, int]]]
    public: bool
    conspire: set[int]
    arms: int  # what the highest role among those who conspire may do besides


@dataclass(frozen=True)
class Step:
    """Something tried."""

    kind: str
    who: int
    one: int
    other: int
    bits: int
    how: int
    several: list[int]
    overwrites: dict[int, tuple[int, int]]
    aims: bool = False  # at what the actor may touch, rather than at anything


def _bits(rng: random.Random) -> int:
    """Chooses permissions: mostly a few, seldom many, hardly ever all."""
    if rng.random() < 0.05:
        return int(Permission.ADMINISTRATOR)
    return sum(rng.sample(ORDINARY, rng.choice((0, 1, 1, 2, 2, 3, 5, 8))))


def _overwrites(rng: random.Random) -> dict[int, tuple[int, int]]:
    found = {rng.randrange(8): (_bits(rng), _bits(rng)) for _ in range(rng.randrange(6))}
    if rng.random() < 0.3:
        found[0] = (0, int(Permission.VIEW_CHANNEL) | _bits(rng))
    return found


def setting_of(seed: int) -> Setting:
    """Chooses a room, and who conspires in it."""
    rng = random.Random(seed)
    roles = [_bits(rng) for _ in range(rng.randint(2, 7))]
    conspire = set(rng.sample(range(1, MEMBERS), rng.randint(1, 3)))
    held = [
        set(rng.sample(range(1, len(roles) + 1), rng.randint(0, min(3, len(roles)))))
        for _ in range(MEMBERS)
    ]
    held[min(conspire)].add(rng.randint(1, len(roles)))
    arms = sum(rng.sample(ARMS, rng.randint(0, len(ARMS))), Permission.MANAGE_ROLES)
    return Setting(
        everyone=sum(rng.sample(USUAL, rng.randint(1, 4))) if rng.random() < 0.8 else _bits(rng),
        roles=roles,
        held=held,
        channels=[_overwrites(rng) for _ in range(rng.randint(1, 3))],
        public=rng.random() < 0.5,
        conspire=conspire,
        arms=int(arms) if rng.random() < 0.9 else 0,
    )


def step_of(kind: str, seed: int) -> Step:
    """Chooses how an operation is tried."""
    rng = random.Random(seed)
    return Step(
        kind=kind,
        who=rng.randrange(12),
        one=rng.randrange(8),
        other=rng.randrange(8),
        bits=_bits(rng),
        how=rng.randrange(6),
        several=rng.sample(range(8), rng.randrange(4)),
        overwrites=_overwrites(rng),
        aims=rng.random() < 0.7,
    )


seeds = st.integers(0, 2**32)
settings_of_rooms = seeds.map(setting_of)


def plans(kinds: list[str]) -> st.SearchStrategy[list[Step]]:
    """Returns plans of these operations."""
    steps = st.builds(step_of, kind=st.sampled_from(kinds), seed=seeds)
    return st.lists(steps, min_size=STEPS // 2, max_size=STEPS)


def room_of(setting: Setting, users: list[str]) -> World:
    """Makes the room that the numbers mean."""
    room = str(uuid4())
    order = [room, *(str(uuid4()) for _ in setting.roles)]
    channels = [str(uuid4()) for _ in setting.channels]

    def clean(here: dict[int, tuple[int, int]]) -> Overwrites:
        found = {
            order[n]: (allow & IN_CHANNELS, deny & IN_CHANNELS & ~allow)
            for n, (allow, deny) in here.items()
            if n < len(order)
        }
        return {role: both for role, both in found.items() if any(both)}

    permissions = dict(zip(order, [setting.everyone, *setting.roles], strict=True))
    theirs = [n for each in setting.conspire for n in setting.held[each] if 0 < n < len(order)]
    if theirs:
        permissions[order[max(theirs)]] |= setting.arms
    return World(
        room=room,
        owner=users[0],
        public=setting.public,
        order=order,
        bits=permissions,
        members={
            user: frozenset(order[n] for n in held if 0 < n < len(order))
            for user, held in zip(users, setting.held, strict=False)
        },
        channels=channels,
        kinds={channel: ("voice", "text")[n % 2] for n, channel in enumerate(channels)},
        overwrites={c: clean(o) for c, o in zip(channels, setting.channels, strict=True)},
    )


def pick(items: list[str], n: int) -> str:
    """Picks one; sometimes what doesn't exist."""
    if not items or (n == 7 and len(items) < 7):
        return str(uuid4())
    return items[n % len(items)]


@dataclass(frozen=True)
class Wish:
    """A step in a room: each operation's method returns what the model's is given."""

    world: World
    me: str
    users: list[str]
    step: Step

    def arguments(self) -> dict[str, Any]:
        """Returns the arguments of the step's operation."""
        found: dict[str, Any] = getattr(self, self.step.kind)()
        return found

    @property
    def rank(self) -> int:
        return min(self.world.rank(self.me), len(self.world.order))

    @property
    def role(self) -> str:
        below = self.world.order[1 : max(self.rank, 1)]
        return pick(below if self.step.aims and below else self.world.order, self.step.one)

    @property
    def channel(self) -> str:
        world = self.world
        seen = [c for c in world.channels if world.may(self.me, c)]
        if self.step.kind == "moderate_voice":
            seen = [c for c in seen if world.kinds[c] == "voice"]
        return pick(seen if self.step.aims and seen else world.channels, self.step.one)

    @property
    def user(self) -> str:
        aims = [user for user in self.users if -1 < self.world.rank(user) < self.rank]
        if self.step.kind == "unban_member":
            aims = sorted(self.world.bans)
        return pick(aims if self.step.aims and aims else self.users, self.step.other % PERSONS)

    @property
    def held(self) -> int:
        return self.world.held(self.me) if self.me in self.world.members else 0

    def wanted(self) -> int:
        """Any permissions, only what the actor has, or one more than they have."""
        if self.step.how % 3 == 0:
            return self.step.bits
        lacking = ALL & ~self.held if self.step.how % 3 == 2 else 0
        return self.step.bits & self.held | lacking & -lacking

    def overwrites(self, channel: str) -> Overwrites:
        """What is there, changed here and there."""
        step = self.step
        asked: Overwrites = {}
        if step.how:
            asked = dict(self.world.overwrites.get(channel, {}))
        held = self.world.may(self.me, channel) or self.held
        within = IN_CHANNELS & (held if step.how % 3 else ALL)
        for n, (allow, deny) in step.overwrites.items():
            asked[pick(self.world.order, n)] = (allow & within, deny & within & ~allow)
        return asked

    def create_role(self) -> dict[str, Any]:
        return {"permissions": self.wanted()}

    def edit_role(self) -> dict[str, Any]:
        permissions = None if self.step.how == 5 else self.wanted()
        name = "other" if self.step.how in {1, 5} else None
        return {"role": self.role, "permissions": permissions, "name": name}

    def edit_everyone(self) -> dict[str, Any]:
        room = self.world.room
        return {
            "role": room,
            "permissions": self.world.bits[room] | self.wanted(),
            "name": None,
        }

    def delete_role(self) -> dict[str, Any]:
        return {"role": self.role, "force": self.step.how > 1}

    def order_roles(self) -> dict[str, Any]:
        step = self.step
        order = list(reversed(self.world.order[1:]))
        if step.how == 0:
            order = [pick(self.world.order, n) for n in step.several]
        elif order:  # one role goes to another place, often among the lower ones
            moved = order.pop(-1 - step.one % len(order))
            order.insert(len(order) - step.other % (len(order) + 1), moved)
        return {"order": order}

    def set_member_roles(self) -> dict[str, Any]:
        world = self.world
        if self.step.how == 0:
            roles = {pick(world.order, n) for n in self.step.several}
        else:  # one more, or one less
            roles = set(world.members.get(self.user, frozenset())) ^ ({self.role} - {world.room})
        return {"user": self.user, "roles": sorted(roles)}

    def create_channel(self) -> dict[str, Any]:
        asked = self.overwrites("") if self.step.how % 2 else None
        return {"kind": ("text", "voice")[self.step.one % 2], "overwrites": asked}

    def edit_channel(self) -> dict[str, Any]:
        asked = None if self.step.how == 5 else self.overwrites(self.channel)
        return {"channel": self.channel, "overwrites": asked}

    def delete_channel(self) -> dict[str, Any]:
        return {"channel": self.channel, "force": self.step.how > 1}

    def order_channels(self) -> dict[str, Any]:
        world = self.world
        seen = [channel for channel in world.channels if world.may(self.me, channel)]
        return {"order": seen[::-1] if self.step.how else list(world.channels)}

    def remove_member(self) -> dict[str, Any]:
        return {"user": self.user}

    ban_member = unban_member = transfer_room = remove_member

    def join_room(self) -> dict[str, Any]:
        codes = sorted(self.world.invites)
        return {"invite": pick(codes, self.step.one) if self.step.how % 2 else None}

    def create_invite(self) -> dict[str, Any]:
        return {"max_uses": (None, 1, 2)[self.step.how % 3]}

    def moderate_voice(self) -> dict[str, Any]:
        action = ("mute", "unmute", "remove", "move", "mute", "move")[self.step.how]
        goes = (action == "move") != (self.step.several == [0])
        to = pick(self.world.channels, self.step.other) if goes else None
        return {"channel": self.channel, "user": self.user, "action": action, "to_channel": to}

    def edit_room(self) -> dict[str, Any]:
        return {"public": self.step.how % 2 == 0}

    def delete_room(self) -> dict[str, Any]:
        return {"confirm": "Another name"}


def _values(arguments: dict[str, Any]) -> dict[str, Any]:
    """Returns the object of values that the API takes, without what is omitted."""
    values = {k: v for k, v in arguments.items() if v is not None}
    if "permissions" in values:
        values["permissions"] = str(values["permissions"])
    if "overwrites" in values:
        values["overwrites"] = as_json(values["overwrites"])
    return values


def call_of(world: World, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """Returns the arguments of the API's function for what the model is given."""
    ids = {f"{name}_id": said[name] for name in ("role", "channel", "user") if name in said}
    rest = {k: v for k, v in said.items() if f"{k}_id" not in ids}
    if kind in {"create_role", "create_channel"}:
        rest = {"values": {"name": "made"} | _values(rest)}
    elif kind in {"edit_role", "edit_channel", "edit_room"}:
        rest = {"changes": _values(rest)}
    elif kind == "moderate_voice":
        rest = {"action": said["action"], "to_channel_id": said["to_channel"]}
    return {"room_id": world.room} | ids | rest


def made_by(answer: dict[str, Any]) -> str:
    """Returns the id of what a call made, if it made something."""
    for what, key in (("role", "id"), ("channel", "id"), ("invite", "code")):
        if isinstance(answer.get(what), dict):
            return str(answer[what][key])
    return ""
