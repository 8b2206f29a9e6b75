"""Supabase as the service, whom no policy stops: for what concerns other people than who asks.

Only what imports this module needs the secret key, and only those functions are given it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from common import supabase
from common.settings import settings

T = TypeVar("T")


def credentials() -> dict[str, str]:
    """Returns the headers of the service. A new secret key is no token, but may stand for one."""
    key = settings().need("supabase_secret_key")
    return {"apikey": key, "Authorization": f"Bearer {key}"}


async def rpc(
    function: str,
    arguments: dict[str, Any],
    *,
    read: Callable[[Any], T],
    deadline_ms: int | None = None,
) -> T:
    """Calls a SQL function as the service; arguments and errors as in `supabase.rpc`."""
    return await supabase.call(
        function, arguments, caller=credentials(), read=read, deadline_ms=deadline_ms
    )
