"""Row level security, told by persona: owner, member, stranger, anonymous."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from common.grants import Permission
from local.community import GENERAL, LOUNGE, PEOPLE, ROOM, WORKSHOP
from tests.sql.conftest import Database, Story, refused
from tests.sql.scratch import apply_all, catalogue, contents

Tell = Callable[[Story], None]
TABLES = ("profiles", "rooms", "channels", "room_members")
OF_ROLES = ("room_roles", "room_user_roles", "channel_overwrites", "room_bans", "room_invites")


class TestReading:
    @pytest.mark.parametrize("person", ["owner", "admin", "mod", "member"])
    def test_members(self, tell: Tell, person: str) -> None:
        """Members see their room, its channels, its members and their profiles."""

        async def story(database: Database) -> None:
            async with database.acting(person) as connection:
                counts = [
                    await connection.fetchval(f"select count(*) from public.{t}") for t in TABLES
                ]
            assert counts == [4, 1, 3, 4]

        tell(story)

    @pytest.mark.parametrize("person", ["owner", "admin", "mod", "member"])
    def test_roles_and_bans(self, tell: Tell, person: str) -> None:
        """Members see the roles and who has them; who is banned, only who may ban."""

        async def story(database: Database) -> None:
            async with database.acting(person) as connection:
                counts = [
                    await connection.fetchval(f"select count(*) from public.{t}")
                    for t in ("room_roles", "room_user_roles", "room_bans")
                ]
            assert counts == [3, 2, person != "member"]

        tell(story)

    @pytest.mark.parametrize("person", ["stranger", "banned"])
    def test_a_stranger(self, tell: Tell, person: str) -> None:
        """Who is not a member, or banned, sees nothing but their own profile."""

        async def story(database: Database) -> None:
            async with database.acting(person) as connection:
                counts = [
                    await connection.fetchval(f"select count(*) from public.{t}")
                    for t in (*TABLES, *OF_ROLES)
                ]
                own = await connection.fetchval("select user_id from public.profiles")
            assert counts == [1, 0, 0, 0, *[0] * len(OF_ROLES)]
            assert own == PEOPLE[person]

        tell(story)

    @pytest.mark.parametrize("table", [*TABLES, *OF_ROLES])
    def test_anonymous(self, tell: Tell, table: str) -> None:
        """Who is not signed in may not even ask."""

        async def story(database: Database) -> None:
            async with database.acting("anonymous") as connection:
                await refused(connection.fetch(f"select * from public.{table}"), "42501")

        tell(story)

    def test_channels_need_the_permission(self, tell: Tell) -> None:
        """Without VIEW_CHANNEL a member sees the room and no channel; the owner sees all."""

        async def story(database: Database) -> None:
            nothing = "update public.room_roles set permissions = 0 where id = room_id"
            for person, seen in (("member", 0), ("owner", 3)):
                transaction = database.admin.transaction()
                await transaction.start()
                await database.admin.execute(nothing)
                async with database.acting(person) as connection:
                    count = await connection.fetchval("select count(*) from public.channels")
                await transaction.rollback()
                assert count == seen

        tell(story)


class TestWriting:
    @pytest.mark.parametrize("person", ["owner", "member", "stranger", "anonymous"])
    @pytest.mark.parametrize(
        "statement",
        [
            "update public.rooms set name = 'mine'",
            "delete from public.room_members",
            "insert into public.rooms (name, owner_id) select 'x', user_id from public.profiles",
            "update public.profiles set display_name = 'x'",
        ],
    )
    def test_nobody_writes_tables(self, tell: Tell, person: str, statement: str) -> None:
        """Tables are written by functions alone: a direct write is refused for everyone."""

        async def story(database: Database) -> None:
            async with database.acting(person) as connection:
                await refused(connection.execute(statement), "42501")

        tell(story)


class TestVoiceChannels:
    def test_a_member(self, tell: Tell) -> None:
        """Voice channels come in their order, text channels don't."""

        async def story(database: Database) -> None:
            async with database.acting("member") as connection:
                found = await connection.fetchval("select public.voice_channels($1)", ROOM)
            assert found == [LOUNGE, WORKSHOP]

        tell(story)

    @pytest.mark.parametrize("person", ["stranger", "banned"])
    def test_a_stranger(self, tell: Tell, person: str) -> None:
        """A room that isn't theirs and one that doesn't exist fail alike."""

        async def story(database: Database) -> None:
            messages = set()
            for room in (ROOM, uuid4()):
                async with database.acting(person) as connection:
                    ask = connection.fetch("select public.voice_channels($1)", room)
                    messages.add(await refused(ask, "PT404"))
            assert len(messages) == 1

        tell(story)

    @pytest.mark.parametrize("call", ["voice_channels($1)", "voice_access($1, $1)"])
    def test_anonymous(self, tell: Tell, call: str) -> None:
        """Who is not signed in may not call."""

        async def story(database: Database) -> None:
            async with database.acting("anonymous") as connection:
                await refused(connection.fetch(f"select public.{call}", ROOM), "42501")

        tell(story)


class TestVoiceAccess:
    @pytest.mark.parametrize(
        ("person", "may"),
        [
            (
                "member",
                Permission.VIEW_CHANNEL | Permission.CONNECT | Permission.SPEAK | Permission.STREAM,
            ),
            ("owner", Permission.ADMINISTRATOR | Permission.CONNECT | Permission.SPEAK),
        ],
    )
    def test_permissions(self, tell: Tell, person: str, may: Permission) -> None:
        """A member may what everyone may, the owner all; the bits are those of common/grants.py."""

        async def story(database: Database) -> None:
            async with database.acting(person) as connection:
                sql = "select public.voice_access($1, $2) ->> 'permissions'"
                bits = int(await connection.fetchval(sql, ROOM, LOUNGE))
            assert may in Permission(bits)
            assert (Permission.ADMINISTRATOR in Permission(bits)) == (person == "owner")

        tell(story)

    def test_a_text_channel(self, tell: Tell) -> None:
        """A text channel is a conflict, not a voice channel."""

        async def story(database: Database) -> None:
            async with database.acting("member") as connection:
                ask = connection.fetch("select public.voice_access($1, $2)", ROOM, GENERAL)
                await refused(ask, "PT409")

        tell(story)


class TestRealtime:
    @pytest.mark.parametrize(
        ("person", "topic", "hears"),
        [
            ("member", f"room:{ROOM}", True),
            ("owner", f"room:{ROOM}", True),
            ("stranger", f"room:{ROOM}", False),
            ("member", f"room:{uuid4()}", False),
            ("member", "room:", False),
            ("member", f"room:{ROOM}x", False),
            ("member", "other", False),
            ("member", f"user:{PEOPLE['member']}", True),
            ("stranger", f"user:{PEOPLE['stranger']}", True),
            ("member", f"user:{PEOPLE['owner']}", False),
            ("owner", f"user:{PEOPLE['member']}", False),
            ("member", "user:", False),
            ("member", f"user:{PEOPLE['member']}x", False),
            ("member", f"user:{PEOPLE['member'].hex}", False),
            ("member", f"USER:{PEOPLE['member']}", False),
            ("member", str(PEOPLE["member"]), False),
            ("member", f"room:{ROOM}:{LOUNGE}", True),
            ("stranger", f"room:{ROOM}:{LOUNGE}", False),
            ("member", f"room:{ROOM}:{uuid4()}", False),
            ("member", f"room:{uuid4()}:{LOUNGE}", False),
            ("member", f"room:{ROOM}:{LOUNGE}:{LOUNGE}", False),
            ("member", f"room:{ROOM}:{LOUNGE}x", False),
            ("anonymous", "user:", False),
            ("anonymous", f"user:{PEOPLE['member']}", False),
            ("anonymous", f"room:{ROOM}", False),
        ],
    )
    def test_who_hears_a_topic(self, tell: Tell, person: str, topic: str, hears: bool) -> None:
        """A room's topic is heard by its members, a channel's by who may view it, a user's by that
        user alone, whether in a room or not, and no other topic by anybody.
        """

        async def story(database: Database) -> None:
            transaction = database.admin.transaction()
            await transaction.start()
            await database.admin.execute(
                "insert into realtime.messages (topic, extension, private) "
                "values ($1, 'broadcast', true)",
                topic,
            )
            async with database.acting(person, **{"realtime.topic": topic}) as connection:
                count = await connection.fetchval("select count(*) from realtime.messages")
            await transaction.rollback()
            assert bool(count) == hears

        tell(story)

    @pytest.mark.parametrize(
        ("person", "hears"), [("owner", True), ("admin", True), ("mod", False)]
    )
    def test_a_hidden_channel(self, tell: Tell, person: str, hears: bool) -> None:
        """The topic of a channel that is hidden from a member is not heard by them."""

        async def story(database: Database) -> None:
            transaction = database.admin.transaction()
            await transaction.start()
            await database.admin.execute(
                "insert into public.channel_overwrites (channel_id, room_id, role_id, allow, deny) "
                "values ($1, $2, $2, 0, 1 << 10)",
                *(LOUNGE, ROOM),
            )
            topic = f"room:{ROOM}:{LOUNGE}"
            await database.admin.execute(
                "insert into realtime.messages (topic, extension, private) "
                "values ($1, 'broadcast', true)",
                topic,
            )
            async with database.acting(person, **{"realtime.topic": topic}) as connection:
                count = await connection.fetchval("select count(*) from realtime.messages")
            await transaction.rollback()
            assert bool(count) == hears

        tell(story)

    def test_nobody_speaks_on_it(self, tell: Tell) -> None:
        """Members can't broadcast on their room's topic: only the server speaks there."""

        async def story(database: Database) -> None:
            topic = f"room:{ROOM}"
            async with database.acting("owner", **{"realtime.topic": topic}) as connection:
                speak = connection.execute(
                    "insert into realtime.messages (topic, extension, private) "
                    "values ($1, 'broadcast', true)",
                    topic,
                )
                await refused(speak, "42501")

        tell(story)


class TestProfiles:
    @pytest.mark.parametrize(
        ("meta", "email", "name"),
        [
            ('{"name": "Ada"}', "a@x.example", "Ada"),
            ('{"full_name": "Ada Lovelace"}', None, "Ada Lovelace"),
            ('{"name": "", "full_name": "Ada Lovelace", "user_name": "ada"}', None, "Ada Lovelace"),
            # their address is nobody's business
            ('{"name": "  "}', "bela@x.example", "Guest"),
            # what hides or turns what is around it, or is no text at all
            ('{"name": "\\u202eowner"}', None, "Guest"),
            ('{"name": "\\u200b"}', None, "Guest"),
            ('{"name": {"a": 1}}', None, '{"a": 1}'),
            ("{}", None, "Guest"),
            ('{"name": "' + "x" * 200 + '"}', None, "x" * 100),
        ],
    )
    def test_signing_up_makes_one(
        self, tell: Tell, meta: str, email: str | None, name: str
    ) -> None:
        """Everyone who signs up has a profile, named by what they gave, at most 100 characters."""

        async def story(database: Database) -> None:
            transaction = database.admin.transaction()
            await transaction.start()
            user_id = uuid4()
            await database.admin.execute(
                "insert into auth.users (id, email, raw_user_meta_data) values ($1, $2, $3)",
                *(user_id, email, meta),
            )
            sql = "select display_name from public.profiles where user_id = $1"
            found = await database.admin.fetchval(sql, user_id)
            await transaction.rollback()
            assert found == name

        tell(story)


def test_migrations_run_twice(tell: Tell) -> None:
    """Each migration can be applied to the demo community again: not a row, nothing of what the
    database is made of, changes, and no table or index is made anew.
    """

    async def story(database: Database) -> None:
        before = await _state(database)
        await apply_all(database.admin)
        assert await _state(database) == before

    tell(story)


async def _state(database: Database) -> tuple[object, ...]:
    relations = await database.admin.fetch(
        "select oid::regclass::text, relfilenode from pg_class "
        "where relkind in ('r', 'i') and relnamespace::regnamespace::text in ('public', 'private')"
    )
    made = {tuple(row) for row in relations}
    return await contents(database.admin), await catalogue(database.admin), made
