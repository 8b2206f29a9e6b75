"""Readers who each ask once a second, in an open loop: a process of its own.

`python -m bench.load` reads a Plan as JSON from stdin and writes a Result as JSON to stdout. A
reader is one keep-alive connection; they come one after another during the warm-up. Requests are
due at even distances, and latency counts from when a request was due: one that waits because an
earlier one is late counts its wait. HTTP/1.1 over plain asyncio streams, since a full client would
cost more than the server it measures.
"""

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from typing import Self

READY_S = 0.5
ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked, and how often.

    Attributes:
        port: of the server on 127.0.0.1.
        path: with its query.
        tokens: one bearer token a reader, and as many again for those who take their places.
        seconds: how long is measured, after the warm-up.
        warm_up: seconds before, not measured.
        turnover_s: in this time every reader's place is taken by somebody new.
    """

    port: int
    path: str
    tokens: list[str]
    seconds: float
    warm_up: float
    turnover_s: float

    def run(self) -> "Result":
        """Runs this plan in a process of its own."""
        answer = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            input=json.dumps(asdict(self)),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=self.warm_up + self.seconds + 60,
        )
        return Result(**json.loads(answer.stdout))


@dataclass(slots=True)
class Result:
    """Latencies in milliseconds from when each was due, and what went wrong (status → count)."""

    latencies_ms: list[float] = field(default_factory=list)
    warm_up_requests: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    a_body: str = ""


class Connection:
    """One keep-alive connection; opened when needed."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        """Opens nothing yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connection."""
        if self._streams is not None:
            self._streams[1].close()

    async def get(self, token: str) -> tuple[int, bytes]:
        """Returns the status and the body.

        Raises:
            OSError: no connection, or (TimeoutError) no answer within ANSWER_S.
            EOFError: the server hung up.
        """
        async with asyncio.timeout(ANSWER_S):
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._plan.port)
            reader, writer = self._streams
            head = f"GET {self._plan.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}"
            writer.write(f"{head}\r\n\r\n".encode())
            try:
                lines = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
                length = next(int(line[15:]) for line in lines if line[:15] == b"content-length:")
                return int(lines[0].split()[1]), await reader.readexactly(length)
            except (OSError, EOFError):
                self._streams = None
                raise


async def read(plan: Plan) -> Result:
    """Runs every reader of the plan."""
    result = Result()
    readers = len(plan.tokens) // 2
    start = asyncio.get_running_loop().time() + READY_S
    await asyncio.gather(*(_reader(plan, result, n, readers, start) for n in range(readers)))
    return result


async def _reader(plan: Plan, result: Result, number: int, readers: int, start: float) -> None:
    loop = asyncio.get_running_loop()
    place = number / readers
    async with Connection(plan) as connection:
        at = place + int(place * plan.warm_up)
        while at < plan.warm_up + plan.seconds:
            await asyncio.sleep(start + at - loop.time())
            token = plan.tokens[number if at < place * plan.turnover_s else number + readers]
            try:
                status, body = await connection.get(token)
                outcome = str(status)
            except (OSError, EOFError) as error:
                outcome, body = type(error).__name__, b""
            result.warm_up_requests += at < plan.warm_up
            if outcome != "200":
                result.failures[outcome] = result.failures.get(outcome, 0) + 1
            elif at < plan.warm_up:
                result.a_body = body.decode()
            else:
                result.latencies_ms.append((loop.time() - start - at) * 1000)
            at += 1


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(read(Plan(**json.load(sys.stdin))))), sys.stdout)
