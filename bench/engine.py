"""Runs our Redis commands on a real Valkey under an injected clock.

Valkey's own TTLs run in real time, which schedules outrun by hours, and which outruns a schedule of
50 ms on a busy machine. So what a command's TTL says is noted here, and deleted from Valkey when
the injected clock passes it; to Valkey itself milliseconds are told as seconds.
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
        reply = self._valkey.execute_command(*_lasting(command))
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
        at, name, key = _ttl_at(command), command[0], str(command[1])
        if at is None:
            return
        ttl = int(command[at])
        if name == "SET":
            self._expires[key, None] = self._clock() + ttl
            return
        first = command.index("FIELDS") + 2
        fields = command[first::2] if name == "HSETEX" else command[first:]
        for field in fields:
            self._expires[key, str(field)] = self._clock() + ttl * 1000


def _lasting(command: Command) -> Command:
    """Returns the command with a TTL that no run outlives: seconds last, milliseconds don't."""
    return tuple("EX" if part == "PX" else part for part in command)


def _ttl_at(command: Command) -> int | None:
    """Returns where in a command its TTL stands, if it has one."""
    match command[0]:
        case "SET":
            return command.index("PX") + 1
        case "HSETEX":
            return command.index("EX") + 1
        case "HEXPIRE":
            return 2
    return None
