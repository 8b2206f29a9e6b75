"""Runs commands on Valkey and counts what Upstash would bill for them."""

from collections import Counter
from collections.abc import Iterator

from local.upstash.commands import for_valkey, name, refusal
from local.upstash.resp import Command, ErrorReply, Pool, Reply

UNBILLED = frozenset((b"PING", b"INFO", b"AUTH"))
SCRIPT_CALLS = frozenset(
    (b"EVAL", b"EVAL_RO", b"EVALSHA", b"EVALSHA_RO", b"FCALL", b"FCALL_RO"),
)

MULTI = [b"MULTI"]
EXEC = [b"EXEC"]
COMMANDSTATS = [b"INFO", b"commandstats"]


class Database:
    """One Valkey as Upstash's customers see theirs, with the month's bill in `billed`.

    A script is billed as itself and every command that it calls. These are read off Valkey's own
    statistics before and after the script; a MULTI around the three keeps other clients' commands
    out of the difference. A command that fails is billed as one that succeeds, the dearer of the
    two readings: Upstash's documentation doesn't say.
    """

    def __init__(self, valkey_port: int) -> None:
        self.billed: Counter[str] = Counter()
        self._pool = Pool(valkey_port)

    def close(self) -> None:
        """Closes the connections that no request uses."""
        self._pool.close()

    async def run(self, commands: list[Command]) -> list[Reply]:
        """Runs `commands` one after another; a refused or failed one doesn't stop the others.

        Raises:
            OSError: Valkey can't be reached, or (TimeoutError) is too slow.
            EOFError: Valkey closed the connection.
        """
        refusals = [refusal(command) for command in commands]
        accepted = [
            for_valkey(command)
            for command, refused in zip(commands, refusals, strict=True)
            if refused is None
        ]
        replies = await self._run(accepted)
        return [next(replies) if refused is None else refused for refused in refusals]

    async def transact(self, commands: list[Command]) -> list[Reply] | ErrorReply:
        """Runs `commands` as one MULTI/EXEC; the one error when none of them was run.

        Raises:
            OSError: Valkey can't be reached, or (TimeoutError) is too slow.
            EOFError: Valkey closed the connection.
        """
        for command in commands:
            if (refused := refusal(command)) is not None:
                return refused
        commands = [for_valkey(command) for command in commands]
        replies = _executed(await self._pool.exchange(_transaction(commands)))
        if isinstance(replies, ErrorReply):
            return ErrorReply(f"EXECABORT Transaction discarded because of: {replies.text}")
        results = iter(replies)
        return [self._billed(command, results) for command in commands]

    async def _run(self, commands: list[Command]) -> Iterator[Reply]:
        sent: list[Command] = []
        for command in commands:
            sent += _transaction([command]) if _is_script(command) else [command]
        replies = iter(await self._pool.exchange(sent) if sent else ())
        return iter([self._result(command, replies) for command in commands])

    def _result(self, command: Command, replies: Iterator[Reply]) -> Reply:
        """Takes the replies to one command of `_run`; bills it."""
        if not _is_script(command):
            return self._billed(command, replies)
        executed = _executed([next(replies) for _ in _transaction([command])])
        if isinstance(executed, ErrorReply):
            self._bill(command)
            return executed
        return self._billed(command, iter(executed))

    def _billed(self, command: Command, replies: Iterator[Reply]) -> Reply:
        """Takes one command's own reply out of those to `_measured(command)`; bills it."""
        self._bill(command)
        if not _is_script(command):
            return next(replies)
        before, reply, after = _calls(next(replies)), next(replies), _calls(next(replies))
        called = after - before
        called.subtract((name(command), b"INFO"))  # the script itself and the first reading
        for inner, times in called.items():
            if times > 0 and inner not in UNBILLED:
                self.billed[inner.decode()] += times
        return reply

    def _bill(self, command: Command) -> None:
        if name(command) not in UNBILLED:
            self.billed[name(command).decode()] += 1


def _is_script(command: Command) -> bool:
    return name(command) in SCRIPT_CALLS


def _measured(command: Command) -> list[Command]:
    return [COMMANDSTATS, command, COMMANDSTATS] if _is_script(command) else [command]


def _transaction(commands: list[Command]) -> list[Command]:
    return [MULTI, *(part for command in commands for part in _measured(command)), EXEC]


def _executed(replies: list[Reply]) -> list[Reply] | ErrorReply:
    """Returns EXEC's replies, or why a command could not even be queued."""
    *queued, executed = replies
    if isinstance(executed, list):
        return executed
    return next(reply for reply in [*queued, executed] if isinstance(reply, ErrorReply))


def _calls(commandstats: Reply) -> Counter[bytes]:
    """Reads the calls of each command: `cmdstat_xinfo|groups:calls=2,usec=9,…` is 2 of XINFO."""
    calls: Counter[bytes] = Counter()
    if isinstance(commandstats, bytes):
        for line in commandstats.splitlines()[1:]:
            label, _, figures = line.partition(b":calls=")
            command, _, _ = label.removeprefix(b"cmdstat_").partition(b"|")
            calls[command.upper()] += int(figures.partition(b",")[0])
    return calls
