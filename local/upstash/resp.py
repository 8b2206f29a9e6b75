"""RESP2, the wire protocol of Redis: commands out, replies as they are.

A client library would turn replies into Python's types and cut the code off an error; a REST
answer needs both as the server sent them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

HOST = "127.0.0.1"
# Far above any command's time: only a Lua script without an end, or a stopped server, meets it.
REPLY_SECONDS = 10.0
LINE_BYTES = 16 * 1024 * 1024  # a script may answer with a status or an error of any length

Command: TypeAlias = list[bytes]


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """An error as the server words it, code first: "WRONGTYPE Operation against …"."""

    text: str


Reply: TypeAlias = "bytes | int | ErrorReply | list[Reply] | None"


def _packed(command: Command) -> bytes:
    arguments = (b"$%d\r\n%b\r\n" % (len(argument), argument) for argument in command)
    return b"*%d\r\n%b" % (len(command), b"".join(arguments))


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @property
    def closed(self) -> bool:
        return self._reader.at_eof() or self._writer.is_closing()

    def close(self) -> None:
        self._writer.close()

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        self._writer.write(b"".join(map(_packed, commands)))
        return [await self._reply() for _ in commands]

    async def _reply(self) -> Reply:
        line = await self._reader.readuntil(b"\r\n")
        kind, value = line[:1], line[1:-2]
        if kind == b"$":
            length = int(value)
            return None if length < 0 else (await self._reader.readexactly(length + 2))[:-2]
        if kind == b":":
            return int(value)
        if kind == b"+":
            return value
        if kind == b"*":
            length = int(value)
            return None if length < 0 else [await self._reply() for _ in range(length)]
        return ErrorReply(value.decode(errors="replace"))


class Pool:
    """Connections to one server, each lent to one exchange at a time. For one event loop."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[_Connection] = []

    async def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        """Sends `commands` in one write; returns their replies, in order.

        Raises:
            OSError: No connection, or (TimeoutError) no reply in REPLY_SECONDS.
            EOFError: The server closed the connection.
        """
        connection = await self._take()
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                replies = await connection.exchange(commands)
        except BaseException:
            connection.close()  # its next reply would be the answer to another question
            raise
        self._idle.append(connection)
        return replies

    async def _take(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
            connection.close()
        async with asyncio.timeout(REPLY_SECONDS):
            return _Connection(*await asyncio.open_connection(HOST, self._port, limit=LINE_BYTES))

    def close(self) -> None:
        """Closes the idle connections."""
        while self._idle:
            self._idle.pop().close()
