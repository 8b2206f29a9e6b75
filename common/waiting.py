"""How long a request waits for vendors: what is left of its time is our own."""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar


class Waiting:
    """One request's: the time during which at least one vendor was asked something.

    Attributes:
        seconds: of that time, up to when nobody was asked any more.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._asked = 0
        self._since = 0.0

    @contextlib.contextmanager
    def around(self) -> Iterator[None]:
        """Around one question and its answer; several may be under way at once."""
        if not self._asked:
            self._since = time.perf_counter()
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1
            if not self._asked:
                self.seconds += time.perf_counter() - self._since


_of_request: ContextVar[Waiting | None] = ContextVar("waiting", default=None)


def begin() -> Waiting:
    """Returns the waiting of a request that begins; what it starts counts for it, too."""
    waiting = Waiting()
    _of_request.set(waiting)
    return waiting


def current() -> Waiting:
    """Returns the waiting of the request that runs; one that nobody reads when there is none."""
    return _of_request.get() or Waiting()
