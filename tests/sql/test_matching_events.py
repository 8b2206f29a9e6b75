"""LiveKit's events in any order, and what happens in one instant."""

import asyncio

import asyncpg

from tests.sql.matching_crowd import Crowd, crowded
from tests.sql.matching_model import Wish
from tests.sql.matching_scenes import arrival, at_once, gather, status
from tests.sql.matching_stage import ANYBODY, Call, ask, join


class TestEvents:
    def test_in_any_order(self, migrated_dsn: str) -> None:
        """Events that come twice, late, or the end before the beginning change nothing."""

        async def story(crowd: Crowd) -> None:
            one, other = crowd.users[:2]
            match = await gather(crowd, [one, other])

            async def there() -> list[bool]:
                said = await status(crowd, one)
                return [m["here"] for m in said["match"]["members"]]

            story: list[tuple[Call, list[bool]]] = [
                (arrival(match, one, kind="left"), [False, False]),
                (arrival(match, one), [False, False]),
                (arrival(match, one, n=1), [True, False]),
                (arrival(match, one, n=1), [True, False]),
                (arrival(match, one, n=2), [True, False]),
                (arrival(match, one, n=1, kind="left"), [True, False]),
                (arrival(match, one, n=2, kind="left"), [False, False]),
                (arrival(match, one, n=2), [False, False]),
                (arrival(match, one, n=3), [True, False]),
                (arrival(match, other), [True, True]),
                (arrival(match, other), [True, True]),
            ]
            for call, expected in story:
                _, said = await ask(crowd.looking, call)
                assert said == {"may_connect": True, "closed": False}
                assert await there() == expected, call
            _, said = await ask(crowd.looking, arrival(match, crowd.users[2]))
            assert not said["may_connect"]

        crowded(migrated_dsn, story)

    def test_late(self, migrated_dsn: str) -> None:
        """Who comes to a match that is over may not connect, and nothing else comes of it."""

        async def story(crowd: Crowd) -> None:
            one, other = crowd.users[:2]
            match = await gather(crowd, [one, other])
            await ask(crowd.looking, Call(other, "leave"))
            for user, kind in (
                (one, "joined"),
                (other, "joined"),
                (one, "left"),
                (one, "finished"),
            ):
                _, said = await ask(crowd.looking, arrival(match, user, kind=kind))
                assert said == {"may_connect": False, "closed": False}
            assert (await status(crowd, one))["last"]["reason"] == "somebody_left"

        crowded(migrated_dsn, story)

    def test_twice_after_the_room_has_finished(self, migrated_dsn: str) -> None:
        """A join that is told again after the room has finished brings nobody back."""

        async def story(crowd: Crowd) -> None:
            one, other = crowd.users[:2]
            match = await gather(crowd, [one, other])
            for kind in ("joined", "finished", "joined"):
                await ask(crowd.looking, arrival(match, one, kind=kind))
            said = await status(crowd, one)
            assert [m["here"] for m in said["match"]["members"]] == [False, False]

        crowded(migrated_dsn, story)

    def test_at_once(self, migrated_dsn: str) -> None:
        """All arrive in the same instant, twice each: the match stands once."""

        async def story(crowd: Crowd) -> None:
            for size in (2, 3, 8):
                await crowd.forget()
                users = crowd.users[:size]
                match = await gather(crowd, users, Wish(size=size))
                await at_once(crowd, [arrival(match, user) for user in users * 2], [])
                said = await status(crowd, users[0])
                assert said["match"]["started_at"] is not None
                count = "select count(*) from private.match_meetings"
                assert await crowd.looking.admin.fetchval(count) == size

        crowded(migrated_dsn, story)


class TestConnections:
    def test_leaving_in_the_instant_of_a_match(self, migrated_dsn: str) -> None:
        """Who leaves while somebody joins is out; the other waits, or was matched for a moment."""

        async def story(crowd: Crowd) -> None:
            seen = set()
            for _ in range(30):
                await crowd.forget()
                await crowd.at_once([Call(crowd.users[0], "join")])
                calls = [Call(crowd.users[0], "leave"), Call(crowd.users[1], "join")]
                (_, left), (_, joined) = await crowd.at_once(calls)
                assert left["state"] == "none"
                seen.add((left["left"] is not None, joined["state"]))
                assert (await status(crowd, crowd.users[1]))["state"] == "waiting"
            assert seen <= {(True, "matched"), (False, "waiting")}

        crowded(migrated_dsn, story)

    def test_an_answer_that_is_lost(self, migrated_dsn: str) -> None:
        """Who never read the answer of their join asks again, and is told the same match."""

        async def story(crowd: Crowd) -> None:
            one, other = crowd.users[:2]
            await join(crowd.looking, one, ANYBODY)
            lost: asyncpg.Connection = await asyncpg.connect(migrated_dsn)
            claims = f'{{"role": "authenticated", "sub": "{other}"}}'
            await lost.execute("select set_config('request.jwt.claims', $1, false)", claims)
            asking = asyncio.ensure_future(lost.execute("select public.join_matching()"))
            await asyncio.sleep(0.2)  # it has been committed: what it does takes milliseconds
            lost.terminate()
            await asyncio.gather(asking, return_exceptions=True)
            told = [await status(crowd, user) for user in (one, other)]
            again = (await join(crowd.looking, other, Wish(size=5)))[1]
            assert {said["match"]["id"] for said in [*told, again]} == {told[0]["match"]["id"]}

        crowded(migrated_dsn, story)
