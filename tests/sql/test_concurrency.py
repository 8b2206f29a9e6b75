"""Many change one room at once: the end is one that some order of the changes leads to.

No call deadlocks, fails to serialise, waits beyond its deadline or is lost without a word.
"""

import asyncio
import random
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from common.grants import Permission
from tests.sql.attempts import KINDS, PERSONS, Step, Wish, call_of
from tests.sql.conftest import Refused
from tests.sql.crowd import ROLES, VIEW, Call, Crowd, explained, gathered, room, staffed
from tests.sql.world import World, attempt, people, read


class TestOrders:
    def test_two_with_one_version(self, migrated_dsn: str) -> None:
        """Of two orders that name the same version one is taken; the other is told so."""

        async def story(crowd: Crowd) -> None:
            for queued in (True, False, False, False):
                world = room(crowd.users, roles=[0] * 5, held={})
                await crowd.begin(world)
                roles = world.order[:0:-1]
                wanted = [roles[::-1], roles[1:] + roles[:1]]
                calls = [Call(world.owner, "order_roles", {"order": w}, 1) for w in wanted]
                codes, _ = await crowd.at_once(world.room, calls, queued=queued)
                assert sorted(codes) == ["", "version_mismatch"]
                after = await read(crowd.looking, world.room)
                assert after.order[:0:-1] == wanted[codes.index("")]
                assert await crowd.version(world.room) == 2
                await crowd.end(world.room)

        gathered(migrated_dsn, story)

    def test_two_without_version(self, migrated_dsn: str) -> None:
        """Two orders that name no version are both taken; the later one stands."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = room(users, roles=[0] * 5, held={})
            roles = world.order[:0:-1]
            wanted = [roles[::-1], roles[1:] + roles[:1]]
            return world, [Call(world.owner, "order_roles", {"order": w}) for w in wanted]

        async def story(crowd: Crowd) -> None:
            for outcome in await crowd.contest(begin):
                assert outcome.codes == ["", ""]

        gathered(migrated_dsn, story)

    def test_an_order_and_a_new_role(self, migrated_dsn: str) -> None:
        """An order that lacks a role made meanwhile is refused, never applied in part."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = room(users, roles=[0] * 3, held={})
            order = world.order[1:]
            return world, [
                Call(world.owner, "order_roles", {"order": order}),
                Call(world.owner, "create_role", {"permissions": 0}),
                Call(world.owner, "delete_role", {"role": order[0], "force": True}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin)
            assert {outcome.codes[0] for outcome in outcomes} == {"", "order_invalid"}

        gathered(migrated_dsn, story)


class TestMembers:
    def test_a_role_given_and_deleted(self, migrated_dsn: str) -> None:
        """A role that is given while it is deleted is held by nobody afterwards."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            role = world.order[2]
            return world, [
                Call(users[1], "set_member_roles", {"user": users[4], "roles": [role]}),
                Call(users[2], "delete_role", {"role": role, "force": True}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin)
            assert {outcome.codes[0] for outcome in outcomes} == {"", "role_not_found"}

        gathered(migrated_dsn, story)

    def test_an_unused_role_is_deleted_while_it_is_given(self, migrated_dsn: str) -> None:
        """Without force, either the role goes or somebody has it: never both."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            role = world.order[2]
            return world, [
                Call(users[1], "set_member_roles", {"user": users[4], "roles": [role]}),
                Call(users[2], "delete_role", {"role": role, "force": False}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin)
            seen = {tuple(outcome.codes) for outcome in outcomes}
            assert seen == {("", "role_in_use"), ("role_not_found", "")}

        gathered(migrated_dsn, story)

    def test_kicked_while_joining(self, migrated_dsn: str) -> None:
        """Who is kicked while they join again is in or out, with no role left from before."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            world.bits[world.room] |= Permission.CREATE_INVITE
            return world, [
                Call(users[1], "remove_member", {"user": users[3]}),
                Call(users[3], "join_room", {"invite": None}),
                Call(users[3], "create_invite", {"max_uses": 1}),
            ]

        async def story(crowd: Crowd) -> None:
            for outcome in await crowd.contest(begin):
                held = outcome.after.members.get(crowd.users[3], frozenset())
                assert held == frozenset()

        gathered(migrated_dsn, story)

    def test_banned_while_joining(self, migrated_dsn: str) -> None:
        """Who is banned while they join is never a member in the end."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            return world, [
                Call(users[1], "ban_member", {"user": users[8]}),
                Call(users[8], "join_room", {"invite": None}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin, free=12)
            for outcome in outcomes:
                assert crowd.users[8] in outcome.after.bans
                assert crowd.users[8] not in outcome.after.members
            assert {outcome.codes[1] for outcome in outcomes} == {"", "banned"}

        gathered(migrated_dsn, story)

    def test_leaving_while_given_a_role(self, migrated_dsn: str) -> None:
        """Who leaves while they are given a role leaves nothing behind."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            roles = world.order[1:3]
            return world, [
                Call(users[1], "set_member_roles", {"user": users[4], "roles": roles}),
                Call(users[4], "remove_member", {"user": users[4]}),
                Call(users[4], "join_room", {"invite": None}),
            ]

        async def story(crowd: Crowd) -> None:
            await crowd.contest(begin)

        gathered(migrated_dsn, story)

    def test_joining_twice(self, migrated_dsn: str) -> None:
        """From two devices at once: one membership, one use of the invitation, one welcome."""

        async def story(crowd: Crowd) -> None:
            for queued in (True, False, False, False):
                world = staffed(crowd.users, public=False)
                await crowd.begin(world)
                code = await _invite(crowd, world, 5)
                calls = [Call(crowd.users[9], "join_room", {"invite": code})] * 2
                codes, answers = await crowd.at_once(world.room, calls, queued=queued)
                after = await read(crowd.looking, world.room)
                assert codes == ["", ""]
                assert sorted(answer["joined"] for answer in answers) == [False, True]
                assert after.invites == {code: (1, 5)}
                await crowd.end(world.room)

        gathered(migrated_dsn, story)

    @pytest.mark.parametrize("uses", [1, 3])
    def test_the_last_uses_of_an_invitation(self, migrated_dsn: str, uses: int) -> None:
        """Of ten who come with an invitation for n, n get in."""

        async def story(crowd: Crowd) -> None:
            for queued in (True, False, False):
                world = staffed(crowd.users, public=False)
                await crowd.begin(world)
                code = await _invite(crowd, world, uses)
                joining = crowd.users[6:]
                calls = [Call(user, "join_room", {"invite": code}) for user in joining]
                codes, _ = await crowd.at_once(world.room, calls, queued=queued)
                after = await read(crowd.looking, world.room)
                assert sorted(codes) == [""] * uses + ["invite_not_found"] * (10 - uses)
                assert len(after.members) == len(world.members) + uses
                assert after.invites[code] == (uses, uses)
                await crowd.end(world.room)

        gathered(migrated_dsn, story)

    def test_a_hundred_rooms(self, migrated_dsn: str) -> None:
        """Who is in 99 rooms and joins or makes eight more at once gets into one."""

        async def story(crowd: Crowd) -> None:
            user, owner, run = crowd.users[1], crowd.users[0], crowd.looking.admin.execute
            await run(
                "insert into public.rooms (name, owner_id, is_public) "
                "select 'Many', $1, true from generate_series(1, 106)",
                owner,
            )
            rooms = await crowd.looking.admin.fetch(
                "select id from public.rooms where owner_id = $1 order by id", owner
            )
            await run(
                "insert into public.room_members (room_id, user_id) select unnest($1::uuid[]), $2",
                *([each["id"] for each in rooms[:99]], user),
            )
            calls = [
                attempt(database, user, "join_room", room_id=each["id"])
                for database, each in zip(crowd.acting, rooms[99:105], strict=False)
            ]
            making = (attempt(d, user, "create_room", name="More") for d in crowd.acting[8:10])
            done = await asyncio.gather(*calls, *making)
            assert sorted(code for code, _ in done) == [""] + ["rooms_full"] * 7

        gathered(migrated_dsn, story)


async def _invite(crowd: Crowd, world: World, uses: int) -> str:
    made = await crowd.looking.call(
        UUID(world.owner), "create_invite", room_id=world.room, max_uses=uses
    )
    return str(made["invite"]["code"])


class TestLimits:
    def test_250_roles(self, migrated_dsn: str) -> None:
        """Sixteen who make a role at once in a room with 245 get five."""

        async def story(crowd: Crowd) -> None:
            for queued in (True, False):
                world = room(crowd.users, roles=[0] * 244 + [ROLES], held={1: {245}, 2: {245}})
                await crowd.begin(world)
                making = [crowd.users[n % 3] for n in range(16)]
                calls = [Call(user, "create_role", {"permissions": 0}) for user in making]
                codes, _ = await crowd.at_once(world.room, calls, queued=queued)
                after = await read(crowd.looking, world.room)
                assert sorted(codes) == [""] * 5 + ["roles_full"] * 11
                assert len(after.order) == 251
                await crowd.end(world.room)

        gathered(migrated_dsn, story)

    FULL = (
        (
            Call("", "create_channel", {"kind": "text", "overwrites": None}),
            "channels (room_id, name, kind) select $1, 'c', 'text' from generate_series(1, 496)",
            "channels_full",
        ),
        (
            Call("", "create_invite", {"max_uses": None}),
            (
                "room_invites (room_id, code) select $1::uuid, $1::text || n "
                "from generate_series(1, 97) as n"
            ),
            "invites_full",
        ),
    )

    @pytest.mark.parametrize(("call", "there", "full"), FULL)
    def test_others(self, migrated_dsn: str, call: Call, there: str, full: str) -> None:
        """A room has 500 channels and 100 invitations, however many make one at once."""

        async def story(crowd: Crowd) -> None:
            for queued in (True, False):
                world = room(crowd.users, roles=[], held={})
                await crowd.begin(world)
                await crowd.looking.admin.execute(f"insert into public.{there}", world.room)
                calls = [replace(call, me=world.owner)] * 8
                codes, _ = await crowd.at_once(world.room, calls, queued=queued)
                assert sorted(codes) == [""] * 3 + [full] * 5
                await crowd.end(world.room)

        gathered(migrated_dsn, story)


class TestChannels:
    def test_edited_while_deleted(self, migrated_dsn: str) -> None:
        """A channel edited while it is deleted and reordered is gone."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users, channels=3)
            gone = world.channels[1]
            wanted = {world.order[1]: (VIEW, 0)}
            return world, [
                Call(users[0], "edit_channel", {"channel": gone, "overwrites": wanted}),
                Call(users[0], "delete_channel", {"channel": gone, "force": True}),
                Call(users[0], "order_channels", {"order": world.channels[::-1]}),
            ]

        async def story(crowd: Crowd) -> None:
            for outcome in await crowd.contest(begin):
                assert len(outcome.after.channels) == 2

        gathered(migrated_dsn, story)

    def test_overwrites_of_a_role_that_goes(self, migrated_dsn: str) -> None:
        """A role deleted while a channel names it leaves no overwrite behind."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            wanted = {world.order[1]: (VIEW, 0), world.order[2]: (0, VIEW)}
            edit = {"channel": world.channels[0], "overwrites": wanted}
            return world, [
                Call(users[0], "edit_channel", edit),
                Call(users[0], "delete_role", {"role": world.order[2], "force": True}),
            ]

        async def story(crowd: Crowd) -> None:
            await crowd.contest(begin)

        gathered(migrated_dsn, story)


class TestEnds:
    def test_a_room_deleted_under_everybody(self, migrated_dsn: str) -> None:
        """Whatever is under way in a room that is deleted was done before, or finds no room."""

        async def story(crowd: Crowd) -> None:
            rng = random.Random(4)
            for turn in range(12):
                world = staffed(crowd.users, channels=2)
                await crowd.begin(world)
                calls = [_random_call(rng, world, crowd.users[1:]) for _ in range(14)]
                deleting = crowd.acting[-1].call(
                    UUID(world.owner), "delete_room", room_id=world.room, confirm="Scratch"
                )
                (codes, _), deleted = await asyncio.gather(
                    crowd.at_once(world.room, calls, world=world), deleting
                )
                assert deleted == {"deleted": world.room}, turn
                assert await _left(crowd, world.room) == 0
                # the next call finds nothing
                codes, _ = await crowd.at_once(world.room, calls, world=world)
                assert set(codes) <= {"room_not_found", "invite_not_found"}
                await crowd.end(world.room)

        gathered(migrated_dsn, story)

    def test_a_room_deleted_while_its_member_joins_again(self, migrated_dsn: str) -> None:
        """Who joins what they are in is shown it as it was, though it is gone a moment later."""

        async def story(crowd: Crowd) -> None:
            world = staffed(crowd.users)
            await crowd.begin(world)
            acting, member = crowd.acting[0], crowd.users[3]
            async with crowd.looking.admin.transaction():
                # the call has begun to look when it comes to what holds it up
                lock = "lock table public.room_user_roles in access exclusive mode"
                await crowd.looking.admin.execute(lock)
                join = attempt(acting, member, "join_room", room_id=world.room)
                call = asyncio.ensure_future(join)
                await crowd.waiting(acting, call)
                assert not call.done()
                await crowd.looking.admin.execute(
                    "delete from public.rooms where id = $1", world.room
                )
            code, shown = await call
            assert code == ""
            assert (shown["room"]["id"], shown["joined"]) == (world.room, False)
            assert set(shown["me"]["roles"]) == world.members[member]
            again = attempt(acting, member, "join_room", room_id=world.room)
            assert (await again)[0] == "room_not_found"

        gathered(migrated_dsn, story)

    def test_an_account_deleted_under_everybody(self, migrated_dsn: str) -> None:
        """An account that is deleted while its member is changed ends without a deadlock."""

        async def story(crowd: Crowd) -> None:
            for turn in range(15):
                world = staffed(crowd.users)
                (gone,) = await people(crowd.looking, 1)
                world.members[gone] = frozenset(world.order[1:2])
                await crowd.begin(world)
                given = world.order[2:3]
                calls = [
                    Call(crowd.users[1], "set_member_roles", {"user": gone, "roles": given}),
                    Call(crowd.users[1], "ban_member", {"user": gone}),
                    Call(gone, "remove_member", {"user": gone}),
                    Call(crowd.users[2], "delete_role", {"role": given[0], "force": True}),
                ]
                rng = random.Random(turn)
                rng.shuffle(calls)
                delete = crowd.acting[-1].admin.execute(
                    "delete from auth.users where id = $1", gone
                )
                (codes, _), _deleted = await asyncio.gather(
                    crowd.at_once(world.room, calls, world=world), delete
                )
                assert set(codes) <= {
                    *("", "member_not_found", "user_not_found", "room_not_found"),
                    *("role_not_found", "token_refused"),
                }
                after = await read(crowd.looking, world.room)
                assert gone not in after.members
                await crowd.end(world.room)

        gathered(migrated_dsn, story)

    @pytest.mark.parametrize(
        ("function", "more", "expected"),
        [
            ("set_member_roles", 2, "member_not_found"),
            ("ban_member", None, "user_not_found"),
            ("transfer_room", None, "member_not_found"),
        ],
    )
    def test_an_account_that_goes_first(
        self, migrated_dsn: str, function: str, more: int | None, expected: str
    ) -> None:
        """Who is acted on while their account is being deleted is found no more."""

        async def story(crowd: Crowd) -> None:
            world = staffed(crowd.users)
            (gone,) = await people(crowd.looking, 1)
            world.members[gone] = frozenset(world.order[1:2])
            await crowd.begin(world)
            said: dict[str, Any] = {"user": gone}
            if more:
                said["roles"] = [world.order[more]]
            deleting = crowd.acting[-1].admin.transaction()
            await deleting.start()
            await crowd.acting[-1].admin.execute("delete from auth.users where id = $1", gone)
            acting = crowd.acting[0]
            arguments = call_of(world, function, said)
            call = asyncio.ensure_future(attempt(acting, world.owner, function, **arguments))
            await crowd.waiting(acting, call)
            await deleting.commit()
            code, _ = await call
            assert code == expected
            assert gone not in (await read(crowd.looking, world.room)).members

        gathered(migrated_dsn, story)


async def _left(crowd: Crowd, room_id: str) -> int:
    tables = ("room_members", "room_roles", "room_user_roles", "channels", "channel_overwrites")
    counts = [
        await crowd.looking.admin.fetchval(
            f"select count(*) from public.{table} where room_id = $1", room_id
        )
        for table in (*tables, "room_bans", "room_invites")
    ]
    return sum(counts)


def _random_call(rng: random.Random, world: World, users: list[str]) -> Call:
    kind = rng.choice([kind for kind in KINDS if kind != "delete_room"])
    some = list(map(int, Permission))
    step = Step(
        kind=kind,
        who=0,
        one=rng.randrange(8),
        other=rng.randrange(8),
        bits=rng.choice(some) | rng.choice(some),
        how=rng.randrange(6),
        several=rng.sample(range(8), rng.randrange(3)),
        overwrites={rng.randrange(8): (rng.choice(some), rng.choice(some))},
    )
    me = rng.choice(users[:PERSONS])
    said = Wish(world, me, users, step).arguments()
    return Call(me, "edit_role" if kind == "edit_everyone" else kind, said)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_schedules(migrated_dsn: str, seed: int) -> None:
    """Eight act at once, again and again: some order explains each answer and each room."""

    async def story(crowd: Crowd) -> None:
        rng = random.Random(seed)
        for _ in range(5):
            world = staffed(crowd.users, channels=3, everyone=VIEW | Permission.CREATE_INVITE)
            await crowd.begin(world)
            for turn in range(8):
                calls = [_random_call(rng, world, crowd.users) for _ in range(8)]
                codes, answers = await crowd.at_once(
                    world.room, calls, queued=turn % 2 == 1, world=world
                )
                after = await read(crowd.looking, world.room)
                explained(world, calls, codes, answers, after)
                world = after
            await crowd.end(world.room)

    gathered(migrated_dsn, story)


def test_without_the_lock_it_goes_wrong(migrated_dsn: str) -> None:
    """With the room's lock out of force, the same calls at once end as no order of them does."""

    async def race(crowd: Crowd) -> None:
        for _ in range(50):
            world = staffed(crowd.users)
            await crowd.begin(world)
            role = world.order[2]
            given = {"user": crowd.users[4], "roles": [role]}
            calls = [
                Call(world.owner, "create_role", {"permissions": 0}),
                Call(world.owner, "delete_role", {"role": role, "force": False}),
                Call(crowd.users[1], "set_member_roles", given),
                Call(crowd.users[2], "create_role", {"permissions": 0}),
            ]
            codes, answers = await crowd.at_once(world.room, calls, world=world)
            explained(world, calls, codes, answers, await read(crowd.looking, world.room))

    async def story(crowd: Crowd) -> None:
        run = crowd.looking.admin
        actor = "select pg_get_functiondef('private.actor(uuid, text, bigint)'::regprocedure)"
        locking = str(await run.fetchval(actor))
        weaker = locking.replace("for no key update", "")
        assert weaker != locking
        await run.execute(weaker)
        try:
            with pytest.raises((AssertionError, Refused)):
                await race(crowd)
        finally:
            await run.execute(locking)

    gathered(migrated_dsn, story)
