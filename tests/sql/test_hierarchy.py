"""Discord's rules one by one: who stands above whom, and who may give what."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.grants import Permission
from tests.sql.conftest import Tell
from tests.sql.stage import ROLES, SPEAK, VIEW, Play, Room, playing
from tests.sql.world import ALL


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act in a room of its own, which is undone."""
    return playing(tell)


class TestBelow:
    @pytest.mark.parametrize(
        ("place", "code"), [(5, "role_too_high"), (4, "role_too_high"), (3, ""), (1, "")]
    )
    def test_roles(self, play: Play, place: int, code: str) -> None:
        """A role is edited, deleted, given and taken only from strictly above it."""

        async def act(here: Room) -> None:
            role = here.role(place)
            assert await here.code(here.leader, "edit_role", role_id=role, changes={}) == code
            given = {"user_id": here.plain, "roles": [role]}
            assert await here.code(here.leader, "set_member_roles", **given) == code
            await here.may(here.owner, "set_member_roles", **given)
            taken = {"user_id": here.plain, "roles": []}
            expected = code and "member_too_high"  # who holds it stands as high
            assert await here.code(here.leader, "set_member_roles", **taken) == expected
            gone = {"role_id": role, "force": True}
            assert await here.code(here.leader, "delete_role", **gone) == code

        play(act)

    @pytest.mark.parametrize(
        ("function", "more"),
        [
            ("remove_member", {}),
            ("ban_member", {}),
            ("set_member_roles", {"roles": []}),
            ("moderate_voice", {"action": "mute"}),
            ("moderate_voice", {"action": "remove"}),
            ("moderate_voice", {"action": "move"}),
        ],
    )
    def test_members(self, play: Play, function: str, more: dict[str, Any]) -> None:
        """Members are acted on from strictly above them; the owner by nobody."""

        async def act(here: Room) -> None:
            given = dict(more)
            if function == "moderate_voice":
                given["channel_id"] = here.world.channels[0]
            if given.get("action") == "move":
                given["to_channel_id"] = here.world.channels[1]
            codes = {
                user: await here.code(here.leader, function, user_id=user, **given)
                for user in (here.owner, here.equal, here.lower, here.plain)
            }
            assert list(codes.values()) == ["member_too_high", "member_too_high", "", ""]

        play(act)

    def test_oneself(self, play: Play) -> None:
        """One's own lower roles can be taken and given; the highest neither."""

        async def act(here: Room) -> None:
            lead, low, bottom = here.role(4), here.role(2), here.role(1)

            async def wish(roles: list[str]) -> str:
                arguments = {"user_id": here.equal, "roles": roles}
                return await here.code(here.equal, "set_member_roles", **arguments)

            assert await wish([lead]) == ""
            assert await wish([lead, low, bottom]) == ""
            assert await wish([low, bottom]) == "role_too_high"
            assert await wish([here.role(5), lead]) == "role_too_high"

        play(act)

    def test_without_a_role(self, play: Play) -> None:
        """Who may manage roles by @everyone alone stands above nothing, not even @everyone."""

        async def act(here: Room) -> None:
            room_id = here.world.room
            await here.may(
                here.owner, "edit_role", role_id=room_id, changes={"permissions": str(ROLES)}
            )
            wishes: list[tuple[str, dict[str, Any]]] = [
                ("create_role", {"values": {"name": "x"}}),
                ("edit_role", {"role_id": room_id, "changes": {"permissions": "0"}}),
                ("edit_role", {"role_id": here.role(1), "changes": {"name": "x"}}),
                ("delete_role", {"role_id": here.role(1)}),
                ("order_roles", {"order": here.world.order[:0:-1]}),
            ]
            for function, arguments in wishes:
                assert await here.code(here.plain, function, **arguments) == "role_too_high"

        play(act)

    def test_without_the_permission(self, play: Play) -> None:
        """However high: without the permission nothing is done."""

        async def act(here: Room) -> None:
            await here.may(here.owner, "set_member_roles", user_id=here.plain, roles=[here.role(5)])
            wishes: list[tuple[str, dict[str, Any]]] = [
                ("create_role", {"values": {"name": "x"}}),
                ("edit_role", {"role_id": here.role(1), "changes": {"name": "x"}}),
                ("delete_role", {"role_id": here.role(1)}),
                ("order_roles", {"order": here.world.order[:0:-1]}),
                ("set_member_roles", {"user_id": here.lower, "roles": []}),
                ("create_channel", {"values": {"name": "x", "kind": "text"}}),
                ("edit_channel", {"channel_id": here.world.channels[0], "changes": {}}),
                ("delete_channel", {"channel_id": here.world.channels[0]}),
                ("order_channels", {"order": here.world.channels}),
                ("remove_member", {"user_id": here.lower}),
                ("ban_member", {"user_id": here.lower}),
                ("unban_member", {"user_id": here.lower}),
                ("bans", {}),
                ("invites", {}),
                ("create_invite", {}),
                ("delete_invite", {"code": "x"}),
                ("edit_room", {"changes": {"name": "x"}}),
                (
                    "moderate_voice",
                    {
                        "channel_id": here.world.channels[0],
                        "user_id": here.lower,
                        "action": "mute",
                    },
                ),
            ]
            for function, arguments in wishes:
                code = await here.code(here.plain, function, **arguments)
                assert code == "missing_permission", function

        play(act)


class TestOwner:
    def test_above_all(self, play: Play) -> None:
        """The owner, who has no role, edits the highest and acts on who has it."""

        async def act(here: Room) -> None:
            top = here.role(5)
            await here.may(here.owner, "set_member_roles", user_id=here.leader, roles=[top])
            await here.may(here.owner, "edit_role", role_id=top, changes={"permissions": str(ALL)})
            await here.may(here.owner, "remove_member", user_id=here.leader)

        play(act)

    def test_administrators_are_not_owners(self, play: Play) -> None:
        """An administrator with the highest role neither touches the owner nor does their part."""

        async def act(here: Room) -> None:
            admin = {"permissions": str(int(Permission.ADMINISTRATOR))}
            await here.may(here.owner, "edit_role", role_id=here.role(5), changes=admin)
            await here.may(
                here.owner, "set_member_roles", user_id=here.leader, roles=[here.role(5)]
            )
            mine = {"user_id": here.leader}
            assert await here.code(here.leader, "transfer_room", **mine) == "owner_only"
            assert await here.code(here.leader, "delete_room", confirm="Scratch") == "owner_only"
            for function in ("remove_member", "ban_member"):
                code = await here.code(here.leader, function, user_id=here.owner)
                assert code == "member_too_high"
            own = {"role_id": here.role(5), "changes": {"permissions": "0"}}
            assert await here.code(here.leader, "edit_role", **own) == "role_too_high"

        play(act)

    def test_stays(self, play: Play) -> None:
        """An owner can't leave; who was one, can."""

        async def act(here: Room) -> None:
            leave = {"user_id": here.owner}
            assert await here.code(here.owner, "remove_member", **leave) == "owner_must_stay"
            assert await here.code(here.owner, "ban_member", **leave) == "member_too_high"
            await here.may(here.owner, "transfer_room", user_id=here.plain)
            assert await here.code(here.owner, "transfer_room", **leave) == "owner_only"
            await here.may(here.owner, "remove_member", **leave)

        play(act)

    def test_hands_over(self, play: Play) -> None:
        """Only to a member; the crown goes along, the roles stay where they are."""

        async def act(here: Room) -> None:
            code = await here.code(here.owner, "transfer_room", user_id=here.stranger)
            assert code == "member_not_found"
            answer = await here.may(here.owner, "transfer_room", user_id=here.lower)
            old, new = answer["members"]
            assert (old["user_id"], old["owner"], old["badges"]) == (here.owner, False, [])
            assert (new["user_id"], new["owner"]) == (here.lower, True)
            assert new["badges"][0]["icon"] == "crown"
            assert new["roles"] == [here.role(2)]
            assert answer["room"]["owner_id"] == here.lower

        play(act)


class TestGiving:
    """Nobody gives what they don't have."""

    STREAM = str(int(Permission.STREAM))

    @pytest.mark.parametrize(
        ("function", "arguments"),
        [
            ("create_role", {"values": {"name": "x", "permissions": STREAM}}),
            ("edit_role", {"role_id": 1, "changes": {"permissions": STREAM}}),
            ("edit_role", {"role_id": 0, "changes": {"permissions": STREAM}}),
            ("set_member_roles", {"user_id": "lower", "roles": [3]}),
            (
                "edit_channel",
                {
                    "channel_id": 0,
                    "changes": {"overwrites": [{"role_id": 1, "allow": STREAM, "deny": "0"}]},
                },
            ),
            (
                "edit_channel",
                {
                    "channel_id": 0,
                    "changes": {"overwrites": [{"role_id": 0, "allow": "0", "deny": STREAM}]},
                },
            ),
            (
                "create_channel",
                {
                    "values": {
                        "name": "x",
                        "kind": "voice",
                        "overwrites": [{"role_id": 4, "allow": STREAM, "deny": "0"}],
                    }
                },
            ),
        ],
    )
    def test_what_one_lacks(self, play: Play, function: str, arguments: dict[str, Any]) -> None:
        """At create, edit, assign, through @everyone and through a channel."""

        async def act(here: Room) -> None:
            strong = {"permissions": self.STREAM}
            await here.may(here.owner, "edit_role", role_id=here.role(3), changes=strong)
            asked = _named(here, arguments)
            code = await here.code(here.leader, function, **asked)
            assert code == "permission_not_yours"
            assert await here.code(here.owner, function, **asked) == ""

        play(act)

    def test_what_was_there_may_stay(self, play: Play) -> None:
        """A role that has more than its editor keeps it, and can be given less."""

        async def act(here: Room) -> None:
            role = {"role_id": here.role(3)}
            await here.may(here.owner, "edit_role", **role, changes={"permissions": self.STREAM})
            await here.may(here.leader, "edit_role", **role, changes={"name": "Other"})
            await here.may(here.leader, "edit_role", **role, changes={"permissions": self.STREAM})
            more = {"permissions": str(int(self.STREAM) | VIEW)}
            await here.may(here.leader, "edit_role", **role, changes=more)
            await here.may(here.leader, "edit_role", **role, changes={"permissions": "0"})
            code = await here.code(here.leader, "edit_role", **role, changes=more)
            assert code == "permission_not_yours"

        play(act)

    def test_through_a_channel(self, play: Play) -> None:
        """A role that a channel gives more than the actor has there isn't theirs to give."""

        async def act(here: Room) -> None:
            allow = [{"role_id": here.role(1), "allow": self.STREAM, "deny": "0"}]
            channel = {"channel_id": here.world.channels[0]}
            await here.may(here.owner, "edit_channel", **channel, changes={"overwrites": allow})
            given = {"user_id": here.plain, "roles": [here.role(1)]}
            code = await here.code(here.leader, "set_member_roles", **given)
            assert code == "permission_not_yours"
            assert await here.code(here.owner, "set_member_roles", **given) == ""

        play(act)


def _named(here: Room, arguments: Any) -> Any:
    """Puts ids where a case has numbers of roles and channels, and names of people."""
    if isinstance(arguments, list):
        return [_named(here, each) for each in arguments]
    if isinstance(arguments, int):
        return here.role(arguments)
    if not isinstance(arguments, dict):
        return getattr(here, arguments, arguments) if arguments == "lower" else arguments
    return {
        name: here.world.channels[value] if name == "channel_id" else _named(here, value)
        for name, value in arguments.items()
    }


class TestRoles:
    def test_omitted_fields_stay(self, play: Play) -> None:
        """What an edit doesn't name stays; null takes icon and colour away."""

        async def act(here: Room) -> None:
            made = await here.may(
                here.leader,
                "create_role",
                values={"name": "A", "icon": "star", "color": "#ABCDEF", "permissions": str(VIEW)},
            )
            shown = made["role"]
            assert (shown["color"], shown["position"]) == ("#abcdef", 1)
            assert set(shown["contrast"]) == {"dark", "light"}
            for changes in (
                {"name": "B"},
                {"icon": "🎲"},
                {"color": "#000000"},
                {"permissions": "0"},
                {"icon": None},
                {"color": None},
                {},
            ):
                answer = await here.may(
                    here.leader, "edit_role", role_id=shown["id"], changes=changes
                )
                expected = shown | changes
                expected["contrast"] = answer["role"]["contrast"]
                assert answer["role"] == expected
                assert (expected["contrast"] is None) == (expected["color"] is None)
                shown = answer["role"]
                assert shown in answer["roles"]

        play(act)

    def test_everyone(self, play: Play) -> None:
        """Of @everyone only the permissions change; it is never deleted, given or moved."""

        async def act(here: Room) -> None:
            everyone = {"role_id": here.world.room}
            for changes in ({"name": "x"}, {"icon": None}, {"color": None, "permissions": "0"}):
                code = await here.code(here.owner, "edit_role", **everyone, changes=changes)
                assert code == "everyone_fixed"
            code = await here.code(here.owner, "delete_role", **everyone, force=True)
            assert code == "everyone_fixed"
            given = {"user_id": here.plain, "roles": [here.world.room]}
            assert await here.code(here.owner, "set_member_roles", **given) == "everyone_fixed"
            order = here.world.order[::-1]
            assert await here.code(here.owner, "order_roles", order=order) == "order_invalid"
            await here.may(here.owner, "edit_role", **everyone, changes={"permissions": "0"})
            assert (await here.now()).bits[here.world.room] == 0

        play(act)

    def test_orders(self, play: Play) -> None:
        """Below one's own place any order goes; at it and above nothing moves."""

        async def act(here: Room) -> None:
            top, lead, middle, low, bottom = here.world.order[:0:-1]

            async def wish(*order: str) -> str:
                return await here.code(here.leader, "order_roles", order=list(order))

            assert await wish(top, lead, bottom, middle, low) == ""
            assert (await here.now()).order[:0:-1] == [top, lead, bottom, middle, low]
            assert await wish(top, lead, bottom, middle, low) == ""
            assert await wish(lead, top, bottom, middle, low) == "role_too_high"
            assert await wish(top, bottom, lead, middle, low) == "role_too_high"
            assert await wish(bottom, lead, top, middle, low) == "role_too_high"
            assert await wish(top, lead, middle, low) == "order_invalid"
            assert await wish(top, lead, middle, low, low) == "order_invalid"
            assert await wish(top, lead, middle, low, str(uuid4())) == "order_invalid"
            owners = await here.may(
                here.owner, "order_roles", order=[bottom, top, lead, middle, low]
            )
            assert [role["id"] for role in owners["roles"][:-1]] == [
                *(bottom, top, lead, middle, low)
            ]

        play(act)

    def test_places_have_no_gap(self, play: Play) -> None:
        """After making and deleting at every place, the places are 0 to n."""

        async def act(here: Room) -> None:
            for n in (3, 1, 5):
                await here.may(here.owner, "delete_role", role_id=here.role(n), force=True)
                await here.now()
                made = await here.may(here.owner, "create_role", values={"name": "x"})
                assert (await here.now()).order[1] == made["role"]["id"]

        play(act)

    def test_250(self, play: Play) -> None:
        """A room has 250 roles beside @everyone; one goes before another comes."""

        async def act(here: Room) -> None:
            await here.database.admin.execute(
                "insert into public.room_roles (room_id, name, position) "
                "select $1, 'r', n from generate_series(6, 249) as n",
                here.world.room,
            )
            await here.may(here.owner, "create_role", values={"name": "x"})
            full = {"values": {"name": "x"}}
            assert await here.code(here.owner, "create_role", **full) == "roles_full"
            assert len((await here.now()).order) == 251
            await here.may(here.owner, "delete_role", role_id=here.role(1), force=True)
            assert await here.code(here.owner, "create_role", **full) == ""

        play(act)

    def test_in_use(self, play: Play) -> None:
        """A role that somebody has is deleted only with force, and leaves nothing behind."""

        async def act(here: Room) -> None:
            role = here.role(2)
            overwrites = [{"role_id": role, "allow": str(SPEAK), "deny": "0"}]
            await here.may(
                here.owner,
                "edit_channel",
                channel_id=here.world.channels[0],
                changes={"overwrites": overwrites},
            )
            assert await here.code(here.leader, "delete_role", role_id=role) == "role_in_use"
            answer = await here.may(here.leader, "delete_role", role_id=role, force=True)
            now = await here.now()
            assert role not in now.order
            assert role not in [each["id"] for each in answer["roles"]]
            assert now.members[here.lower] == frozenset()
            assert now.overwrites[here.world.channels[0]] == {}
            assert await here.code(here.leader, "delete_role", role_id=here.role(1)) == (
                "role_in_use"
            )

        play(act)

    def test_of_another_room(self, play: Play) -> None:
        """A role of another room doesn't exist here."""

        async def act(here: Room) -> None:
            other = await here.database.call(UUID(here.owner), "create_room", name="Other")
            made = await here.database.call(
                UUID(here.owner),
                "create_role",
                room_id=other["room"]["id"],
                values={"name": "theirs"},
            )
            foreign = made["role"]["id"]
            for role in (foreign, other["room"]["id"], str(uuid4())):
                overwrites = {"overwrites": [{"role_id": role, "allow": "0", "deny": "0"}]}
                channel = {"channel_id": here.world.channels[0], "changes": overwrites}
                wishes: list[tuple[str, dict[str, Any]]] = [
                    ("edit_role", {"role_id": role, "changes": {}}),
                    ("delete_role", {"role_id": role}),
                    ("set_member_roles", {"user_id": here.plain, "roles": [role]}),
                    ("edit_channel", channel),
                ]
                for function, arguments in wishes:
                    code = await here.code(here.owner, function, **arguments)
                    assert code == "role_not_found", function

        play(act)
