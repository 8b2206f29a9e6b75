"""Upstash's REST protocol as an ASGI app.

Plain ASGI and no framework: latencies are measured through it.
"""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

from local.faults import Receive, Scope, Send, respond
from local.upstash import read_only
from local.upstash.database import Database
from local.upstash.request import (
    TOKEN_PARAMETER,
    RequestError,
    command_from_json,
    command_from_path,
    commands_from_json,
    query_parameters,
)
from local.upstash.resp import Command, ErrorReply, Reply

BILL_PATH = "/_local/commands"
METHODS = frozenset(("HEAD", "GET", "POST", "PUT"))
MAX_REQUEST_BYTES = 10 * 1024 * 1024
WRONG_TOKEN = "WRONGPASS invalid or missing auth token"
# One node has no replica to wait for: any token stands for all writes so far.
SYNC_TOKEN = (b"upstash-sync-token", b"local")

Text = Callable[[bytes], str]


class RestApi:
    """One database over HTTP, for bearers of its token or, to read, of its read-only token."""

    def __init__(self, database: Database, token: str, read_only_token: str | None) -> None:
        self._database = database
        self._token = token.encode()
        self._read_only_token = read_only_token.encode() if read_only_token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request, or follows the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == BILL_PATH:
            await self._bill(scope["method"], send)
        elif scope["type"] == "http":
            try:
                status, body = await self._answer(scope, receive)
            except RequestError as error:
                status, body = error.status, {"error": str(error)}
            except (OSError, EOFError) as error:
                status, body = 503, {"error": f"ERR no answer from the local Valkey: {error!r}"}
            await _respond(send, status, body)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, Any]:
        headers = dict(scope["headers"])
        parameters = query_parameters(scope["query_string"])
        may_write = self._authenticate(headers, parameters)
        text = _text_of(headers)
        path, method = scope["path"], scope["method"]
        batch = path in {"/pipeline", "/multi-exec"}
        if method not in METHODS or (batch and method != "POST"):
            raise RequestError(405, "ERR method not allowed")
        body = await _body(receive)
        if path == "/pipeline":
            replies = await self._run(commands_from_json(body), may_write=may_write)
            return 200, [_result(reply, text) for reply in replies]
        if path == "/multi-exec":
            outcome = await self._transact(commands_from_json(body), may_write=may_write)
            if isinstance(outcome, ErrorReply):
                return 400, {"error": outcome.text}
            return 200, [_result(reply, text) for reply in outcome]
        if path == "/" and method == "POST":
            command = command_from_json(body)
        else:
            command = command_from_path(scope["raw_path"], body, parameters)
        [reply] = await self._run([command], may_write=may_write)
        return 400 if isinstance(reply, ErrorReply) else 200, _result(reply, text)

    def _authenticate(
        self, headers: dict[bytes, bytes], parameters: list[tuple[bytes, bytes]]
    ) -> bool:
        """Says whether the bearer may write; RequestError for nobody's token."""
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer":
            token = dict(parameters).get(TOKEN_PARAMETER, b"")
        if hmac.compare_digest(token, self._token):
            return True
        if self._read_only_token and hmac.compare_digest(token, self._read_only_token):
            return False
        raise RequestError(401, WRONG_TOKEN)

    async def _run(self, commands: list[Command], *, may_write: bool) -> list[Reply]:
        refusals = [None if may_write else read_only.refusal(command) for command in commands]
        allowed = [c for c, refused in zip(commands, refusals, strict=True) if refused is None]
        replies = iter(await self._database.run(allowed) if allowed else ())
        return [next(replies) if refused is None else refused for refused in refusals]

    async def _transact(
        self, commands: list[Command], *, may_write: bool
    ) -> list[Reply] | ErrorReply:
        refusals = [None if may_write else read_only.refusal(command) for command in commands]
        refused = next((each for each in refusals if each is not None), None)
        return refused or await self._database.transact(commands)

    async def _bill(self, method: str, send: Send) -> None:
        billed = self._database.billed
        if method not in {"GET", "DELETE"}:
            await respond(send, 405, {"error": f"{BILL_PATH} takes GET and DELETE"})
            return
        if method == "DELETE":
            billed.clear()
        await respond(send, 200, {"billed": billed.total(), "by_command": dict(billed)})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._database.close()
        await send({"type": "lifespan.shutdown.complete"})


def _text_of(headers: dict[bytes, bytes]) -> Text:
    """Returns how strings are written in the answer."""
    if headers.get(b"upstash-response-format", b"json") != b"json":
        raise RequestError(400, "ERR the local stand-in answers in JSON only")
    encoding = headers.get(b"upstash-encoding")
    if encoding is None:
        return _utf8
    if encoding != b"base64":
        raise RequestError(400, "ERR Upstash-Encoding is base64 or absent")
    return _base64


def _utf8(value: bytes) -> str:
    return value.decode(errors="replace")


def _base64(value: bytes) -> str:
    return "OK" if value == b"OK" else base64.b64encode(value).decode()


def _result(reply: Reply, text: Text) -> dict[str, Any]:
    if isinstance(reply, ErrorReply):
        return {"error": reply.text}
    return {"result": _json(reply, text)}


def _json(reply: Reply, text: Text) -> Any:
    if isinstance(reply, bytes):
        return text(reply)
    if isinstance(reply, list):
        return [_json(item, text) for item in reply]
    return reply.text if isinstance(reply, ErrorReply) else reply


async def _respond(send: Send, status: int, body: Any) -> None:
    content = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(content)),
        SYNC_TOKEN,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _body(receive: Receive) -> bytes:
    """Returns the request's body; one that is too long is read to its end, but not kept."""
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError(400, "ERR the client left before its request was whole")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_REQUEST_BYTES:
            chunks.append(chunk)
        more = message.get("more_body", False)
    if size > MAX_REQUEST_BYTES:
        raise RequestError(413, f"ERR max request size exceeded. Limit: {MAX_REQUEST_BYTES} bytes")
    return b"".join(chunks)
