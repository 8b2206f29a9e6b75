"""Runs our Redis commands on a real Valkey under an injected clock.

Valkey's own TTLs run in real time, which schedules outrun by hours. So what a command's TTL says
is noted here, and deleted from Valkey when the injected clock passes it.
"""

from collections.abc import Callable
from typing import Any

from valkey import Valkey

Command = tuple[str | int, ...]


class AgingValkey:
    """A Valkey whose keys and fields expire by `clock` (milliseconds)."""

    def __init__(self, port: int, clock: Callable[[], int]) -> None:
        self._valkey = Valkey(host="127.0.0.1", port=port, protocol=2, decode_responses=True)
        self._valkey.response_callbacks.clear()  # raw replies: what Upstash's protocol carries
        self._clock = clock
        self._expires: dict[tuple[str, str | None], int] = {}
        self.commands = 0

    def execute(self, *command: str | int) -> Any:
        """Runs one command and returns its reply as upstash-redis casts it."""
        self._age()
        self.commands += 1
        reply = self._valkey.execute_command(*command)
        if not self._was_refused(command, reply):
            self._note(command)
        if command[0] == "HGETALL":
            return dict(zip(reply[::2], reply[1::2], strict=True))
        return reply == "OK" if command[0] == "SET" else reply

    async def execute_async(self, *command: str | int) -> Any:
        """As `execute`, in place of `common.redis.execute`."""
        return self.execute(*command)

    async def fields(self, key: str) -> dict[str, str]:
        """In place of `common.redis.fields`."""
        return dict(self.execute("HGETALL", key))

    def flush(self) -> None:
        """Empties Valkey and forgets every expiry."""
        self._valkey.execute_command("FLUSHALL")
        self._expires.clear()
        self.commands = 0

    def close(self) -> None:
        """Closes the connections."""
        self._valkey.close()

    def _age(self) -> None:
        now = self._clock()
        for key, field in [place for place, ends in self._expires.items() if ends <= now]:
            del self._expires[key, field]
            if field is None:
                self._valkey.execute_command("DEL", key)
            else:
                self._valkey.execute_command("HDEL", key, field)

    @staticmethod
    def _was_refused(command: Command, reply: Any) -> bool:
        return (command[0] == "HSETEX" and reply == 0) or (command[0] == "SET" and reply != "OK")

    def _note(self, command: Command) -> None:
        name, key = command[0], str(command[1])
        if name == "SET":
            self._expires[key, None] = self._clock() + int(command[command.index("PX") + 1])
        elif name in {"HSETEX", "HEXPIRE"}:
            at = command.index("FIELDS")
            seconds = command[command.index("EX") + 1] if name == "HSETEX" else command[2]
            fields = command[at + 2 :: 2] if name == "HSETEX" else command[at + 2 :]
            for field in fields:
                self._expires[key, str(field)] = self._clock() + int(seconds) * 1000
