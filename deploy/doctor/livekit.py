"""LiveKit: the keys are accepted, and a room can be made and ended; by LiveKit's own client.

Rooms have names of the doctor's own, and end by themselves when they can't be ended.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from livekit.api import CreateRoomRequest, DeleteRoomRequest, ListRoomsRequest, LiveKitAPI, Room
from livekit.api.twirp_client import TwirpError

from common.livekit_tokens import service_token
from deploy.doctor.check import Check, Finding, Outcome, failed, ok
from deploy.doctor.finish import finished
from deploy.doctor.patient import Patient

NEEDS = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
EMPTY_S = 30
"""LiveKit ends a room that nobody enters for so long."""
CLEANUP_S = 2.5
UNAUTHORIZED = 401
WHERE = "LiveKit Cloud → Settings → API keys"


@asynccontextmanager
async def client(patient: Patient) -> AsyncIterator[LiveKitAPI]:
    """Yields LiveKit's own client; a refusal ends the check with its reason."""
    logging.getLogger("livekit").setLevel(logging.CRITICAL)  # what it says is told by the check
    async with LiveKitAPI(*(patient.get(name) for name in NEEDS), failover=False) as livekit:
        try:
            yield livekit
        except TwirpError as error:
            raise Finding(await _refusal(patient, error)) from error


async def _refusal(patient: Patient, error: TwirpError) -> Outcome:
    if error.status != UNAUTHORIZED:
        found = f"LiveKit answered {error.status} {error.code}: {error.message}"
        return failed(found, "is its status page green?")
    reason = await _reason(patient)
    if "expired" in reason or "not valid yet" in reason:
        return failed(f"this machine's clock is wrong: {reason}", "set it by NTP")
    if "API key" in reason:
        return failed("LIVEKIT_API_KEY is none of this project's", f"copy all three again: {WHERE}")
    return failed(f"LIVEKIT_API_SECRET is refused: {reason}", f"copy key and secret again: {WHERE}")


async def _reason(patient: Patient) -> str:
    """Asks again for the text of a refusal, which LiveKit's client drops."""
    token = service_token(
        key=patient.get("LIVEKIT_API_KEY"),
        secret=patient.get("LIVEKIT_API_SECRET"),
        now_s=int(patient.now()),
        grant={"roomList": True},
    )
    answer = await patient.http.post(
        f"{patient.settings.livekit_http_url}/twirp/livekit.RoomService/ListRooms",
        json={},
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.text


async def keys(patient: Patient) -> Outcome:
    """The key pair is accepted."""
    async with client(patient) as livekit:
        found = await livekit.room.list_rooms(ListRoomsRequest())
    return ok(f"accepted; {len(found.rooms)} rooms are open")


async def rooms(patient: Patient) -> Outcome:
    """A room is made, listed, and gone when it was ended."""
    name = f"sangha-doctor-{patient.id}"
    async with client(patient) as livekit:
        try:
            await make(livekit, name)
            listed = await livekit.room.list_rooms(ListRoomsRequest(names=[name]))
        finally:
            await end(livekit, name)
        left = await livekit.room.list_rooms(ListRoomsRequest(names=[name]))
    if not listed.rooms:
        return failed("a room that was made is not listed", "is LiveKit's status page green?")
    if left.rooms:
        return failed("a room that was ended is still listed", "is LiveKit's status page green?")
    return ok("made, listed, ended")


async def make(livekit: LiveKitAPI, name: str) -> Room:
    """Makes a room."""
    asked = CreateRoomRequest(name=name, empty_timeout=EMPTY_S)
    return await finished(livekit.room.create_room(asked), CLEANUP_S)


async def end(livekit: LiveKitAPI, name: str) -> None:
    """Ends a room as well as it can be done: LiveKit ends it after EMPTY_S by itself."""

    async def run() -> None:
        with contextlib.suppress(Exception):  # the check's own outcome is what is told
            async with asyncio.timeout(CLEANUP_S):
                await livekit.room.delete_room(DeleteRoomRequest(room=name))

    await finished(run(), CLEANUP_S)


CHECKS = (Check("livekit: keys", keys, NEEDS), Check("livekit: rooms", rooms, NEEDS))
