"""Problems, as answers of the document: shared by name where operations have the same."""

from typing import Any

from openapi.schemas import ref
from openapi.shapes.problems import Problem
from openapi.stated import CODES

PROBLEM = "application/problem+json"
NAMED = 3
"""So many codes make a name; a longer list stands where it is, but for the one of tokens."""
_HEADERS = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After", "RateLimit-Policy", "RateLimit"),
    503: ("Retry-After",),
}
Object = dict[str, Any]


def headers(names: list[str]) -> Object:
    """Returns response headers by reference, with the one that every answer has."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in [*names, "X-Request-Id"]}


def problems(codes: dict[int, list[str]]) -> Object:
    """Returns the responses of an operation, by status, and of whatever else may happen."""
    found: Object = {}
    for status, names in codes.items():
        name = _name(names)
        found[str(status)] = _ref(f"{name}{status}") if name else _problem(status, names)
    return found | {"default": _ref("Failure")}


def shared(codes: list[dict[int, list[str]]]) -> Object:
    """Returns the responses that `problems` of these refers to, by name."""
    found: Object = {"Failure": _failure()}
    for each in codes:
        for status, names in each.items():
            if name := _name(names):
                found[f"{name}{status}"] = _problem(status, names)
    return dict(sorted(found.items()))


def _ref(name: str) -> Object:
    return {"$ref": f"#/components/responses/{name}"}


def _name(codes: list[str]) -> str:
    if all(code.startswith("token_") for code in codes):
        return "Token"
    if len(codes) > NAMED:
        return ""
    return "Or".join(code.title().replace("_", "") for code in codes)


def _problem(status: int, codes: list[str]) -> Object:
    narrowed = {
        "type": "object",
        "required": ["code"],
        "properties": {"code": {"type": "string", "enum": codes}},
    }
    return {
        "description": "\n".join(f"- `{code}`: {CODES[code].when}" for code in codes),
        "headers": headers(list(_HEADERS.get(status, ()))),
        "content": {PROBLEM: {"schema": {"allOf": [ref(Problem), narrowed]}}},
    }


def _failure() -> Object:
    return {
        "description": "Any other failure, such as 500 `internal_error`.",
        "headers": headers([]),
        "content": {PROBLEM: {"schema": ref(Problem)}},
    }
