"""The stand-in as one ASGI app."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.faults import Faults
from local.supabase.announcements import Announcements
from local.supabase.auth import Auth
from local.supabase.callers import Callers
from local.supabase.database import Database
from local.supabase.errors import ApiError, DatabaseAwayError
from local.supabase.hub import Hub
from local.supabase.realtime import Realtime
from local.supabase.rest import Rest
from local.supabase.tokens import Tokens

LISTEN_SECONDS = 3.0
# Browsers of any origin, as the hosted API: keys and tokens travel in headers, not in cookies.
_CORS = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["*"],
    allow_headers=["*"],
    expose_headers=["*"],
    max_age=3600,
)


def create_app(
    dsn: str,
    *,
    url: str,
    publishable_key: str,
    secret_key: str,
    signing_key: Path,
    jwt_secret: str | None = None,
) -> Faults:
    """Returns Supabase over the database at `dsn`.

    Args:
        dsn: Of a superuser; `platform.install` has prepared the database.
        url: The project's address as clients see it; tokens are issued in its name.
        publishable_key: Stands for the role `anon`.
        secret_key: Stands for `service_role`, which row level security does not hold back.
        signing_key: PEM of the EC P-256 key that signs user tokens; made where it is missing.
        jwt_secret: Of a legacy project: its HS256 keys and tokens are accepted too.

    Raises:
        RuntimeError: `signing_key` holds something else.
    """
    database = Database(dsn)
    hub = Hub()
    tokens = Tokens(signing_key, jwt_secret)
    callers = Callers(publishable_key, secret_key, tokens)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await database.open()
        announcements = Announcements(dsn, hub)
        follower = asyncio.create_task(announcements.follow())
        with contextlib.suppress(TimeoutError):  # started without PostgreSQL: it comes later
            await asyncio.wait_for(announcements.listening.wait(), LISTEN_SECONDS)
        yield
        follower.cancel()
        await database.close()

    app = Starlette(
        routes=[
            *Auth(database, callers, tokens, url.rstrip("/")).routes(),
            *Rest(database, callers).routes(),
            *Realtime(database, callers, hub).routes(),
        ],
        middleware=[_CORS],
        exception_handlers={
            ApiError: _answer,
            DatabaseAwayError: _unavailable,
            HTTPException: _no_such_route,
        },
        lifespan=lifespan,
    )
    return Faults(app)


async def _answer(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body, error.status, error.headers)


async def _unavailable(request: Request, error: Exception) -> Response:
    """Answers while PostgreSQL is away, in the words of the API that was asked."""
    message = "Database connection error. Retrying the connection."
    if request.url.path.startswith("/auth/"):
        answer = {"code": 503, "error_code": "unexpected_failure", "msg": message}
    else:
        answer = {"code": "PGRST001", "message": message, "details": str(error), "hint": None}
    return JSONResponse(answer, 503)


async def _no_such_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = f"The local stack does not speak {request.method} {request.url.path}."
    hint = "It has auth, rest (rpc, GET of a table) and realtime; no storage, functions or graphql."
    status = 501 if error.status_code == 404 else error.status_code
    return JSONResponse({"message": message, "hint": hint}, status, error.headers)
