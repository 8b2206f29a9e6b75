"""The one assertion on every error answer."""

from typing import Any

import httpx


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Asserts the whole envelope of RFC 9457 and returns the problem object."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"].rstrip(".")
    assert problem["type"]
    assert answer.headers["x-request-id"]
    if status == 401:
        assert "www-authenticate" in answer.headers
    if status in {429, 503}:
        assert int(answer.headers["retry-after"]) > 0
    return problem
