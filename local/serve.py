"""Runs an ASGI app on loopback: in a thread (tests, benchmarks) or as the process itself."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import uvicorn

START_SECONDS = 20.0
IDLE_SECONDS = 75  # longer than clients keep an idle connection, as the vendors' own servers do


def free_port() -> int:
    """Returns a TCP port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """Returns a free port for each name, no two the same."""
    with contextlib.ExitStack() as held:
        ports = {}
        for name in names:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports[name] = int(probe.getsockname()[1])
        return ports


def _config(app: Any, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=IDLE_SECONDS,
        ws="websockets-sansio",
    )


@contextlib.contextmanager
def in_thread(app: Any, port: int | None = None) -> Iterator[str]:
    """Serves `app` from a thread with its own event loop; yields its base URL."""
    port = port or free_port()
    server = uvicorn.Server(_config(app, port))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError(f"the app did not start on 127.0.0.1:{port}")
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def forever(app: Any, port: int) -> None:
    """Serves `app` on 127.0.0.1:`port` until SIGINT or SIGTERM."""
    uvicorn.Server(_config(app, port)).run()
