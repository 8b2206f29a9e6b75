"""Errors that are answers."""

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """Ends a request with a status and a JSON body."""

    def __init__(
        self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers


class DatabaseAwayError(Exception):
    """PostgreSQL could not be reached, or went away during the request."""


class RefusalError(Exception):
    """A message on a WebSocket is answered with an error; the text is its reason."""
