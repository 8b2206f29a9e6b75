"""`make demo`: real people join a voice channel, and presence shows it as it happens.

Needs `make dev` beside it. Signs in through Supabase's own client, fetches LiveKit tokens from
Sangha, joins with LiveKit's own SDK and a synthetic tone as microphone, and reads participants.
While they talk, the owner makes a role with a badge and gives it to a member. At the end two people
who are looking for company are matched.
"""

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import numpy as np
from livekit import rtc
from supabase_auth.errors import AuthError

from local.community import LOUNGE, PEOPLE, ROOM
from local.sign_in import access_token, stack_env

SAMPLE_RATE = 48_000
TONE_HZ = 440
FRAME_MS = 10
SHOWN_WITHIN_S = 10.0
TALKING = ("owner", "mod", "member")
MATCHED = ("member", "stranger")
WISHES = {"interests": ["chess"], "languages": ["en"]}
ROLE = {"name": "On air", "icon": "🎙️", "color": "#f1c40f"}


class Demo:
    """One run of the demo against a running stack."""

    def __init__(self, env: dict[str, str], api: httpx.AsyncClient) -> None:
        self.env = env
        self.api = api
        self.started = time.monotonic()
        self.tokens: dict[str, str] = {}

    def say(self, step: str, took_s: float) -> None:
        """Prints one step and its time."""
        clock = time.monotonic() - self.started
        print(f"{clock:6.2f} s  {step:<58} {took_s * 1000:7.1f} ms", flush=True)

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Times what happens inside."""
        began = time.monotonic()
        yield
        self.say(text, time.monotonic() - began)

    async def sign_in(self, person: str) -> None:
        """Signs a demo person in."""
        with self.step(f"{person} signs in"):
            self.tokens[person] = await access_token(self.env, person)

    def _as(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[person]}"}

    async def join(self, person: str) -> rtc.Room:
        """Fetches a LiveKit token, connects and publishes a tone."""
        with self.step(f"{person} gets a LiveKit token"):
            answer = await self.api.post(
                "/api/livekit/token",
                json={"room_name": f"{ROOM}:{LOUNGE}"},
                headers=self._as(person),
            )
            answer.raise_for_status()
            ticket = answer.json()
        with self.step(f"{person} connects to the Lounge and turns the microphone on"):
            return await self.speak(ticket)

    async def speak(self, ticket: dict[str, str]) -> rtc.Room:
        """Connects to a room of LiveKit's and publishes a tone."""
        room = rtc.Room()
        await room.connect(ticket["server_url"], ticket["participant_token"])
        source = rtc.AudioSource(SAMPLE_RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("tone", source)
        await room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )
        await _play(source)
        return room

    async def change(self, method: str, path: str, body: Any = None) -> Any:
        """Asks about the community, or changes it, as its owner; returns the answer."""
        answer = await self.api.request(
            method, f"/api/rooms/{ROOM}/{path}", json=body, headers=self._as("owner")
        )
        answer.raise_for_status()
        return answer.json()

    async def participants(self) -> list[dict[str, Any]]:
        """Reads who is in the Lounge, as `owner`."""
        answer = await self.api.get(
            "/api/livekit/participants",
            params={"room_id": str(ROOM), "channel_id": str(LOUNGE)},
            headers=self._as("owner"),
        )
        answer.raise_for_status()
        (channel,) = answer.json()["channels"]
        found: list[dict[str, Any]] = channel["participants"]
        return found

    async def until_present(self, expected: list[str]) -> None:
        """Reads until presence shows `expected`; RuntimeError after SHOWN_WITHIN_S."""
        names = ", ".join(expected) or "nobody"
        with self.step(f"presence shows: {names}"):
            await self._until(lambda people: sorted(p["name"] for p in people) == sorted(expected))

    async def until_badged(self, person: str, icon: str) -> None:
        """Reads until presence shows a person with this badge; RuntimeError as above."""

        def has_it(people: list[dict[str, Any]]) -> bool:
            badges = [
                badge["icon"]
                for p in people
                if p["identity"] == str(PEOPLE[person])
                for badge in json.loads(p["attributes"].get("badges", "[]"))
            ]
            return icon in badges

        with self.step(f"{person}'s badge in the call is {icon}"):
            await self._until(has_it)

    async def _until(self, is_so: Callable[[list[dict[str, Any]]], bool]) -> None:
        deadline = time.monotonic() + SHOWN_WITHIN_S
        while not is_so(people := await self.participants()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"presence still shows {people}: see .local/logs/api.log")
            await asyncio.sleep(0.1)

    async def badge(self) -> None:
        """The owner gives `member` a badge while they talk, and takes the role back."""
        with self.step(f"the owner makes the role {ROLE['name']} {ROLE['icon']}"):
            role = (await self.change("POST", "roles", ROLE))["role"]["id"]
        try:
            with self.step("and gives it to member, who is talking"):
                member = f"members/{PEOPLE['member']}"
                had = (await self.change("GET", member))["member"]["roles"]
                await self.change("PUT", f"{member}/roles", {"roles": [role, *had]})
            await self.until_badged("member", ROLE["icon"])
        finally:
            await self.change("DELETE", f"roles/{role}?force=true")

    async def run(self) -> None:
        """Everyone signs in, joins one after the other, sees a badge, and leaves again."""
        for person in (*TALKING, "stranger"):
            await self.sign_in(person)
        with self.step("the stranger asks who is there, and is told of no such room (404)"):
            refused = await self.api.get(
                "/api/livekit/participants",
                params={"room_id": str(ROOM)},
                headers=self._as("stranger"),
            )
            if refused.status_code != httpx.codes.NOT_FOUND:
                raise RuntimeError(f"the stranger was answered {refused.status_code}")
        async with _leaving() as rooms:
            shown: list[str] = []
            for person in TALKING:
                rooms[person] = await self.join(person)
                shown.append(person.capitalize())
                await self.until_present(shown)
            await self.badge()
            for person in TALKING:
                with self.step(f"{person} leaves"):
                    await rooms.pop(person).disconnect()
                shown.remove(person.capitalize())
                await self.until_present(shown)
        await self.match()

    async def matching(self, person: str, method: str, path: str, body: Any = None) -> Any:
        """Asks for something of matching; returns the answer."""
        answer = await self.api.request(
            method, f"/api/matching/{path}", json=body, headers=self._as(person)
        )
        return answer.raise_for_status().json()

    async def match(self) -> None:
        """Two people wait for company, are matched, meet, and part."""
        one, other = MATCHED
        for person in MATCHED:
            await self.matching(person, "POST", "leave")
        with self.step(f"{one} looks for somebody to talk to about chess, and waits"):
            await self.matching(one, "POST", "join", WISHES)
        with self.step(f"{other} looks, too"):
            found = await self.matching(other, "POST", "join", WISHES)
        if found["state"] != "matched":
            print(
                "They met within the last ten minutes: nobody is matched with them again so soon."
            )
        else:
            await self.meet()
        for person in MATCHED:
            await self.matching(person, "POST", "leave")

    async def until_started(self, person: str) -> None:
        """Asks until everybody in a person's match is there; RuntimeError after SHOWN_WITHIN_S."""
        deadline = time.monotonic() + SHOWN_WITHIN_S
        while not (told := await self.matching(person, "GET", "status"))["match"]["started_at"]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the match still gathers: {told['match']['members']}")
            await asyncio.sleep(0.05)

    async def meet(self) -> None:
        """Both come to the room of their match."""
        one, other = MATCHED
        async with _leaving() as rooms:
            with self.step(f"{one} and {other} are matched, connect and talk"):
                for person in MATCHED:
                    ticket = await self.matching(person, "GET", "status")
                    rooms[person] = await self.speak(ticket)
                await self.until_started(one)
            with self.step(f"{one} leaves: the match is over"):
                await self.matching(one, "POST", "leave")


@contextlib.asynccontextmanager
async def _leaving() -> AsyncIterator[dict[str, rtc.Room]]:
    rooms: dict[str, rtc.Room] = {}
    try:
        yield rooms
    finally:
        for room in rooms.values():
            await room.disconnect()


async def _play(source: rtc.AudioSource) -> None:
    """Plays a fifth of a second of a quiet tone."""
    samples = SAMPLE_RATE * FRAME_MS // 1000
    for number in range(20):
        at = (np.arange(samples) + number * samples) / SAMPLE_RATE
        tone = (np.sin(2 * np.pi * TONE_HZ * at) * 3000).astype(np.int16)
        await source.capture_frame(rtc.AudioFrame(tone.tobytes(), SAMPLE_RATE, 1, samples))


async def main() -> int:
    """Runs the demo; returns the exit code."""
    logging.getLogger("livekit").setLevel(logging.CRITICAL)  # its farewell is noisy
    try:
        env = stack_env()
        async with httpx.AsyncClient(base_url=env["SANGHA_API_URL"], timeout=10) as api:
            await Demo(env, api).run()
    except httpx.ConnectError:
        print("Sangha: the stack does not answer. Start it in another terminal: make dev")
        return 1
    except (httpx.HTTPError, rtc.ConnectError, AuthError, RuntimeError) as error:
        print(f"Sangha: {error or type(error).__name__}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
