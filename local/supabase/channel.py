"""One topic that one client has joined."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.supabase.callers import Caller
from local.supabase.hub import Broadcast, Hub
from local.supabase.join import Join
from local.supabase.phoenix import Frame
from local.supabase.presence import Calls, Diff


@dataclass(frozen=True, slots=True)
class Reads:
    """What a client may read of a topic. Presence is None until it is asked for."""

    broadcasts: bool
    presence: bool | None

    def __bool__(self) -> bool:
        return self.broadcasts or self.presence is True

    def are_less_than(self, before: "Reads") -> bool:
        """Says whether something was allowed before that isn't any more."""
        lost_presence = before.presence is True and self.presence is False
        return lost_presence or (before.broadcasts and not self.broadcasts)


ALL = Reads(broadcasts=True, presence=True)
"""Of a public topic: nobody is asked."""


class Channel:
    """Hears a topic for a client, for as long as its token is good."""

    def __init__(
        self,
        join: Join,
        *,
        hub: Hub,
        send: Callable[[Frame], None],
        close: Callable[["Channel", str], None],
    ) -> None:
        self.topic = join.topic
        self.name = join.name
        self.join_ref = join.ref
        self.private = join.private
        self.hears_itself = join.hears_itself
        self.acknowledges = join.acknowledges
        self.sees_presence = join.sees_presence
        self.caller = Caller("anon")
        self.reads = ALL
        self.may_track: bool | None = None if join.private else True  # None: not asked yet
        self.calls = Calls()
        self._key = join.presence_key
        self._hub = hub
        self._send = send
        self._close = close
        self._expiry: asyncio.TimerHandle | None = None

    def join(self, caller: Caller, reads: Reads) -> None:
        """Begins, or goes on with a fresh token, until that expires."""
        self.caller = caller
        self.reads = reads
        if self.private:
            self.may_track = None
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
        """Passes a broadcast to the client, if it may hear them."""
        if self.reads.broadcasts:
            self._push("broadcast", broadcast.wire())

    def see(self, diff: Diff) -> None:
        """Passes a change of who is there to the client, if it may see that."""
        if self.reads.presence:
            self._push("presence_diff", diff.wire())

    def show_presence(self) -> None:
        """Tells the client who is there, if it may see that."""
        if self.reads.presence:
            self._push("presence_state", self._hub.present(self.name, private=self.private))

    def track(self, payload: dict[str, Any]) -> None:
        """Makes the client present."""
        self._hub.track(self.name, self, self._key, payload, private=self.private)

    def untrack(self) -> None:
        """Ends that."""
        self._hub.untrack(self.name, self, private=self.private)

    def _push(self, event: str, payload: dict[str, Any]) -> None:
        self._send(Frame(self.topic, event, payload, join_ref=self.join_ref))
