"""PostgREST's protocol, as far as the local stack speaks it.

`POST /rest/v1/rpc/{function}`, and `GET /rest/v1/{table}` of whole rows.
"""

import json
import re

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.supabase import body, functions, sqlstate, tables
from local.supabase.callers import Caller, Callers
from local.supabase.database import Database
from local.supabase.errors import ApiError
from local.supabase.tokens import TokenError

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_JSON_ANSWER = re.compile(r"\*/\*|application/(\*|json)")


class Rest:
    """Calls functions and reads tables of schema `public` as their callers."""

    def __init__(self, database: Database, callers: Callers) -> None:
        self._database = database
        self._callers = callers

    def routes(self) -> list[Route]:
        """Returns what is served under /rest/v1."""
        return [
            Route("/rest/v1/rpc/{function}", self._call, methods=["POST"]),
            Route("/rest/v1/{table}", self._read, methods=["GET"]),
            Route("/rest/v1/{path:path}", self._refuse, methods=METHODS),
        ]

    async def _call(self, request: Request) -> Response:
        caller = self._caller(request)
        _refuse_filters(request)
        content = await body.read(request)
        try:
            arguments = body.parse_object(content)
        except body.BodyError as error:
            raise _error(400, "PGRST102", str(error)) from error
        try:
            async with self._database.acting_as(caller, _settings(request)) as connection:
                function = await functions.find(
                    connection, request.path_params["function"], arguments
                )
                # As it came: PostgreSQL reads numbers that Python would round
                text = content.decode() or "{}"
                if function.reads_only:  # PostgREST lets a stable function write nothing
                    await connection.execute("set transaction read only")
                result = await connection.fetchval(function.statement(arguments), text)
        except asyncpg.PostgresError as error:
            raise sqlstate.answer_to(error, caller) from error
        if function.is_void:
            return Response(status_code=204)
        # No row: the function's result is SQL's null
        return Response(result or "null", media_type="application/json; charset=utf-8")

    async def _read(self, request: Request) -> Response:
        caller = self._caller(request)
        _refuse_representations(request)
        limit = tables.limit_of(request.query_params)
        try:
            async with self._database.acting_as(caller, _settings(request)) as connection:
                await connection.execute("set transaction read only")
                found = await tables.rows(connection, request.path_params["table"], limit)
        except asyncpg.PostgresError as error:
            raise sqlstate.answer_to(error, caller) from error
        return Response(found, media_type="application/json; charset=utf-8")

    async def _refuse(self, request: Request) -> Response:
        self._caller(request)
        raise _error(
            501,
            "local",
            f"{request.method} {request.url.path} is not spoken here",
            hint="The local stack speaks POST /rest/v1/rpc/{function} and GET /rest/v1/{table}.",
        )

    def _caller(self, request: Request) -> Caller:
        try:
            return self._callers.of_request(request.headers, request.query_params)
        except TokenError as error:
            code = "PGRST303" if error.expired else "PGRST301"
            challenge = {"WWW-Authenticate": f'Bearer error="invalid_token", "{error}"'}
            raise _error(401, code, str(error), headers=challenge) from error


def _refuse_filters(request: Request) -> None:
    unknown = set(request.query_params) - {"apikey"}
    if unknown:
        raise _error(
            400,
            "PGRST100",
            f"no filters on what a function returns: {', '.join(sorted(unknown))}",
            hint="The local stack takes named arguments in the body only.",
        )
    _refuse_representations(request)


def _refuse_representations(request: Request) -> None:
    if request.headers.get("content-profile", "public") != "public":
        raise _error(406, "PGRST106", "The schema must be one of the following: public")
    if not _JSON_ANSWER.search(request.headers.get("accept", "*/*")):
        raise _error(
            406,
            "PGRST107",
            "None of these media types are available: " + request.headers["accept"],
            hint="The local stack answers in application/json only: no single(), no csv().",
        )


def _settings(request: Request) -> dict[str, str]:
    return {
        "request.method": request.method,
        "request.path": request.url.path.removeprefix("/rest/v1"),
        "request.headers": json.dumps(dict(request.headers)),
    }


def _error(
    status: int,
    code: str,
    message: str,
    *,
    hint: str | None = None,
    headers: dict[str, str] | None = None,
) -> ApiError:
    error = {"code": code, "message": message, "details": None, "hint": hint}
    return ApiError(status, error, headers)
