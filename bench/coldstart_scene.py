"""A request for every function that it answers with a success, as often as it is asked.

Each goes all the way: the user's token is verified, and Redis, the database and LiveKit are asked
as in life.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from bench import members
from bench.stack import LIVEKIT_KEY, LIVEKIT_SECRET, Stack
from common import keys
from common.clock import now_ms
from local import community
from local.lambdas import events
from local.livekit.events import Webhook
from local.livekit.simulator import Simulator

Event = dict[str, Any]
Maker = Callable[[], Event]
ROOM = f"/api/rooms/{community.ROOM}"
LIVEKIT_ROOM = f"{community.ROOM}:{community.LOUNGE}"
LIMITS = ("TOKEN", "WRITE", "MODERATE", "MATCHING")
GENEROUS = {f"SANGHA_{name}_LIMIT": "1000000" for name in LIMITS}
"""One person asks for all."""
IN_CALL = 3
"""Members in the Lounge; one more comes and goes, which is told to the webhook."""


class Scene:
    """The demo community on a stack, with IN_CALL people in its Lounge.

    Attributes:
        environ: the variables of a function there.
        requests: each function of serverless.yml, and `app` for all in one → what makes an event.
    """

    def __init__(self, stack: Stack) -> None:
        """Starts the stack's parts, and an API to prepare with."""
        simulator = Simulator(LIVEKIT_KEY, LIVEKIT_SECRET, now_ms)
        stack.start_upstash()
        people = asyncio.run(members.make(stack.start_supabase(), IN_CALL + 1))
        stack.start_livekit(simulator)
        stack.settings |= GENEROUS
        url, _ = stack.start_api()
        self.environ = {**stack.settings, "SANGHA_PUBLIC_URL": url}
        self._sign = members.signer(stack)
        self._api = httpx.Client(base_url=url, headers=self._as("owner"), timeout=10)
        self._redis = httpx.Client(
            base_url=stack.settings["UPSTASH_REDIS_REST_URL"],
            headers={"authorization": f"Bearer {stack.settings['UPSTASH_REDIS_REST_TOKEN']}"},
        )
        self._arrivals = _arrivals(simulator, [str(person) for person in people])
        for _ in range(IN_CALL):
            event = next(self._arrivals)
            told = {"content": event["body"], "headers": event["headers"]}
            self._api.post(event["rawPath"], **told).raise_for_status()
        one_room = json.dumps({"room_id": str(community.ROOM)})
        ops = {"authorization": f"Bearer {stack.settings['SANGHA_OPS_KEY']}"}
        self.requests: dict[str, Maker] = {
            "health": lambda: events.http("GET", "/api/health"),
            "badges": lambda: events.http("GET", "/api/badges"),
            "livekit-webhook": lambda: next(self._arrivals),
            "livekit-reconcile": lambda: events.http(
                "POST", "/api/livekit/reconcile", one_room, headers=ops
            ),
            **{name: self._request(*told) for name, told in _REQUESTS.items()},
            **self._of_changing_places(),
        }
        self.requests["app"] = self.requests["livekit-participants"]

    def forget_limits(self) -> None:
        """Lets who asks here begin anew: a window full of admissions is read each time."""
        people = [*map(str, community.PEOPLE.values())]
        rules = [name.lower() for name in LIMITS]
        command = ["DEL", *(keys.limit(rule, person) for rule in rules for person in people)]
        self._redis.post("/", json=command).raise_for_status()

    def _request(self, method: str, path: str, body: Any = None, query: str = "") -> Maker:
        text = None if body is None else json.dumps(body)
        return lambda: events.http(method, path, text, query, self._as("owner"))

    def _of_changing_places(self) -> dict[str, Maker]:
        """Returns the requests that need a preparation each, or can't be repeated."""
        people = itertools.cycle(["owner", "admin"])
        mine = self._api.post("/api/rooms", json={"name": "Handed on"}).json()["room"]["id"]
        self._put_in(mine, "admin")

        def hand_on() -> Event:
            giver, taker = next(people), next(people)
            next(people)  # who took it gives it the next time
            body = json.dumps({"user_id": str(community.PEOPLE[taker])})
            return events.http("PUT", f"/api/rooms/{mine}/owner", body, headers=self._as(giver))

        def take_back() -> Event:
            code = self._api.post(f"{ROOM}/invites").json()["invite"]["code"]
            return events.http("DELETE", f"{ROOM}/invites/{code}", headers=self._as("owner"))

        code = self._api.post(f"{ROOM}/invites").json()["invite"]["code"]
        return {
            "room-owner": hand_on,
            "room-invite": take_back,
            "invite": self._request("GET", f"/api/invites/{code}"),
        }

    def _put_in(self, room: str, person: str) -> None:
        code = self._api.post(f"/api/rooms/{room}/invites").json()["invite"]["code"]
        joined = self._api.post(
            f"/api/rooms/{room}/members", json={"invite": code}, headers=self._as(person)
        )
        joined.raise_for_status()

    def _as(self, person: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._sign(community.PEOPLE[person])}"}


def _person(name: str) -> str:
    return str(community.PEOPLE[name])


_REQUESTS: dict[str, tuple[Any, ...]] = {
    "livekit-token": ("POST", "/api/livekit/token", {"room_name": LIVEKIT_ROOM}),
    "livekit-participants": (
        *("GET", "/api/livekit/participants", None),
        f"room_id={community.ROOM}",
    ),
    "livekit-moderate": (
        *("POST", "/api/livekit/moderate"),
        {
            "room_id": str(community.ROOM),
            "channel_id": str(community.LOUNGE),
            "user_id": _person("member"),
            "action": "mute",
        },
    ),
    "matching-join": ("POST", "/api/matching/join", {"interests": ["chess"]}),
    "matching-status": ("GET", "/api/matching/status"),
    "matching-leave": ("POST", "/api/matching/leave"),
    "blocks": ("GET", "/api/blocks"),
    "block": ("PUT", f"/api/blocks/{_person('stranger')}"),
    "rooms": ("GET", "/api/rooms"),
    "room": ("GET", ROOM),
    "room-channels": ("GET", f"{ROOM}/channels"),
    "room-channel": ("PATCH", f"{ROOM}/channels/{community.LOUNGE}", {"name": "Lounge"}),
    "room-members": ("GET", f"{ROOM}/members"),
    "room-member": ("GET", f"{ROOM}/members/{_person('mod')}"),
    "room-member-roles": (
        *("PUT", f"{ROOM}/members/{_person('mod')}/roles"),
        {"roles": [str(community.MODERATOR)]},
    ),
    "room-roles": ("GET", f"{ROOM}/roles"),
    "room-role": ("PATCH", f"{ROOM}/roles/{community.MODERATOR}", {"name": "Moderator"}),
    "room-bans": ("GET", f"{ROOM}/bans"),
    "room-ban": ("PUT", f"{ROOM}/bans/{_person('banned')}"),
    "room-invites": ("GET", f"{ROOM}/invites"),
}


def _arrivals(simulator: Simulator, people: list[str]) -> Iterator[Event]:
    """Yields the webhooks of members who join and stay, then of one who comes and goes."""
    yield from (_webhook(simulator, simulator.join(LIVEKIT_ROOM, each)) for each in people[1:])
    while True:
        yield _webhook(simulator, simulator.join(LIVEKIT_ROOM, people[0]))
        yield _webhook(simulator, simulator.leave(LIVEKIT_ROOM, people[0]))


def _webhook(simulator: Simulator, said: list[Webhook]) -> Event:
    *_, last = said
    headers = {"authorization": simulator.sign(last.body)}
    return events.http("POST", "/api/livekit/webhook", last.body.decode(), headers=headers)
