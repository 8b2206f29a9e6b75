"""What a call makes the database read, by the plans of all statements in it, as they were run.

The room is one of 3,000 among 200 small ones: large enough that no plan for a page of 1,000 is
better off with a whole table, and the tables are as `bench roles` has them with 100,000. Nothing
forbids the planner a sequential scan.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from bench import roles_rooms
from bench.roles import CALLS, Call, answer_to, members_page, plans_in
from bench.roles_plans import TABLES, Plan, most_read, read_whole
from local import postgres

MEMBERS = 3_000
ROLES_OF_A_MEMBER = 5
PAGES = {
    "page_of_1000": 1000,
    "page_of_10_of_a_rare_role": 10,
    "set_member_roles": 1,
    "order_250_roles": 1,
    "token_check": 1,
}
"""How many members a call is about, where it isn't a page of 100."""
IN_SMALL_ROOMS, SMALL_ROOMS = 205, 5  # so many people are in so many small rooms as well
CALLS_UNTIL_CACHED = 8  # PostgreSQL decides on a plan to keep after five

Story = Callable[[asyncpg.Connection], Awaitable[None]]
Tell = Callable[[Story], None]


@pytest.fixture(scope="module")
def room_dsn(postgres_port: int) -> str:
    """A database with a room of 3,000 members, 250 roles and 500 channels."""
    return asyncio.run(roles_rooms.create(postgres.dsn(postgres_port), "plans", MEMBERS))


@pytest.fixture
def tell(room_dsn: str) -> Tell:
    """Runs a story on a fresh connection, which has no plan yet."""

    def run(story: Story) -> None:
        async def main() -> None:
            connection = await asyncpg.connect(room_dsn)
            try:
                await story(connection)
            finally:
                await connection.close()

        asyncio.run(main())

    return run


def statements(tell: Tell, call: Call) -> int:
    """Returns how many statements a call is, with all in it, on a fresh connection."""
    counts = []

    async def story(connection: asyncpg.Connection) -> None:
        counts.append(len(await plans_in(connection, call)))

    tell(story)
    return counts[0]


@pytest.mark.parametrize("name", CALLS)
def test_no_table_that_grows_is_read_whole(tell: Tell, name: str) -> None:
    """Neither a connection's first calls nor those by cached plans read all members or roles."""

    async def story(connection: asyncpg.Connection) -> None:
        for turn in range(CALLS_UNTIL_CACHED):
            plans = await plans_in(connection, CALLS[name](MEMBERS, turn))
            assert plans
            assert read_whole(plans) == set()

    tell(story)


def bounds(page: int) -> dict[str, int]:
    """Returns how many rows of each table one scan may read at most for so many members."""
    roles_held = page * ROLES_OF_A_MEMBER
    return {
        "room_members": page + min(page, IN_SMALL_ROOMS) * SMALL_ROOMS,  # by the room or the user
        "room_user_roles": roles_held,
        "profiles": page,
        "room_roles": max(roles_held, roles_rooms.ROLES + 1),
    }


def beyond(plans: list[Plan], page: int) -> dict[str, int]:
    """Returns of which tables a scan read more than a call about so many members may."""
    allowed = bounds(page)
    return {table: rows for table, rows in most_read(plans).items() if rows > allowed[table]}


@pytest.mark.parametrize("name", CALLS)
def test_no_more_is_read_than_the_page(tell: Tell, name: str) -> None:
    """No scan reads more rows than the members that a call is about have, by an index or not."""

    async def story(connection: asyncpg.Connection) -> None:
        for turn in range(CALLS_UNTIL_CACHED):
            plans = await plans_in(connection, CALLS[name](MEMBERS, turn))
            assert beyond(plans, PAGES.get(name, 100)) == {}

    tell(story)


@pytest.mark.parametrize("size", [10, 1000])
def test_a_page_is_one_statement_of_its_members(tell: Tell, size: int) -> None:
    """The members of a page are made by one statement, and no other reads anybody's name."""

    async def story(connection: asyncpg.Connection) -> None:
        sql = "select prosrc from pg_proc where oid = 'private.member_objects'::regproc"
        body = str(await connection.fetchval(sql)).strip()
        plans = await plans_in(connection, members_page(size))
        (members,) = [plan for plan in plans if plan["Query Text"].strip() == body]
        assert most_read([members])["profiles"] == size
        assert [plan for plan in plans if most_read([plan])["profiles"]] == [members]

    tell(story)


def test_a_page_is_as_many_statements_for_a_thousand_members_as_for_ten(tell: Tell) -> None:
    """There is no statement for each member, nor for each of their five roles."""
    assert statements(tell, members_page(1000)) == statements(tell, members_page(10))


def test_a_role_list_is_as_many_statements_for_250_roles_as_for_50(tell: Tell) -> None:
    """There is no statement for each role."""
    many, few = (  # each asked by the room's owner
        Call(number, "select public.roles($1)", (roles_rooms.id_of("room", number),))
        for number in (1, 2)
    )
    assert statements(tell, many) == statements(tell, few)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("first_page", range(1, 101)),
        ("middle_page", range(1501, 1601)),
        ("last_page", range(2901, 3001)),
        ("page_of_1000", range(1, 1001)),
    ],
)
def test_the_pages_are_full(tell: Tell, name: str, expected: range) -> None:
    """What is measured is what is told: so many members, of that place, five roles each."""

    async def story(connection: asyncpg.Connection) -> None:
        call = CALLS[name](MEMBERS, 0)
        page = json.loads(await answer_to(connection, call))
        assert [member["name"] for member in page["members"]] == [f"Person {n}" for n in expected]
        assert {len(member["roles"]) for member in page["members"]} == {ROLES_OF_A_MEMBER}

    tell(story)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("other_way", ["enable_indexonlyscan", "enable_seqscan"])
def test_a_whole_read_is_found(tell: Tell, table: str, other_way: str) -> None:
    """Reading a whole table is told from reading a part, and so is a whole index in its place."""

    async def story(connection: asyncpg.Connection) -> None:
        async with connection.transaction():
            await connection.execute(f"set local {other_way} = off")
            await connection.execute(f"alter table public.{table} disable row level security")
            whole = Call(1, f"select count(*) from public.{table}", ())
            assert read_whole(await plans_in(connection, whole)) == {table}

    tell(story)


@pytest.mark.parametrize("table", ["room_members", "room_user_roles"])
@pytest.mark.parametrize("only", ["", "and user_id = any(array[gen_random_uuid()])"])
@pytest.mark.parametrize("way", ["enable_indexscan", "enable_bitmapscan"])
def test_a_whole_room_by_an_index_is_found(tell: Tell, table: str, only: str, way: str) -> None:
    """Reading all of a room by an index is no whole table and yet too much, if all but a few rows
    are thrown away, too.
    """

    async def story(connection: asyncpg.Connection) -> None:
        async with connection.transaction():
            for other_way in {"enable_seqscan", "enable_indexscan", "enable_bitmapscan"} - {way}:
                await connection.execute(f"set local {other_way} = off")
            await connection.execute(f"alter table public.{table} disable row level security")
            # the condition is put where no index can take it
            filtered = only.replace("user_id", "(user_id || '')::uuid")
            sql = f"select count(*) from public.{table} where room_id = $1 {filtered}"
            plans = await plans_in(connection, Call(1, sql, (roles_rooms.ROOM,)))
            assert read_whole(plans) == set()
            assert beyond(plans, 1000).keys() == {table}

    tell(story)


def test_rows_read_again_and_again_are_found() -> None:
    """What one loop reads counts as often as it is done, with what its filter removed."""
    scan = {
        "Node Type": "Index Scan",
        "Relation Name": "profiles",
        "Index Cond": "(user_id = u.user_id)",
        "Actual Rows": 0.5,
        "Actual Loops": 100,
        "Rows Removed by Filter": 2,
    }
    plans = [{"Plan": {"Node Type": "Nested Loop", "Plans": [scan]}}]
    assert most_read(plans)["profiles"] == 250
    assert beyond(plans, 100) == {"profiles": 250}
    assert beyond(plans, 250) == {}
