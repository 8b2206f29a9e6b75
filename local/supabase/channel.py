"""One topic that one client has joined."""

import asyncio
import time
from collections.abc import Callable

from local.supabase.callers import Caller
from local.supabase.hub import Broadcast, Hub
from local.supabase.phoenix import Frame


class Channel:
    """Hears a topic for a client, for as long as its token is good."""

    def __init__(
        self,
        topic: str,
        name: str,
        *,
        join_ref: str | None,
        private: bool,
        hears_itself: bool,
        acknowledges: bool,
        hub: Hub,
        send: Callable[[Frame], None],
        close: Callable[["Channel", str], None],
    ) -> None:
        self.topic = topic  # on the wire: `realtime:` and the name
        self.name = name
        self.join_ref = join_ref
        self.private = private
        self.hears_itself = hears_itself
        self.acknowledges = acknowledges
        self.caller = Caller("anon")
        self._hub = hub
        self._send = send
        self._close = close
        self._expiry: asyncio.TimerHandle | None = None

    def join(self, caller: Caller) -> None:
        """Begins, or goes on with a fresh token, until that expires."""
        self.caller = caller
        self._hub.join(self.name, self, private=self.private)
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if "exp" in caller.claims:
            left = max(0.0, caller.claims["exp"] - time.time())
            loop = asyncio.get_running_loop()
            self._expiry = loop.call_later(left, self._close, self, "Token has expired")

    def leave(self) -> None:
        """Ends."""
        self._hub.leave(self.name, self, private=self.private)
        if self._expiry is not None:
            self._expiry.cancel()

    def hear(self, broadcast: Broadcast) -> None:
        """Passes a broadcast to the client."""
        self._send(Frame(self.topic, "broadcast", broadcast.wire(), join_ref=self.join_ref))
