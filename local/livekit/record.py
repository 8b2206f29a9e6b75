"""Records the webhooks of the real server, as test data: `python -m local.livekit.record FOLDER`.

The files hold the headers, the body as it was sent (`raw`: what is signed), and the same parsed.
Their tokens are signed with API_SECRET and long expired: check them at the event's `createdAt`.
"""

import asyncio
import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import websockets
from livekit import api, rtc
from starlette.requests import Request
from starlette.responses import Response

from local.faults import Receive, Scope, Send
from local.livekit.server import find_or_build, running
from local.serve import in_thread

API_KEY = "devkey"
API_SECRET = "local-development-secret-no-secret"
ROOM = "den"
WAIT_SECONDS = 10.0
CLIENT = {  # what the SDK tells of itself
    "protocol": 16,
    "sdk": "python",
    "client_protocol": 2,
    "capabilities": "CAP_PACKET_TRAILER,CAP_COMPRESSION_DEFLATE_RAW",
}
KEPT_HEADERS = ("authorization", "content-type", "user-agent")


@dataclass(frozen=True)
class Post:
    """One request that the server made."""

    headers: dict[str, str]
    raw: str

    @property
    def body(self) -> Any:
        """The parsed event."""
        return json.loads(self.raw)

    @property
    def kind(self) -> str:
        """The event's name; for a participant that left, with the reason."""
        body = self.body
        reason = body.get("participant", {}).get("disconnectReason", "")
        left = body["event"] == "participant_left"
        return f"{body['event']}_{reason.lower()}" if left else str(body["event"])


class Recorder:
    """An ASGI app that takes webhooks and lets another thread wait for them."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self._arrived = threading.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 200 to everything."""
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        request = Request(scope, receive)
        headers = {name: request.headers[name] for name in KEPT_HEADERS}
        post = Post(headers, (await request.body()).decode())
        with self._arrived:
            self.posts.append(post)
            self._arrived.notify_all()
        await Response()(scope, receive, send)

    async def wait_for(self, kind: str, identity: str | None = None) -> Post:
        """Returns the first webhook of a kind; RuntimeError when none comes in WAIT_SECONDS."""

        def find() -> Post | None:
            return next(
                (
                    post
                    for post in self.posts
                    if post.kind == kind
                    and identity in (None, post.body.get("participant", {}).get("identity"))
                ),
                None,
            )

        def wait() -> Post:
            with self._arrived:
                if found := self._arrived.wait_for(find, WAIT_SECONDS):
                    return found
            raise RuntimeError(f"no {kind} came: {[post.kind for post in self.posts]}")

        return await asyncio.to_thread(wait)


async def _lifespan(receive: Receive, send: Send) -> None:
    for answer in ("lifespan.startup.complete", "lifespan.shutdown.complete"):
        await receive()
        await send({"type": answer})


def join_token(identity: str, room: str = ROOM) -> str:
    """Returns a token for a participant with a name, metadata and attributes."""
    grants = api.VideoGrants(room_join=True, room=room)
    token = api.AccessToken(API_KEY, API_SECRET).with_grants(grants).with_identity(identity)
    return (
        token.with_name(identity.title())
        .with_metadata(json.dumps({"of": identity}))
        .with_attributes({"colour": "green"})
        .to_jwt()
    )


async def join(url: str, identity: str) -> rtc.Room:
    """Brings a real participant into ROOM."""
    room = rtc.Room()
    await room.connect(url.replace("http", "ws", 1), join_token(identity))
    return room


async def publish_microphone(room: rtc.Room) -> str:
    """Publishes a silent microphone; returns the track's SID."""
    source = rtc.AudioSource(48000, 1)
    track = rtc.LocalAudioTrack.create_audio_track("mic", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    return (await room.local_participant.publish_track(track, options)).sid


async def abort(url: str, identity: str) -> None:
    """Opens a participant's signalling connection and closes it before any media flows."""
    query = urlencode({"access_token": join_token(identity), **CLIENT})
    async with websockets.connect(f"{url.replace('http', 'ws', 1)}/rtc?{query}") as signal:
        await signal.recv()  # the answer to the join: from here on the server knows it


async def play(url: str, recorder: Recorder) -> None:
    """Plays a call in which every kind of event happens once, each awaited before the next."""
    ada = await join(url, "ada")
    await recorder.wait_for("participant_joined")
    track_sid = await publish_microphone(ada)
    await recorder.wait_for("track_published")
    await ada.local_participant.unpublish_track(track_sid)
    await recorder.wait_for("track_unpublished")
    twin = await join(url, "ada")
    await recorder.wait_for("participant_left_duplicate_identity")
    bob = await join(url, "bob")
    await recorder.wait_for("participant_joined", "bob")
    await bob.disconnect()
    await recorder.wait_for("participant_left_client_initiated")
    await abort(url, "ghost")
    await recorder.wait_for("participant_connection_aborted")
    async with api.LiveKitAPI(url, API_KEY, API_SECRET) as livekit:
        who = api.RoomParticipantIdentity(room=ROOM, identity="ada")
        await livekit.room.remove_participant(who)
        await recorder.wait_for("participant_left_participant_removed")
        cleo = await join(url, "cleo")
        await recorder.wait_for("participant_joined", "cleo")
        await livekit.room.delete_room(api.DeleteRoomRequest(room=ROOM))
        await recorder.wait_for("participant_left_room_deleted")
    await recorder.wait_for("room_finished")
    for room in (ada, twin, cleo):
        await room.disconnect()


def save(posts: list[Post], folder: Path) -> None:
    """Writes the first webhook of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    for post in reversed(posts):
        content = {"headers": post.headers, "raw": post.raw, "body": post.body}
        (folder / f"{post.kind}.json").write_text(json.dumps(content, indent=2) + "\n")


def main(folder: Path) -> None:
    """Records into `folder`."""
    recorder = Recorder()
    with (
        in_thread(recorder) as receiver,
        running(
            find_or_build(lambda line: print(line, file=sys.stderr)),
            api_key=API_KEY,
            api_secret=API_SECRET,
            webhook_url=f"{receiver}/api/livekit/webhook",
        ) as server,
    ):
        asyncio.run(play(server.url, recorder))
    save(recorder.posts, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
