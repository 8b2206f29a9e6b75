"""The doctor beside LiveKit's own server: all is well, from LiveKit's webhook to Redis."""

import json
import os

import pytest

from deploy.doctor.__main__ import main
from local.livekit import server
from tests.stack import Stack


def test_all_is_well(
    stack: Stack,
    livekit: server.Server,
    migrated_dsn: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every check passes but the quota of an account that there is none of; nothing is left."""
    assert livekit.process.poll() is None
    environ = {**os.environ, "DATABASE_URL": migrated_dsn}
    status = main(["--json"], environ)
    found = json.loads(capsys.readouterr().out)
    unwell = {c["name"]: c["found"] for c in found["checks"] if c["status"] != "ok"}
    assert unwell == {"upstash: quota": "UPSTASH_EMAIL and UPSTASH_API_KEY not set"}
    assert (status, found["ok"]) == (0, True)
    assert found["seconds"] < 60
    assert stack.valkey.keys("*") == []
