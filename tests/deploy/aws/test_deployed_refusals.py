"""In Lambda, where much is stood in for, what is refused is refused as anywhere."""

import json
from typing import Any

import pytest

from local.community import MODERATOR, ROOM
from local.lambdas import events
from tests.deploy.aws.lambdas import Lambdas, body
from tests.stack import Stack

ROLES = f"/api/rooms/{ROOM}/roles"
REFUSED: list[tuple[str, str, str, str | None]] = [
    ("livekit-token", "POST", "/api/livekit/token", "{"),
    ("livekit-token", "POST", "/api/livekit/token", "[]"),
    ("livekit-token", "POST", "/api/livekit/token", '{"room_name": 5, "room_config": "x"}'),
    ("livekit-token", "POST", "/api/livekit/token", '{"room_name": "nowhere"}'),
    ("livekit-token", "POST", "/api/livekit/token", json.dumps({"room_name": "x" * 300_000})),
    ("livekit-token", "GET", "/api/livekit/token", None),
    ("livekit-participants", "GET", "/api/livekit/participants", None),
    ("room-role", "PATCH", f"{ROLES}/{MODERATOR}", '{"colour": "red"}'),
    ("room-role", "PATCH", f"{ROLES}/{MODERATOR}", '{"color": "red"}'),
    ("room-role", "PATCH", f"{ROLES}/no-uuid", "{}"),
    ("room-roles", "PUT", ROLES, '{"order": ["no-uuid", 5]}'),
    ("matching-join", "POST", "/api/matching/join", '{"group_size": "many", "interests": [1]}'),
    ("badges", "GET", "/api/nothing", None),
]


@pytest.mark.parametrize("refused", REFUSED)
def test_as_by_the_api(
    lambdas: Lambdas, stack: Stack, refused: tuple[str, str, str, str | None]
) -> None:
    """The same status, the same problem, the same detail: FastAPI's and pydantic's errors, too."""
    name, method, path, text = refused
    headers = {**stack.bearer("owner"), "Content-Type": "application/json"}
    wanted = stack.api.request(method, path, content=text, headers=headers)
    lower = {key.lower(): value for key, value in headers.items()}
    answer = lambdas.ask(name, events.http(method, path, text, headers=lower))
    assert answer["statusCode"] == wanted.status_code >= 400
    assert answer["headers"]["content-type"] == wanted.headers["content-type"]
    assert problem(body(answer)) == problem(wanted.json())


def problem(told: dict[str, Any]) -> dict[str, Any]:
    """Returns a problem without its title, which Python's versions call differently."""
    return {key: value for key, value in told.items() if key != "title"}
