"""Escalation is searched for: hypothesis chooses a room, who conspires in it, and what they try.

Each operation is executed by the database, and judged twice. By rules that know nothing of how
it is decided: the conspirators end with no power that none of them had at the start. And by the
model of world.py, which says what each call must answer and leave behind.
`SANGHA_EXAMPLES=2000` searches longer.
"""

import asyncio
import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from common.grants import Permission
from tests.sql.attempts import (
    KINDS,
    PERSONS,
    Setting,
    Step,
    Wish,
    call_of,
    made_by,
    plans,
    room_of,
    settings_of_rooms,
)
from tests.sql.conftest import Database
from tests.sql.world import No, World, attempt, people, read, write

EXAMPLES = int(os.environ.get("SANGHA_EXAMPLES", "220"))


class Escalated(AssertionError):  # noqa: N818 - what happened
    """Somebody ended with more than the rules allow."""


def hold(yes: object, said: str) -> None:
    """Raises Escalated unless `yes`."""
    if not yes:
        raise Escalated(said)


# What may never be ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Start:
    """What the conspirators had before they began."""

    world: World
    they: frozenset[str]
    power: int
    rank: int

    @classmethod
    def of(cls, world: World, they: frozenset[str]) -> "Start":
        """Takes it from the room as it is."""
        power = 0
        for each in they:
            power |= world.held(each)
        return cls(world.copy(), they, power, max(world.rank(each) for each in they))

    def judge(self, before: World, now: World) -> None:
        """Raises Escalated if the room has become what it may not."""
        self._power(before, now)
        self._those_above(now)
        self._channels(now)
        self._without_permission(now)

    def _power(self, before: World, now: World) -> None:
        for each in self.they & now.members.keys():
            hold(not now.held(each) & ~self.power, "a conspirator holds what none of them held")
        for role in now.order:
            gained = now.bits[role] & ~self.world.bits.get(role, 0)
            hold(not gained & ~self.power, "a role was given what none of them held")
        for user, roles in now.members.items():
            for role in roles - before.members.get(user, frozenset()):
                hold(not now.bits[role] & ~self.power, "a role beyond their power was given")

    def _those_above(self, now: World) -> None:
        """Roles and people at or above all of them are as they were."""
        then = self.world
        above = then.order[max(self.rank, 1) :]
        hold(now.order[len(now.order) - len(above) :] == above, "a higher role was moved")
        hold(all(now.bits[role] == then.bits[role] for role in above), "a higher role was edited")
        for user in then.members.keys() | now.members.keys():
            had = then.members.get(user, frozenset()) & frozenset(above)
            has = now.members.get(user, frozenset()) & frozenset(above)
            hold(has <= had, "a higher role was given")
            hold(has == had or user in self.they, "a higher role was taken")
        for user, roles in then.members.items():
            if user in self.they or then.rank(user) < self.rank:
                continue
            hold(user in now.members, "somebody higher was thrown out")
            hold(user not in now.bans, "somebody higher was banned")
            hold((user in now.muted) == (user in then.muted), "somebody higher was muted")
            lost = roles - now.members[user]
            hold(now.members[user] <= roles, "somebody higher was given a role")
            hold(not lost & set(now.order), "somebody higher lost a role")
        hold(now.owner == then.owner, "the room has another owner")

    def _channels(self, now: World) -> None:
        """What @everyone is denied in a channel and none of them had, none of them has."""
        for channel in set(self.world.channels) & set(now.channels):
            denied = self.world.overwrites[channel].get(now.room, (0, 0))[1]
            had = self._in(self.world, channel)
            hold(not self._in(now, channel) & denied & ~had, "a channel was forced open")

    def _in(self, world: World, channel: str) -> int:
        together = 0
        for each in self.they & world.members.keys():
            together |= world.raw(each, channel)
        return together

    def _without_permission(self, now: World) -> None:
        """What nobody among them had the permission to change hasn't changed."""
        then = self.world
        if not self.power & Permission.MANAGE_ROLES:
            hold((now.order, now.bits) == (then.order, then.bits), "roles changed")
            for user in then.members.keys() & now.members.keys() - self.they:
                hold(now.members[user] == then.members[user], "a member's roles changed")
        if not self.power & Permission.MANAGE_CHANNELS:
            hold(set(now.channels) <= set(then.channels), "a channel was made")
        if not self.power & (Permission.KICK_MEMBERS | Permission.BAN_MEMBERS):
            hold(now.members.keys() >= then.members.keys() - self.they, "somebody was thrown out")
        if not self.power & Permission.BAN_MEMBERS:
            hold(now.bans == then.bans, "bans changed")
        if not self.power & Permission.MANAGE_ROOM:
            hold(now.public == then.public, "the room was opened or closed")


def judge_step(kind: str, me: str, before: World, now: World) -> None:
    """What is gained in a channel by overwrites or by a role, the actor had there."""
    if kind not in {"edit_channel", "set_member_roles"} or me not in now.members:
        return
    for channel in set(before.channels) & set(now.channels):
        had = before.may(me, channel)
        for user in before.members.keys() & now.members.keys():
            if kind == "set_member_roles":
                if not now.members[user] >= before.members[user]:
                    continue  # what a role that was taken denied comes back
                had |= before.held(me)
            gained = now.raw(user, channel) & ~before.raw(user, channel)
            hold(not gained & ~had, "more was given in a channel than the actor had")


# The search -----------------------------------------------------------------------------------


class Search:
    """Plays examples on one connection, each in a savepoint that is undone."""

    def __init__(self, database: Database, users: list[str], *, model: bool) -> None:
        self.database = database
        self.users = users
        self.model = model

    async def play(self, setting: Setting, plan: list[Step], they: list[str]) -> None:
        """Plays one example; `they` act, and are judged unless the owner is among them."""
        async with self.database.undone():
            world = room_of(setting, self.users)
            await write(self.database, world)
            start = None
            if self.users[0] not in they:
                start = Start.of(world, frozenset(they))
            for step in plan:
                me = they[step.who % len(they)]
                world = await self._step(world, me, step, start)

    async def _step(self, world: World, me: str, step: Step, start: Start | None) -> World:
        kind = "edit_role" if step.kind == "edit_everyone" else step.kind
        said = Wish(world, me, self.users, step).arguments()
        arguments = call_of(world, kind, said)
        code, answer = await attempt(self.database, me, kind, **arguments)
        now = await read(self.database, world.room)
        if start:
            start.judge(world, now)
            judge_step(kind, me, world, now)
        if self.model:
            predicted, expected = predict(world, me, kind, said, made_by(answer))
            assert code == predicted, (kind, said, code, predicted)
            assert now == expected, (kind, said)
        return now


def predict(world: World, me: str, kind: str, said: dict[str, Any], made: str) -> tuple[str, World]:
    """Returns what the model says of a call: the code of a refusal or "", and the room after."""
    after = world.copy()
    try:
        getattr(after, kind)(me, made, **said)
    except No as refusal:
        return str(refusal), world
    return "", after


def search(
    dsn: str,
    *,
    examples: int,
    owner: bool = False,
    model: bool = True,
    weakened: str = "",
    kinds: list[str] = KINDS,
) -> None:
    """Searches for an example that breaks a rule; raises what it finds."""
    with asyncio.Runner() as runner:
        connection: asyncpg.Connection = runner.run(_connect(dsn))
        database = Database(connection)

        async def prepare() -> list[str]:
            await connection.transaction().start()
            if weakened:
                await connection.execute(weakened)
            return await people(database, PERSONS)

        try:
            running = Search(database, runner.run(prepare()), model=model)

            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                report_multiple_bugs=False,
                phases=[Phase.generate] if weakened else [Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )
            @given(setting=settings_of_rooms, plan=plans(kinds))
            def examples_of(setting: Setting, plan: list[Step]) -> None:
                chosen = range(PERSONS) if owner else sorted(setting.conspire)
                they = [running.users[n] for n in chosen]
                runner.run(running.play(setting, plan, they))

            examples_of()
        finally:
            runner.run(connection.close())  # undoes what is left


async def _connect(dsn: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn)


def test_conspirators_gain_nothing(migrated_dsn: str) -> None:
    """Whatever up to three members try together, they gain nothing, and the model foresees it."""
    search(migrated_dsn, examples=EXAMPLES)


def test_everybody_at_once(migrated_dsn: str) -> None:
    """Owner, members and strangers act in turn: each answer and each room is the model's."""
    search(migrated_dsn, examples=EXAMPLES // 2, owner=True)


def _nothing(signature: str) -> str:
    return (
        f"create or replace function private.{signature} returns void language sql "
        "set search_path = '' as 'select'"
    )


@pytest.mark.parametrize(
    "rule",
    [
        "require_held(p_bits bigint, p_held bigint)",
        "require_above(me private.actor, p_position integer)",
        "require_below(me private.actor, p_user_id uuid)",
        "require(p_held bigint, p_permission text)",
        "require_owner(me private.actor)",
    ],
)
def test_the_search_finds_a_rule_that_is_missing(migrated_dsn: str, rule: str) -> None:
    """With one rule out of force, the same search finds an escalation."""
    with pytest.raises(Escalated):
        search(migrated_dsn, examples=2000, model=False, weakened=_nothing(rule))


WEAKER = [
    # operation, the function that decides it, a check, what is left of it
    ("create_role", "create_role", "require_held(made.permissions,", "require_held(0,"),
    ("edit_role", "edit_role", "new.permissions & ~old.permissions", "0"),
    ("edit_role", "edit_role", "(me, old.position)", "(me, old.position - 1)"),
    ("delete_role", "delete_role", "(me, old.position)", "(me, old.position - 1)"),
    ("order_roles", "order_roles", "coalesce(highest_moved, 0)", "highest_moved - 1"),
    ("set_member_roles", "set_member_roles", "require_below(me, p_user_id)", "is_member(null)"),
    ("set_member_roles", "set_member_roles", "held(bit_or(x.permissions),", "held(0 * bit_or(1),"),
    ("set_member_roles", "set_member_roles", "coalesce(b.permissions, 0)", "w.allow"),
    ("edit_channel", "write_overwrites", "coalesce(touched, 0), held", "0, held"),
    ("remove_member", "remove_member", "require_below(me, p_user_id)", "is_member(null)"),
    ("ban_member", "ban_member", "require_below(me, p_user_id)", "is_member(null)"),
    ("moderate_voice", "moderate_voice", "require_below(me, p_user_id)", "is_member(null)"),
]


@pytest.mark.parametrize(("kind", "function", "check", "left"), WEAKER)
def test_the_search_finds_a_hole(
    migrated_dsn: str, kind: str, function: str, check: str, left: str
) -> None:
    """With one check taken out of one function, the search among its calls finds it."""
    written = asyncio.run(_definition(migrated_dsn, function))
    weaker = written.replace(check, left)
    assert weaker != written
    with pytest.raises(Escalated):
        search(migrated_dsn, examples=2000, model=False, weakened=weaker, kinds=[kind])


async def _definition(dsn: str, function: str) -> str:
    connection = await _connect(dsn)
    try:
        sql = (
            "select pg_get_functiondef(p.oid) from pg_proc as p "
            "where p.pronamespace = 'private'::regnamespace and p.proname = $1"
        )
        (found,) = await connection.fetch(sql, function)
        return str(found[0])
    finally:
        await connection.close()


def test_unknown_rooms(migrated_dsn: str) -> None:
    """In a room that doesn't exist nobody may do anything, and none is named."""

    async def story() -> None:
        connection = await _connect(migrated_dsn)
        database = Database(connection)
        try:
            async with database.undone():
                (user,) = await people(database, 1)
                made = await database.call(UUID(user), "create_room", name="Mine")
                world = await read(database, made["room"]["id"])
                world.room = str(uuid4())
                for kind in sorted(set(KINDS) - {"edit_everyone", "join_room"}):
                    step = Step(kind, 0, 0, 0, 0, 1, [0], {})
                    world.order[0], world.bits[world.room] = world.room, 0
                    said = Wish(world, user, [user] * PERSONS, step).arguments()
                    arguments = call_of(world, kind, said)
                    code, _ = await attempt(database, user, kind, **arguments)
                    assert code == "room_not_found", (kind, code)
        finally:
            await connection.close()

    asyncio.run(story())
