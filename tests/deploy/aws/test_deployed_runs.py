"""Every deployed function, fetched from AWS again, does what the same request does on the API."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from deploy import service
from local.community import LOUNGE, MODERATOR, PEOPLE, ROOM
from local.lambdas import events
from tests.deploy.aws.lambdas import Lambdas, body
from tests.deploy.conftest import ROOT as TREE
from tests.stack import LIVEKIT_ROOM, LIVEKIT_SECRET, OPS_KEY, Stack

NAMES = list(service.load(TREE, service.MANY)["functions"])
IN = f"/api/rooms/{ROOM}"
NOBODY = "00000000-0000-4000-8000-0000000000ff"
MATCHING = {"interests": ["chess"], "languages": ["en"]}
IN_CALL = {"room_id": str(ROOM), "channel_id": str(LOUNGE), "user_id": str(PEOPLE["mod"])}

REQUESTS: dict[str, tuple[str, str, str, Any]] = {
    "health": ("operator", "GET", "/api/health?deep=1", None),
    "badges": ("nobody", "GET", "/api/badges", None),
    "livekit-token": ("member", "POST", "/api/livekit/token", {"room_name": LIVEKIT_ROOM}),
    "livekit-participants": ("mod", "GET", f"/api/livekit/participants?room_id={ROOM}", None),
    "livekit-moderate": (
        "member",
        "POST",
        "/api/livekit/moderate",
        {**IN_CALL, "action": "mute"},
    ),
    "livekit-reconcile": ("operator", "POST", "/api/livekit/reconcile", {"room_id": str(ROOM)}),
    "matching-join": ("stranger", "POST", "/api/matching/join", MATCHING),
    "matching-status": ("admin", "GET", "/api/matching/status", None),
    "matching-leave": ("mod", "POST", "/api/matching/leave", None),
    "blocks": ("member", "GET", "/api/blocks", None),
    "block": ("member", "DELETE", f"/api/blocks/{NOBODY}", None),
    "rooms": ("member", "GET", "/api/rooms", None),
    "room": ("member", "GET", IN, None),
    "room-owner": ("member", "PUT", f"{IN}/owner", {"user_id": str(PEOPLE["member"])}),
    "room-channels": ("member", "GET", f"{IN}/channels", None),
    "room-channel": ("member", "PATCH", f"{IN}/channels/{LOUNGE}", {"name": "Mine"}),
    "room-members": ("member", "GET", f"{IN}/members?limit=2", None),
    "room-member": ("member", "GET", f"{IN}/members/{PEOPLE['owner']}", None),
    "room-member-roles": ("member", "PUT", f"{IN}/members/{PEOPLE['mod']}/roles", {"role_ids": []}),
    "room-roles": ("member", "GET", f"{IN}/roles", None),
    "room-role": ("member", "PATCH", f"{IN}/roles/{MODERATOR}", {"name": "Mine"}),
    "room-bans": ("owner", "GET", f"{IN}/bans", None),
    "room-ban": ("member", "PUT", f"{IN}/bans/{PEOPLE['mod']}", {"reason": "none"}),
    "room-invites": ("owner", "GET", f"{IN}/invites", None),
    "room-invite": ("owner", "DELETE", f"{IN}/invites/nothing", None),
    "invite": ("stranger", "GET", "/api/invites/nothing", None),
}
"""Who asks what of each function: reads, and changes that are refused for want of a permission."""


def headers(stack: Stack, who: str) -> dict[str, str]:
    """Returns how somebody proves who they are."""
    if who == "nobody":
        return {}
    bearer = f"Bearer {OPS_KEY}" if who == "operator" else stack.bearer(who)["Authorization"]
    return {"authorization": bearer}


@pytest.fixture(scope="module")
def answers(lambdas: Lambdas, _stack: Stack) -> Iterator[dict[str, Future[Any]]]:
    """What each function answers to its request, two at a time."""
    _stack.reset()
    with ThreadPoolExecutor(2) as pool:
        running = {}
        for name, (who, method, path, told) in REQUESTS.items():
            bare, _, query = path.partition("?")
            text = None if told is None else json.dumps(told)
            event = events.http(method, bare, text, query, headers(_stack, who))
            running[name] = pool.submit(lambdas.ask, name, event)
        yield running


@pytest.mark.parametrize("name", REQUESTS)
def test_it_answers_as_the_api_does(
    answers: dict[str, Future[Any]], stack: Stack, name: str
) -> None:
    """All the way: to Redis, to the database, to LiveKit, with secrets that it read from SSM."""
    got = answers[name].result()
    who, method, path, told = REQUESTS[name]
    wanted = stack.api.request(method, path, json=told, headers=headers(stack, who))
    assert got["statusCode"] == wanted.status_code, body(got)
    if wanted.content:
        told_here, told_there = body(got), wanted.json()
        assert told_here.keys() == told_there.keys()
        if "code" in told_there:
            assert told_here["code"] == told_there["code"]


def test_all_are_asked() -> None:
    """But the webhook, which has a request of its own below."""
    assert {*REQUESTS, "livekit-webhook"} == set(NAMES)


def test_secrets_come_from_ssm(answers: dict[str, Future[Any]]) -> None:
    """LiveKit's signs the token, and each vendor lets health in; none is a variable."""
    token = body(answers["livekit-token"].result())["participant_token"]
    assert jwt.decode(token, LIVEKIT_SECRET, algorithms=["HS256"])["sub"] == str(PEOPLE["member"])
    vendors = body(answers["health"].result())["vendors"]
    assert {vendor["status"] for vendor in vendors.values()} == {"ok"}
