"""A hot function runs where what it doesn't need is not installed: its cold start pays for less."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.community import ROOM
from tests.stack import LIVEKIT_ROOM, Stack

ROOT = Path(__file__).parent.parent.parent
NEVER = ["livekit", "supabase", "aiohttp", "google.protobuf", "numpy", "valkey", "uvicorn"]
WITHOUT = {
    "functions.livekit.webhook": [*NEVER, "cryptography"],
    "functions.livekit.token": NEVER,
    "functions.livekit.participants": NEVER,
    "functions.rooms.room_id.index": NEVER,
}
# What Lambda does: import the handler, then give it an API Gateway event.
LAMBDA = """
import importlib, json, sys
missing, module, event = json.loads(sys.argv[1])
class Missing:
    def find_spec(self, name, path=None, target=None):
        if any(name == m or name.startswith(m + ".") for m in missing):
            raise ModuleNotFoundError(f"{name} is not installed here", name=name)
sys.meta_path.insert(0, Missing())
answer = importlib.import_module(module).handler(event, None)
print(json.dumps([answer["statusCode"], answer["body"]]))
"""


def event(
    method: str, path: str, body: str = "", query: str = "", **headers: str
) -> dict[str, Any]:
    """An API Gateway v2 event."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json", **headers},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def run(module: str, said: dict[str, Any], missing: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs one invocation in a process of its own, without the `missing` packages."""
    return subprocess.run(
        [sys.executable, "-c", LAMBDA, json.dumps([missing, module, said])],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("module", WITHOUT)
def test_it_runs_without(stack: Stack, module: str) -> None:
    """A real request, from import to answer, needs none of the forbidden packages."""
    *_, joined = stack.join("member")
    bearer = stack.bearer("member")["Authorization"]
    said, status = {
        "functions.livekit.webhook": (
            event(
                "POST",
                "/api/livekit/webhook",
                joined.body.decode(),
                authorization=stack.simulator.sign(joined.body),
            ),
            200,
        ),
        "functions.livekit.token": (
            event(
                "POST",
                "/api/livekit/token",
                json.dumps({"room_name": LIVEKIT_ROOM}),
                authorization=bearer,
            ),
            201,
        ),
        "functions.livekit.participants": (
            event(
                "GET", "/api/livekit/participants", query=f"room_id={ROOM}", authorization=bearer
            ),
            200,
        ),
        "functions.rooms.room_id.index": (
            event("GET", f"/api/rooms/{ROOM}", authorization=bearer),
            200,
        ),
    }[module]
    done = run(module, said, WITHOUT[module])
    assert done.returncode == 0, done.stderr
    answered, body = json.loads(done.stdout.splitlines()[-1])
    assert answered == status, body


def test_the_fallback_too(stack: Stack) -> None:
    """Without Redis, participants reads LiveKit's list with neither livekit-api nor supabase."""
    stack.join("member")
    stack.upstash.set("refuse")
    module = "functions.livekit.participants"
    bearer = stack.bearer("member")["Authorization"]
    path = "/api/livekit/participants"
    said = event("GET", path, query=f"room_id={ROOM}", authorization=bearer)
    done = run(module, said, WITHOUT[module])
    assert done.returncode == 0, done.stderr
    assert json.loads(json.loads(done.stdout.splitlines()[-1])[1])["source"] == "livekit"


def test_a_needed_package_is_missed(stack: Stack) -> None:
    """The check can fail: without a package that it needs, a function does not run."""
    said = event("POST", "/api/livekit/webhook")
    done = run("functions.livekit.webhook", said, ["httpx"])
    assert "httpx is not installed here" in done.stderr
