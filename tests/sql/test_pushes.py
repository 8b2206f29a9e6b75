"""What is said on a room's topic of each change, and the version that counts the changes."""

from typing import Any
from uuid import UUID

import pytest

from tests.sql.conftest import Tell
from tests.sql.stage import Play, Room, playing


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act in a room of its own, which is undone."""
    return playing(tell)


class TestPushes:
    """Each change is said on the room's topic with the version it made, and nothing else is."""

    SAID: tuple[tuple[Any, ...], ...] = (
        ("owner", "edit_room", {"changes": {"name": "N"}}, "room", {"room"}, 1),
        ("owner", "transfer_room", {"user_id": "plain"}, "owner", {"room", "members"}, 1),
        ("owner", "delete_room", {"confirm": "Scratch"}, "room_deleted", set(), 0),
        ("leader", "create_role", {"values": {"name": "N"}}, "roles", {"roles"}, 1),
        ("leader", "edit_role", {"role_id": 1, "changes": {}}, "roles", {"roles"}, 1),
        ("leader", "delete_role", {"role_id": 3}, "roles", {"roles"}, 1),
        ("leader", "order_roles", {"order": "all"}, "roles", {"roles"}, 1),
        ("leader", "set_member_roles", {"user_id": "plain", "roles": []}, "member", {"member"}, 1),
        ("leader", "create_channel", {"values": {"name": "N", "kind": "text"}}, "channels", (), 1),
        ("leader", "edit_channel", {"channel_id": 0, "changes": {}}, "channels", (), 1),
        ("leader", "delete_channel", {"channel_id": 0, "force": True}, "channels", (), 1),
        ("leader", "order_channels", {"order": "channels"}, "channels", (), 1),
        ("stranger", "join_room", {}, "member_joined", {"member"}, 0),
        ("plain", "remove_member", {"user_id": "plain"}, "member_left", {"user_id"}, 0),
        ("leader", "remove_member", {"user_id": "plain"}, "member_left", {"user_id"}, 0),
        ("leader", "ban_member", {"user_id": "stranger"}, "bans", (), 0),
        ("owner", "create_invite", {}, "invites", (), 0),
        (
            *("leader", "moderate_voice", {"channel_id": 0, "user_id": "plain", "action": "mute"}),
            *("member", {"member"}, 0),
        ),
    )

    @pytest.mark.parametrize("case", SAID, ids=[f"{case[0]} {case[1]}" for case in SAID])
    def test_said(self, play: Play, case: tuple[Any, ...]) -> None:
        """One push a change: its type, the version after it, and what it holds."""
        who, function, arguments, kind, holds, grows = case

        async def act(here: Room) -> None:
            before = await here.version()
            asked = {name: _meant(here, name, value) for name, value in arguments.items()}
            answer = await here.may(getattr(here, who), function, **asked)
            (said,) = await here.pushed()
            assert (said["type"], said["version"]) == (kind, before + grows)
            assert said.keys() - {"id", "type", "version"} == set(holds)
            assert answer.get("version", said["version"]) == said["version"]
            assert "version" in answer or not grows
            for what in set(holds) & answer.keys():
                if what != "member" or grows:
                    assert said[what] == answer[what]

        play(act)

    @pytest.mark.parametrize(
        ("who", "function", "arguments"),
        [
            ("plain", "join_room", {}),
            (
                "leader",
                "moderate_voice",
                {"channel_id": 0, "user_id": "plain", "action": "unmute"},
            ),
            (
                "leader",
                "moderate_voice",
                {"channel_id": 0, "user_id": "plain", "action": "remove"},
            ),
            ("plain", "room", {}),
            ("plain", "members", {}),
            ("plain", "roles", {}),
        ],
    )
    def test_not_said(self, play: Play, who: str, function: str, arguments: dict[str, Any]) -> None:
        """What changes nothing that others see is said to nobody."""

        async def act(here: Room) -> None:
            before = await here.version()
            asked = {name: _meant(here, name, value) for name, value in arguments.items()}
            await here.may(getattr(here, who), function, **asked)
            assert await here.pushed() == []
            assert await here.version() == before

        play(act)

    def test_bans_and_invitations(self, play: Play) -> None:
        """That they changed is said, and not how: few may see them."""

        async def act(here: Room) -> None:
            async def said() -> list[dict[str, Any]]:
                return [push | {"id": "", "version": 0} for push in await here.pushed()]

            bans, invites = ({"id": "", "version": 0, "type": t} for t in ("bans", "invites"))
            await here.may(here.leader, "ban_member", user_id=here.plain, reason="spam")
            left = {"id": "", "version": 0, "type": "member_left", "user_id": here.plain}
            assert sorted(await said(), key=str) == sorted([bans, left], key=str)
            await here.may(here.leader, "unban_member", user_id=here.plain)
            assert await said() == [bans]
            made = await here.may(here.owner, "create_invite")
            assert await said() == [invites]
            await here.may(here.owner, "delete_invite", code=made["invite"]["code"])
            assert await said() == [invites]

        play(act)

    def test_a_refusal_is_not_said(self, play: Play) -> None:
        """What is refused is neither said nor counted."""

        async def act(here: Room) -> None:
            order = here.world.order[1:]
            assert await here.code(here.leader, "order_roles", order=order) == "role_too_high"
            stale = {"values": {"name": "x"}, "version": 7}
            assert await here.code(here.leader, "create_role", **stale) == "version_mismatch"
            assert await here.pushed() == []
            assert await here.version() == 1

        play(act)


def _meant(here: Room, name: str, value: Any) -> Any:
    """Puts ids where a case has numbers and names."""
    match name, value:
        case "user_id", _:
            return getattr(here, value)
        case "role_id", _:
            return here.role(value)
        case "channel_id", _:
            return here.world.channels[value]
        case _, "all":
            return here.world.order[:0:-1]
        case _, "channels":
            return here.world.channels[::-1]
    return value


class TestVersions:
    CHANGES = (
        ("edit_room", {"changes": {"name": "N"}}),
        ("create_role", {"values": {"name": "N"}}),
        ("edit_role", {"role_id": 1, "changes": {}}),
        ("order_roles", {"order": "all"}),
        ("delete_role", {"role_id": 5}),
        ("set_member_roles", {"user_id": "plain", "roles": []}),
        ("create_channel", {"values": {"name": "N", "kind": "text"}}),
        ("edit_channel", {"channel_id": 0, "changes": {}}),
        ("order_channels", {"order": "channels"}),
        ("delete_channel", {"channel_id": 0, "force": True}),
        ("transfer_room", {"user_id": "plain"}),
        ("delete_room", {"confirm": "Scratch"}),
    )

    @pytest.mark.parametrize(("function", "arguments"), CHANGES)
    def test_if_match(self, play: Play, function: str, arguments: dict[str, Any]) -> None:
        """Each change is refused in another version than the one it names."""

        async def act(here: Room) -> None:
            asked = {name: _meant(here, name, value) for name, value in arguments.items()}
            for version in (0, 2, -1, 2**62):
                code = await here.code(here.owner, function, **asked, version=version)
                assert code == "version_mismatch"
            assert await here.code(here.owner, function, **asked, version=1) == ""

        play(act)


def test_reading_writes_nothing(play: Play) -> None:
    """What is declared to change nothing runs read-only, as PostgREST runs it."""

    async def act(here: Room) -> None:
        admin = here.database.admin
        invite = await here.may(here.owner, "create_invite")
        known = {
            "room_id": here.world.room,
            "user_id": here.lower,
            "channel_id": here.world.channels[0],
            "code": invite["invite"]["code"],
        }
        functions = await admin.fetch(
            "select proname, proargnames[1 : pronargs - pronargdefaults] as required "
            "from pg_proc where pronamespace = 'public'::regnamespace and provolatile <> 'v' "
            "and has_function_privilege('authenticated', oid, 'execute')"
        )
        assert {f["proname"] for f in functions} >= {"room", "member", "voice_access", "bans"}
        for function in functions:
            required = [name.removeprefix("p_") for name in function["required"] or []]
            async with admin.transaction():
                await admin.execute("set transaction read only")
                arguments = {name: known[name] for name in required}
                await here.database.call(UUID(here.owner), function["proname"], **arguments)

    play(act)
