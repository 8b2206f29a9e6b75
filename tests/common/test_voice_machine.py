"""Presence with standings as a state machine: roles change, tokens are old, people are kicked.

Who is there, and what LiveKit and readers are told of each, must end as the database says.
"""

import asyncio
import heapq
import json
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from bench.engine import AgingValkey
from bench.presence_schedules import CHANNELS, LATEST_MS, MINUTE_MS, ROOM, Clock, World
from common import keys, livekit, log, reconciler, service_role, voice
from common.presence import read_webhook, who_is_here
from common.sessions import attributes_of
from local.livekit.rooms import copied
from tests.common.test_presence_machine import LossyPresence, Presence, channels, seeds

PEOPLE = [f"00000000-0000-4000-8000-0000000000a{n}" for n in range(3)]
people = st.sampled_from(PEOPLE)


class Community(World):
    """The world of presence, with a database that says who may connect and how they are shown."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.version = 0
        self.standings = dict.fromkeys(PEOPLE, 0)  # what is to be shown; 0 below may not connect
        self.kicked: set[str] = set()

    def change(self, person: str, *, kick: bool) -> None:
        """The database says something that it never said before."""
        self.version += 1
        self.standings[person] = self.version
        (self.kicked.add if kick else self.kicked.discard)(person)

    def attributes(self, version: int) -> dict[str, str]:
        """Returns the attributes of a token, or of a standing: some are empty every other time."""
        even = version % 2 == 0
        return {
            "badges": f"[{version}]",
            "color": "#ff0000" if even else "",
            "permissions": "1048576",
            "muted": "" if even else "true",
        }

    # --- webhooks, as the endpoint records them

    def advance(self, ms: int) -> None:
        """As the world's, and who joined is held to their standing."""
        until = self.now_ms + ms
        while self.under_way and self.under_way[0][0] <= until:
            at_ms, _, webhook = heapq.heappop(self.under_way)
            self.now_ms = max(self.now_ms, at_ms)
            change = read_webhook(json.loads(webhook.body))
            if change is None:
                continue
            self.engine.execute(*change.command())
            if change.event == "joined" and change.session is not None:
                self.run(voice.settle(ROOM, [change.session]))
        self.now_ms = until

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs work of ours; in a thread, since a reconcile may be what lets time pass."""
        with self.installed(), ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, work).result()

    async def reconcile(self, *, faulty: bool) -> None:
        """As the world's, and who is listed is held to their standing."""
        plain = reconciler.reconcile

        async def checked(room_id: str, **options: Any) -> reconciler.Report:
            return await plain(room_id, check=voice.settle, **options)

        with mock.patch.object(reconciler, "reconcile", checked):
            await super().reconcile(faulty=faulty)

    # --- what stands behind the edges

    async def rpc(self, function: str, arguments: Any, *, read: Any, **_: Any) -> Any:
        """Stands in for common.service_role.rpc."""
        if function == "voice_is_private":
            return read(False)
        return read(
            [
                place
                | {
                    "may_connect": place["user_id"] not in self.kicked,
                    "permissions": "1048576",
                    "attributes": self.attributes(self.standings[place["user_id"]]),
                }
                for place in arguments["p_places"]
            ]
        )

    async def update(self, room: str, identity: str, *, attributes: Any, permission: Any) -> bool:
        """Stands in for common.livekit.update_participant."""
        self._may_fail()
        assert permission["can_subscribe"] is True
        live = self.livekit.rooms.get(room)
        if live is None or identity not in live.participants:
            return False
        participant = copied(live.participants[identity])
        merged = attributes_of(dict(participant.attributes) | attributes)
        participant.attributes.clear()
        participant.attributes.update(merged)
        live.put(identity, participant)
        self.send([])
        return True

    async def remove(self, room: str, identity: str) -> bool:
        """Stands in for common.livekit.remove_participant."""
        self._may_fail()
        live = self.livekit.rooms.get(room)
        if live is None or identity not in live.participants:
            return False
        self.send(self.livekit.remove(room, identity))
        return True

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Puts this community behind the edges, too."""
        with (
            super().installed(),
            mock.patch.object(service_role, "rpc", self.rpc),
            mock.patch.object(livekit, "update_participant", self.update),
            mock.patch.object(livekit, "remove_participant", self.remove),
            mock.patch.object(log, "event"),
        ):
            yield


class Standings(Presence):
    """Every change is followed by a refresh, and no webhook is lost."""

    @initialize(seed=seeds)
    def begin(self, seed: int) -> None:
        """Starts with nobody there."""
        super().begin(seed)
        self.world: Community = Community(self.engine, self.world.rng, lossy=self.lossy)
        self.clock.world = self.world

    @rule(channel=channels, person=people, age=st.integers(0, 3))
    def join_with(self, channel: str, person: str, age: int) -> None:
        """Somebody joins with a token that may be older than the last changes."""
        self.world.now_ms += 1
        version = max(0, self.world.standings[person] - age)
        attributes = attributes_of(self.world.attributes(version))
        self.world.send(self.world.livekit.join(channel, person, attributes=attributes))

    @rule(channel=channels, person=people, how=st.sampled_from(["leave", "reconnect"]))
    def member_ends(self, channel: str, person: str, how: str) -> None:
        """A member leaves, or reconnects under a new SID."""
        self.end(channel=channel, person=person, how=how)

    @rule(person=people, kick=st.booleans())
    def change(self, person: str, *, kick: bool) -> None:
        """A role is given or taken, or somebody is kicked or let in again, through our API."""
        self.world.change(person, kick=kick)
        self.world.run(voice.refresh(ROOM))

    def teardown(self) -> None:
        """At the end LiveKit has, and readers see, what the database says, of members only."""
        if not hasattr(self, "world"):
            return
        if self.lossy:
            self.world.rng.random = lambda: 0.999  # type: ignore[method-assign] # nothing is lost
            self.world.advance(LATEST_MS)
            self.engine.execute("HDEL", keys.voice(ROOM), "@rooms")  # an hour has passed
            self.run_reconcile(faulty=False)
        while self.world.under_way:
            self.world.advance(MINUTE_MS)
        super().teardown()
        for identity, attributes in self.in_livekit():
            assert identity not in self.world.kicked
            assert attributes == self.right(identity)
        fields = self.engine.execute("HGETALL", keys.voice(ROOM))
        for session in who_is_here(fields):
            if session.is_member:
                assert session.attributes == self.right(session.identity)

    def right(self, identity: str) -> dict[str, str]:
        """Returns how somebody should be shown."""
        return attributes_of(self.world.attributes(self.world.standings[identity]))

    def in_livekit(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yields the members in a call, and how LiveKit shows them."""
        for channel in CHANNELS:
            for identity, info in self.world._in(f"{ROOM}:{channel}").items():
                if identity in PEOPLE:
                    yield identity, dict(info.attributes)


class LossyStandings(Standings, LossyPresence):
    """The same with webhooks lost, LiveKit failing, and changes that nobody refreshes."""

    @rule(person=people, kick=st.booleans())
    def change_in_the_database(self, person: str, *, kick: bool) -> None:
        """A change straight through Supabase."""
        self.world.change(person, kick=kick)

    @rule(person=people)
    def change_while_livekit_fails(self, person: str) -> None:
        """A change of which LiveKit may not hear."""
        self.world.change(person, kick=False)
        self.world.faulty = True
        self.world.run(voice.refresh(ROOM))
        self.world.faulty = False


@pytest.mark.parametrize("machine", [Standings, LossyStandings])
def test_calls_follow_the_database(valkey_port: int, machine: type[Presence]) -> None:
    """Whatever happens in whatever order, calls end as the database says, for everybody."""
    clock = Clock()
    engine = AgingValkey(valkey_port, clock)

    class Machine(machine):  # type: ignore[valid-type, misc]
        pass

    Machine.engine, Machine.clock, Machine.lossy = engine, clock, machine is LossyStandings
    try:
        run_state_machine_as_test(
            Machine, settings=settings(max_examples=60, stateful_step_count=25, deadline=None)
        )
    finally:
        engine.close()
