"""What nobody should send: each is refused with a clear code, and nothing is written.

Sent as PostgREST sends it: one JSON object of arguments, cast to the function's types.
"""

import json
from typing import Any
from uuid import uuid4

import pytest

from common.grants import Permission
from tests.sql.conftest import Tell
from tests.sql.stage import VIEW, Play, Room, playing, sent

STREAM = str(int(Permission.STREAM))


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act in a room of its own, which is undone."""
    return playing(tell)


class TestValues:
    @pytest.mark.parametrize("color", ["", "red", "#fff", "#12345g", "#1234567", "123456", 5])
    def test_colors(self, play: Play, color: Any) -> None:
        """A colour is #rrggbb."""
        self._role_field(play, "color", color, "color_invalid")

    @pytest.mark.parametrize(
        "color", ["#ff00ff\n", " #ff00ff", "#ff00ff ", "#\uff46\uff46\uff10\uff10ff", [], {}, True]
    )
    def test_odd_colors(self, play: Play, color: Any) -> None:
        """Nothing more than #rrggbb either."""
        self._role_field(play, "color", color, "color_invalid")

    @pytest.mark.parametrize("icon", ["", " ", "xx", "🎲🎲", "\u200d", "star ", 5, [], {}, False])
    def test_icons(self, play: Play, icon: Any) -> None:
        """A badge shows one emoji or an icon of the list."""
        self._role_field(play, "icon", icon, "icon_invalid")

    @pytest.mark.parametrize("icon", ["crown", "👑", "👑\ufe0f", "👑\ufe0e"])
    def test_the_crown(self, play: Play, icon: str) -> None:
        """The crown in any spelling is the owner's."""
        self._role_field(play, "icon", icon, "icon_reserved")

    @pytest.mark.parametrize(
        "permissions",
        [
            *(8, -1, 1.5, True, None, [], {}, ["8"]),
            *("-1", "", " 8", "8 ", "0x8", "8.0", "1e3", "+8", "8\n", "\u0663", "\uff18", "9" * 41),
            "9" * 100_000,
        ],
    )
    def test_permissions(self, play: Play, permissions: Any) -> None:
        """Permissions are a whole number as a text."""
        self._role_field(play, "permissions", permissions, "permissions_invalid")

    @pytest.mark.parametrize(
        "permissions", [str(1 << 6), str(1 << 40), str(2**63), str(2**64 + 1), "9" * 40]
    )
    def test_unknown_permissions(self, play: Play, permissions: str) -> None:
        """Bits that mean nothing are refused, however many."""
        self._role_field(play, "permissions", permissions, "permissions_unknown")

    @pytest.mark.parametrize("field", ["position", "id", "room_id", "Name", "", "x" * 100_000])
    def test_unknown_fields(self, play: Play, field: str) -> None:
        """A field that nobody knows is refused, not passed over."""

        async def act(here: Room) -> None:
            odd = {field: "1"}
            role, channel = {"role_id": here.role(1)}, {"channel_id": here.world.channels[0]}
            wishes: list[tuple[str, dict[str, Any]]] = [
                ("edit_room", {"changes": odd}),
                ("create_role", {"values": {"name": "x"} | odd}),
                ("edit_role", role | {"changes": odd}),
                ("create_channel", {"values": {"name": "x", "kind": "text"} | odd}),
                ("edit_channel", channel | {"changes": odd}),
            ]
            for function, arguments in wishes:
                code, _ = await sent(here, here.owner, function, **arguments)
                assert code == "field_unknown", function

        play(act)

    @pytest.mark.parametrize("value", [None, [], "x", 1, True, "", [{}]])
    def test_no_object(self, play: Play, value: Any) -> None:
        """Where an object is expected, nothing else will do."""

        async def act(here: Room) -> None:
            role, channel = {"role_id": here.role(1)}, {"channel_id": here.world.channels[0]}
            wishes: list[tuple[str, dict[str, Any]]] = [
                ("edit_room", {"changes": value}),
                ("create_role", {"values": value}),
                ("edit_role", role | {"changes": value}),
                ("create_channel", {"values": value}),
                ("edit_channel", channel | {"changes": value}),
            ]
            for function, arguments in wishes:
                code, _ = await sent(here, here.owner, function, **arguments)
                assert code == "field_unknown", function

        play(act)

    @pytest.mark.parametrize("public", ["true", 1, None, [], {}])
    def test_public(self, play: Play, public: Any) -> None:
        """A room is public or not."""

        async def act(here: Room) -> None:
            changes = {"name": "Other", "public": public}
            code, _ = await sent(here, here.owner, "edit_room", changes=changes)
            assert code == "public_invalid"

        play(act)

    @pytest.mark.parametrize("kind", ["Voice", "", "stage", None, 1, ["voice"], {}, "voice "])
    def test_kinds(self, play: Play, kind: Any) -> None:
        """A channel is text or voice."""

        async def act(here: Room) -> None:
            for values in ({"name": "x", "kind": kind}, {"name": "x"}):
                code, _ = await sent(here, here.owner, "create_channel", values=values)
                assert code == "kind_invalid"

        play(act)

    def _role_field(self, play: Play, field: str, value: Any, expected: str) -> None:
        async def act(here: Room) -> None:
            values = {"name": "x", field: value}
            code, _ = await sent(here, here.owner, "create_role", values=values)
            assert code == expected
            edit = {"role_id": here.role(1), "changes": values}
            code, _ = await sent(here, here.owner, "edit_role", **edit)
            assert code == expected

        play(act)


def _overwrite(**other: Any) -> dict[str, Any]:
    return {"role_id": "1", "allow": str(VIEW), "deny": "0"} | other


MALFORMED: dict[str, tuple[Any, str]] = {
    "null": (None, "overwrites_invalid"),
    "an object": ({}, "overwrites_invalid"),
    "a text": ("x", "overwrites_invalid"),
    "a number": (5, "overwrites_invalid"),
    "of null": ([None], "field_unknown"),
    "of numbers": ([1], "field_unknown"),
    "of lists": ([[]], "field_unknown"),
    "empty": ([{}], "overwrites_invalid"),
    "unknown field": ([_overwrite(type=0)], "field_unknown"),
    "role null": ([_overwrite(role_id=None)], "overwrites_invalid"),
    "role a number": ([_overwrite(role_id=7)], "overwrites_invalid"),
    "role a list": ([_overwrite(role_id=["1"])], "overwrites_invalid"),
    "role no uuid": ([_overwrite(role_id="everyone")], "overwrites_invalid"),
    "role in braces": ([_overwrite(role_id=f"{{{uuid4()}}}")], "overwrites_invalid"),
    "role with a line": ([_overwrite(role_id=f"{uuid4()}\n")], "overwrites_invalid"),
    "role unknown": ([_overwrite(role_id=str(uuid4()))], "role_not_found"),
    "allow missing": ([{"role_id": "1", "deny": "0"}], "permissions_invalid"),
    "deny missing": ([{"role_id": "1", "allow": "0"}], "permissions_invalid"),
    "allow a number": ([_overwrite(allow=1024)], "permissions_invalid"),
    "deny negative": ([_overwrite(deny="-1")], "permissions_invalid"),
    "allow huge": ([_overwrite(allow="9" * 40)], "permissions_unknown"),
    "a room's permission": (
        [_overwrite(allow=str(int(Permission.MANAGE_ROLES)))],
        "permissions_unknown",
    ),
    "administrator": (
        [_overwrite(allow=str(int(Permission.ADMINISTRATOR)))],
        "permissions_unknown",
    ),
    "both": ([_overwrite(deny=str(VIEW))], "overwrites_invalid"),
    "twice": ([_overwrite(), _overwrite(allow="0", deny=STREAM)], "overwrites_invalid"),
    "252": ([_overwrite(role_id=str(uuid4()))] * 252, "overwrites_invalid"),
    "100,000": ([1] * 100_000, "overwrites_invalid"),
}


class TestOverwrites:
    @pytest.mark.parametrize("what", MALFORMED)
    def test_malformed(self, play: Play, what: str) -> None:
        """Each is refused, for a channel that is made and for one that is."""
        overwrites, expected = MALFORMED[what]

        async def act(here: Room) -> None:
            asked = json.loads(json.dumps(overwrites).replace('"1"', json.dumps(here.role(1))))
            if what == "role a list":
                asked[0]["role_id"] = [here.role(1)]
            values = {"name": "x", "kind": "text", "overwrites": asked}
            code, _ = await sent(here, here.owner, "create_channel", values=values)
            assert code == expected
            edit = {
                "channel_id": here.world.channels[0],
                "changes": {"name": "Other", "overwrites": asked},
            }
            code, _ = await sent(here, here.owner, "edit_channel", **edit)
            assert code == expected

        play(act)
