"""Standings: what people in a call may do and how they are shown follows the database."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import livekit, presence, realtime, redis, roster, service_role, voice
from common.errors import Problem, Unavailable
from common.grants import Permission, participant_permission, voice_grant
from common.presence import Command, who_is_here
from common.sessions import Session, attributes_of
from common.settings import SettingError
from common.voice import Standing, refresh, settle

ROOM = "00000000-0000-4000-8000-000000000001"
CHANNEL = "00000000-0000-4000-8000-000000000011"
PEOPLE = [f"00000000-0000-4000-8000-0000000000a{n}" for n in range(4)]
LISTEN = Permission.VIEW_CHANNEL | Permission.CONNECT
SPEAK = LISTEN | Permission.SPEAK


def shown(badge: str = "", may: Permission = SPEAK, **others: str) -> dict[str, str]:
    """Attributes as `voice_standings` gives them, empty ones included."""
    return {"badges": badge, "color": "", "permissions": str(int(may)), "muted": ""} | others


def session(identity: str = PEOPLE[0], sid: str = "PA_1", **attributes: str) -> Session:
    return Session(CHANNEL, sid, "RM_1", identity, "Ada", 5, attributes=attributes_of(attributes))


def standing(attributes: dict[str, str], *, may_connect: bool = True) -> Standing:
    return Standing(may_connect, SPEAK, attributes_of(attributes))


class TestStanding:
    def test_who_fits(self) -> None:
        """A session fits whose attributes are the standing's; empty and absent are the same."""
        assert standing(shown("[]")).fits(session(**shown("[]")))
        assert not standing(shown("[]")).fits(session(**shown("[1]")))
        assert not standing(shown("[]")).fits(session(**shown("[]", muted="true")))
        assert not standing(shown("[]")).fits(session())

    def test_who_may_not_connect_never_fits(self) -> None:
        """However they are shown, who may not connect is to go."""
        assert not standing(shown(), may_connect=False).fits(session())

    def test_other_attributes_are_left_alone(self) -> None:
        """An attribute that isn't ours makes no difference, isn't sent, and stays."""
        theirs = session(**shown("[]"), raised_hand="yes")
        ours = standing(shown("[1]"))
        assert standing(shown("[]")).fits(theirs)
        assert "raised_hand" not in ours.change()
        assert ours.shown(theirs).attributes["raised_hand"] == "yes"

    def test_a_change_takes_away(self) -> None:
        """What somebody no longer has is sent empty, which LiveKit takes for its end."""
        ours = standing(shown("[1]"))
        assert ours.change() == shown("[1]") | {"private": ""}
        muted = session(**shown("[]", muted="true", color="#ff0000"))
        assert ours.shown(muted).attributes == attributes_of(shown("[1]"))

    @given(st.dictionaries(st.sampled_from(sorted(voice.ATTRIBUTES)), st.text("ab", max_size=2)))
    def test_a_change_makes_it_fit(self, attributes: dict[str, str]) -> None:
        """Whatever somebody had, after the change they fit."""
        ours = standing(shown("[1]"))
        assert ours.fits(ours.shown(session(**attributes)))


class TestPermission:
    @given(st.sets(st.sampled_from(list(Permission))))
    def test_a_call_means_what_a_token_means(self, bits: set[Permission]) -> None:
        """UpdateParticipant gives exactly what a token with the same permissions gives."""
        permissions = Permission(0)
        for bit in bits:
            permissions |= bit
        grant, permission = voice_grant(permissions, "r"), participant_permission(permissions)
        assert permission["can_publish"] == grant["canPublish"] == bool(grant["canPublishSources"])
        assert permission["can_publish_data"] == grant["canPublishData"]
        assert permission["can_subscribe"] == grant["canSubscribe"]
        assert permission["can_update_metadata"] is grant["canUpdateOwnMetadata"] is False
        assert permission["hidden"] is False
        sources = [source.lower() for source in permission["can_publish_sources"]]
        assert sources == grant["canPublishSources"]
        assert ("microphone" in sources) == (Permission.SPEAK in permissions)
        assert ("camera" in sources) == (Permission.SPEAK | Permission.STREAM in permissions)


@dataclass
class World:
    """A database, a LiveKit and a Redis that answer in an order that `yields` chooses."""

    yields: Callable[[], int] = lambda: 0
    database: dict[str, dict[str, Any]] = field(default_factory=dict)
    livekit: dict[str, dict[str, str]] = field(default_factory=dict)
    may_publish: dict[str, bool] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def person(self, identity: str, attributes: dict[str, str]) -> None:
        """Somebody is in the call, as the database says."""
        sid = f"PA_{identity[-2:]}"
        self.set(identity, attributes)
        self.livekit[identity] = attributes_of(attributes)
        command = presence.join_command(ROOM, session(identity, sid, **attributes))
        self.fields[str(command[-2])] = str(command[-1])

    def set(self, identity: str, attributes: dict[str, str], *, may_connect: bool = True) -> None:
        """The database says something else of somebody."""
        self.database[identity] = {
            "user_id": identity,
            "channel_id": CHANNEL,
            "may_connect": may_connect,
            "permissions": attributes.get("permissions", "0"),
            "attributes": attributes,
        }

    def readers_see(self) -> dict[str, dict[str, str]]:
        return {s.identity: s.attributes for s in who_is_here(self.fields)}

    async def _turn(self, what: str) -> None:
        self.calls.append(what)
        for _ in range(self.yields()):
            await asyncio.sleep(0)

    async def rpc(
        self, function: str, arguments: Any, *, read: Any, deadline_ms: int | None
    ) -> Any:
        assert function == "voice_standings"
        await self._turn("rpc")
        answer = [self.database[place["user_id"]] for place in arguments["p_places"]]
        await self._turn("rpc answered")
        return read(answer)

    async def update(self, room: str, identity: str, *, attributes: Any, permission: Any) -> bool:
        assert room == f"{ROOM}:{CHANNEL}"
        await self._turn("update")
        there = identity in self.livekit
        if there:
            self.livekit[identity] = attributes_of(self.livekit[identity] | attributes)
            self.may_publish[identity] = permission["can_publish"]
        await self._turn("updated")
        return there

    async def remove(self, room: str, identity: str) -> bool:
        await self._turn("remove")
        return self.livekit.pop(identity, None) is not None

    async def read_fields(self, key: str) -> dict[str, str]:
        await self._turn("HGETALL")
        return dict(self.fields)

    async def execute(self, *command: Any) -> Any:
        await self._turn(command[0])
        self._apply(command)
        return 1

    def _apply(self, command: Command) -> None:
        assert command[0] == "HSETEX"
        pairs = command[command.index("FIELDS") + 2 :]
        self.fields.update(zip(map(str, pairs[::2]), map(str, pairs[1::2]), strict=True))

    async def broadcast(self, event: str, said: list[tuple[str, dict[str, Any]]]) -> bool:
        assert ({topic for topic, _ in said}, event) == ({f"room:{ROOM}"}, "voice")
        self.told += [payload for _, payload in said]
        return True


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world behind the edges, without delays."""
    return install(World(), monkeypatch)


def install(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(service_role, "rpc", world.rpc)
    monkeypatch.setattr(livekit, "update_participant", world.update)
    monkeypatch.setattr(livekit, "remove_participant", world.remove)
    monkeypatch.setattr(redis, "fields", world.read_fields)
    monkeypatch.setattr(redis, "execute", world.execute)
    monkeypatch.setattr(realtime, "broadcast", world.broadcast)
    return world


class TestRefresh:
    def test_nobody_is_there(self, world: World) -> None:
        """A community without a call costs one command."""
        assert asyncio.run(refresh(ROOM))
        assert world.calls == ["HGETALL"]

    def test_nothing_changed(self, world: World) -> None:
        """Who is as the database says is left alone: one command, one RPC."""
        world.person(PEOPLE[0], shown("[]"))
        assert asyncio.run(refresh(ROOM))
        assert world.calls == ["HGETALL", "rpc", "rpc answered"]
        assert world.told == []

    def test_a_new_badge(self, world: World) -> None:
        """LiveKit, readers and who watches get the new attributes, of that person only."""
        world.person(PEOPLE[0], shown("[]"))
        world.person(PEOPLE[1], shown("[]"))
        world.set(PEOPLE[1], shown("[1]", color="#ff0000"))
        assert asyncio.run(refresh(ROOM))
        new = attributes_of(shown("[1]", color="#ff0000"))
        assert world.livekit[PEOPLE[1]] == world.readers_see()[PEOPLE[1]] == new
        assert world.readers_see()[PEOPLE[0]] == attributes_of(shown("[]"))
        (told,) = world.told
        assert (told["type"], told["channel_id"]) == ("updated", CHANNEL)
        assert (told["participant"]["identity"], told["participant"]["attributes"]) == (
            PEOPLE[1],
            new,
        )
        assert [c for c in world.calls if c.isupper()] == ["HGETALL", "HSETEX"]

    def test_a_mute(self, world: World) -> None:
        """Who may no longer speak is told so, and LiveKit no longer lets them publish."""
        world.person(PEOPLE[0], shown("[]"))
        world.set(PEOPLE[0], shown("[]", may=LISTEN, muted="true"))
        assert asyncio.run(refresh(ROOM))
        assert world.readers_see()[PEOPLE[0]]["muted"] == "true"
        assert world.may_publish[PEOPLE[0]] is False

    def test_a_kick(self, world: World) -> None:
        """Who may no longer connect is removed; LiveKit's webhook tells presence."""
        world.person(PEOPLE[0], shown("[]"))
        world.set(PEOPLE[0], {}, may_connect=False)
        assert asyncio.run(refresh(ROOM))
        assert world.livekit == {}
        assert world.told == []

    def test_who_has_left(self, world: World) -> None:
        """Somebody whom LiveKit no longer has is no failure, and nothing is written of them."""
        world.person(PEOPLE[0], shown("[]"))
        del world.livekit[PEOPLE[0]]
        world.set(PEOPLE[0], shown("[1]"))
        assert asyncio.run(refresh(ROOM))
        assert "HSETEX" not in world.calls

    def test_guests_are_not_judged(self, world: World) -> None:
        """Agents and identities that are no user ids are none of the database's, in matches too."""
        agent = Session(CHANNEL, "PA_2", "RM_1", PEOPLE[0], "Bot", 5, kind="AGENT")
        assert asyncio.run(settle(ROOM, [agent, session("somebody")]))
        assert asyncio.run(settle("match", [agent, session("somebody")]))
        assert world.calls == []

    def test_several_sources(self, world: World) -> None:
        """Where LiveKit and readers disagree of one session, it is put right in both."""
        world.person(PEOPLE[0], shown("[1]"))
        world.livekit[PEOPLE[0]] = attributes_of(shown("[]"))
        right, wrong = session(**shown("[1]")), session(**shown("[]"))
        assert asyncio.run(settle(ROOM, [right, wrong]))
        assert world.livekit[PEOPLE[0]] == attributes_of(shown("[1]"))


class TestAway:
    @pytest.mark.parametrize(
        "error",
        [
            Unavailable("supabase", "away"),
            Problem(401, "token_refused", "no"),
            SettingError("SUPABASE_SECRET_KEY is not set"),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_the_database(
        self, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        """Without the database, or its key, nobody is changed and nothing is raised."""
        world.person(PEOPLE[0], shown("[]"))
        monkeypatch.setattr(service_role, "rpc", failing(error))
        assert not asyncio.run(refresh(ROOM))
        assert world.told == []

    def test_an_answer_about_others(self, world: World) -> None:
        """An answer that is of other people than were asked about changes nobody."""
        world.person(PEOPLE[0], shown("[]"))
        world.set(PEOPLE[0], {}, may_connect=False)
        world.database[PEOPLE[0]]["user_id"] = PEOPLE[1]
        with pytest.raises(ValueError, match="another place"):
            Standing.of(world.database[PEOPLE[0]], session())

    def test_livekit(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whom LiveKit couldn't be told of is shown as before, so the next comparison tells it."""
        world.person(PEOPLE[0], shown("[]"))
        world.set(PEOPLE[0], shown("[1]"))
        monkeypatch.setattr(livekit, "update_participant", failing(Unavailable("livekit", "away")))
        assert not asyncio.run(refresh(ROOM))
        assert world.readers_see()[PEOPLE[0]] == attributes_of(shown("[]"))
        monkeypatch.setattr(livekit, "update_participant", world.update)
        assert asyncio.run(refresh(ROOM))
        assert world.readers_see()[PEOPLE[0]] == attributes_of(shown("[1]"))

    def test_livekit_for_one(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Somebody whose node is away doesn't keep the others from being changed."""
        for person in PEOPLE:
            world.person(person, shown("[]"))
            world.set(person, shown("[1]"))
        gone = PEOPLE[1]

        async def update(room: str, identity: str, **change: Any) -> bool:
            if identity == gone:
                raise Unavailable("livekit", "no response from servers")
            return await world.update(room, identity, **change)

        monkeypatch.setattr(livekit, "update_participant", update)
        assert not asyncio.run(refresh(ROOM))
        told = {said["participant"]["identity"] for said in world.told}
        assert told == set(PEOPLE) - {gone}

    def test_livekit_hangs(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """A LiveKit that fails for everybody is asked a few times, not once for each of a crowd."""
        asked = []
        crowd = [f"00000000-0000-4000-8000-0000000001{n:02}" for n in range(60)]
        for person in crowd:
            world.person(person, shown("[]"))
            world.set(person, shown("[1]"))
        failed = failing(Unavailable("livekit", "no answer within the deadline"))

        async def update(*arguments: Any, **change: Any) -> bool:
            asked.append(arguments)
            await asyncio.sleep(0)
            return bool(await failed())

        monkeypatch.setattr(livekit, "update_participant", update)
        assert not asyncio.run(settle(ROOM, who_is_here(world.fields)))
        assert len(asked) < 20

    def test_redis(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without Redis, who is there is asked of LiveKit: a kick doesn't wait for Redis."""
        world.person(PEOPLE[0], shown("[]"))
        world.person(PEOPLE[1], shown("[]"))
        world.set(PEOPLE[0], {}, may_connect=False)
        world.set(PEOPLE[1], shown("[1]"))
        here = who_is_here(world.fields)

        async def from_livekit(_room_id: str) -> list[Session]:
            return here

        away = failing(Unavailable("redis", "away"))
        monkeypatch.setattr(redis, "fields", away)
        monkeypatch.setattr(redis, "execute", away)
        monkeypatch.setattr(roster, "from_livekit", from_livekit)
        assert not asyncio.run(refresh(ROOM))  # readers don't see it yet
        assert world.livekit == {PEOPLE[1]: attributes_of(shown("[1]"))}
        assert len(world.told) == 1

    def test_redis_and_livekit(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without both nothing is done, and nothing is raised."""
        monkeypatch.setattr(redis, "fields", failing(Unavailable("redis", "away")))
        monkeypatch.setattr(roster, "from_livekit", failing(Unavailable("livekit", "away")))
        assert not asyncio.run(refresh(ROOM))


def failing(error: Exception) -> Callable[..., Any]:
    """What raises `error` when it is called and awaited."""

    async def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


class TestAtOnce:
    @settings(max_examples=300, deadline=None)
    @given(seed=st.integers(0, 2**32), changes=st.integers(2, 3))
    def test_the_newest_wins(self, seed: int, changes: int) -> None:
        """Of changes at once, each followed by its refresh, all end with the newest one, in
        LiveKit and in presence, in whatever order the calls are answered.
        """
        rng = random.Random(seed)
        with pytest.MonkeyPatch.context() as patch:
            world = install(World(lambda: rng.randint(0, 6)), patch)
            world.person(PEOPLE[0], shown("[0]"))

            async def change(number: int) -> None:
                for _ in range(rng.randint(0, 12)):
                    await asyncio.sleep(0)
                newest = max(number, int(world.database[PEOPLE[0]]["attributes"]["badges"][1:-1]))
                world.set(PEOPLE[0], shown(f"[{newest}]"))
                await refresh(ROOM)

            async def story() -> None:
                await asyncio.gather(*(change(number) for number in range(1, changes + 1)))

            asyncio.run(story())
        newest = attributes_of(shown(f"[{changes}]"))
        assert world.livekit[PEOPLE[0]] == newest
        assert world.readers_see()[PEOPLE[0]] == newest

    def test_it_changes_all_the_time(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """A standing that is another one at each look ends the comparing after some passes."""
        world.person(PEOPLE[0], shown("[]"))
        numbers = iter(range(1000))

        async def rpc(*arguments: Any, **options: Any) -> Any:
            world.set(PEOPLE[0], shown(f"[{next(numbers)}]"))
            return await world.rpc(*arguments, **options)

        monkeypatch.setattr(service_role, "rpc", rpc)
        assert not asyncio.run(refresh(ROOM))
        assert next(numbers) == voice.PASSES
