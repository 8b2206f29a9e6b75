"""LiveKit's real server in the place of the simulator."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from common.settings import settings
from local.livekit import server
from tests.stack import Stack

KEY, SECRET = "e2ekey", "livekit-secret-of-the-e2e-tests-32-chars"


@contextmanager
def beside(stack: Stack) -> Iterator[server.Server]:
    """Runs LiveKit's own server, its webhooks going to the API, the API pointed at it."""
    binary = server.find_or_build(print)
    webhook = f"{stack.api.base_url}/api/livekit/webhook"
    before = dict(os.environ)
    with server.running(
        binary, api_key=KEY, api_secret=SECRET, webhook_url=webhook, udp_ports=(50200, 50400)
    ) as running:
        os.environ["LIVEKIT_URL"] = running.url.replace("http", "ws", 1)
        os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"] = KEY, SECRET
        settings.cache_clear()
        yield running
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()
