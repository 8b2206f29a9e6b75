"""The demo community: who is in it, its channels and roles. Made once, always the same."""

from uuid import UUID

import asyncpg

from common.grants import Permission
from local.supabase import platform, users

ROOM = UUID("00000000-0000-4000-8000-000000000001")
GENERAL = UUID("00000000-0000-4000-8000-000000000011")
LOUNGE = UUID("00000000-0000-4000-8000-000000000012")
WORKSHOP = UUID("00000000-0000-4000-8000-000000000013")
ADMIN = UUID("00000000-0000-4000-8000-000000000021")
MODERATOR = UUID("00000000-0000-4000-8000-000000000022")
PEOPLE = {
    "owner": UUID("00000000-0000-4000-8000-0000000000a1"),
    "mod": UUID("00000000-0000-4000-8000-0000000000a2"),
    "member": UUID("00000000-0000-4000-8000-0000000000a3"),
    "stranger": UUID("00000000-0000-4000-8000-0000000000a4"),
    "admin": UUID("00000000-0000-4000-8000-0000000000a5"),
    "banned": UUID("00000000-0000-4000-8000-0000000000a6"),
}
MEMBERS = ("owner", "mod", "member", "admin")
CHANNELS = [
    (GENERAL, "general", "text"),
    (LOUNGE, "Lounge", "voice"),
    (WORKSHOP, "Workshop", "voice"),
]

# what a moderator may do: invite, kick, ban, mute, move, and give the roles below theirs
MODERATES = (
    Permission.CREATE_INVITE
    | Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MUTE_MEMBERS
    | Permission.MOVE_MEMBERS
    | Permission.MANAGE_ROLES
)
ROLES = [
    (MODERATOR, "Moderator", "gavel", "#2ecc71", MODERATES),
    (ADMIN, "Admin", "shield", "#e74c3c", Permission.ADMINISTRATOR),
]  # the lowest first
HOLDERS = [("admin", ADMIN), ("mod", MODERATOR)]


def email(person: str) -> str:
    """Returns a demo person's address."""
    return f"{person}@sangha.example"


async def create(dsn: str, password: str) -> None:
    """Makes what is missing of the demo community in a migrated database."""
    connection = await platform.connect(dsn)
    try:
        for person, user_id in PEOPLE.items():
            await users.create(
                connection,
                email=email(person),
                password=password,
                name=person.capitalize(),
                user_id=user_id,
            )
        async with connection.transaction():
            made = await connection.fetchval(
                "insert into public.rooms (id, name, owner_id) values ($1, 'Sangha', $2) "
                "on conflict (id) do nothing returning true",
                ROOM,
                PEOPLE["owner"],
            )
            if made:
                await _fill(connection)
    finally:
        await connection.close()


async def _fill(connection: asyncpg.Connection) -> None:
    """Puts channels, members, roles and a ban into the room."""
    await connection.executemany(
        "insert into public.channels (id, room_id, name, kind, position) "
        "values ($1, $2, $3, $4, $5)",
        [(channel, ROOM, name, kind, n) for n, (channel, name, kind) in enumerate(CHANNELS)],
    )
    await connection.executemany(
        "insert into public.room_members (room_id, user_id) values ($1, $2)",
        [(ROOM, PEOPLE[person]) for person in MEMBERS],
    )
    await connection.executemany(
        "insert into public.room_roles (id, room_id, name, icon, color, position, permissions) "
        "values ($1, $2, $3, $4, $5, $6, $7)",
        [
            (role, ROOM, name, icon, color, n, int(permissions))
            for n, (role, name, icon, color, permissions) in enumerate(ROLES, start=1)
        ],
    )
    await connection.executemany(
        "insert into public.room_user_roles (room_id, user_id, role_id) values ($1, $2, $3)",
        [(ROOM, PEOPLE[person], role) for person, role in HOLDERS],
    )
    await connection.execute(
        "insert into public.room_bans (room_id, user_id, name, banned_by, reason) "
        "values ($1, $2, 'Banned', $3, 'spam')",
        *(ROOM, PEOPLE["banned"], PEOPLE["owner"]),
    )
