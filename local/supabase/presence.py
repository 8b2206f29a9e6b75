"""Supabase Realtime's Presence: who says on a topic that they are there, in this process.

As Phoenix tracks it: a key has one meta for each channel that tracks under it (two tabs of one
person), told apart by `phx_ref`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

MAX_CALLS = 5  # of one channel, track and untrack together, as hosted
WINDOW_SECONDS = 30.0

Metas = dict[str, dict[str, list[dict[str, Any]]]]
"""{key: {"metas": […]}}, as it goes over the wire."""


@dataclass(frozen=True, slots=True)
class Diff:
    """What has changed, for those who are on the topic."""

    joins: Metas
    leaves: Metas

    def wire(self) -> dict[str, Any]:
        """Returns it as channels get it."""
        return {"joins": self.joins, "leaves": self.leaves}


@dataclass(frozen=True, slots=True)
class _Present:
    key: str
    payload: dict[str, Any]
    ref: str
    previous_ref: str | None = None

    def metas(self) -> Metas:
        previous = {"phx_ref_prev": self.previous_ref} if self.previous_ref else {}
        return {self.key: {"metas": [{**self.payload, "phx_ref": self.ref, **previous}]}}


class Presences:
    """Who is there on one topic, by the channel that said so."""

    def __init__(self) -> None:
        self._by_channel: dict[object, _Present] = {}

    def __bool__(self) -> bool:
        return bool(self._by_channel)

    def track(self, channel: object, key: str, payload: dict[str, Any]) -> Diff | None:
        """Takes what a channel says of itself; None when it has said just that before."""
        old = self._by_channel.get(channel)
        if old is not None and old.payload == payload:
            return None
        new = _Present(key, payload, uuid4().hex[:16], old.ref if old else None)
        self._by_channel[channel] = new
        return Diff(new.metas(), old.metas() if old else {})

    def untrack(self, channel: object) -> Diff | None:
        """Takes a channel out; None when it wasn't there."""
        old = self._by_channel.pop(channel, None)
        return Diff({}, old.metas()) if old else None

    def state(self) -> Metas:
        """Returns everybody."""
        state: Metas = {}
        for present in self._by_channel.values():
            metas = state.setdefault(present.key, {"metas": []})["metas"]
            metas.extend(present.metas()[present.key]["metas"])
        return state


class Calls:
    """How often a channel has spoken of its presence in the window that runs."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ends_at = 0.0
        self._count = 0

    def admit(self) -> bool:
        """Counts a call; False when it is one too many."""
        if self._now() >= self._ends_at:
            self._ends_at = self._now() + WINDOW_SECONDS
            self._count = 0
        self._count += 1
        return self._count <= MAX_CALLS
