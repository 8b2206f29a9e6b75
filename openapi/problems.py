"""Which problems an operation may answer with: what its file states, as far as it concerns it."""

from openapi.operations import OPERATIONS
from openapi.stated import STATED

ANYWHERE = frozenset(
    {
        *("internal_error", "misconfigured", "body_too_large", "http_error"),
        *("not_found", "method_not_allowed"),
    }
)
"""What any request may be answered with, whatever operation it is meant for."""

_FORBIDDEN, _METHOD_NOT_ALLOWED, _CONFLICT, _UNPROCESSABLE = 403, 405, 409, 422
_OF_BODIES = {"body_not_json", "field_unknown", "body_too_large"}
_OF_ADDRESSES = {"invalid_request", "not_yourself"}  # 422 without a body
_OF_VERSIONS = {"if_match_invalid", "version_mismatch"}


def codes(key: str, *, versioned: bool) -> dict[int, list[str]]:
    """Returns status → codes of an operation.

    Args:
        key: its method and path.
        versioned: whether it takes If-Match.
    """
    found: dict[int, list[str]] = {}
    for status, names in STATED[key].errors.items():
        mine = [name for name in names if _concerns(key, status, name, versioned=versioned)]
        if mine:
            found[status] = mine
    return dict(sorted(found.items()))


def _concerns(key: str, status: int, code: str, *, versioned: bool) -> bool:
    method, operation = key.split(maxsplit=1)[0], OPERATIONS[key]
    refused = (
        status == _METHOD_NOT_ALLOWED
        or (code in _OF_VERSIONS and not versioned)
        or (code == "rate_limited" and not STATED[key].is_limited(method))
        or (operation.body is None and operation.caller != "livekit" and _is_of_body(status, code))
        or (method == "GET" and len(STATED[key].methods) > 1 and _is_of_writes(status, code))
    )
    return not refused


def _is_of_body(status: int, code: str) -> bool:
    return code in _OF_BODIES or (status == _UNPROCESSABLE and code not in _OF_ADDRESSES)


def _is_of_writes(status: int, code: str) -> bool:
    """Says so of what only changes meet; a list is for members, or for one permission."""
    refused = status == _FORBIDDEN and code != "missing_permission"
    return refused or status == _CONFLICT or code == "invite_not_found"
