"""LiveKit's own JavaScript SDK against our token endpoint."""

import os
import subprocess
from pathlib import Path

from local.community import PEOPLE
from tests.stack import LIVEKIT_ROOM, Stack

SCRIPT = Path(__file__).with_name("token_source.mjs")
SCRIPT_SECONDS = 30.0


def test_token_source_endpoint(node: str, node_modules: Path, stack: Stack) -> None:
    """`TokenSource.endpoint` works unchanged: its request is understood, and our answer by it."""
    result = subprocess.run(
        [node, str(SCRIPT)],
        cwd=node_modules,
        env={
            **os.environ,
            "SANGHA_URL": str(stack.api.base_url).rstrip("/"),
            "ACCESS_TOKEN": stack.token("member"),
            "ROOM_NAME": LIVEKIT_ROOM,
            "IDENTITY": str(PEOPLE["member"]),
        },
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr
