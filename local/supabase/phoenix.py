"""Phoenix's channel messages on the wire: 1.0.0 (supabase-py) and 2.0.0 (supabase-js)."""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

_USER_BROADCAST_PUSH = 3
_JSON_ENCODING = 1
_PUSH_HEADER_BYTES = 7


class FrameError(Exception):
    """What came is no message of the protocol."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message, in either direction."""

    topic: str
    event: str
    payload: dict[str, Any] = field(default_factory=dict)
    ref: str | None = None
    join_ref: str | None = None


class Serializer(Protocol):
    """One version of the wire format."""

    def decode(self, data: str | bytes) -> Frame:
        """Reads a client's message; FrameError when it is none."""

    def encode(self, frame: Frame) -> str:
        """Writes a message for a client."""


class Version1:
    """Objects: {"topic", "event", "payload", "ref", "join_ref"}."""

    def decode(self, data: str | bytes) -> Frame:
        """Reads a client's message."""
        message = _json(data)
        if not isinstance(message, dict):
            raise FrameError("a message is an object")
        names = ("topic", "event", "payload", "ref", "join_ref")
        return _frame(*(message.get(name) for name in names))

    def encode(self, frame: Frame) -> str:
        """Writes a message for a client."""
        return json.dumps(
            {
                "topic": frame.topic,
                "event": frame.event,
                "payload": frame.payload,
                "ref": frame.ref,
            }
        )


class Version2:
    """Arrays: [join_ref, ref, topic, event, payload]; a client's broadcast may come in binary."""

    def decode(self, data: str | bytes) -> Frame:
        """Reads a client's message."""
        if isinstance(data, bytes):
            return _binary_broadcast(data)
        message = _json(data)
        if not isinstance(message, list) or len(message) != 5:
            raise FrameError("a message is an array of five")
        join_ref, ref, topic, event, payload = message
        return _frame(topic, event, payload, ref, join_ref)

    def encode(self, frame: Frame) -> str:
        """Writes a message for a client."""
        return json.dumps([frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload])


SERIALIZERS: dict[str, Serializer] = {"1.0.0": Version1(), "2.0.0": Version2()}


def _binary_broadcast(data: bytes) -> Frame:
    """Reads supabase-js's push of a broadcast.

    One byte each: kind, the lengths of five texts, the encoding of the payload. Then the texts
    (join_ref, ref, topic, event, metadata), then the payload.
    """
    if len(data) < _PUSH_HEADER_BYTES or data[0] != _USER_BROADCAST_PUSH:
        raise FrameError("the only binary message is a broadcast")
    if data[6] != _JSON_ENCODING:
        raise FrameError("the local stack takes broadcasts in JSON only")
    texts = []
    position = _PUSH_HEADER_BYTES
    for length in data[1:6]:
        texts.append(data[position : position + length])
        position += length
    try:
        join_ref, ref, topic, event, _ = (text.decode() for text in texts)
    except UnicodeDecodeError as error:
        raise FrameError(str(error)) from error
    payload = {"type": "broadcast", "event": event, "payload": _json(data[position:])}
    return _frame(topic, "broadcast", payload, ref or None, join_ref or None)


def _frame(topic: Any, event: Any, payload: Any, ref: Any, join_ref: Any) -> Frame:
    is_text = isinstance(topic, str) and isinstance(event, str)
    if not is_text or not all(isinstance(each, str | None) for each in (ref, join_ref)):
        raise FrameError("topic, event and refs are text")
    if not isinstance(payload, dict):
        raise FrameError("the payload is an object")
    return Frame(topic, event, payload, ref, join_ref)


def _json(data: str | bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"not JSON: {error}") from error
