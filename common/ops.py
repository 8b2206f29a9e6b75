"""Who may operate: the bearer of SANGHA_OPS_KEY, and our own schedule."""

import json
import secrets
from typing import Any

from fastapi import Request

from common.errors import Problem
from common.settings import settings


def is_operator(request: Request) -> bool:
    """Says whether the request carries the ops key; never true while no key is set."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    key = settings().sangha_ops_key
    matches = secrets.compare_digest(given.strip().encode(), key.encode())
    return bool(key) and scheme.lower() == "bearer" and matches


async def operator(request: Request) -> None:
    """FastAPI dependency: lets operators through; 401 ops_key_required for others."""
    if not is_operator(request):
        raise Problem(
            401,
            "ops_key_required",
            "Send SANGHA_OPS_KEY as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": "Bearer"},
        )


def scheduled_request(path: str) -> dict[str, Any]:
    """Returns API Gateway's event of a POST to `path` under the ops key."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "authorization": f"Bearer {settings().need('sangha_ops_key')}",
            "content-type": "application/json",
        },
        "requestContext": {
            "http": {"method": "POST", "path": path, "sourceIp": "127.0.0.1"},
            "stage": "$default",
        },
        "body": json.dumps({}),
        "isBase64Encoded": False,
    }
