"""Lists, numbers, texts and ids that fit nothing: each is refused, and nothing is written."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.sql.conftest import Tell
from tests.sql.stage import NOT_TEXT, NUL, TOO_BIG, Play, Room, playing, sent


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act in a room of its own, which is undone."""
    return playing(tell)


class TestLists:
    def _lists(self, ids: list[str], foreign: str) -> dict[str, tuple[Any, str]]:
        return {
            "null": (None, "order_invalid"),
            "none": ([], "order_invalid"),
            "one less": (ids[1:], "order_invalid"),
            "one twice": ([*ids, ids[0]], "order_invalid"),
            "one for another": ([*ids[1:], ids[1]], "order_invalid"),
            "one unknown": ([*ids[1:], str(uuid4())], "order_invalid"),
            "one of another room": ([*ids[1:], foreign], "order_invalid"),
            "one too many": ([*ids, foreign], "order_invalid"),
            "a null among them": ([*ids[1:], None], "order_invalid"),
            "a null besides": ([*ids, None], "order_invalid"),
            "very many": (ids * 10_000, "order_invalid"),
            "no list": ("x", NOT_TEXT),
            "numbers": ([1], NOT_TEXT),
            "an object": ({"a": ids[0]}, NOT_TEXT),
            "no ids": (["x"], NOT_TEXT),
            "ragged": ([ids, ids[1:]], NOT_TEXT),
        }

    @pytest.mark.parametrize("of", ["roles", "channels"])
    def test_orders(self, play: Play, of: str) -> None:
        """An order names each once and no other."""

        async def act(here: Room) -> None:
            other = await here.database.call(UUID(here.owner), "create_room", name="Other")
            role = await here.database.call(
                UUID(here.owner), "create_role", room_id=other["room"]["id"], values={"name": "x"}
            )
            ids = here.world.order[:0:-1] if of == "roles" else here.world.channels
            foreign = role["role"]["id"] if of == "roles" else other["channels"][0]["id"]
            for what, (order, expected) in self._lists(ids, foreign).items():
                code, _ = await sent(here, here.owner, f"order_{of}", order=order)
                assert code == expected, what
            with_everyone = [*here.world.order[:0:-1], here.world.room]
            code, _ = await sent(here, here.owner, "order_roles", order=with_everyone)
            assert code == "order_invalid"

        play(act)

    def test_roles_of_a_member(self, play: Play) -> None:
        """Roles to give are those of this room; one that is named twice is given once."""

        async def act(here: Room) -> None:
            cases: list[tuple[Any, str]] = [
                (None, "order_invalid"),
                ([None], "role_not_found"),
                ([here.role(1), None], "role_not_found"),
                ([str(uuid4())], "role_not_found"),
                ([here.role(1)] * 5_000 + [str(uuid4())], "role_not_found"),
                ([here.world.room], "everyone_fixed"),
                ("x", NOT_TEXT),
                ([7], NOT_TEXT),
                ([here.role(1)] * 2, ""),
            ]
            for roles, expected in cases:
                member = {"user_id": here.plain, "roles": roles}
                code, answer = await sent(here, here.owner, "set_member_roles", **member)
                assert code == expected
            assert answer["member"]["roles"] == [here.role(1)]

        play(act)


class TestNumbers:
    OPTIONS: tuple[tuple[dict[str, Any], str], ...] = (
        *(({"expires_in_s": n}, "invite_options_invalid") for n in (59, 0, -1, 604_801)),
        *(({"max_uses": n}, "invite_options_invalid") for n in (0, -1, 1001, 2**31 - 1)),
        *(({"expires_in_s": n}, TOO_BIG) for n in (2**31, -(2**31) - 1, 2**70)),
        *(({"max_uses": n}, NOT_TEXT) for n in [1.5, "many", [], {}, True]),
        ({"expires_in_s": 60, "max_uses": 1000}, ""),
        ({"expires_in_s": 604_800, "max_uses": 1}, ""),
        ({"expires_in_s": None, "max_uses": None}, ""),
    )

    @pytest.mark.parametrize(("options", "expected"), OPTIONS)
    def test_invitations(self, play: Play, options: dict[str, Any], expected: str) -> None:
        """An invitation lasts 60 s to 7 days or for ever, for 1 to 1000 uses or any number."""

        async def act(here: Room) -> None:
            code, _ = await sent(here, here.owner, "create_invite", **options)
            assert code == expected

        play(act)

    @pytest.mark.parametrize(
        ("page", "count"),
        [
            ({"limit": 0}, 1),
            ({"limit": -1}, 1),
            ({"limit": -(2**31)}, 1),
            ({"limit": 10**9}, 5),
            ({"limit": None}, 5),
            ({"after_joined_us": 2**62}, 0),
            ({"after_joined_us": 2**63 - 1}, "22008"),
            ({"after_joined_us": -(2**62)}, "22008"),
            ({"after_joined_us": 2**63}, TOO_BIG),
            ({"limit": 2**31}, TOO_BIG),
            ({"after_joined_us": "yesterday"}, NOT_TEXT),
            ({"after_user_id": "x"}, NOT_TEXT),
            ({"role_id": "x"}, NOT_TEXT),
            ({"role_id": str(uuid4())}, "role_not_found"),
            ({"after_user_id": str(uuid4()), "after_joined_us": 0}, 5),
        ],
    )
    def test_pages(self, play: Play, page: dict[str, Any], count: int | str) -> None:
        """A page has 1 to 1000 members; a cursor that is none is refused."""

        async def act(here: Room) -> None:
            code, answer = await sent(here, here.plain, "members", **page)
            assert (code or len(answer["members"])) == count

        play(act)

    @pytest.mark.parametrize("version", [2**63, -(2**63) - 1, "x", 1.5, [], True])
    def test_versions(self, play: Play, version: Any) -> None:
        """A version is a whole number of 64 bits."""

        async def act(here: Room) -> None:
            values = {"values": {"name": "x"}, "version": version}
            code, _ = await sent(here, here.owner, "create_role", **values)
            assert code in {TOO_BIG, NOT_TEXT}

        play(act)


class TestTexts:
    @pytest.mark.parametrize(
        ("reason", "expected"),
        [
            ("x" * 501, "reason_too_long"),
            ("🎲" * 501, "reason_too_long"),
            ("x" * 1_000_000, "reason_too_long"),
            ("a\x00b", NUL),
            ("\ud800", NOT_TEXT),
            ("🎲" * 500, ""),
            ("   ", ""),
            (None, ""),
        ],
    )
    def test_reasons(self, play: Play, reason: Any, expected: str) -> None:
        """A reason has 500 characters at most; blanks are none."""

        async def act(here: Room) -> None:
            ban = {"user_id": here.plain, "reason": reason}
            code, answer = await sent(here, here.leader, "ban_member", **ban)
            assert code == expected
            if answer:
                assert answer["ban"]["reason"] == ((reason or "").strip() or None)

        play(act)

    @pytest.mark.parametrize(
        "confirm", [None, "", "scratch", "Scratch ", "Scrat\u0441h", "x" * 10**6]
    )
    def test_confirmations(self, play: Play, confirm: Any) -> None:
        """A room goes only with its name, letter by letter."""

        async def act(here: Room) -> None:
            code, _ = await sent(here, here.owner, "delete_room", confirm=confirm)
            assert code == "confirm_needed"

        play(act)

    @pytest.mark.parametrize("action", [None, "", "Mute", "ban", "mute ", "x" * 10**6, "move"])
    def test_actions(self, play: Play, action: Any) -> None:
        """A moderator mutes, unmutes, removes or moves."""

        async def act(here: Room) -> None:
            mute = {"channel_id": here.world.channels[0], "user_id": here.plain}
            code, _ = await sent(here, here.leader, "moderate_voice", **mute, action=action)
            assert code == "action_invalid"
            to = {"to_channel_id": here.world.channels[1], "action": "mute"}
            code, _ = await sent(here, here.leader, "moderate_voice", **mute, **to)
            assert code == "action_invalid"

        play(act)

    @pytest.mark.parametrize("code", [None, "", "x", "%", "a\u202eb", "x" * 10**6])
    def test_codes(self, play: Play, code: Any) -> None:
        """An invitation that there isn't is found nowhere."""

        async def act(here: Room) -> None:
            assert (await sent(here, here.stranger, "invite", code=code))[0] == "invite_not_found"
            found, _ = await sent(here, here.owner, "delete_invite", code=code)
            assert found == "invite_not_found"
            await here.may(here.owner, "edit_room", changes={"public": False})
            found, _ = await sent(here, here.stranger, "join_room", invite=code)
            assert found == ("room_not_found" if code is None else "invite_not_found")

        play(act)


IDS = ("room_id", "channel_id", "to_channel_id", "role_id", "user_id")


class TestIds:
    @pytest.mark.parametrize("what", ["unknown", "null", "of another room", "garbage"])
    def test_of_what_is_not_there(self, play: Play, what: str) -> None:
        """Rooms, channels, roles, members that aren't there are not found, each by its code."""

        async def act(here: Room) -> None:
            other = await here.database.call(UUID(here.stranger), "create_room", name="Other")
            role = await here.database.call(
                UUID(here.stranger),
                "create_role",
                room_id=other["room"]["id"],
                values={"name": "x"},
            )
            wrong: dict[str, dict[str, str | None]] = {
                "of another room": {
                    "room_id": other["room"]["id"],
                    "channel_id": other["channels"][1]["id"],
                    "to_channel_id": other["channels"][1]["id"],
                    "role_id": role["role"]["id"],
                    "user_id": here.stranger,
                },
                "unknown": dict.fromkeys(IDS, str(uuid4())),
                "null": dict.fromkeys(IDS),
                "garbage": dict.fromkeys(IDS, "x"),
            }
            for function, arguments, expected in _wishes(here):
                for key, usual in expected.items():
                    code = NOT_TEXT if what == "garbage" else usual
                    if (what, key) == ("null", "to_channel_id"):
                        code = "action_invalid"
                    if (what, function, key) == ("of another room", "ban_member", "user_id"):
                        code = ""  # who is no member can be banned
                    asked = arguments | {key: wrong[what][key]}
                    found, _ = await sent(here, here.owner, function, **asked)
                    assert found == code, (function, key)

        play(act)

    def test_invitations_of_another_room(self, play: Play) -> None:
        """An invitation opens its own room, and is deleted from there alone."""

        async def act(here: Room) -> None:
            await here.may(here.owner, "edit_room", changes={"public": False})
            other = await here.database.call(UUID(here.stranger), "create_room", name="Other")
            invite = await here.database.call(
                UUID(here.stranger), "create_invite", room_id=other["room"]["id"]
            )
            code = invite["invite"]["code"]
            found, _ = await sent(here, here.stranger, "join_room", invite=code)
            assert found == "invite_not_found"
            found, _ = await sent(here, here.owner, "delete_invite", code=code)
            assert found == "invite_not_found"

        play(act)


def _wishes(here: Room) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    """Each function that takes ids, called rightly; and the code if one of the ids is wrong."""
    in_room = {"room_id": "room_not_found"}
    channel = {"channel_id": here.world.channels[0]}
    role = {"role_id": here.role(1)}
    user = {"user_id": here.plain}
    no_channel = {"channel_id": "channel_not_found"}
    no_role = {"role_id": "role_not_found"}
    no_member = {"user_id": "member_not_found"}
    moved = channel | user | {"action": "move", "to_channel_id": here.world.channels[1]}
    return [
        ("room", {}, in_room),
        ("channels", {}, in_room),
        ("roles", {}, in_room),
        ("members", {}, in_room),
        ("bans", {}, in_room),
        ("invites", {}, in_room),
        ("voice_channels", {}, in_room),
        ("create_invite", {}, in_room),
        ("edit_room", {"changes": {}}, in_room),
        ("create_role", {"values": {"name": "x"}}, in_room),
        ("create_channel", {"values": {"name": "x", "kind": "text"}}, in_room),
        ("order_roles", {"order": []}, in_room),
        ("order_channels", {"order": []}, in_room),
        ("delete_room", {"confirm": "x"}, in_room),
        ("transfer_room", user, in_room | no_member),
        ("member", user, in_room | no_member),
        ("remove_member", user, in_room | no_member),
        ("set_member_roles", user | {"roles": []}, in_room | no_member),
        ("unban_member", user, in_room | {"user_id": "ban_not_found"}),
        ("edit_role", role | {"changes": {}}, in_room | no_role),
        ("delete_role", role, in_room | no_role),
        ("edit_channel", channel | {"changes": {}}, in_room | no_channel),
        ("delete_channel", channel, in_room | no_channel),
        ("voice_access", channel, {"room_id": "channel_not_found"} | no_channel),
        ("join_room", {"invite": "x"}, {"room_id": "invite_not_found"}),
        (
            "moderate_voice",
            moved,
            in_room | no_channel | no_member | {"to_channel_id": "channel_not_found"},
        ),
        ("ban_member", user, in_room | {"user_id": "user_not_found"}),
    ]
