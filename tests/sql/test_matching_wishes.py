"""What may be wished, and by whom."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.grants import Permission
from tests.sql.conftest import Tell
from tests.sql.matching_pool import TALK, Play, Pool, playing
from tests.sql.matching_stage import age


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act, which is undone."""
    return playing(tell)


class TestWishes:
    REFUSED = (
        ({"interests": list("abcdefghijk")}, "interests_invalid"),
        ({"interests": ["é"] * 101}, "interests_invalid"),
        ({"interests": [""]}, "interests_invalid"),
        ({"interests": ["  \u00a0"]}, "interests_invalid"),
        ({"interests": ["x" * 33]}, "interests_invalid"),
        ({"interests": ["\u200b"]}, "interests_invalid"),
        ({"interests": [None]}, "interests_invalid"),
        ({"interests": ["é" * 5000]}, "interests_invalid"),
        ({"languages": ["de", "en", "fr", "es", "pt", "it"]}, "languages_invalid"),
        ({"languages": ["de"] * 101}, "languages_invalid"),
        ({"languages": ["german"]}, "languages_invalid"),
        ({"languages": ["d"]}, "languages_invalid"),
        ({"languages": ["*"]}, "languages_invalid"),
        ({"languages": [""]}, "languages_invalid"),
        ({"languages": [None]}, "languages_invalid"),
        ({"languages": ["de-"]}, "languages_invalid"),
        ({"languages": ["de\n"]}, "languages_invalid"),
        ({"group_size": 1}, "group_size_invalid"),
        ({"group_size": 9}, "group_size_invalid"),
        ({"group_size": None}, "group_size_invalid"),
        ({"group_size": -(2**31)}, "group_size_invalid"),
    )

    @pytest.mark.parametrize(("wish", "code"), REFUSED)
    def test_refused(self, play: Play, wish: dict[str, Any], code: str) -> None:
        """What is no wish is refused, and leaves no ticket."""

        async def act(pool: Pool) -> None:
            assert (await pool.join(0, **wish))[0] == code
            assert (await pool.status(0))["state"] == "none"

        play(act)

    def test_cleaned(self, play: Play) -> None:
        """Case, spaces and repetitions don't count; of a language its first part does."""

        async def act(pool: Pool) -> None:
            said = await pool.told(
                0,
                interests=[
                    "Chess",
                    " chess ",
                    "JAZZ",
                    "C++",
                    "Rock  'n'  Roll",
                    "E\u0301cole",
                    "école",
                ],
                languages=["de-AT", "DE", "en-GB", "zh-Hant-TW"],
            )
            assert said["interests"] == sorted(["chess", "jazz", "c++", "rock 'n' roll", "école"])
            assert said["languages"] == ["de", "en", "zh"]

        play(act)

    def test_left_out(self, play: Play) -> None:
        """What isn't said is: the global pool, two, nothing in particular, strangers are fine."""

        async def act(pool: Pool) -> None:
            for wish in ({}, {"interests": None, "languages": None, "strangers": None}):
                said = await pool.told(0, **wish)
                assert said["room_id"] is None
                assert (said["interests"], said["languages"]) == ([], [])
                assert (said["group_size"], said["strangers"]) == (2, True)

        play(act)

    def test_any_language(self, play: Play) -> None:
        """Who names no language speaks any, and what all have in common is what others named."""

        async def act(pool: Pool) -> None:
            await pool.told(0, group_size=3, languages=["de", "en"])
            await pool.told(1, group_size=3)
            said = await pool.told(2, group_size=3, languages=["en", "fr"])
            assert said["match"]["languages"] == ["en"]
            for n in (3, 4):
                said = await pool.told(n)
            assert said["match"]["languages"] == []

        play(act)

    def test_again(self, play: Play) -> None:
        """Who joins again has the latest wishes and the oldest time, in another pool as well."""

        async def act(pool: Pool) -> None:
            first = await pool.told(0)
            await age(pool.database.admin, 5_000)
            own = await pool.room()
            said = await pool.told(0, room_id=own, group_size=3, interests=["tea"])
            assert said["since"] == first["since"] - 5_000
            assert (said["room_id"], said["group_size"], said["place"]) == (own, 3, 1)
            assert (await pool.told(1))["state"] == "waiting"  # nobody is left in the first pool

        play(act)


class TestRooms:
    def test_who_may_not(self, play: Play) -> None:
        """In a room's pool are its members who may talk there; a stranger finds no room."""

        async def act(pool: Pool) -> None:
            own = await pool.room()
            owner = pool.users[0]
            mute = "update public.room_members set voice_muted = true where user_id = $1"
            await pool.run(mute, pool.users[1])
            banning = {"room_id": own, "user_id": pool.users[2]}
            await pool.database.call(UUID(owner), "ban_member", **banning)
            codes = [(await pool.join(n, room_id=own))[0] for n in (0, 1, 2, 3, 4)]
            assert codes == ["", "missing_permission", "room_not_found", "", "room_not_found"]
            assert (await pool.join(0, room_id=str(uuid4())))[0] in {"", "room_not_found"}

        play(act)

    @pytest.mark.parametrize("lacks", [Permission.SPEAK, Permission.CONNECT])
    def test_who_lacks_a_permission(self, play: Play, lacks: Permission) -> None:
        """It needs both CONNECT and SPEAK."""

        async def act(pool: Pool) -> None:
            own = await pool.room(everyone=int(TALK & ~lacks))
            assert (await pool.join(1, room_id=own))[0] == "missing_permission"
            assert (await pool.join(1))[0] == ""

        play(act)
