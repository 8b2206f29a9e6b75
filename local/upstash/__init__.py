"""Upstash Redis's REST protocol over a real Valkey, on loopback.

What an answer depends on (types, expiry, Lua, transactions) is Valkey's own; here live only the
HTTP forms, what Upstash refuses over REST, and what it bills. Also served, without a token:

    GET /_local/commands       {"billed": 4, "by_command": {"HSETEX": 3, "GET": 1}}
    DELETE /_local/commands    (counts from zero again)
    /_local/faults             (see local/faults.py)
"""

from local.faults import Faults
from local.upstash.database import Database
from local.upstash.rest import RestApi


def create_app(valkey_port: int, token: str, read_only_token: str | None = None) -> Faults:
    """Returns the ASGI app: the Valkey on 127.0.0.1:`valkey_port`, for bearers of `token`.

    With `read_only_token`, its bearers may read.
    """
    return Faults(RestApi(Database(valkey_port), token, read_only_token))
