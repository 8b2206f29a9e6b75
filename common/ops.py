"""Who may operate: the bearer of SANGHA_OPS_KEY."""

import secrets

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
