"""Chromium by Playwright: Debian's, one process for each person, kept for the whole run.

Playwright's synchronous API leaves an event loop running in its thread, and `asyncio.run` refuses
to start in there. So it lives in a thread of its own, the `Stage`, and so does the body of each
test that has people; fixtures and every other test stay where they were.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from playwright.sync_api import Browser, Playwright, sync_playwright

from local.web.chromium import FLAGS

STOP_S = 30.0

T = TypeVar("T")


class Stage:
    """The thread that Playwright lives in."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="playwright", daemon=True)
        self._thread.start()
        self.playwright: Playwright = self.run(lambda: sync_playwright().start())

    def run(self, function: Callable[[], T]) -> T:
        """Returns what `function` does when it is called there."""
        __tracebackhide__ = True
        if threading.current_thread() is self._thread:
            return function()
        done = threading.Event()
        results: list[T] = []
        errors: list[BaseException] = []

        def call() -> None:
            __tracebackhide__ = True
            try:
                results.append(function())
            except BaseException as error:  # a skip is the main thread's to handle, too
                errors.append(error)
            done.set()

        self._calls.put(call)
        done.wait()
        if errors:
            raise errors.pop()
        return results[0]

    def close(self) -> None:
        """Ends Playwright, its browsers and the thread."""
        self.run(self.playwright.stop)
        self._calls.put(None)
        self._thread.join(STOP_S)

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


class Browsers:
    """Everybody's own browser, started when they first need it."""

    def __init__(self, stage: Stage, executable: str, *rules: str) -> None:
        """`rules` are Chromium's for host names: `MAP name:80 127.0.0.1:1234`."""
        self.stage = stage
        self.executable = executable
        self.flags = [*FLAGS, f"--host-resolver-rules={', '.join(rules)}"]
        self._running: dict[str, Browser] = {}

    def of(self, name: str) -> Browser:
        """Returns somebody's browser; on the stage."""
        found = self._running.get(name)
        if found is None or not found.is_connected():
            found = self.stage.playwright.chromium.launch(
                executable_path=self.executable, args=self.flags
            )
            self._running[name] = found
        return found


@contextlib.contextmanager
def running(executable: str, *rules: str) -> Iterator[Browsers]:
    """Yields browsers that are all closed again."""
    stage = Stage()
    try:
        yield Browsers(stage, executable, *rules)
    finally:
        stage.close()


def on_stage(stage: Stage, function: Callable[..., T]) -> Callable[..., T]:
    """Returns `function`, called there."""

    def call(**arguments: Any) -> T:
        __tracebackhide__ = True
        return stage.run(partial(function, **arguments))

    return call
