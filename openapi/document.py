"""The whole document: FastAPI's own, which knows paths and parameters, with all that it doesn't."""

import copy
import json
import re
from functools import cache
from typing import Any, get_args

from fastapi.routing import APIRoute
from pydantic import BaseModel

from app import ENDPOINTS, app
from common.communities import IfMatch
from common.version import VERSION
from openapi import responses
from openapi.operations import OPERATIONS, Operation
from openapi.problems import codes
from openapi.schemas import plain, ref, schemas
from openapi.shapes.base import Versioned
from openapi.shapes.voice import Ticket
from openapi.stated import ROOT, STATED
from openapi.wire import (
    DESCRIBED,
    HEADERS,
    INFO,
    PARAMETERS,
    SECURITY,
    SECURITY_SCHEMES,
    TAGS,
    tag_of,
)

PATH = ROOT / "docs" / "openapi.json"
JSON = "application/json"
CREATED = 201
Object = dict[str, Any]


@cache
def _made() -> Object:
    known = app.openapi()["paths"]
    versioned = _versioned()
    failures = {key: codes(key, versioned=key in versioned) for key in OPERATIONS}
    paths: dict[str, Object] = {}
    for key, operation in OPERATIONS.items():
        method, path = key.split()
        given = copy.deepcopy(known[path][method.lower()])
        described = _operation(key, operation, given, versioned=key in versioned)
        paths.setdefault(path, {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": INFO | {"version": VERSION},
        "tags": TAGS,
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "responses": responses.shared(list(failures.values())),
            "headers": HEADERS,
            "parameters": PARAMETERS,
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def document() -> Object:
    """Returns the document."""
    return copy.deepcopy(_made())


def as_text() -> str:
    """Returns the document as it stands in docs/openapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _versioned() -> set[str]:
    """Returns the operations that take If-Match, by method and path."""
    expected_version = get_args(IfMatch)[1].dependency
    return {
        f"{method} {route.path}"
        for endpoint in ENDPOINTS
        for route in endpoint.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        if expected_version in {each.call for each in route.dependant.dependencies}
    }


def _operation(key: str, operation: Operation, given: Object, *, versioned: bool) -> Object:
    parameters = [_parameter(each) for each in given.get("parameters", [])]
    if versioned:
        parameters.append({"$ref": "#/components/parameters/IfMatch"})
    if operation.cached:
        parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
    made: Object = {
        "operationId": operation.id,
        "tags": [tag_of(key.split()[1])],
        "summary": re.split(r"(?<=[^.]\.)\s", given["description"])[0].rstrip("."),
        "description": _description(key, given["description"]),
        "security": SECURITY[operation.caller],
    }
    if parameters:
        made["parameters"] = parameters
    if operation.body is not None or operation.caller == "livekit":
        made["requestBody"] = _body(operation, given)
    made["responses"] = _answers(key, operation) | responses.problems(
        codes(key, versioned=versioned)
    )
    return made


def _description(key: str, docstring: str) -> str:
    fields = STATED[key].fields
    stated = [f"{name}: {fields[name]}" for name in ("Auth", "Limit", "Fails")]
    return "\n\n".join([docstring, *stated])


def _parameter(given: Object) -> Object:
    """Returns one of the path or the query; what is absent there is never null."""
    schema = plain(given["schema"])
    schema.pop("title", None)
    if isinstance(schema.get("type"), list):
        schema["type"] = schema["type"][0]
    described = {"description": DESCRIBED[given["name"]]}
    return (
        {name: given[name] for name in ("name", "in", "required")} | described | {"schema": schema}
    )


def _body(operation: Operation, given: Object) -> Object:
    if operation.body is None:  # LiveKit's, which is read as bytes
        event = {"type": "object", "description": "LiveKit's WebhookEvent, as protojson."}
        return {"required": True, "content": {"application/webhook+json": {"schema": event}}}
    required = bool(given["requestBody"].get("required"))
    return {"required": required, "content": {JSON: {"schema": ref(operation.body)}}}


def _answers(key: str, operation: Operation) -> Object:
    limited = STATED[key].is_limited(key.split(maxsplit=1)[0])
    found: Object = {}
    for status, model in operation.answers.items():
        names: list[str] = []
        if operation.cached or (model is not None and issubclass(model, Versioned)):
            names.append("ETag")
        if status == CREATED and model is not Ticket:
            names.append("Location")
        if limited:
            names += ["RateLimit-Policy", "RateLimit"]
        answer: Object = {"description": _said(model), "headers": responses.headers(names)}
        if model is not None:
            answer["content"] = {JSON: {"schema": ref(model)}}
        found[str(status)] = answer
    return found


def _said(model: type[BaseModel] | None) -> str:
    return "Nothing has changed." if model is None else (model.__doc__ or "").split("\n\n")[0]
