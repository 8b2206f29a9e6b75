"""What docs/matching.md promises of answers, pushes and blocks, one by one."""

import random
from uuid import UUID, uuid4

import pytest

from tests.sql.conftest import Tell
from tests.sql.matching_pool import Play, Pool, playing
from tests.sql.matching_stage import Call, age, ask
from tests.sql.world import attempt, people


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act, which is undone."""
    return playing(tell)


class TestAnswers:
    def test_place(self, play: Play) -> None:
        """The place is how many have waited longer, and one; from 1,001 on it isn't told."""

        async def act(pool: Pool) -> None:
            many = await people(pool.database, 1000)
            for n, user in enumerate(many):  # people who fit with nobody
                await pool.run(
                    "insert into private.match_tickets (user_id, group_size, interests, languages, "
                    "strangers, since, asked_at) values ($1, 2, array[$2], '{}', false, "
                    "clock_timestamp() - make_interval(secs => $3), clock_timestamp())",
                    *(user, f"word {n}", 2000 - n),
                )
            assert (await pool.told(0))["place"] is None
            for gone, place in ((1, 1000), (997, 3)):
                await pool.run(
                    "delete from private.match_tickets where user_id = any($1::uuid[])",
                    [many.pop() for _ in range(gone)],
                )
                assert (await pool.status(0))["place"] == place
            await pool.run(
                "update private.match_tickets set asked_at = asked_at - '31 s'::interval "
                "where user_id = $1",
                many[0],
            )
            assert (await pool.status(0))["place"] == 2

        play(act)

    def test_retry_after(self, play: Play) -> None:
        """Ask again in ten seconds, or when something changes before; in 60 s where it stands."""

        async def act(pool: Pool) -> None:
            assert (await pool.told(0, interests=["a"]))["retry_after"] == 10
            for passes, after in ((9_000, 10), (4_500, 7), (6_000, 1), (1_000, 10)):
                await age(pool.database.admin, passes)
                assert (await pool.status(0))["retry_after"] == after
            assert (await pool.told(1, interests=["b"], strangers=False))["retry_after"] == 10
            match = (await pool.told(2))["match"]
            assert match["arrive_by"] == match["made_at"] + 30_000
            await age(pool.database.admin, 24_500)
            assert (await pool.status(2))["retry_after"] == 6
            await pool.arrive(match["id"], 0, 2)
            assert (await pool.status(2))["retry_after"] == 60

        play(act)

    @pytest.mark.parametrize("seed", range(6))
    def test_estimate(self, play: Play, seed: int) -> None:
        """The estimate is Kaplan and Meier's; it is absent where five weren't matched, or half."""
        rng = random.Random(seed)
        waits = [(rng.randrange(1, 40) * 1000, rng.random() < 0.6) for _ in range(50)]

        async def act(pool: Pool) -> None:
            await pool.run(
                "insert into private.match_waits values ($1, 2, $2, $3, "
                "array_fill(now(), array[$4::integer]))",
                *(UUID(int=0), [w for w, _ in waits], [m for _, m in waits], len(waits)),
            )
            await pool.told(0, strangers=False, interests=["nobody"])
            passed = 0
            for _ in range(7):
                said = await pool.status(0)
                waited = said["as_of"] - said["since"]
                assert said.get("estimate_s") == kaplan_meier(waits, waited), waited
                # never near a second's end, where what has passed meanwhile would count
                await age(pool.database.admin, 4_500 if not passed else 5_000)
                passed += 5_000

        play(act)


def kaplan_meier(waits: list[tuple[int, bool]], waited: int) -> int | None:
    """Returns in how many seconds half of those who waited longer were matched."""
    longer = [(ms, matched) for ms, matched in waits if ms > waited]
    if sum(matched for _, matched in longer) < 5:
        return None
    waiting = 1.0
    for ms in sorted({ms for ms, _ in longer}):
        at_risk = sum(each >= ms for each, _ in longer)
        waiting *= 1 - sum(each == ms and matched for each, matched in longer) / at_risk
        if waiting <= 0.5 + 1e-9:
            return -(-(ms - waited) // 1000)
    return None


class TestPushes:
    def test_a_match_that_stands(self, play: Play) -> None:
        """Everybody is told of their match, and the last one in it that it has ended."""

        async def act(pool: Pool) -> None:
            await pool.told(0)
            match = (await pool.told(1))["match"]["id"]
            matched = {"type": "matched", "match_id": match}
            assert [await pool.pushed(n) for n in (0, 1, 2)] == [[matched], [matched], []]
            await pool.arrive(match, 0, 1)
            await ask(pool.database, Call(pool.users[0], "leave"))
            ended = {"type": "ended", "match_id": match, "reason": "everyone_left"}
            assert [await pool.pushed(n) for n in (0, 1)] == [[], [ended]]
            said = await pool.status(1)
            assert said.keys() == {"state", "as_of"}

        play(act)

    def test_not_everyone_came(self, play: Play) -> None:
        """Who was there waits again at their old time; who wasn't has no ticket any more."""

        async def act(pool: Pool) -> None:
            first = await pool.told(0)
            match = (await pool.told(1))["match"]["id"]
            await pool.arrive(match, 0)
            await age(pool.database.admin, 31_000)
            said = await pool.status(1)
            assert (said["state"], said["closed"]) == ("none", match)
            reason = {"match_id": match, "reason": "not_everyone_came"}
            assert (await pool.pushed(0))[1:] == [{"type": "dissolved"} | reason]
            assert (await pool.pushed(1))[1:] == [{"type": "ended"} | reason]
            said = await pool.status(0)
            assert (said["last"], said["since"]) == (reason, first["since"] - 31_000)

        play(act)

    def test_two_are_over(self, play: Play) -> None:
        """Of two matches that end by one call the one is told that can have a LiveKit room."""

        async def act(pool: Pool) -> None:
            for n in range(3):
                said = await pool.told(n, group_size=3)
            first = said["match"]["id"]
            await pool.arrive(first, 0, 1)
            await age(pool.database.admin, 10_000)
            await pool.told(3, group_size=3, interests=["tea"])
            await age(pool.database.admin, 21_000)
            _, said = await ask(pool.database, Call(pool.users[0], "leave"))
            assert said["left"] != first
            assert said["closed"] == first

        play(act)

    def test_over(self, play: Play) -> None:
        """Twelve hours end a match, and so does nobody being there for twenty seconds."""

        async def act(pool: Pool) -> None:
            await pool.told(0)
            match = (await pool.told(1))["match"]["id"]
            await pool.arrive(match, 0, 1)
            await age(pool.database.admin, 12 * 3_600_000 - 5_000)
            assert (await pool.status(0))["state"] == "matched"
            await age(pool.database.admin, 6_000)
            assert (await pool.status(0))["state"] == "none"
            over = {"type": "ended", "match_id": match, "reason": "over"}
            assert [(await pool.pushed(n))[1:] for n in (0, 1)] == [[over], [over]]

        play(act)


class TestBlocks:
    def test_refused(self, play: Play) -> None:
        """One can't block oneself or nobody, nor unblock who isn't blocked."""

        async def act(pool: Pool) -> None:
            me, other = pool.users[:2]
            for function, user, code in (
                ("block_user", me, "not_yourself"),
                ("block_user", str(uuid4()), "user_not_found"),
                ("unblock_user", other, "block_not_found"),
                ("block_user", other, ""),
                ("block_user", other, ""),
                ("unblock_user", other, ""),
                ("unblock_user", other, "block_not_found"),
            ):
                assert (await attempt(pool.database, me, function, user_id=user))[0] == code

        play(act)

    def test_a_thousand(self, play: Play) -> None:
        """There are 1,000 at most; one that is there may be made again."""

        async def act(pool: Pool) -> None:
            me, other = pool.users[:2]
            many = await people(pool.database, 1000)
            await pool.run(
                "insert into public.user_blocks (blocker_id, blocked_id) "
                "select $1, unnest($2::uuid[])",
                *(me, many),
            )
            asked = [other, many[0]]
            codes = [
                (await attempt(pool.database, me, "block_user", user_id=user))[0] for user in asked
            ]
            assert codes == ["blocks_full", ""]

        play(act)

    def test_newest_first(self, play: Play) -> None:
        """One's blocks are told, the newest first, and nobody's else."""

        async def act(pool: Pool) -> None:
            me, one, other = pool.users[:3]
            for user in (one, other):
                await attempt(pool.database, me, "block_user", user_id=user)
                await pool.run(
                    "update public.user_blocks set created_at = created_at - '1 s'::interval"
                )
            told = await pool.database.call(UUID(me), "my_blocks")
            assert [block["user_id"] for block in told["blocks"]] == [other, one]
            assert await pool.database.call(UUID(one), "my_blocks") == {"blocks": []}

        play(act)

    def test_in_a_match(self, play: Play) -> None:
        """Who blocks somebody they are in a match with leaves it, and nobody else."""

        async def act(pool: Pool) -> None:
            await pool.told(0)
            match = (await pool.told(1))["match"]["id"]
            me = pool.users[0]
            _, said = await attempt(pool.database, me, "block_user", user_id=pool.users[2])
            assert said["left"] is None
            _, said = await attempt(pool.database, me, "block_user", user_id=pool.users[1])
            assert (said["left"], said["closed"]) == (match, match)
            assert (await pool.status(0))["state"] == "none"
            assert (await pool.status(1))["last"]["reason"] == "somebody_left"

        play(act)
