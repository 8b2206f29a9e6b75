"""The demo community: four people, one community, three channels. Made once, always the same."""

from uuid import UUID

from local.supabase import platform, users

ROOM = UUID("00000000-0000-4000-8000-000000000001")
GENERAL = UUID("00000000-0000-4000-8000-000000000011")
LOUNGE = UUID("00000000-0000-4000-8000-000000000012")
WORKSHOP = UUID("00000000-0000-4000-8000-000000000013")
PEOPLE = {
    "owner": UUID("00000000-0000-4000-8000-0000000000a1"),
    "mod": UUID("00000000-0000-4000-8000-0000000000a2"),
    "member": UUID("00000000-0000-4000-8000-0000000000a3"),
    "stranger": UUID("00000000-0000-4000-8000-0000000000a4"),
}
CHANNELS = [
    (GENERAL, "general", "text"),
    (LOUNGE, "Lounge", "voice"),
    (WORKSHOP, "Workshop", "voice"),
]


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
        await connection.execute(
            "insert into public.rooms (id, name, owner_id) values ($1, 'Sangha', $2) "
            "on conflict do nothing",
            ROOM,
            PEOPLE["owner"],
        )
        await connection.executemany(
            "insert into public.channels (id, room_id, name, kind, position) "
            "values ($1, $2, $3, $4, $5) on conflict do nothing",
            [(channel, ROOM, name, kind, n) for n, (channel, name, kind) in enumerate(CHANNELS)],
        )
        await connection.executemany(
            "insert into public.room_members (room_id, user_id) values ($1, $2) "
            "on conflict do nothing",
            [(ROOM, user_id) for person, user_id in PEOPLE.items() if person != "stranger"],
        )
    finally:
        await connection.close()
