"""An in-memory LiveKit for what the real one can't do: thousands of people, and time at will."""

import random
from collections.abc import Callable
from typing import Unpack

from livekit.protocol.models import (
    DisconnectReason,
    ParticipantInfo,
    Room,
    TrackInfo,
)
from livekit.protocol.webhook import WebhookEvent

from local.livekit import events
from local.livekit.events import Webhook, new_sid
from local.livekit.rooms import (
    LiveRoom,
    Profile,
    RoomSettings,
    copied,
    new_microphone,
    new_participant,
    new_room,
)


class Simulator:
    """Rooms and people: each method is something that happens, and returns its webhooks.

    A connection that resumes keeps its SID and causes no webhook: there is no method for it.
    A method about somebody who isn't there raises KeyError.

    Attributes:
        history: every webhook so far, oldest first; also those that API calls caused.
        empty_answers: how many of the next ListParticipants answers are empty, whoever is there.
        stale: whether the API's answers about participants lag behind by one change.
    """

    def __init__(
        self,
        api_key: str,
        api_secret: str,
        clock: Callable[[], int],
        rng: random.Random | None = None,
    ) -> None:
        """Starts without rooms.

        Args:
            api_key: name of the only key.
            api_secret: at least 32 characters.
            clock: returns the Unix time in milliseconds; also judges the API's tokens.
            rng: what identifiers are drawn from; seed it to have the same ones every time.
        """
        self.api_key = api_key
        self.api_secret = api_secret
        self.clock = clock
        self.rng = rng or random.Random()
        self.rooms: dict[str, LiveRoom] = {}
        self.history: list[Webhook] = []
        self.empty_answers = 0
        self.stale = False

    def sign(self, body: bytes) -> str:
        """Returns the `Authorization` header of a webhook that is sent now."""
        return events.sign(
            body, api_key=self.api_key, api_secret=self.api_secret, now_ms=self.clock()
        )

    def participants(self, room: str) -> dict[str, ParticipantInfo]:
        """Returns who is in a room as the API tells it: by identity, nobody if there is no room."""
        live = self.rooms.get(room)
        if live is None:
            return {}
        return live.before_last_change() if self.stale else dict(live.participants)

    def create_room(self, name: str, **settings: Unpack[RoomSettings]) -> list[Webhook]:
        """Makes a room unless it is there; it doesn't end by itself, whatever its timeouts."""
        if name not in self.rooms:
            info = new_room(name, now_ms=self.clock(), rng=self.rng, **settings)
            self.rooms[name] = LiveRoom(info)
        room = self.rooms[name]
        if room.started:
            return []
        room.started = True
        return [self._emit("room_started", room.info)]

    def join(self, room: str, identity: str, **profile: Unpack[Profile]) -> list[Webhook]:
        """Brings a participant in; whoever has the identity in this room is put out first."""
        webhooks = self.create_room(room)
        live = self.rooms[room]
        if identity in live.participants:
            webhooks += self.leave(room, identity, DisconnectReason.DUPLICATE_IDENTITY)
        participant = new_participant(identity, now_ms=self.clock(), rng=self.rng, **profile)
        webhooks.append(self._emit("participant_joined", live.info, participant))
        live.put(identity, participant)
        return webhooks

    def reconnect(self, room: str, identity: str) -> list[Webhook]:
        """Lets a participant join anew (a full reconnect): the same person under a new SID."""
        old = self.rooms[room].participants[identity]
        return self.join(
            room,
            identity,
            name=old.name,
            metadata=old.metadata,
            attributes=old.attributes,
            permission=old.permission,
            kind=old.kind,
        )

    def leave(
        self,
        room: str,
        identity: str,
        reason: DisconnectReason = DisconnectReason.CLIENT_INITIATED,
    ) -> list[Webhook]:
        """Takes a participant and its tracks out."""
        live = self.rooms[room]
        webhooks: list[Webhook] = []
        for track in list(live.participants[identity].tracks):
            webhooks += self.unpublish(room, identity, track.sid)
        gone = copied(live.participants[identity])
        gone.state = ParticipantInfo.State.DISCONNECTED
        gone.version += 1
        gone.disconnect_reason = reason
        webhooks.append(self._emit("participant_left", live.info, gone))
        live.put(identity, None)
        return webhooks

    def remove(self, room: str, identity: str) -> list[Webhook]:
        """Takes a participant out as a moderator does."""
        return self.leave(room, identity, DisconnectReason.PARTICIPANT_REMOVED)

    def abort(self, room: str, identity: str, **profile: Unpack[Profile]) -> list[Webhook]:
        """Lets a connection fail before it is active: it never was in the room."""
        webhooks = self.create_room(room)
        participant = new_participant(identity, now_ms=self.clock(), rng=self.rng, **profile)
        participant.state = ParticipantInfo.State.DISCONNECTED
        participant.disconnect_reason = DisconnectReason.SIGNAL_CLOSE
        info = self.rooms[room].info
        return [*webhooks, self._emit("participant_connection_aborted", info, participant)]

    def publish(self, room: str, identity: str) -> list[Webhook]:
        """Publishes a microphone."""
        live = self.rooms[room]
        participant = copied(live.participants[identity])
        track = new_microphone(now_ms=self.clock(), rng=self.rng)
        participant.tracks.append(track)
        participant.is_publisher = True
        participant.version += 1
        live.put(identity, participant)
        return [self._emit_track("track_published", live.info, participant, track)]

    def unpublish(self, room: str, identity: str, track_sid: str) -> list[Webhook]:
        """Takes a track back; who published once counts as a publisher for good."""
        live = self.rooms[room]
        participant = copied(live.participants[identity])
        track = {track.sid: track for track in participant.tracks}[track_sid]
        participant.tracks.remove(track)
        participant.version += 1
        live.put(identity, participant)
        return [self._emit_track("track_unpublished", live.info, participant, track)]

    def finish_room(self, room: str) -> list[Webhook]:
        """Ends a room, with whoever is in it."""
        webhooks: list[Webhook] = []
        for identity in list(self.rooms[room].participants):
            webhooks += self.leave(room, identity, DisconnectReason.ROOM_DELETED)
        return [*webhooks, self._emit("room_finished", self.rooms.pop(room).info)]

    def crash(self) -> None:
        """Loses every participant without a webhook, as when a node dies.

        Rooms keep their SID; the node that takes one over tells `room_started` again.
        """
        for live in self.rooms.values():
            for identity in list(live.participants):
                live.put(identity, None)
            live.started = False

    def _emit_track(
        self, name: str, room: Room, participant: ParticipantInfo, track: TrackInfo
    ) -> Webhook:
        """Track events tell only who and where."""
        who = ParticipantInfo(sid=participant.sid, identity=participant.identity)
        return self._emit(name, Room(sid=room.sid, name=room.name), who, track)

    def _emit(
        self,
        name: str,
        room: Room,
        participant: ParticipantInfo | None = None,
        track: TrackInfo | None = None,
    ) -> Webhook:
        now = self.clock()
        event = WebhookEvent(  # copies the messages, so it stays what it is
            event=name,
            room=room,
            participant=participant,
            track=track,
            id=new_sid("EV_", self.rng),
            created_at=now // 1000,
        )
        self.history.append(Webhook(now, event))
        return self.history[-1]
