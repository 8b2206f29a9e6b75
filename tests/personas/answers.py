"""What a persona was answered, straight by Supabase and over HTTP, in the words of the matrix."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

import httpx

from common.grants import SOURCES, Permission
from local import community
from tests.personas.operation import ALREADY, OK, Operation
from tests.personas.scratch import INVITES, KNOWN, PEOPLE, Scratch
from tests.problems import assert_problem
from tests.stack import PUBLISHABLE_KEY, Stack

_ID = re.compile(r"(match:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_TIMES = {"created_at", "joined_at", "expires_at", "as_of", "since", "made_at", "arrive_by"}
_MADE_LATER_MS = 1_767_312_000_000  # 2026-01-02: what the scratch rooms have is older


@dataclass(frozen=True)
class Answer:
    """A refusal's code and detail, or what was answered instead."""

    code: str
    detail: str | None
    content: Any


class Supabase:
    """Asks Supabase itself, as supabase-js does; each cell once in a run of the tests."""

    def __init__(self) -> None:
        self._client = httpx.Client(timeout=10)  # made once: its TLS context alone takes 50 ms
        self._asked: dict[tuple[str, str, str], tuple[Answer, str]] = {}

    def ask(
        self, stack: Stack, scratch: Scratch, operation: Operation, persona: str
    ) -> tuple[Answer, str]:
        """Returns the answer, and the cell of the matrix that it is."""
        cell = operation.function, operation.title, persona
        if cell not in self._asked:
            before = scratch.dump()
            answer = self._call(stack, operation, persona)
            self._asked[cell] = answer, outcome(answer, operation, scratch, before)
        return self._asked[cell]

    def _call(self, stack: Stack, operation: Operation, persona: str) -> Answer:
        headers = {"apikey": PUBLISHABLE_KEY}
        if persona != "anonymous":
            headers |= stack.bearer(persona)
        url = f"{stack.supabase_url}/rest/v1/rpc/{operation.function}"
        answer = self._client.post(url, json=operation.call(persona), headers=headers)
        content = answer.json()
        if answer.is_success:
            # The function tells what may be done; that it isn't enough for a token, the endpoint.
            if operation.function == "voice_access" and not content["may_connect"]:
                return Answer("may_not_connect", None, content)
            return Answer("", None, content)
        if (answer.status_code, content["code"], persona) == (401, "42501", "anonymous"):
            return Answer("token_missing", None, content)
        code = content["message"]
        status = operation.status(code)
        assert (answer.status_code, content["code"]) == (status, f"PT{status}"), content
        return Answer(code, content["details"], content)

    def close(self) -> None:
        """Ends the client."""
        self._client.close()


def by_http(stack: Stack, operation: Operation, persona: str) -> Answer:
    """Sends the HTTP request, with the persona's own token."""
    request = operation.request(persona)
    if persona != "anonymous":
        request["headers"] |= stack.bearer(persona)
    answer = stack.api.request(**request)
    if answer.is_success:
        return Answer("", None, answer.json())
    code = answer.json()["code"]
    problem = assert_problem(answer, operation.status(code), code)
    return Answer(code, problem["detail"], problem)


def outcome(answer: Answer, operation: Operation, scratch: Scratch, before: list[str]) -> str:
    """Returns the answer as a cell of the matrix; restores the rooms if it was a write.

    What the matrix has no word for says what is wrong: a refusal or a reading that wrote.
    """
    after = scratch.dump()
    wrote = after != before
    if wrote:
        scratch.rebuild()
    if answer.code:
        return f"{answer.code}, but wrote {set(after) ^ set(before)}" if wrote else answer.code
    if said := {k: answer.content[k] for k, v in operation.says.items() if answer.content[k] != v}:
        return f"ok, but says {said}"
    if operation.writes:
        return OK if wrote else ALREADY
    return f"ok, but wrote {set(after) ^ set(before)}" if wrote else OK


def masked(value: Any, name: str = "") -> Any:
    """Puts words in place of what differs from run to run: new ids, codes and times."""
    if isinstance(value, dict):
        return {key: masked(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, name) for item in value]
    if name in _TIMES and isinstance(value, int):
        return value if value < _MADE_LATER_MS else "a time"
    if isinstance(value, str) and (found := _ID.fullmatch(value)):
        return value if found[2] in KNOWN or found[2] == str(community.ROOM) else "an id"
    if name == "code":
        return value if value in INVITES else "a code"
    return value


def as_sql_tells(operation: Operation, over_http: Any, by_function: Any) -> Any:
    """Returns HTTP's answer as the function would have said it, where the two have other forms."""
    match operation.function:
        case "members" if over_http["next"] is not None:  # a cursor is one text
            joined_us, user_id = over_http["next"].split(".")
            return over_http | {"next": {"joined_us": int(joined_us), "user_id": user_id}}
        case "voice_access":  # what is told stands in a token
            told = _claims(over_http["participant_token"])
            spoken = {"user_id": told["sub"], "name": told["name"]}
            channel_id = told["video"]["room"].split(":")[1]
            attributes = {"color": "", "muted": "", "private": ""} | told[
                "attributes"
            ]  # empty texts are left out
            return spoken | {
                "channel_id": channel_id,
                "may_connect": told["video"]["roomJoin"],
                "permissions": attributes["permissions"],
                "attributes": attributes,
            }
        case "voice_channels":  # with the people in each, sorted by their ids
            here = {channel["channel_id"] for channel in over_http["channels"]}
            return [channel for channel in by_function if channel in here] + sorted(
                here - set(by_function)
            )
        case "moderate_voice":  # whether LiveKit did it
            assert isinstance(over_http["applied"], bool)
            return {key: value for key, value in over_http.items() if key != "applied"}
        case "join_matching" | "matching_status" | "leave_matching" | "block_user":
            assert "closed" not in over_http  # it is told to LiveKit alone
            closed = {key: by_function[key] for key in by_function.keys() & {"closed"}}
            return _without_token(over_http) | closed
    return over_http


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims


def _without_token(over_http: dict[str, Any]) -> dict[str, Any]:
    """Returns HTTP's answer about a match with `me` in place of the token that was made of it."""
    if "participant_token" not in over_http:
        return over_http
    told = dict(over_http)
    assert told.pop("server_url").startswith("ws")
    claims = _claims(told.pop("participant_token"))
    grant, match = claims["video"], told["match"]
    assert (grant["room"], grant["roomJoin"]) == (match["room_name"], True)
    assert claims["sub"] == PEOPLE[claims["name"].lower()]
    permissions = Permission.VIEW_CHANNEL | Permission.CONNECT  # what opens the room
    for permission, sources in SOURCES.items():
        if set(sources) <= set(grant["canPublishSources"]):
            permissions |= permission
    # empty texts are left out; in the global pool there are no attributes at all
    empty = {} if match["room_id"] is None else {"color": "", "muted": ""}
    told["me"] = {
        "name": claims["name"],
        "permissions": str(int(permissions)),
        "attributes": empty | claims["attributes"],
    }
    return told
