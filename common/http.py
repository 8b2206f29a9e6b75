"""The one HTTP client of a process: one TLS context, connections that outlive an idle minute."""

import asyncio
from weakref import WeakKeyDictionary

import httpx

IDLE_CONNECTION_S = 60  # httpx's own 5 s would make most requests of a small community reconnect
LONGEST_S = 10.0  # each edge sets its own, shorter deadline around the whole call

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()


def client() -> httpx.AsyncClient:
    """Returns the client of the running event loop; its connections belong to that loop."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        limits = httpx.Limits(max_keepalive_connections=32, keepalive_expiry=IDLE_CONNECTION_S)
        _clients[loop] = httpx.AsyncClient(timeout=LONGEST_S, limits=limits)
    return _clients[loop]


async def close() -> None:
    """Closes the client of the running loop: a server that stops leaves no connection behind."""
    found = _clients.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.aclose()
