"""People in auth.users and their passwords."""

import asyncio
import hashlib
import hmac
import json
import secrets
from typing import Any
from uuid import UUID, uuid4

import asyncpg

_SCRYPT = {"n": 2**14, "r": 8, "p": 1}  # 16 MB and some 40 ms a password


async def hash_password(password: str) -> str:
    """Returns `scrypt$salt$hash`, made in a thread: it takes long for an event loop."""
    salt = secrets.token_bytes(16)
    digest = await asyncio.to_thread(_scrypt, password, salt)
    return f"scrypt${salt.hex()}${digest.hex()}"


async def is_password(password: str, encrypted: str) -> bool:
    """Says whether `encrypted` was made of `password`."""
    _, salt, digest = encrypted.split("$")
    made = await asyncio.to_thread(_scrypt, password, bytes.fromhex(salt))
    return hmac.compare_digest(made, bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT)


async def insert(
    connection: asyncpg.Connection,
    *,
    email: str | None,
    password: str | None,
    metadata: dict[str, Any],
    user_id: UUID | None = None,
) -> asyncpg.Record:
    """Adds a confirmed person, anonymous without an email; returns the row.

    Raises:
        asyncpg.UniqueViolationError: The email or the id is taken.
    """
    providers = {"provider": "email", "providers": ["email"]} if email else {}
    return await connection.fetchrow(
        """
        insert into auth.users (
          id, email, encrypted_password, raw_app_meta_data, raw_user_meta_data,
          is_anonymous, email_confirmed_at
        )
        values ($1, $2, $3, $4, $5, $6, case when not $6 then now() end)
        returning *
        """,
        user_id or uuid4(),
        email.lower() if email else None,
        await hash_password(password) if password else None,
        json.dumps(providers),
        json.dumps(metadata),
        email is None,
    )


async def create(
    connection: asyncpg.Connection,
    *,
    email: str,
    password: str,
    name: str,
    user_id: UUID | None = None,
) -> UUID:
    """Makes a person who can sign in, unless the email is taken; returns whose it is.

    A person who is there already stays as they are: password, name and id.

    Raises:
        asyncpg.UniqueViolationError: Another person has the id.
    """
    found = await connection.fetchval("select id from auth.users where email = $1", email.lower())
    if found is None:
        row = await insert(
            connection, email=email, password=password, metadata={"name": name}, user_id=user_id
        )
        found = row["id"]
    made: UUID = found
    return made
