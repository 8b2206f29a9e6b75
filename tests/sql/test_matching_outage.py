"""PostgreSQL is killed between a ticket and its match; and what the schedule takes away."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy import migrations
from local import postgres
from local.supabase import platform
from tests.local.supabase.test_outage import Server
from tests.sql.conftest import Database
from tests.sql.matching_crowd import Crowd, crowded
from tests.sql.matching_model import Wish
from tests.sql.matching_scenes import arrive, gather, here, out, status
from tests.sql.matching_stage import Call, ask, join
from tests.sql.world import people

SQL = Path(__file__).parents[2] / "sql"


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL of its own, with our migrations."""
    folder = tmp_path_factory.mktemp("matching")
    for each in (folder, folder.parent):
        each.chmod(0o755)  # PostgreSQL may run as another user than the tests
    server = Server(folder / "data")

    async def make() -> None:
        await platform.install(postgres.dsn(server.port))
        await migrations.apply(postgres.dsn(server.port), SQL)

    asyncio.run(make())
    yield server
    server.stop()


async def connected(server: Server) -> Database:
    """Connects, once it is there."""
    return Database(await platform.connect(postgres.dsn(server.port)))


def kill(server: Server) -> None:
    """Ends it at once, with all that it was about to do."""
    server.process.send_signal(signal.SIGQUIT)
    server.process.wait(20)
    server.start()


def test_killed_between_ticket_and_match(server: Server) -> None:
    """Who waited waits on, at their old time, and is in one match afterwards."""

    async def story() -> None:
        database = await connected(server)
        one, other = await people(database, 2)
        _, first = await join(database, one, Wish())
        begun = database.admin.transaction()
        await begun.start()  # a match that is never committed
        _, lost = await join(database, other, Wish())
        assert lost["state"] == "matched"
        await asyncio.to_thread(kill, server)
        database.admin.terminate()
        database = await connected(server)
        _, said = await ask(database, Call(one, "status"))
        assert (said["state"], said["since"]) == ("waiting", first["since"])
        _, made = await join(database, other, Wish())
        assert made["state"] == "matched"
        await asyncio.to_thread(kill, server)
        database.admin.terminate()
        database = await connected(server)
        for user in (one, other):
            _, said = await ask(database, Call(user, "status"))
            assert said["match"]["id"] == made["match"]["id"]
        assert await database.admin.fetchval("select count(*) from private.matches") == 1
        await database.admin.close()

    asyncio.run(story())


async def tidied(crowd: Crowd) -> tuple[int, int]:
    """Tidies; returns how many tickets and matches went."""
    async with crowd.looking.admin.transaction():
        await crowd.looking.admin.execute("set local role service_role")
        sql = "select t ->> 'tickets', t ->> 'matches' from public.tidy_matching() as t"
        row: Any = await crowd.looking.admin.fetchrow(sql)
    return int(row[0]), int(row[1])


async def waits(crowd: Crowd, database: Database) -> None:
    """Returns once somebody's call waits for a lock."""
    sql = "select exists (select from pg_locks where pid = $1 and not granted)"
    pid = database.admin.get_server_pid()
    # another process's lock is no event
    while not await crowd.looking.admin.fetchval(sql, pid):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


class TestTidy:
    def test_only_what_is_stale(self, migrated_dsn: str) -> None:
        """What somebody still asks about stays; what nobody asks about goes."""

        async def story(crowd: Crowd) -> None:
            asks, silent, *pair = crowd.users[:4]
            await join(crowd.looking, silent, Wish(size=6))
            await crowd.wait(31_000)
            await join(crowd.looking, asks, Wish(size=7))
            await gather(crowd, pair)
            assert await tidied(crowd) == (1, 0)
            assert await tidied(crowd) == (0, 0)
            assert (await status(crowd, asks))["state"] == "waiting"
            assert (await status(crowd, silent))["state"] == "none"
            assert (await status(crowd, pair[0]))["state"] == "matched"
            await crowd.wait(31_000)
            assert await tidied(crowd) == (1, 1)
            tables = ("match_tickets", "matches", "match_topics", "match_meetings")
            for table in tables:
                count = f"select count(*) from private.{table}"
                assert await crowd.looking.admin.fetchval(count) == 0

        crowded(migrated_dsn, story)

    def test_a_match_that_stands(self, migrated_dsn: str) -> None:
        """A match that stands stays for twelve hours, or until nobody is there for 20 s."""

        async def story(crowd: Crowd) -> None:
            for kept, hung_up in ((43_000_000, False), (19_000, True)):
                users = crowd.users[:2] if hung_up else crowd.users[2:4]
                match = await gather(crowd, users)
                await arrive(crowd, match, *users)
                if hung_up:
                    for user in users:
                        left = Call(user, "left", match=match, session=(0, f"PA_{user}_0"))
                        await ask(crowd.looking, left)
                await crowd.wait(kept)
                assert await tidied(crowd) == (0, 0)
                await crowd.wait(300_000)
                assert await tidied(crowd) == (0, 1)
            count = "select count(*) from private.match_meetings"
            assert await crowd.looking.admin.fetchval(count) == 4
            await crowd.wait(601_000)
            await tidied(crowd)
            assert await crowd.looking.admin.fetchval(count) == 0

        crowded(migrated_dsn, story)

    def test_what_is_locked(self, migrated_dsn: str) -> None:
        """It waits for no queue in which something is under way, and comes to it the next time."""

        async def story(crowd: Crowd) -> None:
            await join(crowd.looking, crowd.users[0], Wish(size=3))
            await join(crowd.looking, crowd.users[1], Wish(size=4))
            await crowd.wait(31_000)
            busy = crowd.acting[0].admin
            async with busy.transaction(), asyncio.timeout(5):
                await busy.execute(
                    "select private.lock_queue(private.queue_key($1, 3))", UUID(int=0)
                )
                assert await tidied(crowd) == (1, 0)
            assert await tidied(crowd) == (1, 0)

        crowded(migrated_dsn, story)

    def test_a_room_that_is_being_deleted(self, migrated_dsn: str) -> None:
        """It leaves out the pool of a room that is being deleted, lest each wait for the other."""

        async def story(crowd: Crowd) -> None:
            world = await here(crowd)
            held, silent = crowd.users[1:3]
            await join(crowd.looking, held, Wish(room=world.room, size=3))
            await join(crowd.looking, silent, Wish(room=world.room, size=4))
            await crowd.wait(31_000)
            busy, deleting = crowd.acting[0].admin, crowd.acting[1]
            async with asyncio.timeout(5):
                async with busy.transaction():
                    lock = "select from private.match_tickets where user_id = $1 for update"
                    await busy.execute(lock, held)
                    confirmed = {"room_id": world.room, "confirm": "Scratch"}
                    going = asyncio.ensure_future(
                        deleting.call(UUID(world.owner), "delete_room", **confirmed)
                    )
                    await waits(crowd, deleting)
                    assert await tidied(crowd) == (0, 0)
                assert await going == {"deleted": world.room}

        crowded(migrated_dsn, story)

    def test_meetings_outlive_a_membership(self, migrated_dsn: str) -> None:
        """Who left the room of a match that stood meets nobody of it again just now."""

        async def story(crowd: Crowd) -> None:
            world = await here(crowd)
            owner, one, other = crowd.users[:3]
            wish = Wish(room=world.room)
            match = await gather(crowd, [one, other], wish)
            await arrive(crowd, match, one, other)
            await out(crowd.looking, world, owner, other, "leave")
            assert (await status(crowd, one))["state"] == "none"
            await tidied(crowd)
            await crowd.looking.call(UUID(other), "join_room", room_id=world.room)
            for user in (one, other):
                _, said = await join(crowd.looking, user, wish)
            assert said["state"] == "waiting"
            await crowd.looking.admin.execute("delete from public.rooms where id = $1", world.room)

        crowded(migrated_dsn, story)

    def test_meetings_outlive_a_room(self, migrated_dsn: str) -> None:
        """Who talked in a room that is deleted may meet again ten minutes later, not before."""

        async def story(crowd: Crowd) -> None:
            world = await here(crowd)
            users = crowd.users[1:3]
            match = await gather(crowd, users, Wish(room=world.room))
            await arrive(crowd, match, *users)
            await crowd.looking.admin.execute("delete from public.rooms where id = $1", world.room)
            for tidies, expected in ((True, "waiting"), (False, "matched")):
                if tidies:
                    await tidied(crowd)
                for user in users:
                    _, said = await join(crowd.looking, user, Wish())
                assert said["state"] == expected
                await crowd.wait(601_000)

        crowded(migrated_dsn, story)
