"""Upstash's own JavaScript client against the stand-in."""

import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).with_name("upstash.mjs")
SCRIPT_SECONDS = 30.0


def test_javascript_client(
    node: str, node_modules: Path, upstash_url: str, upstash_token: str
) -> None:
    """What @upstash/redis sends is understood, and what it is answered is understood by it."""
    result = subprocess.run(
        [node, str(SCRIPT)],
        cwd=node_modules,
        env={
            **os.environ,
            "UPSTASH_REDIS_REST_URL": upstash_url,
            "UPSTASH_REDIS_REST_TOKEN": upstash_token,
        },
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr
