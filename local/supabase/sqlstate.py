"""HTTP statuses of PostgreSQL's errors, as PostgREST gives them."""

import asyncpg

from local.supabase.callers import Caller
from local.supabase.errors import ApiError

# The longest prefix of the SQLSTATE decides.
_STATUSES = {
    "08": 503,
    "09": 500,
    "0L": 403,
    "0P": 403,
    "21": 500,
    "23503": 409,
    "23505": 409,
    "25": 500,
    "25006": 405,
    "28": 403,
    "2D": 500,
    "38": 500,
    "39": 500,
    "3B": 500,
    "40": 500,
    "42883": 404,
    "42P01": 404,
    "42P17": 500,
    "42501": 403,
    "53": 503,
    "53400": 500,
    "54": 500,
    "55": 500,
    "57": 500,
    "57P01": 503,
    "58": 500,
    "F0": 500,
    "HV": 500,
    "P0": 500,
    "P0001": 400,
    "XX": 500,
}
_OTHER = 400


def status_of(sqlstate: str) -> int:
    """Returns the HTTP status of an error; `PTnnn` is status nnn."""
    if sqlstate.startswith("PT"):
        number = sqlstate[2:]
        return int(number) if number.isdecimal() and 200 <= int(number) < 600 else 500
    for length in (5, 2):
        if sqlstate[:length] in _STATUSES:
            return _STATUSES[sqlstate[:length]]
    return _OTHER


def answer_to(error: asyncpg.PostgresError, caller: Caller) -> ApiError:
    """Returns the answer to a request whose SQL raised `error`."""
    sqlstate = error.sqlstate or "XX000"
    body = {
        "code": sqlstate,
        "message": error.message,
        "details": error.detail,
        "hint": error.hint,
    }
    if sqlstate == "42501" and caller.role == "anon":
        return ApiError(401, body, {"WWW-Authenticate": "Bearer"})
    return ApiError(status_of(sqlstate), body)
