"""Edge to LiveKit's RoomService: the two reads that presence needs, over the shared client.

One POST each, as Twirp defines it. livekit-api makes the same calls, but brings its own HTTP
stack (half a hello world of cold start) and ignores its timeout; docs/decisions/0003 has figures.
"""

import time
from collections.abc import Iterable
from typing import Any

import httpx

from common import http
from common.livekit_tokens import service_token
from common.settings import settings
from common.vendor import BadAnswer, Vendor

_vendor = Vendor("livekit")


async def list_rooms(names: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Returns LiveKit's active rooms (protojson Room objects), only `names` if any are given.

    Raises:
        Unavailable: no sensible answer within SANGHA_LIVEKIT_DEADLINE_MS.
    """
    body = {"names": list(names)} if names else {}
    return await _list("ListRooms", body, {"roomList": True}, "rooms")


async def list_participants(room: str) -> list[dict[str, Any]]:
    """Returns the participants of a LiveKit room (ParticipantInfo), none if there is no such room.

    Raises:
        Unavailable: no sensible answer within SANGHA_LIVEKIT_DEADLINE_MS.
    """
    grant = {"roomAdmin": True, "room": room}
    return await _list("ListParticipants", {"room": room}, grant, "participants")


async def _list(
    method: str, body: dict[str, Any], grant: dict[str, Any], name: str
) -> list[dict[str, Any]]:
    key, secret = next(iter(settings().livekit_keys.items()))
    token = service_token(key=key, secret=secret, now_s=int(time.time()), grant=grant)
    url = settings().livekit_http_url
    async with _vendor.asked(settings().sangha_livekit_deadline_ms):
        response = await http.client().post(
            f"{url}/twirp/livekit.RoomService/{method}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )
        if response.status_code == httpx.codes.NOT_FOUND and response.json()["code"] == "not_found":
            return []
        if response.status_code != httpx.codes.OK:
            raise BadAnswer(f"{method}: {response.status_code} {response.text[:200]}")
        return _objects(response.json(), name)


def _objects(answer: Any, name: str) -> list[dict[str, Any]]:
    found = answer.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise BadAnswer(f"{name} is not a list of objects")
    return found
