"""Voice sessions, as LiveKit tells of them and as the hash of a community stores them. Pure.

Values on the way of a cold start are named tuples: a frozen dataclass takes a millisecond to make.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from common.errors import Unavailable

LIVEKIT_MATCH_ROOM = "match"  # match:{match_id}: presence stands in the hash of `match`


class Channel(NamedTuple):
    """A LiveKit room of ours: `room_id` is the community (or "match"), `channel_id` a UUID."""

    room_id: str
    channel_id: str

    @classmethod
    def parse(cls, livekit_room: str) -> "Channel | None":
        """Reads LiveKit's room name `{room_id}:{channel_id}`; None when it isn't one of ours."""
        room_id, colon, channel_id = livekit_room.partition(":")
        if not colon or not _is_uuid(channel_id):
            return None
        if room_id != LIVEKIT_MATCH_ROOM and not _is_uuid(room_id):
            return None
        return cls(room_id, channel_id)

    @classmethod
    def of_room(cls, room: Mapping[str, Any]) -> "Channel | None":
        """Reads a LiveKit Room object; None when it isn't one of ours."""
        name = room.get("name")
        return cls.parse(name) if isinstance(name, str) else None

    @property
    def livekit_room(self) -> str:
        """LiveKit's name for this channel."""
        return f"{self.room_id}:{self.channel_id}"

    def topic(self, *, private: bool) -> str:
        """The Realtime topic that hears of changes here.

        Args:
            private: whether not every member may see the channel; it has a topic of its own then.
        """
        if self.room_id == LIVEKIT_MATCH_ROOM:
            return self.livekit_room
        return f"room:{self.livekit_room}" if private else f"room:{self.room_id}"


class Session(NamedTuple):
    """One stay of one participant in one channel. Times in milliseconds since the epoch."""

    channel_id: str
    sid: str
    room_sid: str
    identity: str
    name: str
    joined_at_ms: int
    kind: str = "STANDARD"
    attributes: dict[str, str] = {}  # noqa: RUF012 - nobody writes to it

    @property
    def is_agent(self) -> bool:
        """True for a program that takes part, False for a person."""
        return self.kind == "AGENT"

    @property
    def is_member(self) -> bool:
        """True for who came in with a token of ours, which says the user's id.

        Agents, telephones and recorders are let in by who has LiveKit's keys.
        """
        return self.kind == "STANDARD" and _is_uuid(self.identity)

    @property
    def is_private(self) -> bool:
        """True where not every member may see the channel: the token says so."""
        return self.attributes.get("private") == "true"

    def public(self) -> dict[str, Any]:
        """The session as clients see it (JSON values)."""
        return {
            "sid": self.sid,
            "identity": self.identity,
            "name": self.name,
            "joined_at": self.joined_at_ms,
            "kind": self.kind.lower(),
            "attributes": self.attributes,
        }

    @classmethod
    def of(cls, channel_id: str, room_sid: str, info: Mapping[str, Any]) -> "Session | None":
        """Reads LiveKit's ParticipantInfo (protojson, either spelling); None for a hidden one."""
        if (_get(info, "permission", None) or {}).get("hidden"):
            return None
        joined_ms = int(_get(info, "joinedAtMs", 0) or 0) or int(_get(info, "joinedAt", 0)) * 1000
        return cls(
            channel_id=channel_id,
            sid=text_of(info["sid"]),
            room_sid=text_of(room_sid),
            identity=text_of(info["identity"]),
            name=text_of(_get(info, "name", "")),
            joined_at_ms=joined_ms,
            kind=text_of(_get(info, "kind", None) or "STANDARD"),
            attributes=attributes_of(_get(info, "attributes", None) or {}),
        )

    @classmethod
    def stored(cls, place: str, value: str) -> "Session | None":
        """Reads a field of the hash; None for one that this version can't read.

        Members that a later version adds are left out.
        """
        try:
            channel_id, sid = place.split("/")
            found = json.loads(value)
            return cls(
                channel_id=channel_id,
                sid=sid,
                room_sid=text_of(found["r"]),
                identity=text_of(found["i"]),
                name=text_of(found["n"]),
                joined_at_ms=int(found["t"]),
                kind=text_of(found["k"]),
                attributes=attributes_of(found["a"]),
            )
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None

    def field(self) -> tuple[str, str]:
        """The session as a field of the hash: its name and its value."""
        value = {
            "r": self.room_sid,
            "i": self.identity,
            "n": self.name,
            "t": self.joined_at_ms,
            "k": self.kind,
            "a": self.attributes,
        }
        return self.place, json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    @property
    def place(self) -> str:
        """The name of the session's field in the hash."""
        return f"{self.channel_id}/{self.sid}"

    @property
    def overlay_place(self) -> str:
        """The name of the field that holds the session's attributes since they were changed."""
        return f"={self.place}"

    def overlay(self) -> str:
        """The value of that field, for the attributes that the session has now."""
        return json.dumps({"a": self.attributes}, separators=(",", ":"), ensure_ascii=False)

    def under(self, overlay: str | None) -> "Session":
        """The session with the attributes of its overlay, if it has one that can be read."""
        if overlay is None:
            return self
        try:
            return self._replace(attributes=attributes_of(json.loads(overlay)["a"]))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return self

    @property
    def order(self) -> tuple[int, str]:
        """Sorts sessions by joining; of one identity in one channel, the greatest is the one."""
        return (self.joined_at_ms, self.sid)


def room_sids(room_id: str, rooms: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Returns channel id → LiveKit room SID of a community's channels, from LiveKit's rooms."""
    found = ((Channel.of_room(room), room.get("sid") or "") for room in rooms)
    return {c.channel_id: sid for c, sid in found if c is not None and c.room_id == room_id}


def read_list(
    channel_id: str, room_sid: str, participants: Iterable[Mapping[str, Any]]
) -> Iterator[Session]:
    """Reads LiveKit's list of a channel: who is there, without hidden and departing ones.

    Raises:
        Unavailable: an entry can't be read, so the list is no evidence.
    """
    for info in participants:
        try:
            session = Session.of(channel_id, room_sid, info)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise Unavailable("livekit", f"a participant can't be read: {error!r}") from error
        if session is not None and info.get("state") != "DISCONNECTED":
            yield session


def in_order(sessions: Iterable[Session]) -> list[Session]:
    """Returns sessions in the order in which people joined."""
    return sorted(sessions, key=lambda session: session.order)


def attributes_of(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Returns a participant's attributes without the empty ones: to LiveKit they are absent."""
    pairs = ((text_of(name), text_of(text)) for name, text in attributes.items())
    return {name: text for name, text in pairs if text}


def text_of(value: Any) -> str:
    """Returns a text that UTF-8 can carry; TypeError or UnicodeEncodeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, not {type(value).__name__}")
    value.encode()
    return value


def _get(info: Mapping[str, Any], name: str, default: Any) -> Any:
    """Reads a protojson field as webhooks (joinedAtMs) or as Twirp (joined_at_ms) spell it."""
    if name in info:
        return info[name]
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    return info.get(snake, default)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
