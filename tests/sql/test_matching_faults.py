"""What goes away under matching: accounts, members, rooms."""

import random
from uuid import UUID, uuid4

import pytest

from tests.sql.matching_crowd import Crowd, crowded
from tests.sql.matching_model import Wish
from tests.sql.matching_scenes import (
    arrival,
    arrive,
    at_once,
    delete,
    gather,
    gone,
    here,
    in_order,
    others,
    out,
    remove,
    status,
    tidy,
)
from tests.sql.matching_stage import ANYBODY, Call, age, join
from tests.sql.world import people


class TestAccounts:
    def test_deleted_while_waiting(self, migrated_dsn: str) -> None:
        """A deleted account waits no more, and nobody is put together with it."""

        async def story(crowd: Crowd) -> None:
            one, other = await people(crowd.looking, 2)
            await join(crowd.looking, one, ANYBODY)
            await remove(crowd, one)
            _, said = await join(crowd.looking, other, ANYBODY)
            assert (said["state"], said["place"]) == ("waiting", 1)
            await remove(crowd, other)

        crowded(migrated_dsn, story)

    def test_deleted_while_it_gathers(self, migrated_dsn: str) -> None:
        """A match that loses an account before it stands comes to nothing; the others wait on."""

        async def story(crowd: Crowd) -> None:
            (lost,) = await people(crowd.looking, 1)
            _, first = await join(crowd.looking, crowd.users[0], ANYBODY)
            match = await gather(crowd, [lost])
            await remove(crowd, lost)
            said = await status(crowd, crowd.users[0])
            assert (said["state"], said["closed"]) == ("waiting", match)
            assert said["since"] == first["since"]
            assert said["last"] == {"match_id": match, "reason": "somebody_left"}

        crowded(migrated_dsn, story)

    def test_deleted_while_it_stands(self, migrated_dsn: str) -> None:
        """Three talk on as two when an account goes; the last one of all is alone."""

        async def story(crowd: Crowd) -> None:
            lost = await people(crowd.looking, 2)
            stays = crowd.users[0]
            match = await gather(crowd, [stays, *lost], Wish(size=3))
            await arrive(crowd, match, stays, *lost)
            await remove(crowd, lost[0])
            said = await status(crowd, stays)
            assert [m["user_id"] for m in said["match"]["members"]] == [stays, lost[1]]
            await remove(crowd, lost[1])
            said = await status(crowd, stays)
            assert (said["state"], said["closed"]) == ("none", match)

        crowded(migrated_dsn, story)

    def test_deleted_while_everybody_joins(self, migrated_dsn: str) -> None:
        """Accounts that go while all join, ask, leave and arrive disturb nobody else."""

        async def story(crowd: Crowd) -> None:
            for turn in range(15):
                rng = random.Random(turn)
                await crowd.forget()
                lost = await people(crowd.looking, 4)
                users = [*crowd.users[:5], *lost]
                wishes = [Wish(size=rng.choice((2, 3))) for _ in users]
                for user, wish in zip(users, wishes, strict=True):
                    if rng.random() < 0.5:
                        await join(crowd.looking, user, wish)
                match = await crowd.looking.admin.fetchval("select id::text from private.matches")
                calls: list[Call] = [
                    Call(u, "join", wish=w) for u, w in zip(users, wishes, strict=True)
                ]
                for n in range(3):
                    calls[n] = arrival(match or str(uuid4()), rng.choice(users))
                await at_once(crowd, calls, [delete(d, u) for d, u in others(crowd, lost)])
                await in_order(crowd, set(lost))
                for user in users[:5]:
                    assert (await status(crowd, user))["state"] in {"waiting", "matched", "none"}

        crowded(migrated_dsn, story)


class TestRooms:
    @pytest.mark.parametrize("way", ["kick", "ban", "leave"])
    @pytest.mark.parametrize("when", ["waiting", "gathering"])
    def test_a_member_goes(self, migrated_dsn: str, way: str, when: str) -> None:
        """Who leaves a room or is put out of it has no ticket in its pool any more."""

        async def story(crowd: Crowd) -> None:
            world = await here(crowd)
            owner, one, other = crowd.users[:3]
            wish = Wish(room=world.room)
            await join(crowd.looking, other, wish)
            if when == "gathering":
                await join(crowd.looking, one, wish)
                await crowd.looking.admin.execute("select 1")
            await out(crowd.looking, world, owner, other, way)
            assert (await status(crowd, other))["state"] == "none"
            if when == "gathering":
                said = await status(crowd, one)
                assert (said["state"], said["last"]["reason"]) == ("waiting", "somebody_left")
            await gone(crowd, world)

        crowded(migrated_dsn, story)

    @pytest.mark.parametrize("way", ["kick", "ban", "leave"])
    def test_members_go_while_all_join(self, migrated_dsn: str, way: str) -> None:
        """Members who go while everybody joins and asks are in no match afterwards."""

        async def story(crowd: Crowd) -> None:
            for turn in range(10):
                rng = random.Random(turn)
                await crowd.forget()
                world = await here(crowd)
                wish = Wish(room=world.room, size=rng.choice((2, 3)))
                for user in crowd.users[1:8]:
                    if rng.random() < 0.5:
                        await join(crowd.looking, user, wish)
                calls = [Call(user, "join", wish=wish) for user in crowd.users[1:8]]
                calls[0] = Call(crowd.users[1], "leave")
                go = crowd.users[4:8]
                moves = [out(d, world, crowd.users[0], u, way) for d, u in others(crowd, go)]
                await at_once(crowd, calls, [*moves, tidy(crowd)])
                await in_order(crowd, set(go))
                await gone(crowd, world)

        crowded(migrated_dsn, story)

    def test_a_room_is_deleted_under_its_pool(self, migrated_dsn: str) -> None:
        """Whoever joins, asks, arrives or tidies while a room is deleted is told a rule or less."""

        async def story(crowd: Crowd) -> None:
            for turn in range(20):
                rng = random.Random(turn)
                await crowd.forget()
                world = await here(crowd)
                wishes = [Wish(world.room, size) for size in (2, 3, 3)]
                for user in crowd.users[1:12]:
                    await join(crowd.looking, user, rng.choice(wishes))
                if turn % 2:
                    await age(crowd.looking.admin, 31_000)  # there is much to tidy
                found = await crowd.looking.admin.fetch("select id::text from private.matches")
                calls = [Call(user, "join", wish=rng.choice(wishes)) for user in crowd.users[1:9]]
                calls += [arrival(row[0], rng.choice(crowd.users[1:12])) for row in found[:3]]
                confirmed = {"room_id": world.room, "confirm": "Scratch"}
                ending = crowd.acting[-1].call(UUID(world.owner), "delete_room", **confirmed)
                await at_once(crowd, calls, [ending, tidy(crowd)])
                assert not await crowd.looking.admin.fetchval(
                    "select count(*) from private.match_tickets"
                )
                await in_order(crowd, set())

        crowded(migrated_dsn, story)
