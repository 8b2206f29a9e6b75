"""Edge to LiveKit's RoomService: the two reads that presence needs, over the shared client.

One POST each, as Twirp defines it. livekit-api makes the same calls, but brings its own HTTP
stack (half a hello world of cold start) and ignores its timeout; docs/decisions/0003 has figures.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import httpx

from common import http
from common.errors import Unavailable
from common.livekit_tokens import service_token
from common.log import Outage
from common.settings import settings

_outage = Outage("livekit")


async def list_rooms(names: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Returns LiveKit's active rooms (protojson Room objects), only `names` if any are given.

    Raises:
        Unavailable: no sensible answer within SANGHA_LIVEKIT_DEADLINE_MS.
    """
    body = {"names": list(names)} if names else {}
    answer = await _call("ListRooms", body, {"roomList": True})
    return _objects(answer, "rooms")


async def list_participants(room: str) -> list[dict[str, Any]]:
    """Returns the participants of a LiveKit room (ParticipantInfo), none if there is no such room.

    Raises:
        Unavailable: no sensible answer within SANGHA_LIVEKIT_DEADLINE_MS.
    """
    grant = {"roomAdmin": True, "room": room}
    answer = await _call("ListParticipants", {"room": room}, grant)
    return _objects(answer, "participants")


async def _call(method: str, body: dict[str, Any], grant: dict[str, Any]) -> dict[str, Any]:
    key, secret = next(iter(settings().livekit_keys.items()))
    token = service_token(key=key, secret=secret, now_s=int(time.time()), grant=grant)
    url = settings().need("livekit_url").rstrip("/").replace("ws", "http", 1)
    try:
        async with asyncio.timeout(settings().sangha_livekit_deadline_ms / 1000):
            response = await http.client().post(
                f"{url}/twirp/livekit.RoomService/{method}",
                json=body,
                headers={"Authorization": f"Bearer {token}"},
            )
        answer = response.json()
    except TimeoutError as error:
        raise _away("no answer within the deadline") from error
    except (httpx.HTTPError, ValueError) as error:
        raise _away(f"{type(error).__name__}: {error}") from error
    if not isinstance(answer, dict):
        raise _away("the answer is not a JSON object")
    if response.status_code == httpx.codes.NOT_FOUND and answer.get("code") == "not_found":
        return {}
    if response.status_code != httpx.codes.OK:
        raise _away(f"{response.status_code} {answer.get('code')}: {answer.get('msg')}")
    _outage.answered()
    return answer


def _objects(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise _away(f"{name} is not a list of objects")
    return found


def _away(reason: str) -> Unavailable:
    _outage.failed(reason)
    return Unavailable("livekit", reason)
