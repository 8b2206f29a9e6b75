"""Faults that a stand-in can be told to have.

Every stand-in is wrapped in `Faults`. Over HTTP, on loopback only:

    POST /_local/faults   {"mode": "hang", "times": 1, "path": "/pipeline", "ms": 0, "status": 500}
    DELETE /_local/faults    (no more faults)
    GET /_local/faults       (what is set)

`times` is how many matching requests meet the fault (absent: all, until deleted);
`path` is a prefix of the request's path (absent: any path).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MODES = {
    "delay": "answers after `ms` milliseconds",
    "hang": "takes the request and never answers",
    "drop": "applies the request, then cuts the connection without an answer",
    "refuse": "cuts the connection without applying the request",
    "status": "answers `status` (default 500) without applying the request",
    "garbage": "answers 200 with a body that is no JSON",
    "quota": "answers 400 as Upstash does when the month's commands are spent",
}
CONTROL_PATH = "/_local/faults"
QUOTA_ERROR = (
    "ERR max requests limit exceeded. Limit: 500000, Usage: 500000. "
    "See https://upstash.com/docs/redis/troubleshooting/max_requests_limit for details"
)


@dataclass
class Fault:
    """One fault: what happens, to which requests, how often."""

    mode: str
    path: str = "/"
    times: int | None = None
    ms: float = 0
    status: int = 500

    def __post_init__(self) -> None:
        """ValueError for a mode that is not in MODES, TypeError for what is no number."""
        if not isinstance(self.ms, int | float) or not isinstance(self.times, int | None):
            raise TypeError("ms and times are numbers")
        if self.mode not in MODES:
            raise ValueError(f"unknown fault mode {self.mode!r}: one of {', '.join(MODES)}")


class Faults:
    """ASGI middleware that makes its app fail on demand. Must be the outermost one."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.active: list[Fault] = []

    def set(self, mode: str, **options: Any) -> Fault:
        """Adds a fault (fields of `Fault`); returns it."""
        fault = Fault(mode, **options)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Ends all faults."""
        self.active.clear()

    def _take(self, path: str) -> Fault | None:
        for fault in self.active:
            if path.startswith(fault.path) and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request; WebSockets and lifespan pass through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"] == CONTROL_PATH:
            await self._control(scope, receive, send)
            return
        fault = None if scope["path"].startswith("/_local/") else self._take(scope["path"])
        if fault is None:
            await self.app(scope, receive, send)
            return
        if fault.mode == "delay":
            await asyncio.sleep(fault.ms / 1000)
            await self.app(scope, receive, send)
        elif fault.mode == "hang":
            while (await receive())["type"] != "http.disconnect":
                pass
        elif fault.mode == "drop":
            await self.app(scope, receive, _swallow)
            _abort(send)
        elif fault.mode == "refuse":
            _abort(send)
        elif fault.mode == "status":
            await respond(send, fault.status, {"error": f"injected {fault.status}"})
        elif fault.mode == "garbage":
            await _raw(send, 200, b"<html>not json</html>", b"text/html")
        elif fault.mode == "quota":
            await respond(send, 400, {"error": QUOTA_ERROR})

    async def _control(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            body = b""
            while True:
                message = await receive()
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            try:
                self.set(**json.loads(body))
            except (TypeError, ValueError) as error:
                await respond(send, 400, {"error": str(error), "modes": MODES})
                return
        elif scope["method"] == "DELETE":
            self.clear()
        await respond(send, 200, {"faults": [asdict(fault) for fault in self.active]})


async def respond(send: Send, status: int, body: Any) -> None:
    """Sends `body` as JSON."""
    await _raw(send, status, json.dumps(body).encode(), b"application/json")


async def _raw(send: Send, status: int, body: bytes, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _swallow(_message: Message) -> None:
    """Takes the answer of an app whose client will never see it."""


def _abort(send: Send) -> None:
    """Cuts the TCP connection behind uvicorn's `send`."""
    cycle: Any = getattr(send, "__self__", None)
    if cycle is None or not hasattr(cycle, "transport"):
        raise RuntimeError("Faults must be uvicorn's app itself to cut a connection")
    cycle.disconnected = True
    cycle.transport.abort()
