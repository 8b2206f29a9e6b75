"""What the API answers, takes and pushes is held to the shapes of the document, in each test."""

import json
import re
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from openapi import responses
from openapi.document import document
from openapi.operations import OPERATIONS
from openapi.problems import ANYWHERE
from openapi.shapes import pushes
from openapi.shapes.problems import Problem
from openapi.stated import CODES

ModelT = TypeVar("ModelT", bound=BaseModel)
_PUSHED: dict[str, type[BaseModel]] = {
    "room": pushes.RoomPush,
    "voice": pushes.VoicePush,
    "matching": pushes.MatchingPush,
}


def documented() -> dict[str, dict[str, dict[str, Any]]]:
    """Returns status → response of each operation, by its method and path."""
    made = document()
    shared = {f"#/components/responses/{n}": r for n, r in made["components"]["responses"].items()}
    return {
        f"{method.upper()} {path}": {
            status: shared.get(response.get("$ref", ""), response)
            for status, response in operation["responses"].items()
        }
        for path, operations in made["paths"].items()
        for method, operation in operations.items()
    }


def codes_of(response: dict[str, Any]) -> list[str]:
    """Returns the codes of a documented problem; none for what is no problem, or any."""
    schema = response.get("content", {}).get(responses.PROBLEM, {}).get("schema", {})
    return [
        code for part in schema.get("allOf", [])[1:] for code in part["properties"]["code"]["enum"]
    ]


_DOCUMENTED = documented()
_PATHS = [(key, re.compile(re.sub(r"{\w+}", "[^/]+", key))) for key in OPERATIONS]


def check(answer: httpx.Response) -> None:
    """Asserts that an answer is one that the document has: an event hook of httpx's client."""
    answer.read()
    request = answer.request
    if request.method == "HEAD":  # an answer without its body
        return
    asked = f"{request.method} {request.url.path}"
    key = next((key for key, path in _PATHS if path.fullmatch(asked)), None)
    kind = answer.headers.get("content-type", "")
    if kind == responses.PROBLEM:
        _check_problem(asked, key, answer)
    elif key is not None:
        model = OPERATIONS[key].answers.get(answer.status_code, Problem)
        if model is not None:
            assert kind == "application/json", f"{asked}: {answer.status_code} {kind}"
            _valid(model, answer.content, f"{OPERATIONS[key].id} answered {answer.status_code}")
        if answer.is_success:
            _check_body(key, request)
    if key is not None:
        stated = _DOCUMENTED[key].get(str(answer.status_code), {"headers": {}})["headers"]
        missing = [name for name in stated if name not in answer.headers]
        assert not missing, f"{asked}: {answer.status_code} has no {', '.join(missing)}"


def check_push(event: str, topic: str, payload: dict[str, Any]) -> None:
    """Asserts that a broadcast is one that the document has; but the doctor's, for nobody."""
    if topic.startswith("sangha-doctor:"):
        return
    assert event in _PUSHED, f"event {event} on {topic} is not documented"
    to_one = event == "voice" and topic.startswith("user:")
    model = pushes.MovePush if to_one else _PUSHED[event]
    _valid(model, json.dumps(payload).encode(), f"event {event} on {topic}")


def _check_problem(asked: str, key: str | None, answer: httpx.Response) -> None:
    problem = _valid(Problem, answer.content, f"{asked} answered {answer.status_code}")
    assert problem.status == answer.status_code
    assert answer.status_code in (CODES[problem.code].statuses or {answer.status_code})
    if problem.code not in ANYWHERE:
        assert key is not None, f"{asked}: {problem.code} of no operation"
        listed = codes_of(_DOCUMENTED[key].get(str(answer.status_code), {}))
        assert problem.code in listed, (
            f"{OPERATIONS[key].id} answered {answer.status_code} {problem.code}, "
            f"which its docstring's Errors do not name"
        )


def _check_body(key: str, request: httpx.Request) -> None:
    """Asserts that a body that was taken is one that the document has."""
    model = OPERATIONS[key].body
    if model is not None and request.content not in {b"", b"null"}:
        _valid(model, request.content, f"{OPERATIONS[key].id} took")


def _valid(model: type[ModelT], content: bytes, said: str) -> ModelT:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        found = "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise AssertionError(f"{said} what is no {model.__name__}: {found}") from error
