"""What a call really makes the database do: the plan of each statement in it, as it was run.

The functions of the API run statements of their own, which EXPLAIN of the call doesn't show;
PostgreSQL's own auto_explain does, in every depth.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

Plan = dict[str, Any]

TABLES = ("room_members", "room_user_roles", "room_roles", "profiles")
"""What grows with the members and roles, and is never read whole."""

_SETTINGS = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_format": "json",
    "client_min_messages": "log",
}


@asynccontextmanager
async def explained(connection: asyncpg.Connection) -> AsyncIterator[list[Plan]]:
    """Collects the plan of every statement that a superuser's connection runs in a transaction."""
    plans: list[Plan] = []

    def listen(_: object, message: asyncpg.PostgresLogMessage) -> None:
        if message.message.startswith("duration: "):
            plans.append(json.loads(message.message[message.message.index("{") :]))

    await connection.execute("load 'auto_explain'")
    for name, value in _SETTINGS.items():
        await connection.execute("select set_config($1, $2, true)", name, value)
    connection.add_log_listener(listen)
    try:
        yield plans
    finally:
        connection.remove_log_listener(listen)


def read_whole(plans: list[Plan]) -> set[str]:
    """Returns which of TABLES are read from end to end, of the table or of an index."""
    return {
        node["Relation Name"]
        for plan in plans
        for node in _nodes(plan["Plan"])
        if node.get("Relation Name") in TABLES and _is_whole(node)
    }


def most_read(plans: list[Plan]) -> dict[str, int]:
    """Returns of each of TABLES how many rows one scan read at most, in all its loops.

    That counts rows that were read for nothing, too: an index by the room alone reads all of a
    room, whatever a filter or a join makes of it.
    """
    most = dict.fromkeys(TABLES, 0)
    for plan in plans:
        for node in _nodes(plan["Plan"]):
            table = node.get("Relation Name")
            if table in most:
                most[table] = max(most[table], _rows_read(node))
    return most


def _rows_read(node: Plan) -> int:
    removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    of_a_loop: float = node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
    loops: int = node["Actual Loops"]
    return round(of_a_loop * loops)


def _is_whole(node: Plan) -> bool:
    if node["Node Type"] in {"Index Scan", "Index Only Scan"}:
        return "Index Cond" not in node
    return bool(node["Node Type"] == "Seq Scan")


def _nodes(node: Plan) -> Iterator[Plan]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
