"""Tables as PostgREST reads them, as far as the stand-in does: all columns, no filter, a limit."""

from collections.abc import Mapping

import asyncpg

from local.supabase.errors import ApiError

_KNOWN = """
select true from pg_class
where
  relnamespace = 'public'::regnamespace and relname = $1 and relkind in ('r', 'p', 'v', 'm', 'f')
"""


def limit_of(parameters: Mapping[str, str]) -> int | None:
    """Returns how many rows are asked for, None for all.

    Raises:
        ApiError: 400 PGRST100, the request has a filter, an order or chosen columns.
    """
    asked = {name: value for name, value in parameters.items() if name != "apikey"}
    limit = asked.pop("limit", None)
    if asked.pop("select", "*") != "*" or asked or not (limit is None or limit.isdecimal()):
        raise _error(
            400,
            "PGRST100",
            f"not spoken here: {', '.join(sorted(parameters))}",
            hint="The local stack takes select=* and limit=N only.",
        )
    return None if limit is None else int(limit)


async def rows(connection: asyncpg.Connection, table: str, limit: int | None) -> str:
    """Returns the rows that the connection's role may see, as JSON.

    Raises:
        ApiError: 404 PGRST205, schema `public` has no such table.
        PostgresError: The role may not read it.
    """
    if not await connection.fetchval(_KNOWN, table):
        message = f"Could not find the table 'public.{table}' in the schema cache"
        raise _error(404, "PGRST205", message)
    name = '"' + table.replace('"', '""') + '"'
    query = f"select * from public.{name} limit $1"
    return str(
        await connection.fetchval(
            f"select coalesce(json_agg(row_to_json(t)), '[]')::text from ({query}) as t", limit
        )
    )


def _error(status: int, code: str, message: str, *, hint: str | None = None) -> ApiError:
    return ApiError(status, {"code": code, "message": message, "details": None, "hint": hint})
