"""The one HTTP client of a process: one TLS context, connections that outlive an idle minute."""

import asyncio
import ssl
from weakref import WeakKeyDictionary

import httpx

IDLE_CONNECTION_S = 60  # httpx's own 5 s would make most requests of a small community reconnect
LONGEST_S = 10.0  # each edge sets its own, shorter deadline around the whole call
AT_ONCE = 8
"""Requests under way to one vendor. httpcore looks through its whole pool several times a
request, so a large pool costs more than waiting for one's turn in a small one."""


class _PoolPerVendor(httpx.AsyncBaseTransport):
    """A small pool for each vendor: one that hangs doesn't hold up the others."""

    def __init__(self) -> None:
        self._context: ssl.SSLContext = httpx.create_ssl_context()
        self._pools: dict[str, tuple[asyncio.Semaphore, httpx.AsyncHTTPTransport]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request when it is its turn."""
        # Broadcasts may wait for each other, but a token is not to wait for broadcasts.
        lane = "realtime" if request.url.path.startswith("/realtime/") else ""
        turn, pool = self._pool(f"{request.url.host}:{request.url.port}/{lane}")
        async with turn:
            return await pool.handle_async_request(request)

    def _pool(self, vendor: str) -> tuple[asyncio.Semaphore, httpx.AsyncHTTPTransport]:
        if vendor not in self._pools:
            limits = httpx.Limits(
                max_keepalive_connections=AT_ONCE, keepalive_expiry=IDLE_CONNECTION_S
            )
            pool = httpx.AsyncHTTPTransport(verify=self._context, limits=limits)
            self._pools[vendor] = asyncio.Semaphore(AT_ONCE), pool
        return self._pools[vendor]

    async def aclose(self) -> None:
        """Closes every connection."""
        for _, pool in self._pools.values():
            await pool.aclose()


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()


def client() -> httpx.AsyncClient:
    """Returns the client of the running event loop; its connections belong to that loop."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = httpx.AsyncClient(timeout=LONGEST_S, transport=_PoolPerVendor())
    return _clients[loop]


async def close() -> None:
    """Closes the client of the running loop: a server that stops leaves no connection behind."""
    found = _clients.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.aclose()
