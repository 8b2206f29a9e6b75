"""One client's WebSocket: its channels, and what it says on them."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from local.supabase import channel_policies, join
from local.supabase.callers import Caller, Callers
from local.supabase.channel import ALL, Channel, Reads
from local.supabase.database import Database
from local.supabase.errors import ApiError, DatabaseAwayError, RefusalError
from local.supabase.hub import Broadcast, Hub, is_too_long
from local.supabase.phoenix import Frame, FrameError, Serializer
from local.supabase.tokens import TokenError

IDLE_SECONDS = 60.0  # clients send a heartbeat every 25
MAX_QUEUED = 1000  # messages for a client that does not read them
_UNSUPPORTED_DATA = 1003
_log = logging.getLogger(__name__)


class Session:
    """Speaks Phoenix's protocol with one client, until either side leaves."""

    def __init__(
        self,
        websocket: WebSocket,
        *,
        key: str,
        serializer: Serializer,
        database: Database,
        callers: Callers,
        hub: Hub,
    ) -> None:
        self._websocket = websocket
        self._key = key
        self._serializer = serializer
        self._database = database
        self._callers = callers
        self._hub = hub
        self._channels: dict[str, Channel] = {}
        self._outgoing: asyncio.Queue[Frame] = asyncio.Queue(MAX_QUEUED)
        self._events: dict[str, Callable[[Frame], Awaitable[None]]] = {
            "phx_join": self._join,
            "phx_leave": self._leave,
            "access_token": self._renew,
            "broadcast": self._broadcast,
            "presence": self._presence,
            "heartbeat": self._heartbeat,
        }

    async def run(self) -> None:
        """Returns when the connection has ended."""
        writer = asyncio.create_task(self._write())
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                data = message.get("text") or message.get("bytes") or ""
                await self._handle(self._serializer.decode(data))
        except (FrameError, TimeoutError) as error:
            writer.cancel()  # nothing may be sent after the close
            reason = str(error) or f"nothing heard for {IDLE_SECONDS:.0f} s"
            if self._websocket.application_state is WebSocketState.CONNECTED:
                with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                    await self._websocket.close(_UNSUPPORTED_DATA, reason[:120])
        finally:
            writer.cancel()
            for channel in self._channels.values():
                channel.leave()

    def send(self, frame: Frame) -> None:
        """Queues a message; one that a client is too slow for is lost."""
        try:
            self._outgoing.put_nowait(frame)
        except asyncio.QueueFull:
            _log.warning("a client reads too slowly: lost %s on %s", frame.event, frame.topic)

    async def _write(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                frame = await self._outgoing.get()
                await self._websocket.send_text(self._serializer.encode(frame))

    async def _handle(self, frame: Frame) -> None:
        try:
            await self._events.get(frame.event, self._refuse)(frame)
        except RefusalError as error:
            self._reply(frame, "error", {"reason": str(error)})
        except TokenError as error:
            self._reply(frame, "error", {"reason": f"InvalidJWTToken: {error}"})
        except ApiError as error:
            self._reply(frame, "error", {"reason": str(error.body.get("message"))})
        except DatabaseAwayError as error:
            self._reply(frame, "error", {"reason": f"the database is away: {error}"})

    def _reply(self, frame: Frame, status: str, response: dict[str, Any]) -> None:
        payload = {"status": status, "response": response}
        self.send(Frame(frame.topic, "phx_reply", payload, frame.ref, frame.join_ref))

    async def _join(self, frame: Frame) -> None:
        asked = join.read(frame)
        caller = self._callers.by_token(join.token(frame), self._key)
        reads = await self._reads(
            caller, asked.name, private=asked.private, presence=asked.sees_presence
        )
        if previous := self._channels.pop(asked.topic, None):
            previous.leave()
        channel = Channel(asked, hub=self._hub, send=self.send, close=self._close)
        self._channels[asked.topic] = channel
        channel.join(caller, reads)
        self._reply(frame, "ok", {"postgres_changes": []})
        if channel.sees_presence:
            channel.show_presence()

    async def _reads(self, caller: Caller, topic: str, *, private: bool, presence: bool) -> Reads:
        """Returns what `caller` may read of a topic; refuses who may read nothing."""
        if not private:
            return ALL
        may_read = channel_policies.may_read
        reads = Reads(
            broadcasts=await may_read(self._database, caller, topic),
            presence=await may_read(self._database, caller, topic, "presence")
            if presence
            else None,
        )
        if not reads:
            raise RefusalError(
                "Unauthorized: You do not have permissions to read "
                f"from this Channel topic: {topic}"
            )
        return reads

    async def _leave(self, frame: Frame) -> None:
        channel = self._channels.pop(frame.topic, None)
        if channel is not None:
            channel.leave()
        self._reply(frame, "ok", {})
        self.send(Frame(frame.topic, "phx_close", {}, frame.join_ref, frame.join_ref))

    async def _renew(self, frame: Frame) -> None:
        """Takes a fresh token for a channel; one that is not good enough closes it."""
        channel = self._joined(frame)
        try:
            caller = self._callers.by_token(join.token(frame), self._key)
            reads = await self._reads(
                caller, channel.name, private=channel.private, presence=channel.sees_presence
            )
        except (RefusalError, TokenError, ApiError) as error:
            self._close(channel, str(error))
            return
        if reads.are_less_than(channel.reads):
            lost = "You no longer have permission to read from this Channel topic: "
            self._close(channel, lost + channel.name)
        elif self._joined(frame) is channel:  # its token may have expired meanwhile
            channel.join(caller, reads)

    def _close(self, channel: Channel, reason: str) -> None:
        channel.leave()
        self._channels.pop(channel.topic, None)
        payload = {
            "channel": channel.name,
            "extension": "system",
            "message": reason,
            "status": "error",
        }
        self.send(Frame(channel.topic, "system", payload, join_ref=channel.join_ref))
        self.send(Frame(channel.topic, "phx_close", {}, channel.join_ref, channel.join_ref))

    async def _broadcast(self, frame: Frame) -> None:
        channel = self._joined(frame)
        event, payload = frame.payload.get("event"), frame.payload.get("payload")
        if not isinstance(event, str):
            raise RefusalError("a broadcast has an event")
        if is_too_long(payload):
            raise RefusalError("Payload size exceeds tenant limit")
        if channel.private and not await channel_policies.may_write(
            self._database, channel.caller, channel.name
        ):
            raise RefusalError("Unauthorized: You do not have permissions to write to this topic")
        self._hub.publish(
            Broadcast(channel.name, event, payload, channel.private),
            sender=None if channel.hears_itself else channel,
        )
        if channel.acknowledges:
            self._reply(frame, "ok", {})

    async def _presence(self, frame: Frame) -> None:
        channel = self._joined(frame)
        if not channel.calls.admit():
            self._close(channel, "Client presence rate limit exceeded")
            return
        event, payload = frame.payload.get("event"), frame.payload.get("payload", {})
        if not isinstance(event, str) or event.lower() not in {"track", "untrack"}:
            raise RefusalError(f"the local stack knows track and untrack of presence, not {event}")
        if event.lower() == "untrack":
            channel.untrack()
        elif not isinstance(payload, dict):
            raise RefusalError("Presence track payload must be a map")
        elif is_too_long(payload):
            self._close(channel, "Track message size exceeded")
            return
        else:
            await self._track(channel, payload)
        self._reply(frame, "ok", {})

    async def _track(self, channel: Channel, payload: dict[str, Any]) -> None:
        """Makes a client present where it may; who had not asked to see presence does from now."""
        database, caller, topic = self._database, channel.caller, channel.name
        if channel.reads.presence is None:
            seen = await channel_policies.may_read(database, caller, topic, "presence")
            channel.reads = replace(channel.reads, presence=seen)
        if channel.may_track is None:
            channel.may_track = await channel_policies.may_write(
                database, caller, topic, "presence"
            )
        if not channel.may_track:
            raise RefusalError("Unauthorized: You do not have permissions to track presence")
        if self._channels.get(channel.topic) is not channel:  # its token has expired meanwhile
            raise RefusalError("unmatched topic")
        channel.track(payload)
        if not channel.sees_presence:
            channel.sees_presence = True
            channel.show_presence()

    async def _heartbeat(self, frame: Frame) -> None:
        self._reply(frame, "ok", {})

    async def _refuse(self, frame: Frame) -> None:
        raise RefusalError(f"the local stack does not speak {frame.event!r}")

    def _joined(self, frame: Frame) -> Channel:
        channel = self._channels.get(frame.topic)
        if channel is None:
            raise RefusalError("unmatched topic")
        return channel
