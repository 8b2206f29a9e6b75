"""Who may see who is online in a room, and say that they are, told by persona.

Realtime asks for each by a row in realtime.messages: its extension is what is asked about.
"""

from uuid import uuid4

import asyncpg
import pytest

from local.community import LOUNGE, PEOPLE, ROOM
from tests.sql.conftest import Database, Tell, refused

INSERT = "insert into realtime.messages (topic, extension, private) values ($1, $2, true)"
ONLINE = f"online:{ROOM}"
DENIED = "42501"
MEMBERS = ["owner", "admin", "mod", "member"]
OTHERS = ["stranger", "banned", "anonymous"]
NO_TOPIC_OF_A_ROOM = [
    f"online:{uuid4()}",
    f"online:{ROOM}:{LOUNGE}",
    f"online:{str(ROOM).replace('-', '')}",
    f"online:{ROOM} ",
    f" online:{ROOM}",
    f"ONLINE:{ROOM}",
    "online:",
    "online:%",
]


async def may_read(database: Database, person: str, topic: str, extension: str) -> bool:
    """Says whether somebody sees what is sent on a topic, as Realtime asks at a join."""
    async with database.undone():
        row_id = await database.admin.fetchval(f"{INSERT} returning id", topic, extension)
        async with database.acting(person, **{"realtime.topic": topic}) as connection:
            found = "select exists (select from realtime.messages where id = $1)"
            return bool(await connection.fetchval(found, row_id))


async def may_write(database: Database, person: str, topic: str, extension: str) -> bool:
    """Says whether somebody may send on a topic, as Realtime asks at the first track."""
    async with database.acting(person, **{"realtime.topic": topic}) as connection:
        try:
            await connection.execute(INSERT, topic, extension)
        except asyncpg.InsufficientPrivilegeError:
            return False
        return True


class TestMembers:
    @pytest.mark.parametrize("person", MEMBERS)
    def test_see_and_say(self, tell: Tell, person: str) -> None:
        """Members see who is online in their room, and say that they are."""

        async def story(database: Database) -> None:
            assert await may_read(database, person, ONLINE, "presence")
            assert await may_write(database, person, ONLINE, "presence")

        tell(story)

    @pytest.mark.parametrize("person", MEMBERS)
    def test_say_nothing_else(self, tell: Tell, person: str) -> None:
        """Nobody broadcasts there; that members could hear it is for Realtimes that ask for it."""

        async def story(database: Database) -> None:
            assert not await may_write(database, person, ONLINE, "broadcast")
            assert await may_read(database, person, ONLINE, "broadcast")
            assert not await may_write(database, person, ONLINE, "postgres_changes")
            assert not await may_read(database, person, ONLINE, "postgres_changes")

        tell(story)

    @pytest.mark.parametrize("topic", [f"room:{ROOM}", f"room:{ROOM}:{LOUNGE}", "user:{member}"])
    def test_not_where_they_listen(self, tell: Tell, topic: str) -> None:
        """The topics that members hear have no presence: who only listens is not told of it."""
        topic = topic.format(**PEOPLE)

        async def story(database: Database) -> None:
            assert await may_read(database, "member", topic, "broadcast")
            for may in (may_read, may_write):
                assert not await may(database, "member", topic, "presence")

        tell(story)

    @pytest.mark.parametrize("topic", NO_TOPIC_OF_A_ROOM)
    def test_one_topic_a_room(self, tell: Tell, topic: str) -> None:
        """A room has one such topic, spelt in one way; none is of a room that isn't theirs."""

        async def story(database: Database) -> None:
            for extension in ("presence", "broadcast"):
                assert not await may_read(database, "owner", topic, extension)
                assert not await may_write(database, "owner", topic, extension)

        tell(story)

    def test_no_longer(self, tell: Tell) -> None:
        """Who leaves, is kicked or banned is asked again with their next token, and refused."""
        kicked, banned = PEOPLE["member"], PEOPLE["mod"]

        async def story(database: Database) -> None:
            async with database.undone():
                await database.call("owner", "remove_member", room_id=ROOM, user_id=kicked)
                await database.call("owner", "ban_member", room_id=ROOM, user_id=banned)
                await database.call("admin", "remove_member", room_id=ROOM, user_id=PEOPLE["admin"])
                for person in ("member", "mod", "admin"):
                    assert not await may_read(database, person, ONLINE, "presence")
                    assert not await may_write(database, person, ONLINE, "presence")

        tell(story)


class TestOthers:
    @pytest.mark.parametrize("person", OTHERS)
    @pytest.mark.parametrize("extension", ["presence", "broadcast"])
    def test_neither(self, tell: Tell, person: str, extension: str) -> None:
        """Strangers, the banned and who is not signed in neither see nor say anything there."""

        async def story(database: Database) -> None:
            assert not await may_read(database, person, ONLINE, extension)
            assert not await may_write(database, person, ONLINE, extension)

        tell(story)

    def test_anonymous_may_not_ask(self, tell: Tell) -> None:
        """Who is not signed in may not even call what decides it."""

        async def story(database: Database) -> None:
            async with database.acting("anonymous") as connection:
                await refused(
                    connection.execute("select private.may_be_online('online:x')"), DENIED
                )

        tell(story)


class TestPolicies:
    def test_one_an_action(self, tell: Tell) -> None:
        """realtime.messages has one policy for reading, one for writing, both for the signed-in."""

        async def story(database: Database) -> None:
            rows = await database.admin.fetch(
                "select cmd, roles::text, permissive from pg_policies "
                "where schemaname = 'realtime' and tablename = 'messages' order by cmd"
            )
            assert [tuple(row) for row in rows] == [
                ("INSERT", "{authenticated}", "PERMISSIVE"),
                ("SELECT", "{authenticated}", "PERMISSIVE"),
            ]

        tell(story)
