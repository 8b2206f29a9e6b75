"""Edge to LiveKit's RoomService: what presence reads and moderation does, over the shared client.

One POST each, as Twirp defines it. livekit-api makes the same calls, but brings its own HTTP
stack (half a hello world of cold start) and ignores its timeout; docs/decisions/0003 has figures.

Each of these raises Unavailable when there is no sensible answer within
SANGHA_LIVEKIT_DEADLINE_MS; what was asked may have been done, and may be asked again.
"""

import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import httpx

from common import http
from common.livekit_tokens import service_token
from common.settings import settings
from common.vendor import BadAnswer, Vendor

REUSED_S = 20
"""One change asks about several people, each time with the same grant; a token is good for 60 s."""

_vendor = Vendor("livekit")


async def list_rooms(names: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Returns LiveKit's active rooms (protojson Room objects), only `names` if any are given."""
    body = {"names": list(names)} if names else {}
    return await _list("ListRooms", body, {"roomList": True}, "rooms")


async def list_participants(room: str) -> list[dict[str, Any]]:
    """Returns the participants of a LiveKit room (ParticipantInfo); none if there is no room."""
    return await _list("ListParticipants", {"room": room}, _admin(room), "participants")


async def is_in(room: str, identity: str) -> bool:
    """Says whether LiveKit has this participant in the room."""
    return await _done("GetParticipant", {"room": room, "identity": identity}, _admin(room))


async def update_participant(
    room: str, identity: str, *, attributes: Mapping[str, str], permission: Mapping[str, Any]
) -> bool:
    """Changes what a participant may do and how they are shown; False when they aren't there.

    Args:
        room: LiveKit's name of the room.
        identity: the participant's.
        attributes: merged into those that they have; an empty one is taken away.
        permission: a whole ParticipantPermission. Tracks it doesn't allow end at once.
    """
    body = {
        "room": room,
        "identity": identity,
        "attributes": dict(attributes),
        "permission": dict(permission),
    }
    return await _done("UpdateParticipant", body, _admin(room))


async def remove_participant(room: str, identity: str) -> bool:
    """Takes a participant out; False when they aren't there.

    LiveKit Cloud refuses the tokens made until now; without `revoke_token_ts` it would those of
    the next minute, too. LiveKit's own server (1.13) takes no notice of it: there an old token is
    good until it expires, and the webhook of its join has the participant removed again.
    """
    body = {"room": room, "identity": identity, "revoke_token_ts": int(time.time()) + 1}
    return await _done("RemoveParticipant", body, _admin(room))


async def move_participant(room: str, identity: str, destination: str) -> bool:
    """Moves a participant to another room; False where the server can't: only LiveKit Cloud can."""
    body = {"room": room, "identity": identity, "destination_room": destination}
    grant = _admin(room) | {"destinationRoom": destination}
    async with _vendor.asked(settings().sangha_livekit_deadline_ms):
        response = await _post("MoveParticipant", body, grant)
        if response.status_code == httpx.codes.OK:
            return True
        answer = response.json()
        if answer["code"] == "unimplemented" or "not implemented" in answer["msg"]:
            return False
        raise _bad("MoveParticipant", response)


async def delete_room(room: str) -> bool:
    """Ends a room with whoever is in it; False when there is no such room."""
    return await _done("DeleteRoom", {"room": room}, {"roomCreate": True})


def _admin(room: str) -> dict[str, Any]:
    return {"roomAdmin": True, "room": room}


async def _list(
    method: str, body: dict[str, Any], grant: dict[str, Any], name: str
) -> list[dict[str, Any]]:
    async with _vendor.asked(settings().sangha_livekit_deadline_ms):
        answer = await _answer(method, body, grant)
        return [] if answer is None else _objects(answer, name)


async def _done(method: str, body: dict[str, Any], grant: dict[str, Any]) -> bool:
    """Makes a call; False when what it is about isn't there."""
    async with _vendor.asked(settings().sangha_livekit_deadline_ms):
        return await _answer(method, body, grant) is not None


async def _answer(method: str, body: dict[str, Any], grant: dict[str, Any]) -> Any:
    """Returns the JSON of an answer, None when LiveKit has no such room or participant."""
    response = await _post(method, body, grant)
    if response.status_code == httpx.codes.NOT_FOUND and response.json()["code"] == "not_found":
        return None
    if response.status_code != httpx.codes.OK:
        raise _bad(method, response)
    return dict(response.json())


async def _post(method: str, body: dict[str, Any], grant: dict[str, Any]) -> httpx.Response:
    key, secret = next(iter(settings().livekit_keys.items()))
    token = _token(key, secret, int(time.time()) // REUSED_S * REUSED_S, tuple(grant.items()))
    return await http.client().post(
        f"{settings().livekit_http_url}/twirp/livekit.RoomService/{method}",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
    )


@lru_cache(maxsize=64)
def _token(key: str, secret: str, now_s: int, grant: tuple[tuple[str, Any], ...]) -> str:
    return service_token(key=key, secret=secret, now_s=now_s, grant=dict(grant))


def _bad(method: str, response: httpx.Response) -> BadAnswer:
    return BadAnswer(f"{method}: {response.status_code} {response.text[:200]}")


def _objects(answer: Any, name: str) -> list[dict[str, Any]]:
    found = answer.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise BadAnswer(f"{name} is not a list of objects")
    return found
