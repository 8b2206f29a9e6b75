"""LiveKit's real server and our simulator answer alike, to the vendor's client and to raw calls.

The same conversation is held with both. Of the answers everything must be equal, except values
that can't be: identifiers, times, versions, and the counts that a real server tells late.
"""

import asyncio
import functools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
from google.protobuf.json_format import MessageToDict
from livekit import api

from local.livekit import record
from local.livekit.room_service import create_app
from local.livekit.server import find_or_build, running
from local.livekit.simulator import Simulator
from local.serve import in_thread

KEY, SECRET, ROOM = record.API_KEY, record.API_SECRET, record.ROOM
JSON = "application/json"
VOLATILE = {
    *("creation_time", "creation_time_ms", "joined_at", "joined_at_ms", "unix_micro", "version"),
    *("turn_password", "cid", "mid", "num_participants", "num_publishers"),
}


def _stable(value: Any) -> Any:
    """Returns an answer with its volatile values replaced by their types."""
    if isinstance(value, dict):
        return {
            key: type(item).__name__
            if key in VOLATILE and not isinstance(item, dict)
            else f"{item[:3]} {len(item)}"
            if key == "sid"
            else _stable(item)
            for key, item in value.items()
        }
    return [_stable(item) for item in value] if isinstance(value, list) else value


def _claims(key: str = KEY, *, now: int = 0, **video: Any) -> dict[str, Any]:
    """Returns a token's claims; `now` moves its time by seconds."""
    start = int(time.time()) + now
    return {"iss": key, "nbf": start, "exp": start + 600, "video": video}


def _token(secret: str = SECRET, **claims: Any) -> Callable[[], str]:
    """Returns what makes the token at its first use: for some it is a matter of seconds.

    Both servers are sent the same one, since their answers quote it.
    """
    return functools.cache(lambda: "Bearer " + jwt.encode(_claims(**claims), secret))


ADMIN = _token(roomAdmin=True, room=ROOM)
ELSEWHERE = _token(roomAdmin=True, room="nowhere")
MOVER = _token(roomAdmin=True, room=ROOM, destinationRoom="other")
LISTER = _token(roomList=True)
CREATOR = _token(roomCreate=True)
ADA = {"room": ROOM, "identity": "ada"}
ABSENT = {"room": ROOM, "identity": "nobody"}
TRACK = "<the track>"  # becomes the SID that the server gave


@dataclass(frozen=True)
class Call:
    """One raw request."""

    method: str
    body: Any
    token: Callable[[], str] | None = ADMIN
    content_type: str | None = JSON
    verb: str = "POST"


# In this order: some change what later ones see.
CALLS = {
    "health": Call("/", b"", None, None, "GET"),
    "rooms": Call("ListRooms", {}, LISTER),
    "rooms by name": Call("ListRooms", {"names": [ROOM, "other"]}, LISTER),
    "rooms of another name": Call("ListRooms", {"names": ["other"]}, LISTER),
    "rooms without the grant": Call("ListRooms", {}),
    "people": Call("ListParticipants", {"room": ROOM}),
    "people, charset told": Call("ListParticipants", {"room": ROOM}, content_type=f"{JSON}; a=b"),
    "people, unknown field": Call("ListParticipants", {"room": ROOM, "bogus": 1}),
    "people of no room": Call("ListParticipants", {"room": "nowhere"}, ELSEWHERE),
    "people of another room": Call("ListParticipants", {"room": ROOM}, ELSEWHERE),
    "people without a token": Call("ListParticipants", {"room": ROOM}, None),
    "people with garbage": Call("ListParticipants", {"room": ROOM}, lambda: "Bearer garbage"),
    "people with another scheme": Call("ListParticipants", {"room": ROOM}, lambda: "Basic YTpi"),
    "people with another key": Call("ListParticipants", {"room": ROOM}, _token(key="other")),
    "people with a wrong secret": Call("ListParticipants", {"room": ROOM}, _token("x" * 32)),
    "people with an expired token": Call("ListParticipants", {"room": ROOM}, _token(now=-670)),
    "people with a just expired token": Call(
        "ListParticipants", {"room": ROOM}, _token(now=-640, roomAdmin=True, room=ROOM)
    ),
    "people with a future token": Call("ListParticipants", {"room": ROOM}, _token(now=90)),
    "one": Call("GetParticipant", ADA),
    "one absent": Call("GetParticipant", ABSENT),
    "mute": Call("MutePublishedTrack", {**ADA, "track_sid": TRACK, "muted": True}),
    "mute in camel case": Call("MutePublishedTrack", {**ADA, "trackSid": TRACK, "muted": True}),
    "mute no track": Call("MutePublishedTrack", {**ADA, "track_sid": "TR_none", "muted": True}),
    "unmute": Call("MutePublishedTrack", {**ADA, "track_sid": TRACK, "muted": False}),
    "update": Call(
        "UpdateParticipant",
        {
            **ADA,
            "name": "Ada L",
            "metadata": "new",
            "attributes": {"colour": "", "size": "small"},
            "permission": {"can_subscribe": True},
        },
    ),
    "update of what publishes": Call(
        "UpdateParticipant",
        {
            **ADA,
            "attributes": {"badges": "[]", "size": ""},
            "permission": {
                "can_subscribe": True,
                "can_publish": True,
                "can_publish_sources": ["MICROPHONE"],
                "can_publish_data": True,
            },
        },
    ),
    "update of nothing": Call("UpdateParticipant", ADA),
    "update absent": Call("UpdateParticipant", ABSENT),
    "move": Call("MoveParticipant", {**ADA, "destination_room": "other"}, MOVER),
    "move without the grant": Call("MoveParticipant", {**ADA, "destination_room": "other"}),
    "move to where it is": Call(
        "MoveParticipant",
        {**ADA, "destination_room": ROOM},
        _token(roomAdmin=True, room=ROOM, destinationRoom=ROOM),
    ),
    "data": Call("SendData", {"room": ROOM, "data": "aGk=", "kind": "RELIABLE"}),
    "data with a bad nonce": Call("SendData", {"room": ROOM, "data": "aGk=", "nonce": "aGk="}),
    "create": Call("CreateRoom", {"name": "new", "emptyTimeout": 5, "metadata": "hey"}, CREATOR),
    "create again": Call("CreateRoom", {"name": "new", "emptyTimeout": 9}, CREATOR),
    "create without the grant": Call("CreateRoom", {"name": "new"}),
    "delete": Call("DeleteRoom", {"room": "new"}, CREATOR),
    "delete again": Call("DeleteRoom", {"room": "new"}, CREATOR),
    "delete without the grant": Call("DeleteRoom", {"room": ROOM}),
    "no such method": Call("Nope", {}),
    "another verb": Call("ListRooms", {}, LISTER, verb="GET"),
    "another content type": Call("ListRooms", {}, LISTER, "text/plain"),
    "no content type": Call("ListRooms", {}, LISTER, None),
    "no JSON": Call("ListRooms", b"{oops", LISTER),
    "no body": Call("ListRooms", b"", LISTER),
    "a list": Call("ListRooms", [], LISTER),
    "a wrong type": Call("ListRooms", {"names": 3}, LISTER),
    "no protobuf": Call("ListRooms", b"\xff\xff", LISTER, "application/protobuf"),
    "remove absent": Call("RemoveParticipant", ABSENT),
    "remove": Call("RemoveParticipant", {**ADA, "revoke_token_ts": 1}),
    "people after the removal": Call("ListParticipants", {"room": ROOM}),
}

# The real server waits 3 s for somebody to answer these, so they are made beside the others.
UNANSWERED = {
    "mute absent": Call("MutePublishedTrack", {**ABSENT, "track_sid": TRACK, "muted": True}),
    "move absent": Call("MoveParticipant", {**ABSENT, "destination_room": "other"}, MOVER),
    "data to no room": Call("SendData", {"room": "nowhere", "data": "aGk="}, ELSEWHERE),
}


async def _converse(url: str, track_sid: str) -> dict[str, Any]:
    """Makes every call; returns each one's status, content type and answer."""
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:

        async def make(call: Call) -> tuple[int, str, Any]:
            body = call.body
            if not isinstance(body, bytes):
                body = json.dumps(body).replace(TRACK, track_sid).encode()
            headers = {
                "Authorization": call.token and call.token(),
                "Content-Type": call.content_type,
            }
            answer = await client.request(
                call.verb,
                call.method if call.method == "/" else f"/twirp/livekit.RoomService/{call.method}",
                content=body,
                headers={name: value for name, value in headers.items() if value is not None},
            )
            content_type = answer.headers["content-type"].partition(";")[0]
            content = _stable(answer.json()) if content_type == JSON else answer.text
            return answer.status_code, content_type, content

        unanswered = [asyncio.create_task(make(call)) for call in UNANSWERED.values()]
        answers = {label: await make(call) for label, call in CALLS.items()}
        return answers | dict(zip(UNANSWERED, await asyncio.gather(*unanswered), strict=True))


async def _use_client(url: str, track_sid: str) -> dict[str, Any]:
    """Uses the vendor's client; returns each call's answer or error."""
    permission = api.ParticipantPermission(can_subscribe=True, can_publish=True)
    who = api.RoomParticipantIdentity(room=ROOM, identity="ada")
    mute = api.MuteRoomTrackRequest(room=ROOM, identity="ada", track_sid=track_sid, muted=True)
    answers: dict[str, Any] = {}

    async def note(label: str, call: Awaitable[Any]) -> None:
        try:
            answer = MessageToDict(await call, preserving_proto_field_name=True)
            for count in ("num_participants", "num_publishers"):
                for room in answer.get("rooms", []):
                    room.pop(count, None)  # late, and absent when zero
            answers[label] = _stable(answer)
        except api.TwirpError as error:
            answers[label] = (error.status, error.code, error.message)

    async with api.LiveKitAPI(url, KEY, SECRET) as livekit:
        room = livekit.room
        await note("rooms", room.list_rooms(api.ListRoomsRequest(names=[ROOM])))
        await note("people", room.list_participants(api.ListParticipantsRequest(room=ROOM)))
        await note("nobody", room.list_participants(api.ListParticipantsRequest(room="no")))
        await note("one", room.get_participant(who))
        await note("mute", room.mute_published_track(mute))
        update = api.UpdateParticipantRequest(
            room=ROOM, identity="ada", metadata="m", permission=permission
        )
        await note("update", room.update_participant(update))
        renamed = api.UpdateParticipantRequest(room=ROOM, identity="ada", attributes={"a": "1"})
        await note("attributes", room.update_participant(renamed))
        move = api.MoveParticipantRequest(room=ROOM, identity="ada", destination_room="other")
        await note("move", room.move_participant(move))
        await note("data", room.send_data(api.SendDataRequest(room=ROOM, data=b"hi")))
        await note("create", room.create_room(api.CreateRoomRequest(name="new", metadata="m")))
        await note("delete", room.delete_room(api.DeleteRoomRequest(room="new")))
        await note("delete again", room.delete_room(api.DeleteRoomRequest(room="new")))
        await note("remove", room.remove_participant(who))
        await note("remove again", room.remove_participant(who))
    return answers


Talk = Callable[[str, str], Awaitable[dict[str, Any]]]


def _with_server(talk: Talk) -> dict[str, Any]:
    """Talks to the real server while a real participant with a microphone is in ROOM."""

    async def run(url: str) -> dict[str, Any]:
        ada = await record.join(url, "ada")
        track_sid = await record.publish_microphone(ada)
        await recorder.wait_for("track_published")
        answers = await talk(url, track_sid)
        await ada.disconnect()
        return answers

    recorder = record.Recorder()
    with (
        in_thread(recorder) as webhooks,
        running(
            find_or_build(lambda _line: None),
            api_key=KEY,
            api_secret=SECRET,
            webhook_url=webhooks,
        ) as server,
    ):
        return asyncio.run(run(server.url))


def _simulated() -> Simulator:
    simulator = Simulator(KEY, SECRET, lambda: time.time_ns() // 1_000_000)
    simulator.join(
        ROOM,
        "ada",
        name="Ada",
        metadata=json.dumps({"of": "ada"}),
        attributes={"colour": "green"},
    )
    return simulator


def _with_simulator(talk: Talk) -> dict[str, Any]:
    """Talks to the simulator while the same participant is in ROOM."""
    simulator = _simulated()
    [published] = simulator.publish(ROOM, "ada")
    with in_thread(create_app(simulator)) as url:
        return asyncio.run(_run(talk(url, published.event.track.sid)))


async def _run(answers: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    return await answers


@pytest.fixture(scope="module")
def raw_answers() -> tuple[dict[str, Any], dict[str, Any]]:
    """What the real server and the simulator answer to every call."""
    return _with_server(_converse), _with_simulator(_converse)


@pytest.mark.parametrize("label", [*CALLS, *UNANSWERED])
def test_a_raw_call_is_answered_alike(
    raw_answers: tuple[dict[str, Any], dict[str, Any]], label: str
) -> None:
    """A raw call gets the same status, content type and body from both."""
    real, simulated = raw_answers
    assert simulated[label] == real[label]


def test_the_vendors_client_works_alike() -> None:
    """The vendor's client, which speaks protobuf, gets the same answers and errors from both."""
    real = _with_server(_use_client)
    assert _with_simulator(_use_client) == real
    assert [label for label, answer in real.items() if isinstance(answer, tuple)] == [
        "move",
        "delete again",
        "remove again",
    ]


def test_the_vendors_receiver_accepts_our_webhooks() -> None:
    """The vendor's receiver takes the simulator's body and token, and reads the same event."""
    simulator = _simulated()
    receiver = api.WebhookReceiver(api.TokenVerifier(KEY, SECRET))
    for webhook in simulator.history:
        token = simulator.sign(webhook.body)
        assert receiver.receive(webhook.body.decode(), token) == webhook.event


def test_the_vendors_receiver_refuses_another_body() -> None:
    """A token of one webhook is no good for another."""
    simulator = _simulated()
    [started, joined] = simulator.history
    receiver = api.WebhookReceiver(api.TokenVerifier(KEY, SECRET))
    with pytest.raises(Exception, match="hash mismatch"):
        receiver.receive(joined.body.decode(), simulator.sign(started.body))
