"""The one error type of the API, and the one envelope it is sent in (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"


class Problem(Exception):  # noqa: N818 - RFC 9457's own term
    """An answer that is not a success.

    Args:
        status: HTTP status.
        code: stable, machine-readable name of what went wrong, in snake_case.
        detail: one sentence for a person: what is wrong and what to do.
        headers: further response headers.
        extra: further members of the problem object (JSON values).
        type_uri: a registered problem type, where there is one.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
        type_uri: str = "about:blank",
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra or {}
        self.type_uri = type_uri

    def response(self) -> Response:
        """Returns the application/problem+json answer."""
        body = {
            "type": self.type_uri,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.extra,
        }
        # In ASCII: a detail may quote the caller, and not all that JSON can say is valid UTF-8.
        content = json.dumps(body, separators=(",", ":"))
        media_type = "application/problem+json"
        return Response(content, self.status, headers=self.headers, media_type=media_type)


class Unavailable(Exception):  # noqa: N818 - HTTP's own term
    """A vendor did not answer in time, or not sensibly. What was asked may have been done.

    Args:
        vendor: "redis", "supabase", "livekit" or "realtime".
        reason: what was seen, for the log.
    """

    def __init__(self, vendor: str, reason: str) -> None:
        super().__init__(f"{vendor}: {reason}")
        self.vendor = vendor
        self.reason = reason

    def problem(self) -> Problem:
        """Returns the 503 for an endpoint that can't do without this vendor."""
        return Problem(
            503,
            f"{self.vendor}_unavailable",
            f"{self.vendor.capitalize()} is not answering. Try again in a moment.",
            headers={"Retry-After": "2"},
        )


async def on_problem(_request: Request, error: Exception) -> Response:
    """Exception handler for Problem and Unavailable."""
    if isinstance(error, Unavailable):
        error = error.problem()
    assert isinstance(error, Problem)
    return error.response()
