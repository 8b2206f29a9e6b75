"""The one HTTP client of a process: one TLS context, connections that outlive an idle minute."""

import asyncio

import httpx

IDLE_CONNECTION_S = 60  # httpx's own 5 s would make most requests of a small community reconnect
CONNECT_S = 3.0  # each edge sets its own, shorter deadline around the whole call

_client: tuple[asyncio.AbstractEventLoop, httpx.AsyncClient] | None = None


def client() -> httpx.AsyncClient:
    """Returns the client of the running event loop; its connections belong to that loop."""
    global _client  # noqa: PLW0603 - one client a process is the point
    loop = asyncio.get_running_loop()
    if _client is None or _client[0] is not loop:
        limits = httpx.Limits(max_keepalive_connections=32, keepalive_expiry=IDLE_CONNECTION_S)
        _client = (loop, httpx.AsyncClient(timeout=CONNECT_S, limits=limits))
    return _client[1]
