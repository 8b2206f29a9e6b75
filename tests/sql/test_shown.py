"""What members see of a room: channels by permission, badges, colours, mutes, and each push."""

import json
from typing import Any
from uuid import uuid4

import pytest

from common.grants import Permission
from tests.sql.conftest import Database, Tell
from tests.sql.stage import SPEAK, VIEW, Play, Room, playing

CONNECT = int(Permission.CONNECT)


@pytest.fixture
def play(tell: Tell) -> Play:
    """Plays an act in a room of its own, which is undone."""
    return playing(tell)


def overwrite(role: str, allow: int = 0, deny: int = 0) -> dict[str, str]:
    """Returns an overwrite as the API takes it."""
    return {"role_id": role, "allow": str(allow), "deny": str(deny)}


async def close(here: Room, *allowed: dict[str, str], channel: int = 0) -> dict[str, Any]:
    """Hides a channel from everyone but the given; returns it as the owner sees it."""
    overwrites = [overwrite(here.world.room, deny=VIEW), *allowed]
    answer = await here.may(
        here.owner,
        "edit_channel",
        channel_id=here.world.channels[channel],
        changes={"overwrites": overwrites},
    )
    return dict(answer["channel"])


async def seen(here: Room, who: str) -> list[str]:
    """Returns the ids of the channels that somebody sees."""
    return [each["id"] for each in (await here.may(who, "channels"))["channels"]]


class TestPrivateChannels:
    def test_by_role(self, play: Play) -> None:
        """Denied to @everyone and allowed to a role: for who has it, and for the owner."""

        async def act(here: Room) -> None:
            hidden, other = here.world.channels
            shown = await close(here, overwrite(here.role(2), allow=VIEW))
            assert shown["private"] is True
            for who in (here.owner, here.lower):
                assert await seen(here, who) == [hidden, other]
            for who in (here.leader, here.plain):
                assert await seen(here, who) == [other]
                whole = await here.may(who, "room")
                assert hidden not in str(whole)

        play(act)

    def test_hidden_is_unknown(self, play: Play) -> None:
        """A hidden channel answers as one that doesn't exist, whatever is asked of it."""

        async def act(here: Room) -> None:
            await close(here)
            for channel in (here.world.channels[0], str(uuid4())):
                target = {"channel_id": channel}
                mute = {"user_id": here.plain, "action": "mute"}
                wishes: list[tuple[str, dict[str, Any]]] = [
                    ("voice_access", {}),
                    ("edit_channel", {"changes": {}}),
                    ("delete_channel", {}),
                    ("moderate_voice", mute),
                ]
                for function, arguments in wishes:
                    code = await here.code(here.leader, function, **target, **arguments)
                    assert code == "channel_not_found", function
            move = {"user_id": here.plain, "action": "move"}
            code = await here.code(
                here.leader,
                "moderate_voice",
                channel_id=here.world.channels[1],
                to_channel_id=here.world.channels[0],
                **move,
            )
            assert code == "channel_not_found"

        play(act)

    def test_administrators_see_all(self, play: Play) -> None:
        """No overwrite holds for an administrator."""

        async def act(here: Room) -> None:
            admin = {"permissions": str(int(Permission.ADMINISTRATOR))}
            await here.may(here.owner, "edit_role", role_id=here.role(2), changes=admin)
            await close(here, overwrite(here.role(2), deny=VIEW | CONNECT))
            assert await seen(here, here.lower) == here.world.channels
            (channel, _) = (await here.may(here.lower, "channels"))["channels"]
            assert int(channel["permissions"]) & CONNECT

        play(act)

    def test_allowed_by_one_role_denied_by_another(self, play: Play) -> None:
        """Of two roles of one member, the one that allows wins."""

        async def act(here: Room) -> None:
            both = [here.role(1), here.role(2)]
            await here.may(here.owner, "set_member_roles", user_id=here.lower, roles=both)
            for allowing, denying in (both, both[::-1]):
                here_too = overwrite(allowing, allow=VIEW), overwrite(denying, deny=VIEW)
                await close(here, *here_too)
                assert here.world.channels[0] in await seen(here, here.lower)

        play(act)

    def test_locking_oneself_out(self, play: Play) -> None:
        """Who would no longer see a channel is refused; the owner always sees it."""

        async def act(here: Room) -> None:
            hide = {"overwrites": [overwrite(here.world.room, deny=VIEW)]}
            channel = {"channel_id": here.world.channels[0]}
            code = await here.code(here.leader, "edit_channel", **channel, changes=hide)
            assert code == "locks_you_out"
            named = {"name": "x", "kind": "text"}
            code = await here.code(here.leader, "create_channel", values=named | hide)
            assert code == "locks_you_out"
            hide["overwrites"].append(overwrite(here.role(4), allow=VIEW))
            made = await here.may(here.leader, "create_channel", values=named | hide)
            assert made["channel"]["private"] is True
            assert await here.code(here.leader, "edit_channel", **channel, changes=hide) == ""

        play(act)

    def test_a_channel_that_its_maker_would_not_see(self, play: Play) -> None:
        """Who may see no channel makes none, with overwrites or without."""

        async def act(here: Room) -> None:
            only = {"permissions": str(int(Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES))}
            for role in (here.role(4), here.world.room):
                await here.may(here.owner, "edit_role", role_id=role, changes=only)
            values = {"name": "x", "kind": "text"}
            overwrites: list[dict[str, Any]] = [{}, {"overwrites": []}]
            for more in overwrites:
                code = await here.code(here.leader, "create_channel", values=values | more)
                assert code == "locks_you_out"

        play(act)

    def test_overwrites_up_to_ones_own_role(self, play: Play) -> None:
        """Overwrites of one's own highest role may be written, of a higher one not touched."""

        async def act(here: Room) -> None:
            high = overwrite(here.role(5), deny=SPEAK)
            await here.may(
                here.owner,
                "edit_channel",
                channel_id=here.world.channels[0],
                changes={"overwrites": [high]},
            )

            async def wish(*overwrites: dict[str, str]) -> str:
                return await here.code(
                    here.leader,
                    "edit_channel",
                    channel_id=here.world.channels[0],
                    changes={"overwrites": list(overwrites)},
                )

            own = overwrite(here.role(4), allow=SPEAK)
            assert await wish(high, own) == ""
            assert await wish(own) == "role_too_high"
            assert await wish(overwrite(here.role(5), allow=SPEAK), own) == "role_too_high"
            assert await wish(overwrite(here.role(5)), own) == "role_too_high"
            assert await wish(high) == ""

        play(act)

    def test_an_order_keeps_hidden_channels_in_place(self, play: Play) -> None:
        """Who orders the channels orders those they see, around those they don't."""

        async def act(here: Room) -> None:
            one, two = here.world.channels
            more = [
                (await here.may(here.owner, "create_channel", values={"name": n, "kind": "text"}))[
                    "channel"
                ]["id"]
                for n in ("three", "four")
            ]
            await close(here, channel=1)
            order = [more[1], one, more[0]]
            await here.may(here.leader, "order_channels", order=order)
            assert (await here.now()).channels == [more[1], two, one, more[0]]
            for wrong in (order[:2], [*order, two], [*order[:2], order[0]], []):
                code = await here.code(here.leader, "order_channels", order=wrong)
                assert code == "order_invalid"

        play(act)


class TestBadges:
    async def _member(self, here: Room, who: str) -> dict[str, Any]:
        return dict((await here.may(here.plain, "member", user_id=who))["member"])

    def test_highest_first(self, play: Play) -> None:
        """Badges come highest role first, the crown before them; roles without an icon have none.

        The name's colour is that of the highest role that has one.
        """

        async def act(here: Room) -> None:
            looks = {1: ("leaf", "#111111"), 2: (None, "#222222"), 3: ("🎲", None), 4: (None, None)}
            for n, (icon, color) in looks.items():
                changes = {"icon": icon, "color": color, "name": f"R{n}"}
                await here.may(here.owner, "edit_role", role_id=here.role(n), changes=changes)
            all_four = [here.role(n) for n in (2, 4, 1, 3)]
            for who in (here.owner, here.lower):
                await here.may(here.owner, "set_member_roles", user_id=who, roles=all_four)
            lower = await self._member(here, here.lower)
            assert lower["roles"] == [here.role(n) for n in (4, 3, 2, 1)]
            assert [(b["icon"], b["label"], b["color"]) for b in lower["badges"]] == [
                ("🎲", "R3", None),
                ("leaf", "R1", "#111111"),
            ]
            assert lower["color"] == "#222222"
            owner = await self._member(here, here.owner)
            crown = {"icon": "crown", "label": "Owner", "color": None, "role_id": None}
            assert owner["badges"] == [crown, *lower["badges"]]
            assert (owner["owner"], owner["color"]) == (True, "#222222")
            roles = (await here.may(here.plain, "roles"))["roles"]
            order = [role["id"] for role in roles[:-1]]
            order.remove(here.role(1))
            order.insert(0, here.role(1))
            await here.may(here.owner, "order_roles", order=order)
            lower = await self._member(here, here.lower)
            assert [badge["label"] for badge in lower["badges"]] == ["R1", "R3"]
            assert lower["color"] == "#111111"

        play(act)

    def test_none(self, play: Play) -> None:
        """Who has no role has no badge and no colour."""

        async def act(here: Room) -> None:
            plain = await self._member(here, here.plain)
            assert (plain["badges"], plain["color"], plain["roles"]) == ([], None, [])

        play(act)


class TestVoice:
    async def _standings(self, database: Database, here: Room, *places: tuple[str, str]) -> Any:
        asked = [{"user_id": user, "channel_id": channel} for user, channel in places]
        return json.loads(
            await database.admin.fetchval(
                "select public.voice_standings($1, $2)", here.world.room, json.dumps(asked)
            )
        )

    def test_standings(self, play: Play) -> None:
        """Strangers, unknown people, hidden, unknown and text channels: nothing, in their place."""

        async def act(here: Room) -> None:
            hidden, lounge = here.world.channels
            await close(here)
            text = await here.may(
                here.owner, "create_channel", values={"name": "t", "kind": "text"}
            )
            nowhere = [
                (here.stranger, lounge),
                (str(uuid4()), lounge),
                (here.plain, hidden),
                (here.plain, str(uuid4())),
                (here.owner, text["channel"]["id"]),
            ]
            found = await self._standings(
                here.database, here, (here.plain, lounge), *nowhere, (here.owner, hidden)
            )
            first, *middle, last = found
            assert (first["user_id"], first["may_connect"]) == (here.plain, True)
            assert first["permissions"] == str(VIEW | SPEAK | CONNECT)
            assert first["attributes"]["permissions"] == first["permissions"]
            crown = {"icon": "crown", "label": "Owner", "color": None}
            assert json.loads(last["attributes"]["badges"]) == [crown]
            for standing, (user, channel) in zip(middle, nowhere, strict=True):
                assert (standing["user_id"], standing["channel_id"]) == (user, channel)
                assert standing["may_connect"] is False
                assert (standing["permissions"], standing["attributes"]) == ("0", {})
            assert await self._standings(here.database, here) == []

        play(act)

    def test_mute(self, play: Play) -> None:
        """A mute takes SPEAK in every channel until it is taken back."""

        async def act(here: Room) -> None:
            one, two = here.world.channels
            who = {"channel_id": one, "user_id": here.plain}
            answer = await here.may(here.leader, "moderate_voice", **who, action="mute")
            assert answer["member"]["voice_muted"] is True
            for channel in (one, two):
                access = await here.may(here.plain, "voice_access", channel_id=channel)
                assert access["permissions"] == str(VIEW | CONNECT)
                assert access["attributes"]["muted"] == "true"
                assert access["attributes"]["permissions"] == str(VIEW | CONNECT)
            await here.may(here.leader, "moderate_voice", **who, action="unmute")
            access = await here.may(here.plain, "voice_access", channel_id=two)
            assert access["permissions"] == str(VIEW | CONNECT | SPEAK)
            assert access["attributes"]["muted"] == ""

        play(act)

    def test_a_mute_is_not_evaded(self, play: Play) -> None:
        """Who leaves while muted is muted when they come back; who becomes the owner is not."""

        async def act(here: Room) -> None:
            one, _ = here.world.channels
            who = {"channel_id": one, "user_id": here.plain}
            await here.may(here.leader, "moderate_voice", **who, action="mute")
            invite = (await here.may(here.owner, "create_invite"))["invite"]["code"]
            await here.may(here.plain, "remove_member", user_id=here.plain)
            back = await here.may(here.plain, "join_room", invite=invite)
            assert back["me"]["voice_muted"] is True
            given = await here.may(here.owner, "transfer_room", user_id=here.plain)
            assert [m["voice_muted"] for m in given["members"]] == [False, False]

        play(act)

    def test_move(self, play: Play) -> None:
        """Only to a channel where the mover may look and the moved may connect."""

        async def act(here: Room) -> None:
            one, two = here.world.channels
            move = {"channel_id": one, "user_id": here.plain, "action": "move"}
            await here.may(here.leader, "moderate_voice", **move, to_channel_id=two)
            deny = {"overwrites": [overwrite(here.world.room, deny=CONNECT)]}
            await here.may(here.owner, "edit_channel", channel_id=two, changes=deny)
            code = await here.code(here.leader, "moderate_voice", **move, to_channel_id=two)
            assert code == "may_not_connect"
            assert await here.code(here.leader, "moderate_voice", **move) == "action_invalid"
            text = await here.may(
                here.owner, "create_channel", values={"name": "t", "kind": "text"}
            )
            to = {"to_channel_id": text["channel"]["id"]}
            code = await here.code(here.leader, "moderate_voice", **move, **to)
            assert code == "not_a_voice_channel"

        play(act)
