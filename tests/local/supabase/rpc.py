"""Calls of functions over HTTP."""

from typing import Any

import httpx


def call(
    client: httpx.Client,
    function: str,
    arguments: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Calls a function."""
    return client.post(f"/rest/v1/rpc/{function}", json=arguments or {}, headers=headers)
