"""Broadcasts and presence on their way from senders to listeners, in this process."""

import json
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from local.supabase.presence import Diff, Metas, Presences

RECENT = 100  # broadcasts kept for GET /_local/broadcasts
MAX_PAYLOAD_BYTES = 256 * 1024  # the free plan's


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One message to everyone on a topic. Private and public topics of one name are two."""

    topic: str
    event: str
    payload: Any
    private: bool
    id: str | None = None

    def wire(self) -> dict[str, Any]:
        """Returns it as channels get it."""
        meta = {"meta": {"id": self.id}} if self.id else {}
        return {"type": "broadcast", "event": self.event, "payload": self.payload, **meta}


class Listener(Protocol):
    """Who joined a topic."""

    def hear(self, broadcast: Broadcast) -> None:
        """Takes a broadcast, at once."""

    def see(self, diff: Diff) -> None:
        """Takes a change of who is there, at once."""


class Hub:
    """Who listens to which topic, and who is present on it."""

    def __init__(self) -> None:
        self._listeners: dict[tuple[str, bool], set[Listener]] = {}
        self._presences: dict[tuple[str, bool], Presences] = {}
        self._recent: deque[Broadcast] = deque(maxlen=RECENT)

    def join(self, topic: str, listener: Listener, *, private: bool) -> None:
        """Lets a listener hear a topic."""
        self._listeners.setdefault((topic, private), set()).add(listener)

    def leave(self, topic: str, listener: Listener, *, private: bool) -> None:
        """Ends that; who was present is so no more."""
        listeners = self._listeners.get((topic, private), set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop((topic, private), None)
        self.untrack(topic, listener, private=private)

    def publish(self, broadcast: Broadcast, *, sender: Listener | None = None) -> None:
        """Gives a broadcast to everyone on its topic but the sender."""
        self._recent.append(broadcast)
        for listener in list(self._listeners.get((broadcast.topic, broadcast.private), ())):
            if listener is not sender:
                listener.hear(broadcast)

    def track(
        self, topic: str, listener: Listener, key: str, payload: dict[str, Any], *, private: bool
    ) -> None:
        """Makes a listener present under a key, or changes what it says of itself."""
        presences = self._presences.setdefault((topic, private), Presences())
        self._show(topic, presences.track(listener, key, payload), private=private)

    def untrack(self, topic: str, listener: Listener, *, private: bool) -> None:
        """Ends that."""
        presences = self._presences.get((topic, private))
        if presences is not None:
            self._show(topic, presences.untrack(listener), private=private)
            if not presences:
                del self._presences[topic, private]

    def present(self, topic: str, *, private: bool) -> Metas:
        """Returns who is present on a topic."""
        presences = self._presences.get((topic, private))
        return presences.state() if presences else {}

    def _show(self, topic: str, diff: Diff | None, *, private: bool) -> None:
        if diff is not None:
            for listener in list(self._listeners.get((topic, private), ())):
                listener.see(diff)

    def recent(self) -> list[dict[str, Any]]:
        """Returns the last broadcasts, oldest first."""
        return [asdict(broadcast) for broadcast in self._recent]

    def forget(self) -> None:
        """Empties `recent`."""
        self._recent.clear()


def is_too_long(payload: Any) -> bool:
    """Says whether a payload is over MAX_PAYLOAD_BYTES as JSON."""
    return len(json.dumps(payload, ensure_ascii=False).encode(errors="replace")) > MAX_PAYLOAD_BYTES
