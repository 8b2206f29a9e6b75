"""Presence as a state machine: hypothesis chooses what happens, and shrinks what goes wrong."""

import asyncio
import random
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bench.engine import AgingValkey
from bench.presence_schedules import CHANNELS, LATEST_MS, MINUTE_MS, PEOPLE, ROOM, Clock, World
from common import keys

channels = st.sampled_from([f"{ROOM}:{channel}" for channel in CHANNELS[:2]])
people = st.sampled_from(PEOPLE[:3])
seeds = st.integers(0, 2**32)


class Presence(RuleBasedStateMachine):
    """LiveKit is the truth; webhooks are under way; readers see what Valkey says."""

    engine: ClassVar[AgingValkey]
    clock: ClassVar[Clock]
    lossy: ClassVar[bool]

    @initialize(seed=seeds)
    def begin(self, seed: int) -> None:
        """Starts with nobody there."""
        self.engine.flush()
        self.world = World(self.engine, random.Random(seed), lossy=self.lossy)
        self.clock.world = self.world

    def _there(self, channel: str, person: str) -> bool:
        self.world.now_ms += 1
        room = self.world.livekit.rooms.get(channel)
        return room is not None and person in room.participants

    @rule(channel=channels, person=people)
    def join(self, channel: str, person: str) -> None:
        """Somebody joins, or joins again from another device."""
        self.world.now_ms += 1
        self.world.send(self.world.livekit.join(channel, person))

    @rule(channel=channels, person=people, how=st.sampled_from(["leave", "reconnect", "remove"]))
    def end(self, channel: str, person: str, how: str) -> None:
        """Somebody who is there leaves, reconnects under a new SID, or is removed."""
        if self._there(channel, person):
            self.world.send(getattr(self.world.livekit, how)(channel, person))

    @rule(channel=channels)
    def finish(self, channel: str) -> None:
        """A room ends, with whoever is in it."""
        self.world.now_ms += 1
        if channel in self.world.livekit.rooms:
            self.world.send(self.world.livekit.finish_room(channel))

    @rule(ms=st.sampled_from([10, 5_000, MINUTE_MS, LATEST_MS]))
    def wait(self, ms: int) -> None:
        """Time passes, and what is under way arrives."""
        self.world.advance(ms)

    def teardown(self) -> None:
        """Once everything has arrived, and where something was lost after one reconcile, readers
        see exactly who is there; and nobody who was there was ever removed.
        """
        if not hasattr(self, "world"):
            return
        self.world.advance(LATEST_MS + 1)
        if self.lossy:
            self.engine.execute("HDEL", keys.voice(ROOM), "@rooms")
            self.world.rng.random = lambda: 1.0  # type: ignore[method-assign] # quiet meanwhile
            self.run_reconcile(faulty=False)
        assert self.world.shown() == self.world.truth()
        assert self.world.verdict.evicted == 0

    def run_reconcile(self, *, faulty: bool) -> None:
        """Runs one reconcile in this world."""
        with self.world.installed():
            asyncio.run(self.world.reconcile(faulty=faulty))


class LossyPresence(Presence):
    """The same with webhooks lost, crashes, and reconciles whose evidence may be bad."""

    @rule()
    def crash(self) -> None:
        """LiveKit's node dies, and tells nobody."""
        self.world.now_ms += 1
        self.world.livekit.crash()
        self.world.send([])

    @rule(faulty=st.booleans())
    def reconcile(self, *, faulty: bool) -> None:
        """A reconcile runs; if faulty, LiveKit's lists err, come back empty, or lag behind."""
        self.run_reconcile(faulty=faulty)


@pytest.mark.parametrize("machine", [Presence, LossyPresence])
def test_readers_see_the_truth(valkey_port: int, machine: type[Presence]) -> None:
    """Whatever happens in whatever order, readers end up seeing who is there."""
    clock = Clock()
    engine = AgingValkey(valkey_port, clock)

    class Machine(machine):  # type: ignore[valid-type, misc]
        pass

    Machine.engine, Machine.clock, Machine.lossy = engine, clock, machine is LossyPresence
    try:
        run_state_machine_as_test(
            Machine, settings=settings(max_examples=80, stateful_step_count=25, deadline=None)
        )
    finally:
        engine.close()
