"""Presence: who is in which voice channel, from events that may come in any order.

A voice session is (LiveKit room, participant SID). A SID never comes back once it has left, so
the sessions of a community are a two-phase set in one hash, `voice:{room_id}`: *joined* writes a
field only if it is absent, *left* overwrites it with a tombstone, and any order and any number of
repetitions end in the same hash. The reader computes who is here. docs/presence.md has the proof.

Fields of the hash, each with its own TTL:
    {channel_id}/{participant_sid}  a session (JSON), GONE (it left) or MISSING (see below)
    ={channel_id}/{participant_sid} how the session is shown since its attributes were changed
    !{room_sid}                     the LiveKit room with this SID has finished
    @evidence, @rooms, @elected     when LiveKit itself was asked last (see `due`)

Pure: takes the time and what was read; builds commands, and runs none.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from common import keys
from common.sessions import Channel, Session, in_order, text_of

Command = tuple[str | int, ...]

LEASE_S = 12 * 3600
"""A session nobody confirms ends by itself: longer than a night's call, renewed by reconcile."""
TOMBSTONE_S = 15 * 60
"""Outlives the last moment a *joined* can still arrive: LiveKit queues an event up to 30 s, its
signature is good for 5 min and 60 s of leeway, and its retries take 15 s: under 7 min."""
FINISHED_S = LEASE_S + TOMBSTONE_S
"""Outlives every session of the finished room, so that a lost *left* can't bring one back."""
EVIDENCE_S = 9 * 60
"""How long LiveKit's own list is believed: a lost *left* is healed within 10 minutes."""
ROOMS_S = 3600
"""How long LiveKit's list of rooms is believed: a channel whose *joined* were lost is found."""
ELECTED_S = 30
"""How long the elected reconciler has; then another reader is elected."""

GONE = ""  # left, by LiveKit's word: final
MISSING = "-"  # absent from LiveKit's list twice: only that list brings it back


class Change(NamedTuple):
    """What happened: `event` is "joined", "left" or "updated" (of `session`), or "finished"."""

    event: str
    channel: Channel
    room_sid: str
    session: Session | None = None

    def command(self) -> Command:
        """The one Redis command that records this change; idempotent, and commutes.

        Changed attributes don't come by webhook: `overlay_command` records them.
        """
        key = keys.voice(self.channel.room_id)
        if self.session is None:
            return ("HSETEX", key, "EX", FINISHED_S, "FIELDS", 1, f"!{self.room_sid}", GONE)
        if self.event == "left":
            return ("HSETEX", key, "EX", TOMBSTONE_S, "FIELDS", 1, self.session.place, GONE)
        return join_command(self.channel.room_id, self.session)

    def message(self) -> dict[str, Any]:
        """What is broadcast to those who watch the community (JSON values)."""
        said: dict[str, Any] = {"type": self.event, "channel_id": self.channel.channel_id}
        if self.session is None:
            said["room_sid"] = self.room_sid
        else:
            said["participant"] = self.session.public()
        return said


def read_webhook(event: Mapping[str, Any]) -> Change | None:
    """Reads a LiveKit webhook event; None when it says nothing about presence in a room of ours.

    Raises:
        KeyError, TypeError, ValueError: an event of a known kind that lacks what it always has.
    """
    kind, room = event.get("event"), event.get("room") or {}
    channel = Channel.of_room(room)
    if channel is None:
        return None
    if kind == "room_finished":
        return Change("finished", channel, text_of(room["sid"]))
    if kind not in {"participant_joined", "participant_left", "participant_connection_aborted"}:
        return None
    participant = event["participant"]
    session = Session.of(channel.channel_id, room["sid"], participant)
    if session is None:
        return None
    # A join that was overtaken by its own end says so in its state.
    joined = kind == "participant_joined" and participant.get("state") != "DISCONNECTED"
    return Change("joined" if joined else "left", channel, session.room_sid, session)


def join_command(room_id: str, session: Session) -> Command:
    """Records a session unless something is known of it already."""
    return ("HSETEX", keys.voice(room_id), "FNX", "EX", LEASE_S, "FIELDS", 1, *session.field())


def revive_command(room_id: str, session: Session) -> Command:
    """Brings back a session that was MISSING and that LiveKit lists again."""
    return ("HSETEX", keys.voice(room_id), "FXX", "EX", LEASE_S, "FIELDS", 1, *session.field())


def missing_command(room_id: str, sessions: Iterable[Session]) -> Command:
    """Removes sessions that LiveKit no longer lists."""
    pairs = [part for s in sessions for part in (s.place, MISSING)]
    head = ("HSETEX", keys.voice(room_id), "EX", TOMBSTONE_S)
    return (*head, "FIELDS", len(pairs) // 2, *pairs)


def overlay_command(room_id: str, sessions: Iterable[Session]) -> Command:
    """Records the attributes that sessions have now, beside their fields and not in them.

    A session's own field may be a tombstone by now, and must stay one.
    """
    pairs = [part for s in sessions for part in (s.overlay_place, s.overlay())]
    return ("HSETEX", keys.voice(room_id), "EX", LEASE_S, "FIELDS", len(pairs) // 2, *pairs)


def renew_command(room_id: str, sessions: Iterable[Session], fields: Mapping[str, str]) -> Command:
    """Renews leases. A session that left meanwhile only keeps its tombstone for longer."""
    places = [place for s in sessions for place in (s.place, s.overlay_place) if place in fields]
    return ("HEXPIRE", keys.voice(room_id), LEASE_S, "FIELDS", len(places), *places)


def mark_command(room_id: str, mark: str, seconds: int, now_ms: int) -> Command:
    """Notes that LiveKit was asked (`@evidence`, `@rooms`)."""
    return ("HSETEX", keys.voice(room_id), "EX", seconds, "FIELDS", 1, mark, str(now_ms))


def elect_command(room_id: str, now_ms: int) -> Command:
    """Elects one caller (reply 1) to have the room reconciled; all others get 0."""
    head = ("HSETEX", keys.voice(room_id), "FNX", "EX", ELECTED_S)
    return (*head, "FIELDS", 1, "@elected", str(now_ms))


def all_sessions(fields: Mapping[str, str]) -> Iterator[Session]:
    """Yields every live session in the hash: neither left nor missing, of a room not finished.

    Each has the attributes that LiveKit was last told.
    """
    for name, value in fields.items():
        if name.startswith(("!", "@", "=")) or value in {GONE, MISSING}:
            continue
        session = Session.stored(name, value)
        if session is not None and f"!{session.room_sid}" not in fields:
            yield session.under(fields.get(session.overlay_place))


def who_is_here(fields: Mapping[str, str]) -> list[Session]:
    """Returns one session per channel and identity, in the order in which people joined.

    LiveKit lets an identity into a room once: of several sessions the last to join is the one.
    """
    current: dict[tuple[str, str], Session] = {}
    for session in all_sessions(fields):
        place = (session.channel_id, session.identity)
        if place not in current or current[place].order < session.order:
            current[place] = session
    return in_order(current.values())


def due(fields: Mapping[str, str], now_ms: int) -> bool:
    """Says whether LiveKit's own list should be asked about this room.

    True when its rooms were not listed for an hour, or somebody has been here for longer than
    EVIDENCE_S and nobody asked since. False while an elected reconciler is at it.
    """
    if "@elected" in fields:
        return False
    if "@rooms" not in fields:
        return True
    if "@evidence" in fields:
        return False
    return any(s.joined_at_ms <= now_ms - EVIDENCE_S * 1000 for s in all_sessions(fields))


def missed(fields: Mapping[str, str], away_ms: int) -> bool:
    """Says whether events are lost since Redis was found to be away at `away_ms`, for all we know.

    False once LiveKit's rooms were listed later than that, and while an elected reconciler is at
    it.
    """
    listed_ms = fields.get("@rooms", "")
    listed = listed_ms.isdecimal() and int(listed_ms) > away_ms
    return not listed and "@elected" not in fields
