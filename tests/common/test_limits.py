"""The limiter as it is deployed: several processes of it, one Redis."""

import asyncio
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from common import http, limits
from common.memory import forget_everything
from common.rate_limit import Rule
from tests.stack import Stack

ROOT = Path(__file__).parent.parent.parent
PROCESSES = 4
EACH = 15
PROCESS = """
import asyncio, json, sys
from common import http, limits
from common.rate_limit import Rule

async def main():
    rule = Rule("burst", int(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()  # all start at once
    answers = await asyncio.gather(*(limits.check(rule, "u") for _ in range(int(sys.argv[2]))))
    await http.close()
    print(json.dumps([[a.allowed, a.remaining, a.reset_s] for a in answers]))

asyncio.run(main())
"""


@pytest.mark.parametrize("limit", [1, 20])
def test_processes_at_once(stack: Stack, limit: int) -> None:
    """Of a burst over several processes exactly the limit is admitted, not one more or fewer."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(limit), str(EACH)],
            cwd=ROOT,
            env={**os.environ, "SANGHA_REDIS_DEADLINE_MS": "20000"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    began = time.monotonic()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [a for process in processes for a in json.loads(process.communicate(timeout=60)[0])]
    assert len(answers) == PROCESSES * EACH
    assert sum(allowed for allowed, _, _ in answers) == limit
    assert sorted(r for allowed, r, _ in answers if allowed) == list(range(limit))
    # A request that began a moment before the oldest admission waits that moment longer.
    longest_s = 60 + math.ceil(time.monotonic() - began)
    assert all(1 <= reset_s <= longest_s for _, _, reset_s in answers)


def test_one_process_at_once(stack: Stack) -> None:
    """Of a burst in one process exactly the limit is admitted."""
    forget_everything()

    async def burst() -> list[bool]:
        rule = Rule("burst", 5)
        answers = await asyncio.gather(*(limits.check(rule, "u") for _ in range(30)))
        await http.close()
        return [answer.allowed for answer in answers]

    assert sum(asyncio.run(burst())) == 5
