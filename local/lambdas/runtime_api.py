"""Lambda's Runtime API on loopback, as AWS documents it: one execution environment's end of it.

The runtime client asks for the next invocation, and posts what came of it. What it asks that AWS
does not document is answered 404.
"""

import http.server
import json
import queue
import re
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

_VERSION = "/2018-06-01/runtime"
_ANSWER = re.compile(rf"{_VERSION}/invocation/([\w-]+)/(response|error)")
ARN = "arn:aws:lambda:eu-central-1:000000000000:function:"


class FunctionError(RuntimeError):
    """The function failed: its handler raised, or it couldn't be started. The message says how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one invocation."""

    payload: Any
    seconds: float
    """From when the client had the event until its answer was here."""


@dataclass(slots=True)
class _Asked:
    id: str
    event: bytes
    deadline_ms: int


class RuntimeApi:
    """What the runtime client of one execution environment talks to.

    Attributes:
        address: `host:port`, for AWS_LAMBDA_RUNTIME_API.
    """

    def __init__(self, port: int, function: str) -> None:
        self.address = f"127.0.0.1:{port}"
        self._arn = ARN + function
        self._asked: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[float, str, bytes]] = queue.SimpleQueue()
        self._ready = threading.Event()
        self._ready_at = 0.0
        self._handed_at = 0.0

    def wait_ready(self, seconds: float) -> float | None:
        """Returns when (time.monotonic) the client first asked; None if it has not by then."""
        return self._ready_at if self._ready.wait(seconds) else None

    def invoke(self, event: Any, seconds: float) -> Answer:
        """Gives the client an event (JSON, or its bytes) and returns its answer.

        Raises:
            FunctionError: the handler raised, or there is no answer within `seconds`.
        """
        content = event if isinstance(event, bytes) else json.dumps(event).encode()
        deadline_ms = int((time.time() + seconds) * 1000)
        self._asked.put(_Asked(str(uuid.uuid4()), content, deadline_ms))
        return self._next_answer(seconds)

    def init_error(self) -> FunctionError:
        """Returns why the environment could not be started, as far as the client has said."""
        try:
            self._next_answer(0.2)
        except FunctionError as error:
            return error
        return FunctionError("it ended before it asked for an event")

    def _next_answer(self, seconds: float) -> Answer:
        try:
            at, kind, body = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise FunctionError(f"no answer within {seconds:.1f} s") from None
        payload: Any = json.loads(body) if body else None
        if kind == "error":
            raise FunctionError(f"{payload['errorType']}: {payload['errorMessage']}")
        return Answer(payload, at - self._handed_at)

    def _next(self) -> _Asked:
        """For the server: waits for an event."""
        if not self._ready.is_set():
            self._ready_at = time.monotonic()
            self._ready.set()
        asked = self._asked.get()
        self._handed_at = time.monotonic()
        return asked

    @classmethod
    @contextmanager
    def serving(cls, function: str) -> Iterator[Self]:
        """Serves from a thread."""
        with _Server(("127.0.0.1", 0), _Handler) as server:
            server.api = api = cls(server.server_port, function)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            try:
                yield api
            finally:
                server.shutdown()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that was killed left its question open
    api: RuntimeApi

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keeps quiet: the client was killed while it waited."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one segment

    def setup(self) -> None:
        # Or Nagle and delayed acknowledgements make 40 ms out of nothing.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def do_GET(self) -> None:
        if self.path != f"{_VERSION}/invocation/next":
            self._answer(404)
            return
        api = self.server.api
        asked = api._next()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": asked.id,
            "Lambda-Runtime-Deadline-Ms": str(asked.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": api._arn,
            "Content-Type": "application/json",
        }
        self._answer(200, asked.event, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answered = _ANSWER.fullmatch(self.path)
        failed = self.path == f"{_VERSION}/init/error"
        if not answered and not failed:
            self._answer(404)
            return
        kind = answered[2] if answered else "error"
        self.server.api._answers.put((time.monotonic(), kind, body))
        self._answer(202)

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keeps quiet."""
