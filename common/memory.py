"""What a warm process remembers between requests: bounded, and never the only copy."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_all: "list[Memory]" = []  # type: ignore[type-arg]


class Memory(Generic[K, V]):
    """A dictionary of at most `size` entries that knows the age of each; the oldest goes first."""

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock  # seconds
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()
        _all.append(self)

    def get(self, key: K, max_age_s: float) -> V | None:
        """Returns the value, or None when there is none or it is older than `max_age_s`."""
        entry = self._entries.get(key)
        if entry is None or self._clock() - entry[0] > max_age_s:
            return None
        return entry[1]

    def put(self, key: K, value: V) -> None:
        """Remembers the value as of now."""
        self._entries[key] = (self._clock(), value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forgets one entry, if it is there."""
        self._entries.pop(key, None)


def forget_everything() -> None:
    """Empties every memory of this process, as a cold start would."""
    for memory in _all:
        memory._entries.clear()
