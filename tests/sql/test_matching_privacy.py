"""What people learn of each other by matching and blocks, straight at the database."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from local.community import PEOPLE, ROOM
from tests.sql.conftest import Database, Refused, Tell, code_of, refused

DENIED = "42501"
OPERATIONS = {
    *("my_blocks", "block_user", "unblock_user"),
    *("join_matching", "matching_status", "leave_matching"),
}
TABLES = ("matches", "match_tickets", "match_topics", "match_meetings", "match_waits")
TOLD = {
    *("id", "room_name", "room_id", "group_size", "made_at", "arrive_by", "started_at"),
    *("members", "interests", "languages"),
}
"""What a match's members are told of it."""
OF_THE_BACKEND = {
    "match_event": "select public.match_event(gen_random_uuid(), 'finished', 'RM_x')",
    "match_outsiders": "select public.match_outsiders('[]')",
    "tidy_matching": "select public.tidy_matching()",
}


@dataclass(frozen=True)
class Person:
    """Somebody of whom every trace can be told from anybody else's."""

    id: UUID
    name: str
    interest: str
    language: str

    @property
    def traces(self) -> tuple[str, ...]:
        """What would tell of them in an answer."""
        return str(self.id), self.name, self.interest, self.language


@asynccontextmanager
async def alone(database: Database) -> AsyncIterator[None]:
    """Undoes at its end what is done inside, where nobody else waits and nobody is blocked."""
    async with database.undone():
        for table in ("private.match_tickets", "private.matches", "public.user_blocks"):
            await database.admin.execute(f"delete from {table}")
        yield


async def crowd(database: Database, count: int) -> list[Person]:
    """Signs people up."""
    people = []
    for n in range(count):
        number = uuid4()
        letter = chr(ord("a") + n)
        person = Person(number, f"name-{number.hex}", f"likes-{number.hex[:8]}", f"qx{letter}")
        people.append(person)
        await database.admin.execute(
            "insert into auth.users (id, email, raw_user_meta_data) "
            "values ($1, $2, jsonb_build_object('name', $3::text))",
            *(person.id, f"{number}@x.example", person.name),
        )
    return people


async def join(database: Database, person: Person, *shared: str, size: int = 2) -> Any:
    """Lets somebody join with an interest of their own and others; never with strangers."""
    return await database.call(
        person.id,
        "join_matching",
        interests=[person.interest, *shared],
        languages=[person.language, "en"],
        group_size=size,
        strangers=False,
    )


async def together(database: Database, people: list[Person]) -> str:
    """Puts people into one match; returns its id."""
    for person in people:
        answer = await join(database, person, "chess", size=len(people))
    return str(answer["match"]["id"])


async def event(database: Database, match_id: str, what: str, person: Person) -> None:
    """Lets LiveKit tell that somebody came to a match, or left it."""
    await database.admin.fetchval(
        "select public.match_event($1, $2, 'RM_private', $3, $4, 1)",
        *(match_id, what, person.id, f"PA_{person.id}"),
    )


async def answers_of(database: Database, person: Person) -> list[Any]:
    """Returns all that somebody is told by asking, joining as a new one, and leaving."""
    call = database.call
    return [
        await call(person.id, "matching_status"),
        await join(database, person),
        await call(person.id, "matching_status"),
        await call(person.id, "my_blocks"),
        await call(person.id, "leave_matching"),
        await call(person.id, "matching_status"),
    ]


def silent(answer: Any, *traces: str) -> None:
    """Asserts that an answer has none of these."""
    text = json.dumps(answer)
    assert not [trace for trace in traces if trace in text], text


def nothing_of(answer: Any, *people: Person) -> None:
    """Asserts that an answer tells nothing of these people."""
    silent(answer, "PA_", "RM_", *(trace for person in people for trace in person.traces))


class TestTables:
    @pytest.mark.parametrize("person", ["member", "anonymous"])
    @pytest.mark.parametrize("table", TABLES)
    def test_closed(self, tell: Tell, table: str, person: str) -> None:
        """Nobody reads or writes the tables, not even their own rows."""

        async def story(database: Database) -> None:
            async with alone(database):
                await database.call("member", "join_matching")
                for statement in (
                    f"select from private.{table}",
                    f"insert into private.{table} default values",
                    f"delete from private.{table}",
                    f"truncate private.{table}",
                ):
                    async with database.acting(person) as connection:
                        await refused(connection.execute(statement), DENIED)

        tell(story)

    @pytest.mark.parametrize("person", ["member", "anonymous"])
    @pytest.mark.parametrize("function", OF_THE_BACKEND)
    def test_for_the_backend(self, tell: Tell, function: str, person: str) -> None:
        """What the backend calls is refused to everybody else."""

        async def story(database: Database) -> None:
            async with database.acting(person) as connection:
                await refused(connection.execute(OF_THE_BACKEND[function]), DENIED)
            async with database.undone():
                await database.admin.execute("set local role service_role")
                await database.admin.execute(OF_THE_BACKEND[function])

        tell(story)

    def test_nothing_else_may_be_called(self, tell: Tell) -> None:
        """Of all functions about matching and blocks, people may call the six; and may_listen."""

        async def story(database: Database) -> None:
            rows = await database.admin.fetch(
                "select p.pronamespace::regnamespace::text || '.' || p.proname, "
                "has_function_privilege('authenticated', p.oid, 'execute'), "
                "has_function_privilege('anon', p.oid, 'execute') "
                "from pg_proc as p "
                "where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) "
                "and p.prosrc ~ 'match|user_blocks|my_blocks|block_user'"
            )
            assert len(rows) > 30
            callable_ = {name for name, signed_in, _ in rows if signed_in}
            both = {f"{schema}.{name}" for schema in ("public", "private") for name in OPERATIONS}
            assert callable_ == both | {"private.may_listen"}
            assert not [name for name, _, anonymous in rows if anonymous]

        tell(story)


class TestBlocks:
    def test_only_ones_own_rows(self, tell: Tell) -> None:
        """Who has blocked sees that; who is blocked, and everybody else, nothing."""

        async def story(database: Database) -> None:
            async with alone(database):
                await database.call("owner", "block_user", user_id=PEOPLE["member"])
                await database.call("member", "block_user", user_id=PEOPLE["stranger"])
                seen = {}
                for person in ("owner", "member", "stranger", "admin"):
                    async with database.acting(person) as connection:
                        rows = await connection.fetch(
                            "select blocker_id, blocked_id from public.user_blocks"
                        )
                    seen[person] = [tuple(row) for row in rows]
                assert seen == {
                    "owner": [(PEOPLE["owner"], PEOPLE["member"])],
                    "member": [(PEOPLE["member"], PEOPLE["stranger"])],
                    "stranger": [],
                    "admin": [],
                }
                async with database.acting("anonymous") as connection:
                    await refused(connection.fetch("select from public.user_blocks"), DENIED)

        tell(story)

    @pytest.mark.parametrize("person", ["owner", "member", "anonymous"])
    @pytest.mark.parametrize(
        "statement",
        [
            "insert into public.user_blocks (blocker_id, blocked_id) values ($1, $2)",
            "update public.user_blocks set created_at = now() where blocker_id in ($1, $2)",
            "delete from public.user_blocks where blocker_id in ($1, $2)",
        ],
    )
    def test_not_written_directly(self, tell: Tell, statement: str, person: str) -> None:
        """Rows are written by the functions alone, one's own as well."""

        async def story(database: Database) -> None:
            async with alone(database):
                await database.call("owner", "block_user", user_id=PEOPLE["member"])
                async with database.acting(person) as connection:
                    await refused(
                        connection.execute(statement, PEOPLE["owner"], PEOPLE["stranger"]), DENIED
                    )

        tell(story)

    def test_nobody_is_told_who_has_blocked_them(self, tell: Tell) -> None:
        """The blocked one's answers are as before, and the block isn't theirs to take back."""

        async def story(database: Database) -> None:
            async with alone(database):
                ann, bob = await crowd(database, 2)
                before = await answers_of(database, bob)
                await database.call(ann.id, "block_user", user_id=bob.id)
                after = await answers_of(database, bob)
                for answer in after:
                    nothing_of(answer, ann)
                assert [sorted(answer) for answer in after] == [sorted(a) for a in before]
                taken = database.call(bob.id, "unblock_user", user_id=ann.id)
                assert await code_of(taken) == "block_not_found"
                assert (await database.call(bob.id, "my_blocks")) == {"blocks": []}
                (block,) = (await database.call(ann.id, "my_blocks"))["blocks"]
                assert block["user_id"] == str(bob.id)

        tell(story)

    def test_a_block_names_nobody(self, tell: Tell) -> None:
        """Who knows only somebody's id doesn't learn their name by blocking them."""

        async def story(database: Database) -> None:
            async with alone(database):
                ann, bob = await crowd(database, 2)
                answer = await database.call(ann.id, "block_user", user_id=bob.id)
                nothing_of(answer | {"block": answer["block"] | {"user_id": ""}}, bob)
                assert answer["block"]["name"] is None

        tell(story)

    def test_a_block_while_both_wait(self, tell: Tell) -> None:
        """Neither is told why they wait on, though they would fit."""

        async def story(database: Database) -> None:
            async with alone(database):
                ann, bob = await crowd(database, 2)
                await database.call(ann.id, "block_user", user_id=bob.id)
                await join(database, ann, "chess")
                for person, other in ((bob, ann), (ann, bob)):
                    answer = await join(database, person, "chess")
                    assert answer["state"] == "waiting"
                    nothing_of(answer, other)
                    assert "last" not in answer

        tell(story)


class TestWaiting:
    def test_who_waits_is_told_to_nobody(self, tell: Tell) -> None:
        """Somebody in the same queue learns how many are ahead, and nothing of who they are."""

        async def story(database: Database) -> None:
            async with alone(database):
                *others, one = await crowd(database, 3)
                for other in others:
                    await join(database, other)
                told = await answers_of(database, one)
                for answer in told:
                    nothing_of(answer, *others)
                assert told[1]["place"] == 3

        tell(story)

    def test_nobody_acts_for_another(self, tell: Tell) -> None:
        """What somebody asks, joins and leaves is about themselves: others' tickets stay."""

        async def story(database: Database) -> None:
            async with alone(database):
                ann, bob = await crowd(database, 2)
                await join(database, ann)
                sql = "select t::text from private.match_tickets as t where t.user_id = $1"
                before = await database.admin.fetchval(sql, ann.id)
                await answers_of(database, bob)
                assert await database.admin.fetchval(sql, ann.id) == before

        tell(story)

    def test_a_rooms_pool(self, tell: Tell) -> None:
        """To a stranger a room, and who waits in its pool, is as a room that doesn't exist."""

        async def story(database: Database) -> None:
            async with alone(database):
                await database.call("owner", "join_matching", room_id=ROOM)
                refusals = []
                for room in (ROOM, uuid4()):
                    with pytest.raises(Refused) as caught:
                        await database.call("stranger", "join_matching", room_id=room)
                    refusals.append(str(caught.value))
                assert refusals[0] == refusals[1]
                assert refusals[0].startswith("PT404 room_not_found")
                answer = await database.call("stranger", "join_matching", interests=["go"])
                assert (answer["room_id"], answer["place"]) == (None, 1)

        tell(story)


class TestMatches:
    def test_a_match_is_told_to_its_members_alone(self, tell: Tell) -> None:
        """Who isn't in a match learns neither that it is there nor who is in it."""

        async def story(database: Database) -> None:
            async with alone(database):
                *members, one = await crowd(database, 3)
                match_id = await together(database, members)
                for member in (None, *members):
                    if member is not None:
                        await event(database, match_id, "joined", member)
                    for answer in await answers_of(database, one):
                        nothing_of(answer, *members)
                        silent(answer, match_id)

        tell(story)

    def test_what_members_are_told(self, tell: Tell) -> None:
        """Each other's id, name and whether they are there; of wishes what all have in common.

        What two of three have in common is told to none of them.
        """

        async def story(database: Database) -> None:
            async with alone(database):
                people = await crowd(database, 3)
                ann, bob, _ = people
                for person in people:
                    also = ["backgammon"] if person in (ann, bob) else []
                    await join(database, person, "chess", *also, size=3)
                match_id = (await database.call(ann.id, "matching_status"))["match"]["id"]
                await event(database, match_id, "joined", bob)
                for person in people:
                    asked = [
                        await database.call(person.id, "matching_status"),
                        await join(database, person, "chess", size=3),
                    ]
                    for answer in asked:
                        assert sorted(answer) == ["as_of", "match", "me", "retry_after", "state"]
                        match = answer["match"]
                        assert match.keys() == TOLD
                        assert match["members"] == [
                            {"user_id": str(p.id), "name": p.name, "here": p == bob} for p in people
                        ]
                        assert (match["interests"], match["languages"]) == (["chess"], ["en"])
                        assert answer["me"]["name"] == person.name
                        wishes = [(p.interest, p.language) for p in people]
                        silent(answer, "backgammon", "PA_", "RM_", *sum(wishes, ()))

        tell(story)

    def test_who_left_is_not_named(self, tell: Tell) -> None:
        """Who waits again is told that it came to nothing and why; not by whom."""

        async def story(database: Database) -> None:
            async with alone(database):
                ann, bob, cem = await crowd(database, 3)
                match_id = await together(database, [ann, bob, cem])
                left = await database.call(cem.id, "leave_matching")
                assert sorted(left) == ["as_of", "closed", "left", "state"]
                nothing_of(left, ann, bob)
                for person, other in ((ann, bob), (bob, ann)):
                    answer = await database.call(person.id, "matching_status")
                    assert answer["last"] == {"match_id": match_id, "reason": "somebody_left"}
                    nothing_of(answer, other, cem)
                for answer in await answers_of(database, cem):
                    nothing_of(answer, ann, bob)
                    silent(answer, match_id)

        tell(story)

    def test_who_has_left_learns_no_more(self, tell: Tell) -> None:
        """A match goes on without somebody, who is told nothing of it any more, nor shown in it."""

        async def story(database: Database) -> None:
            async with alone(database):
                people = await crowd(database, 3)
                match_id = await together(database, people)
                for person in people:
                    await event(database, match_id, "joined", person)
                *others, gone = people
                await database.call(gone.id, "leave_matching")
                for answer in await answers_of(database, gone):
                    nothing_of(answer, *others)
                    silent(answer, match_id)
                for person in others:
                    answer = await database.call(person.id, "matching_status")
                    assert answer["match"]["id"] == match_id
                    nothing_of(answer, gone)

        tell(story)

    def test_blocking_in_a_match(self, tell: Tell) -> None:
        """The others hear that somebody left; that it was for a block, and of whom, nobody does."""

        async def story(database: Database) -> None:
            async with alone(database):
                ann, bob = await crowd(database, 2)
                match_id = await together(database, [ann, bob])
                answer = await database.call(ann.id, "block_user", user_id=bob.id)
                assert answer["left"] == match_id
                answer = await database.call(bob.id, "matching_status")
                assert answer["last"] == {"match_id": match_id, "reason": "somebody_left"}
                nothing_of(answer, ann)

        tell(story)


class TestPushes:
    def test_each_on_ones_own_topic(self, tell: Tell) -> None:
        """All that is pushed of a match goes to its members, and says which match and why."""

        async def story(database: Database) -> None:
            async with alone(database):
                await database.admin.execute("delete from realtime.messages")
                ann, bob, cem, one = await crowd(database, 4)
                await join(database, one)
                match_id = await together(database, [ann, bob, cem])
                await database.call(cem.id, "leave_matching")
                rows = await database.admin.fetch(
                    "select topic, event, private, payload from realtime.messages"
                )
                told = {(row["topic"], row["event"], row["private"]) for row in rows}
                assert told == {(f"user:{p.id}", "matching", True) for p in (ann, bob, cem)}
                for row in rows:
                    payload = json.loads(row["payload"])
                    assert payload.keys() <= {"type", "match_id", "reason", "id"}
                    assert payload["match_id"] == match_id
                    nothing_of(payload, ann, bob, cem, one)

        tell(story)


async def hears(database: Database, person: Person | None, topic: str) -> bool:
    """Returns whether somebody may listen to a private topic; None isn't signed in."""
    async with database.undone():
        run = database.admin.execute
        await run("delete from realtime.messages")
        await run(
            "insert into realtime.messages (topic, extension, private) "
            "values ($1, 'broadcast', true)",
            topic,
        )
        role = "authenticated" if person else "anon"
        claims = {"role": role} | ({"sub": str(person.id)} if person else {})
        await run(f"set local role {role}")
        for name, value in (("request.jwt.claims", json.dumps(claims)), ("realtime.topic", topic)):
            await run("select set_config($1, $2, true)", name, value)
        return bool(await database.admin.fetchval("select count(*) from realtime.messages"))


class TestTopics:
    def test_a_match(self, tell: Tell) -> None:
        """A match's topic is heard by its members for as long as they are in it, by nobody else."""

        async def story(database: Database) -> None:
            async with alone(database):
                everybody = await crowd(database, 5)
                members, (waiting, stranger) = everybody[:3], everybody[3:]
                await join(database, waiting)
                match_id = await together(database, members)
                topic = f"match:{match_id}"

                async def listeners() -> list[Person | None]:
                    return [p for p in (*everybody, None) if await hears(database, p, topic)]

                assert await listeners() == members
                for member in members:
                    await event(database, match_id, "joined", member)
                assert await listeners() == members
                await event(database, match_id, "left", members[0])
                assert await listeners() == members  # away, and still a member
                await database.call(members[0].id, "leave_matching")
                assert await listeners() == members[1:]
                await database.call(members[1].id, "leave_matching")
                assert await listeners() == []  # over
                assert not await hears(database, stranger, f"match:{uuid4()}")

        tell(story)

    def test_a_match_that_came_to_nothing(self, tell: Tell) -> None:
        """Who waits again hears nothing of the match that they were in."""

        async def story(database: Database) -> None:
            async with alone(database):
                ann, bob = await crowd(database, 2)
                topic = f"match:{await together(database, [ann, bob])}"
                assert await hears(database, ann, topic)
                await database.call(bob.id, "leave_matching")
                answer = await database.call(ann.id, "matching_status")
                assert f"match:{answer['last']['match_id']}" == topic
                assert not await hears(database, ann, topic)
                assert not await hears(database, bob, topic)

        tell(story)

    def test_other_spellings(self, tell: Tell) -> None:
        """Only the topic itself, letter for letter, is the match's."""

        async def story(database: Database) -> None:
            async with alone(database):
                ann, bob = await crowd(database, 2)
                match_id = await together(database, [ann, bob])
                for topic in (
                    *("match:", f"match:{match_id}x", f"match:{match_id}:{match_id}"),
                    *(f"MATCH:{match_id}", f"match:{match_id.upper()}X", f" match:{match_id}"),
                    *(f"match:{UUID(match_id).hex}", f"match:{match_id}\n", match_id),
                    *(f"room:{match_id}", f"user:{match_id}", f"match:{ann.id}"),
                ):
                    assert not await hears(database, ann, topic), topic

        tell(story)

    def test_a_users(self, tell: Tell) -> None:
        """Where somebody's matches are pushed, they alone hear: not who is in a match with them."""

        async def story(database: Database) -> None:
            async with alone(database):
                people = await crowd(database, 3)
                await together(database, people[:2])
                for owner in people:
                    topic = f"user:{owner.id}"
                    heard = [p for p in (*people, None) if await hears(database, p, topic)]
                    assert heard == [owner]

        tell(story)

    def test_nobody_speaks_there(self, tell: Tell) -> None:
        """Only the server broadcasts on a match's topic and on a user's, their own included."""

        async def story(database: Database) -> None:
            async with alone(database):
                for person in ("owner", "member"):
                    answer = await database.call(person, "join_matching")
                assert answer["state"] == "matched"
                for topic in (f"match:{answer['match']['id']}", f"user:{PEOPLE['member']}"):
                    async with database.acting("member", **{"realtime.topic": topic}) as connection:
                        speak = connection.execute(
                            "insert into realtime.messages (topic, extension, private) "
                            "values ($1, 'broadcast', true)",
                            topic,
                        )
                        await refused(speak, DENIED)

        tell(story)
