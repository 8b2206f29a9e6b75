"""GoTrue's protocol, as far as the local stack speaks it: sign-up, sign-in, refresh, sign-out."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.supabase import body, sessions, users
from local.supabase.auth_answers import (
    AuthError,
    claims,
    no_session,
    session_json,
    user_json,
    uuid_claim,
)
from local.supabase.callers import Callers, bearer
from local.supabase.database import Database
from local.supabase.tokens import TokenError, Tokens

API_VERSION = "x-supabase-api-version"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
MIN_PASSWORD = 6  # characters; the default of a new project
_EMAIL = re.compile(r"[^@\s\x00]{1,64}@[^@\s\x00]{1,190}")

Endpoint = Callable[[Request], Awaitable[Response]]


class Auth:
    """Signs people in, with or without an email, and tells others how to verify their tokens."""

    def __init__(self, database: Database, callers: Callers, tokens: Tokens, url: str) -> None:
        self._database = database
        self._callers = callers
        self._tokens = tokens
        self._issuer = f"{url}/auth/v1"

    def routes(self) -> list[Route]:
        """Returns what is served under /auth/v1."""
        return [
            # These two need no API key.
            Route("/auth/v1/.well-known/jwks.json", self._key_set),
            Route("/auth/v1/health", self._health),
            Route("/auth/v1/token", self._keyed(self._token), methods=["POST"]),
            Route("/auth/v1/signup", self._keyed(self._sign_up), methods=["POST"]),
            Route("/auth/v1/user", self._keyed(self._user)),
            Route("/auth/v1/logout", self._keyed(self._sign_out), methods=["POST"]),
            Route("/auth/v1/{path:path}", self._keyed(self._refuse), methods=METHODS),
        ]

    def _keyed(self, endpoint: Endpoint) -> Endpoint:
        """Returns `endpoint` for callers with an API key, its refusals as GoTrue's answers."""

        async def answer(request: Request) -> Response:
            self._callers.by_key(
                request.headers.get("apikey") or request.query_params.get("apikey")
            )
            try:
                return await endpoint(request)
            except AuthError as error:
                version = request.headers.get(API_VERSION, "")
                return JSONResponse(
                    error.body(version), error.status, {API_VERSION: version or "2023-01-01"}
                )

        return answer

    async def _key_set(self, _request: Request) -> Response:
        return JSONResponse(
            self._tokens.key_set(), headers={"Cache-Control": "public, max-age=600"}
        )

    async def _health(self, _request: Request) -> Response:
        async with self._database.transaction() as connection:
            await connection.execute("select 1")
        return JSONResponse({"name": "GoTrue", "version": "local", "description": "local stack"})

    async def _token(self, request: Request) -> Response:
        given = await _parsed(request)
        grant = request.query_params.get("grant_type")
        if grant == "password":
            return await self._sign_in(given)
        if grant == "refresh_token":
            return await self._refresh(given)
        raise AuthError(400, "unsupported_grant_type", "grant_type: password or refresh_token")

    async def _sign_in(self, given: dict[str, Any]) -> Response:
        email, password = _text(given, "email"), _text(given, "password")
        async with self._database.transaction() as connection:
            user = await connection.fetchrow(
                "select * from auth.users where email = $1", email.lower()
            )
        encrypted = user["encrypted_password"] if user else None
        if encrypted is None or not await users.is_password(password, encrypted):
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
        async with self._database.transaction() as connection:
            session_id, token = await sessions.begin(connection, user["id"], "password")
            return await self._session(connection, session_id, token)

    async def _sign_up(self, request: Request) -> Response:
        given = await _parsed(request)
        metadata = given.get("data") or {}
        if not isinstance(metadata, dict):
            raise AuthError(400, "validation_failed", "data has to be an object")
        email, password = (_text(given, name) for name in ("email", "password"))
        is_anonymous = not email and not password and "phone" not in given
        if not is_anonymous:
            _check_credentials(email, password)
        try:
            async with self._database.transaction() as connection:
                user = await users.insert(
                    connection,
                    email=email or None,
                    password=password or None,
                    metadata=metadata,
                )
                method = "anonymous" if is_anonymous else "password"
                session_id, token = await sessions.begin(connection, user["id"], method)
                return await self._session(connection, session_id, token)
        except asyncpg.UniqueViolationError as error:
            raise AuthError(422, "user_already_exists", "User already registered") from error
        except asyncpg.PostgresError as error:
            message = f"Database error saving new user: {error}"
            raise AuthError(500, "unexpected_failure", message) from error

    async def _refresh(self, given: dict[str, Any]) -> Response:
        async with self._database.transaction() as connection:
            try:
                session_id, token = await sessions.renew(connection, _text(given, "refresh_token"))
                return await self._session(connection, session_id, token)
            except sessions.RefreshError as error:
                refusal = AuthError(400, error.error_code, str(error))
        raise refusal  # outside the transaction: what it wrote stays

    async def _user(self, request: Request) -> Response:
        user_id, session_id = self._signed_in(request)
        async with self._database.transaction() as connection:
            user = await connection.fetchrow(
                "select u.* from auth.users as u join auth.sessions as s on s.user_id = u.id "
                "where u.id = $1 and s.id = $2",
                *(user_id, session_id),
            )
        if user is None:
            raise no_session()
        return JSONResponse(user_json(user))

    async def _sign_out(self, request: Request) -> Response:
        user_id, session_id = self._signed_in(request)
        scope = request.query_params.get("scope", "global")
        if scope not in {"global", "local", "others"}:
            raise AuthError(400, "validation_failed", f"Unsupported logout scope {scope!r}")
        async with self._database.transaction() as connection:
            await sessions.end(connection, scope=scope, user_id=user_id, session_id=session_id)
        return Response(status_code=204)

    async def _refuse(self, request: Request) -> Response:
        message = f"The local stack does not speak {request.method} {request.url.path}."
        raise AuthError(501, "not_implemented", message)

    def _signed_in(self, request: Request) -> tuple[UUID, UUID]:
        """Returns ids of the caller and of their session."""
        token = bearer(request.headers)
        if token is None:
            message = "This endpoint requires a valid Bearer token"
            raise AuthError(401, "no_authorization", message)
        try:
            verified = self._tokens.verify(token)
        except TokenError as error:
            message = f"invalid JWT: unable to parse or verify signature, {error}"
            raise AuthError(403, "bad_jwt", message) from error
        return uuid_claim(verified, "sub"), uuid_claim(verified, "session_id")

    async def _session(
        self, connection: asyncpg.Connection, session_id: UUID, refresh_token: str
    ) -> Response:
        session = await connection.fetchrow("select * from auth.sessions where id = $1", session_id)
        user = await connection.fetchrow(
            "select * from auth.users where id = $1", session["user_id"]
        )
        made = claims(user, session, issuer=self._issuer)
        return JSONResponse(
            session_json(
                user,
                access_token=self._tokens.sign(made),
                refresh_token=refresh_token,
                expires_at=made["exp"],
            )
        )


def _check_credentials(email: str, password: str) -> None:
    if not password:
        raise AuthError(422, "validation_failed", "Signup requires a valid password")
    if not _EMAIL.fullmatch(email):
        message = "Unable to validate email address: invalid format"
        raise AuthError(400, "validation_failed", message)
    if len(password) < MIN_PASSWORD:
        message = f"Password should be at least {MIN_PASSWORD} characters."
        raise AuthError(422, "weak_password", message, weak_password={"reasons": ["length"]})


async def _parsed(request: Request) -> dict[str, Any]:
    try:
        return body.parse_object(await body.read(request))
    except body.BodyError as error:
        raise AuthError(400, "bad_json", str(error)) from error


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name) or ""
    if not isinstance(value, str) or "\x00" in value:
        raise AuthError(400, "validation_failed", f"{name} has to be text")
    return value
