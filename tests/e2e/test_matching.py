"""Matched people in a real LiveKit server: who comes, who doesn't, and who may not."""

import asyncio
from collections.abc import Callable

from livekit import api, rtc

from local.community import PEOPLE
from tests.e2e.calls import Call, Run
from tests.matching import Matching
from tests.real_livekit import KEY, SECRET

WITHIN_S = 5.0
WISHES = {"interests": ["chess"], "languages": ["en"], "group_size": 3}


async def until(what: str, is_so: Callable[[], bool]) -> None:
    """Waits until something comes true."""
    for _ in range(int(WITHIN_S / 0.05)):
        if await asyncio.to_thread(is_so):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(what)


async def there(call: Call, room: str) -> set[str]:
    """Returns who is in a room, as LiveKit lists them."""
    async with api.LiveKitAPI(call.livekit.url, KEY, SECRET) as livekit:
        found = await livekit.room.list_participants(api.ListParticipantsRequest(room=room))
    return {participant.identity for participant in found.participants}


def here(matching: Matching, person: str) -> set[str]:
    """Returns who is in a person's match, as the API tells them."""
    members = matching.status(person).get("match", {}).get("members", [])
    return {member["name"].lower() for member in members if member["here"]}


def test_one_of_three_never_comes(in_call: Run, matching: Matching) -> None:
    """Three are matched, two arrive, the third never does: the two are matched with the next."""

    async def story(call: Call) -> None:
        first = matching.matched("owner", "mod", "member", **WISHES)
        late = matching.status("member")["participant_token"]
        rooms = {}
        for person in ("owner", "mod"):
            rooms[person] = await call.connect(matching.status(person)["participant_token"])
        await until("both are seen", lambda: here(matching, "owner") == {"owner", "mod"})
        await asyncio.to_thread(matching.wait, 31)
        back = matching.status("owner")
        assert (back["state"], back["last"]["reason"]) == ("waiting", "not_everyone_came")
        await until(
            "LiveKit's room was closed",
            lambda: not any(room.isconnected() for room in rooms.values()),
        )
        assert await there(call, first) == set()

        assert matching.join("admin", **WISHES).json()["state"] == "matched"
        second = matching.status("admin")["match"]
        members = [member["name"] for member in second["members"]]
        assert members == ["Owner", "Mod", "Admin"]
        assert {matching.status(p)["match"]["id"] for p in rooms} == {second["id"]}
        for person in ("owner", "mod", "admin"):
            room = await call.connect(matching.status(person)["participant_token"])
            assert room.name == second["room_name"]
            assert (await call.publish(room)).sid
        await until("it stands", lambda: matching.status("mod")["match"]["started_at"] is not None)

        await comes_in_vain(call, first, late)

    in_call(story)


async def comes_in_vain(call: Call, room: str, token: str) -> None:
    """A good token of a match that is over opens nothing for long."""
    stray = await call.connect(token)
    await until("the stray is put out", lambda: not stray.isconnected())
    assert await there(call, room) == set()


def test_leaving(in_call: Run, matching: Matching) -> None:
    """Who leaves a match of three is out of its room; who is left alone is told that it is over."""

    async def story(call: Call) -> None:
        name = matching.matched("owner", "mod", "member", **WISHES)
        rooms: dict[str, rtc.Room] = {}
        for person in ("owner", "mod", "member"):
            rooms[person] = await call.connect(matching.status(person)["participant_token"])
        await until("it stands", lambda: matching.status("mod")["match"]["started_at"] is not None)
        matching.leave("mod")
        await until("mod is out", lambda: not rooms["mod"].isconnected())
        assert await there(call, name) == {str(PEOPLE["owner"]), str(PEOPLE["member"])}
        await rooms["member"].disconnect()
        await until("member hung up", lambda: here(matching, "owner") == {"owner"})
        matching.leave("member")
        await until("owner is out, too", lambda: not rooms["owner"].isconnected())
        assert matching.status("owner")["state"] == "none"
        matching.pushed("owner", "matched", "ended")

    in_call(story)
