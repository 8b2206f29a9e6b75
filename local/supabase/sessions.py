"""Sessions and their refresh tokens: each token is used once, with GoTrue's grace for lost answers.

A used token is answered once more (with the token that replaced it) while its successor has not
been used, or for REUSE_SECONDS. After that it counts as stolen: the session ends.
"""

import secrets
from uuid import UUID

import asyncpg

REUSE_SECONDS = 10.0


class RefreshError(Exception):
    """A refresh token that gets no new session; `error_code` is GoTrue's."""

    def __init__(self, error_code: str, message: str) -> None:
        super().__init__(message)
        self.error_code = error_code


async def begin(connection: asyncpg.Connection, user_id: UUID, method: str) -> tuple[UUID, str]:
    """Begins a session; returns its id and its first refresh token."""
    session_id: UUID = await connection.fetchval(
        "insert into auth.sessions (user_id, amr_method) values ($1, $2) returning id",
        *(user_id, method),
    )
    await connection.execute("update auth.users set last_sign_in_at = now() where id = $1", user_id)
    return session_id, await _issue(connection, session_id, parent=None)


async def renew(connection: asyncpg.Connection, token: str) -> tuple[UUID, str]:
    """Exchanges a refresh token; returns the session's id and its next refresh token.

    Raises:
        RefreshError: The token is unknown, or was used before. The caller then commits:
            that ends a session whose token was used twice.
    """
    # Whoever comes second waits here, and then sees the token revoked.
    session_id = await connection.fetchval(
        """
        select s.id
        from auth.refresh_tokens as t
        join auth.sessions as s on s.id = t.session_id
        where t.token = $1
        for update of s
        """,
        token,
    )
    row = await connection.fetchrow(
        """
        select t.revoked, active.token as active, active.parent = t.token as is_parent,
          t.updated_at > now() - make_interval(secs => $2) as is_recent
        from auth.refresh_tokens as t
        left join auth.refresh_tokens as active
          on active.session_id = t.session_id and not active.revoked
        where t.token = $1
        """,
        *(token, REUSE_SECONDS),
    )
    if row is None:
        raise RefreshError(
            "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"
        )
    if not row["revoked"]:
        await connection.execute(
            "update auth.refresh_tokens set revoked = true, updated_at = now() where token = $1",
            token,
        )
        return session_id, await _issue(connection, session_id, parent=token)
    if row["active"] is not None and (row["is_parent"] or row["is_recent"]):
        return session_id, row["active"]
    await connection.execute(
        "update auth.refresh_tokens set revoked = true where session_id = $1", session_id
    )
    raise RefreshError("refresh_token_already_used", "Invalid Refresh Token: Already Used")


async def end(
    connection: asyncpg.Connection, *, scope: str, user_id: UUID, session_id: UUID
) -> None:
    """Ends sessions of a user: `local` this one, `others` all but this one, `global` all."""
    await connection.execute(
        """
        delete from auth.sessions
        where user_id = $1 and case $3
          when 'local' then id = $2
          when 'others' then id <> $2
          else true
        end
        """,
        *(user_id, session_id, scope),
    )


async def _issue(connection: asyncpg.Connection, session_id: UUID, parent: str | None) -> str:
    token = secrets.token_urlsafe(9)
    await connection.execute(
        "insert into auth.refresh_tokens (token, parent, session_id) values ($1, $2, $3)",
        *(token, parent, session_id),
    )
    return token
