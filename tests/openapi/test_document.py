"""The document: as committed, complete, valid, and no other than what endpoints state."""

import json
from typing import Any

import pytest
from fastapi.routing import APIRoute
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from app import ENDPOINTS
from openapi.document import PATH, as_text, document
from openapi.operations import OPERATIONS
from openapi.stated import CODES, STATED
from tests.answers import codes_of, documented

BODIES = {
    f"{method} {route.path}": route.body_field.field_info.annotation
    for endpoint in ENDPOINTS
    for route in endpoint.router.routes
    if isinstance(route, APIRoute) and route.body_field is not None
    for method in route.methods or ()
}
"""What the endpoints take, by method and path."""


@pytest.fixture(params=OPERATIONS)
def key(request: pytest.FixtureRequest) -> str:
    """Each operation's method and path."""
    return str(request.param)


def refs(value: Any) -> set[str]:
    """Returns what a part of the document refers to."""
    if isinstance(value, list):
        return {ref for item in value for ref in refs(item)}
    if isinstance(value, dict):
        inner = {ref for item in value.values() for ref in refs(item)}
        return inner | {value["$ref"]} if isinstance(value.get("$ref"), str) else inner
    return set()


class TestDocument:
    def test_it_is_the_committed_one(self) -> None:
        """docs/openapi.json is what the code says now."""
        assert PATH.read_text() == as_text(), "docs/openapi.json is old: run `make types`"

    def test_it_is_valid(self) -> None:
        """It is OpenAPI 3.1, its schemas JSON Schema."""
        OpenAPIV31SpecValidator(document()).validate()

    def test_it_is_json(self) -> None:
        """What is written reads as what is made."""
        assert json.loads(as_text()) == document()

    def test_it_has_every_operation(self) -> None:
        """Every route and method of the app is in it, and no other."""
        assert set(OPERATIONS) == set(STATED)
        assert {
            f"{method.upper()} {path}"
            for path, operations in document()["paths"].items()
            for method in operations
        } == set(STATED)

    def test_operations_have_names_of_their_own(self) -> None:
        """A front end's code tells them apart by operationId."""
        assert len({operation.id for operation in OPERATIONS.values()}) == len(OPERATIONS)

    def test_nothing_in_it_is_unused(self) -> None:
        """Every component is referred to, but for what is pushed and what LiveKit carries."""
        made = document()
        named = {
            f"#/components/{kind}/{name}"
            for kind in ("schemas", "responses", "headers", "parameters")
            for name in made["components"][kind]
        }
        spoken = {"RoomPush", "VoicePush", "MovePush", "MatchingPush", "VoiceBadge"}
        assert named - refs(made) == {f"#/components/schemas/{name}" for name in spoken}
        assert refs(made) <= named

    def test_its_codes_are_explained(self) -> None:
        """ProblemCode is what docs/errors.md lists."""
        assert document()["components"]["schemas"]["ProblemCode"]["enum"] == list(CODES)


class TestOperation:
    def test_it_says_what_succeeds(self, key: str) -> None:
        """It has a success with a schema."""
        found = documented()[key]
        bodies = [found[s].get("content", {}).get("application/json") for s in found if s < "3"]
        assert bodies
        assert all(body["schema"]["$ref"] for body in bodies if body)

    def test_it_has_the_codes_that_are_stated(self, key: str) -> None:
        """It lists no code that its file doesn't state, each under its status."""
        stated = {(s, code) for s, codes in STATED[key].errors.items() for code in codes}
        found = {(int(s), c) for s, r in documented()[key].items() for c in codes_of(r)}
        assert found <= stated
        assert all(status in CODES[code].statuses for status, code in found)

    def test_no_stated_code_is_lost(self, key: str) -> None:
        """What its file states is listed by one of the file's operations at least."""
        path = key.split()[1]
        theirs = [documented()[f"{method} {path}"] for method in STATED[key].methods]
        found = {
            code for each in theirs for response in each.values() for code in codes_of(response)
        }
        stated = {code for codes in STATED[key].errors.values() for code in codes}
        assert stated - found <= {"method_not_allowed"}

    def test_its_body_is_the_endpoints(self, key: str) -> None:
        """Its body has the members that the endpoint takes, and needs those that it needs."""
        mine, theirs = OPERATIONS[key].body, BODIES.get(key)
        assert (mine is None) == (theirs is None)
        if mine is None:
            return
        (model,) = [m for m in getattr(theirs, "__args__", (theirs,)) if m is not type(None)]
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        assert set(mine.model_fields) == set(model.model_fields)
        needed = {name for name, each in mine.model_fields.items() if each.is_required()}
        # A token without a room is refused by the endpoint, not by its model.
        named = {"room_name"} if key == "POST /api/livekit/token" else set()
        assert needed - named == {n for n, each in model.model_fields.items() if each.is_required()}
        for name, field in model.model_fields.items():
            if field.default is not None and not field.is_required():
                assert mine.model_fields[name].default == field.default
