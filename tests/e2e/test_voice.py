"""Roles, mutes and removals reach real clients in a real call, while they speak."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from livekit import api, rtc
from livekit.rtc._ffi_client import FfiClient
from livekit.rtc.participant import PublishTrackError
from realtime import RealtimeSubscribeStates

from local.community import LOUNGE, MODERATOR, PEOPLE, ROOM, WORKSHOP
from tests.e2e.calls import CROWD, Call, Run
from tests.listening import HEARD_S, Heard, listen, signed_in
from tests.real_livekit import KEY, SECRET
from tests.stack import OPS_KEY, PUBLISHABLE_KEY, Stack

OWNER, MOD, MEMBER = (str(PEOPLE[person]) for person in ("owner", "mod", "member"))
WITHIN_S = 2.0
"""How soon a change must have reached LiveKit, presence and the sidebars."""


@pytest.fixture(autouse=True)
def _as_it_was(stack: Stack) -> Iterator[None]:
    """The demo community's member has no role and may speak, whatever a test did."""
    yield
    headers, url = stack.bearer("owner"), f"/api/rooms/{ROOM}/members/{MEMBER}/roles"
    stack.api.put(url, json={"roles": []}, headers=headers).raise_for_status()
    _moderate(stack, "unmute")


def _moderate(stack: Stack, action: str, **changes: str) -> dict[str, Any]:
    body = {
        "room_id": str(ROOM),
        "channel_id": str(LOUNGE),
        "user_id": MEMBER,
        "action": action,
    }
    answer = stack.api.post(
        "/api/livekit/moderate", json=body | changes, headers=stack.bearer("owner")
    )
    return dict(answer.raise_for_status().json())


async def moderate(call: Call, action: str, **changes: str) -> dict[str, Any]:
    """Has the owner moderate the member in the Lounge."""
    return await asyncio.to_thread(_moderate, call.stack, action, **changes)


async def eventually(what: str, is_so: Callable[[], bool], since: float | None = None) -> None:
    """Asserts that something comes true within WITHIN_S of `since`, or of now."""
    deadline = (time.monotonic() if since is None else since) + WITHIN_S
    while not await asyncio.to_thread(is_so):
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.02)


def shown(call: Call, identity: str) -> dict[str, str]:
    """Returns somebody's attributes as the participants endpoint tells them, none if not there."""
    channels = call.stack.participants("owner").raise_for_status().json()["channels"]
    people = [person for channel in channels for person in channel["participants"]]
    return next((dict(p["attributes"]) for p in people if p["identity"] == identity), {})


async def in_livekit(call: Call, channel: str) -> list[str]:
    """Returns who is in a channel as LiveKit itself lists them."""
    async with api.LiveKitAPI(call.livekit.url, KEY, SECRET) as livekit:
        asked = api.ListParticipantsRequest(room=f"{ROOM}:{channel}")
        found = await livekit.room.list_participants(asked)
    return [participant.identity for participant in found.participants]


def sessions(call: Call, identity: str) -> int:
    """Returns how many times somebody's token has been let into LiveKit, as its log tells it."""
    lines = call.livekit.log.read_text().splitlines()
    return sum("starting RTC session" in line and identity in line for line in lines)


async def refusal(room: rtc.Room, attributes: dict[str, str]) -> str:
    """Sets a client's own attributes; returns why LiveKit refused, "" if it did not.

    The SDK waits for LiveKit's answer and keeps it to itself.
    """
    answers = FfiClient.instance.queue.subscribe(
        filter_fn=lambda event: event.HasField("set_local_attributes")
    )
    try:
        await asyncio.wait_for(room.local_participant.set_attributes(attributes), HEARD_S)
        answer = await asyncio.wait_for(answers.get(), HEARD_S)
        return str(answer.set_local_attributes.error)
    finally:
        FfiClient.instance.queue.unsubscribe(answers)


def told(call: Call) -> list[dict[str, Any]]:
    """Returns what was broadcast of changed people."""
    said = [b["payload"] for b in call.stack.broadcasts() if b["event"] == "voice"]
    return [payload for payload in said if payload["type"] == "updated"]


def labels(attributes: dict[str, str]) -> list[str]:
    return [badge["label"] for badge in json.loads(attributes.get("badges", "[]"))]


def test_a_new_role_is_seen_by_who_listens(in_call: Run) -> None:
    """A role given while somebody speaks is seen by the other's client, by readers and by who
    watches the room, within 2 s.
    """

    async def story(call: Call) -> None:
        await call.publish(await call.join(MEMBER))
        room = await call.join(OWNER)
        changed = []
        room.on("participant_attributes_changed", lambda names, who: changed.append((names, who)))
        await eventually("they see each other", lambda: MEMBER in room.remote_participants)
        await eventually("both are shown", lambda: bool(shown(call, OWNER)))

        def give() -> None:
            url = f"/api/rooms/{ROOM}/members/{MEMBER}/roles"
            headers = call.stack.bearer("owner")
            body = {"roles": [str(MODERATOR)]}
            call.stack.api.put(url, json=body, headers=headers).raise_for_status()

        began = time.monotonic()
        await asyncio.to_thread(give)
        speaker = room.remote_participants[MEMBER]
        await eventually("LiveKit", lambda: labels(speaker.attributes) == ["Moderator"], began)
        await eventually("presence", lambda: labels(shown(call, MEMBER)) == ["Moderator"], began)
        await eventually("the sidebars", lambda: bool(told(call)), began)
        for said in told(call):  # twice, if a reader's reconcile found it too
            assert said["participant"]["identity"] == MEMBER
            assert labels(said["participant"]["attributes"]) == ["Moderator"]
        assert speaker.attributes["color"] == "#2ecc71"
        assert any("badges" in names for names, _who in changed)
        assert len(speaker.track_publications) == 1, "who speaks is not interrupted"

    in_call(story)


def test_a_mute_takes_the_microphone(in_call: Run) -> None:
    """A mute ends the microphone and lets no other be turned on; unmuting gives it back."""

    async def story(call: Call) -> None:
        speaker = await call.join(MEMBER)
        await call.publish(speaker)
        listener = await call.join(OWNER)
        await eventually("the listener", lambda: MEMBER in listener.remote_participants)
        remote = listener.remote_participants[MEMBER]
        await eventually("the track is heard of", lambda: bool(remote.track_publications))
        await eventually("both are shown", lambda: bool(shown(call, MEMBER)))

        assert (await moderate(call, "mute"))["applied"] is True
        await eventually("the microphone ends", lambda: not remote.track_publications)
        await eventually("the sign is shown", lambda: remote.attributes.get("muted") == "true")
        with pytest.raises((TimeoutError, PublishTrackError)):
            await asyncio.wait_for(call.publish(speaker), WITHIN_S)
        assert not remote.track_publications

        assert (await moderate(call, "unmute"))["applied"] is True
        await eventually("the sign goes", lambda: "muted" not in remote.attributes)
        await call.publish(speaker)
        await eventually("they are heard again", lambda: bool(remote.track_publications))

    in_call(story)


def test_a_removal_disconnects(in_call: Run) -> None:
    """Who is removed is disconnected and gone from presence; they may come back."""

    async def story(call: Call) -> None:
        room = await call.join(MEMBER)
        await call.converges()
        assert (await moderate(call, "remove"))["applied"] is True
        await eventually("disconnected", lambda: not room.isconnected())
        del call.inside[MEMBER], call.rooms[MEMBER]
        await call.converges()
        await call.join(MEMBER)
        await call.converges()

    in_call(story)


# supabase-py hands its own postgrest what that deprecates
@pytest.mark.filterwarnings("ignore:The '(timeout|verify)' parameter")
def test_a_move_is_followed(in_call: Run) -> None:
    """A client that listens to its own topic hears where it is moved to, is out of where it was,
    and is let into the other channel by a fresh token.
    """

    async def story(call: Call) -> None:
        heard: Heard = asyncio.Queue()
        async with signed_in(call.stack, "member") as client:
            outcome = await listen(client, f"user:{MEMBER}", "voice", heard)
            assert outcome == RealtimeSubscribeStates.SUBSCRIBED
            before = await call.join(MEMBER)
            await call.converges()
            answer = await moderate(call, "move", to_channel_id=str(WORKSHOP))
            assert answer["applied"] is True
            said = (await asyncio.wait_for(heard.get(), HEARD_S))["payload"]
            place = {"room_id": str(ROOM), "from": str(LOUNGE), "to": str(WORKSHOP)}
            assert said.items() >= {"type": "move", "by": OWNER, **place}.items()

            await eventually("out of the Lounge", lambda: not before.isconnected())
            assert await in_livekit(call, str(LOUNGE)) == []
            after = await call.join(MEMBER, said["to"])
            assert after.name == f"{ROOM}:{WORKSHOP}"
            await call.converges()
            assert await in_livekit(call, str(WORKSHOP)) == [MEMBER]
            await eventually("shown", lambda: bool(shown(call, MEMBER)))
            assert heard.empty()

    in_call(story)


@pytest.mark.usefixtures("crowd")
def test_a_kick_ends_the_call(in_call: Run) -> None:
    """Who is kicked from the community while in a call is disconnected, and the token that they
    still have, which LiveKit lets in, doesn't bring them back for long.
    """

    async def story(call: Call) -> None:
        before = sessions(call, CROWD[0])
        room, old = await call.join(CROWD[0]), call.token(CROWD[0], str(LOUNGE))
        await call.converges()
        assert await in_livekit(call, str(LOUNGE)) == [CROWD[0]]

        def kick() -> None:
            url, headers = f"/api/rooms/{ROOM}/members/{CROWD[0]}", call.stack.bearer("owner")
            call.stack.api.delete(url, headers=headers).raise_for_status()

        await asyncio.to_thread(kick)
        await eventually("disconnected", lambda: not room.isconnected())
        assert sessions(call, CROWD[0]) == before + 1
        try:
            again = await call.connect(old)
        except rtc.ConnectError:  # it was put out while it connected
            pass
        else:
            await eventually("put out again", lambda: not again.isconnected())
        assert sessions(call, CROWD[0]) > before + 1, "LiveKit had to put them out again"
        call.inside.clear()
        await call.converges()
        assert await in_livekit(call, str(LOUNGE)) == []

    in_call(story)


def test_nobody_gives_themselves_a_badge(in_call: Run) -> None:
    """A client that sets its own attributes is refused, and nothing changes for anyone."""

    async def story(call: Call) -> None:
        room = await call.join(MEMBER)
        listener = await call.join(OWNER)
        await eventually("they see each other", lambda: MEMBER in listener.remote_participants)
        before = dict(listener.remote_participants[MEMBER].attributes)
        crown = json.dumps([{"icon": "crown", "label": "Owner", "color": None}])
        assert "permission to update own metadata" in await refusal(room, {"badges": crown})
        await moderate(call, "mute")  # what LiveKit does after it has been seen
        remote = listener.remote_participants[MEMBER]
        await eventually("something else changes", lambda: remote.attributes.get("muted") == "true")
        assert remote.attributes["badges"] == before["badges"] == "[]"

    in_call(story)


def test_a_change_straight_in_the_database(in_call: Run) -> None:
    """A role given past our API reaches the call with the next evidence."""

    async def story(call: Call) -> None:
        await call.join(MEMBER)
        room = await call.join(OWNER)
        await eventually("they see each other", lambda: MEMBER in room.remote_participants)
        await eventually("both are shown", lambda: bool(shown(call, MEMBER)))

        def give() -> None:
            arguments = {"p_room_id": str(ROOM), "p_user_id": MEMBER, "p_roles": [str(MODERATOR)]}
            httpx.post(
                f"{call.stack.supabase_url}/rest/v1/rpc/set_member_roles",
                json=arguments,
                headers={"apikey": PUBLISHABLE_KEY, **call.stack.bearer("owner")},
            ).raise_for_status()
            body, headers = {"room_id": str(ROOM)}, {"Authorization": f"Bearer {OPS_KEY}"}
            call.stack.api.post("/api/livekit/reconcile", json=body, headers=headers)

        await asyncio.to_thread(give)
        remote = room.remote_participants[MEMBER]
        await eventually("LiveKit", lambda: labels(remote.attributes) == ["Moderator"])
        await eventually("presence", lambda: labels(shown(call, MEMBER)) == ["Moderator"])

    in_call(story)
