"""The original single-role app's database becomes ours, and nothing of it is lost."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from deploy import migrations
from tests.sql.scratch import (
    SQL,
    Scratch,
    apply_all,
    catalogue,
    contents,
)
from tests.sql.test_catalogue import OFFENDERS

PEOPLE = "00000000-0000-4000-8000-0000000001{:02}"
ROOM = "00000000-0000-4000-8000-00000000aa01"
OTHER = "00000000-0000-4000-8000-00000000aa02"
ORPHANED = "00000000-0000-4000-8000-00000000aa04"
CROWDED = "00000000-0000-4000-8000-00000000aa06"
ROLE = "00000000-0000-4000-8000-00000000bb{:02}"

ADMINISTRATOR = 1 << 3
MODERATES = 1 << 1 | 1 << 22 | 1 << 24

# The first room's roles, the highest first: (name, icon, color, permissions).
ROLES = [
    ("ADMIN", "shield", "#ff0000", ADMINISTRATOR),
    ("Owner", "star", "#aabbcc", 0),
    ("King", "star", "#808080", 0),
    ("moderator", "gavel", "#a1b2c3", MODERATES),
    ("Mod", "gavel", None, MODERATES),
    ("Mod", "gavel", "#a1b2c3", MODERATES),
    ("Модератор", "gavel", None, 0),
    ("Champion", "trophy", "#808080", 0),
    ("Role", "star", None, 0),
    ("ab" * 50, "star", "#123456", 0),
    ("admin", "shield", "#010203", 0),  # had a zero-width space
    ("gnp.dj", "music", None, 0),  # had a right-to-left override
    ("two lines", "star", None, 0),
    ("🎮", "star", "#00ff00", 0),
    ("👩‍🚀 Crew", "star", "#808080", 0),
    ("everyone", "star", "#808080", 0),  # was @everyone
    ("VIP ⭐", "gem", "#ffd700", 0),
    ("Head Developer", "wrench", "#808080", 0),
    ("Role", "star", "#808080", 0),
    ("Twin", "star", None, 0),
    ("Stray", "star", None, 0),
    ("newbie", "leaf", "#808080", 0),
]


@pytest.fixture(scope="module")
def scratch(postgres_port: int) -> Scratch:
    """Where the databases of these tests come from."""
    made = Scratch(postgres_port)
    asyncio.run(made.templates())
    return made


@pytest.fixture(scope="module")
def upgraded(scratch: Scratch) -> Iterator["Upgraded"]:
    """A database that was the original app's, before and after; tests undo what they write."""
    with asyncio.Runner() as runner:
        made = Upgraded(runner, runner.run(scratch.database("old")))
        yield made
        runner.run(made.connection.close())


class Upgraded:
    """One upgraded database: what was in it, what is in it, and a connection to ask it more."""

    def __init__(self, runner: asyncio.Runner, dsn: str) -> None:
        self.runner = runner
        self.connection: asyncpg.Connection = runner.run(asyncpg.connect(dsn))
        self.before = self._contents()
        runner.run(migrations.apply(dsn, SQL))
        self.after = self._contents()

    def _contents(self) -> dict[str, list[dict[str, Any]]]:
        found = self.runner.run(contents(self.connection))
        return {table: [json.loads(row) for row in rows] for table, rows in found.items()}

    def fetch(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Returns the rows of a query; what it wrote is undone."""
        return self.acting(None, (query, *values))

    def acting(self, person: int | None, *asked: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Runs statements as a person of the old app and undoes them; returns the last's rows."""

        async def run() -> list[tuple[Any, ...]]:
            transaction = self.connection.transaction()
            await transaction.start()
            try:
                if person is not None:
                    claims = {"role": "authenticated", "sub": PEOPLE.format(person)}
                    await self.connection.execute(
                        "select set_config('request.jwt.claims', $1, true)", json.dumps(claims)
                    )
                    await self.connection.execute("set local role authenticated")
                rows = [await self.connection.fetch(*statement) for statement in asked][-1]
                return [tuple(row) for row in rows]
            finally:
                await transaction.rollback()

        return self.runner.run(run())

    def leftovers(self, table: str) -> list[dict[str, Any]]:
        """Returns the rows of a table that were kept as they had been."""
        kept = self.after["private.upgrade_leftovers"]
        return [each["row"] for each in kept if each["table_name"] == table]


class TestRoles:
    def test_in_the_first_room(self, upgraded: Upgraded) -> None:
        """Roles have clean names, icons by their names, #rrggbb or no colour, and an order."""
        found = upgraded.fetch(
            "select name, icon, color, permissions from public.room_roles "
            "where room_id = $1 and id <> room_id order by position desc",
            ROOM,
        )
        assert found == ROLES

    def test_everyone(self, upgraded: Upgraded) -> None:
        """Each room has the role of everyone, with what 0001 gave to everyone."""
        found = upgraded.fetch(
            "select r.id = x.id, x.permissions from public.rooms as r left join public.room_roles "
            "as x on x.room_id = r.id and x.position = 0"
        )
        assert found == [(True, 1 << 9 | 1 << 10 | 1 << 20 | 1 << 21)] * 5

    def test_the_order_has_no_gaps(self, upgraded: Upgraded) -> None:
        """Positions are 1 to n in each room, in the one with 400 roles too."""
        found = upgraded.fetch(
            "select count(*), array_agg(position order by position) from public.room_roles "
            "group by room_id"
        )
        assert max(count for count, _ in found) == 401
        assert all(positions == list(range(count)) for count, positions in found)

    def test_our_own_rules_take_them(self, upgraded: Upgraded) -> None:
        """Names and icons are ones that the API would take as they are: no crown among them."""
        for table in ("rooms", "channels", "room_roles"):
            found = upgraded.fetch(
                f"select name from public.{table} where private.clean_name(name) <> name"
            )
            assert found == []
        found = upgraded.fetch(
            "select icon, private.badge_icon(icon) from public.room_roles where icon is not null"
        )
        assert all(icon == canonical for icon, canonical in found)
        assert len(found) == 424


class TestAssignments:
    def test_all_are_there(self, upgraded: Upgraded) -> None:
        """Each member has the one role that they had, under the same id."""
        found = upgraded.fetch("select room_id, user_id, role_id from public.room_user_roles")
        taken = {tuple(map(str, row)) for row in found}
        same = {(ROOM, PEOPLE.format(n), ROLE.format(n)) for n in range(1, 17)}
        elsewhere = {
            (OTHER, PEOPLE.format(1), ROLE.format(90)),
            (ORPHANED, PEOPLE.format(6), ROLE.format(91)),
        }
        assert same | elsewhere <= taken
        assert len(taken) == len(found) == 20

    def test_a_role_with_the_id_of_its_room(self, upgraded: Upgraded) -> None:
        """It has a new id, for the old one is @everyone's; who had it has it still."""
        found = upgraded.fetch(
            "select x.name from public.room_user_roles as ur join public.room_roles as x "
            "on x.id = ur.role_id where ur.user_id = $1",
            PEOPLE.format(20),
        )
        assert found == [("Twin",)]

    @pytest.mark.parametrize("person", [17, 18, 19])
    def test_none(self, upgraded: Upgraded, person: int) -> None:
        """No role, a role that vanished and one of another room leave a member without a role."""
        found = upgraded.fetch(
            "select (select count(*) from public.room_user_roles as ur "
            "where ur.user_id = m.user_id) from public.room_members as m where m.user_id = $1",
            PEOPLE.format(person),
        )
        assert found == [(0,)]

    def test_there_is_no_single_role(self, upgraded: Upgraded) -> None:
        """The column of the single role is gone."""
        assert "role_id" not in upgraded.after["public.room_members"][0]


class TestNothingIsLost:
    @pytest.mark.parametrize(
        ("table", "column", "now"),
        [
            ("profiles", "id", "user_id"),
            ("profiles", "username", "display_name"),
            ("profiles", "username", "username"),
            ("rooms", "id", "id"),
            ("rooms", "name", "name"),
            ("rooms", "owner_id", "owner_id"),
            ("rooms", "invite_code", "invite_code"),
            ("channels", "name", "name"),
            ("channels", "room_id", "room_id"),
            ("room_roles", "id", "id"),
            ("room_roles", "name", "name"),
            ("room_roles", "room_id", "room_id"),
            ("room_roles", "created_at", "created_at"),
            ("messages", "author_id", "author_id"),
            ("messages", "content", "content"),
        ],
    )
    def test_of_a_row(self, upgraded: Upgraded, table: str, column: str, now: str) -> None:
        """Each value of each old row is in its place, or its row among the leftovers."""
        key = "id" if table != "profiles" else "user_id"
        after = {row[key]: row for row in upgraded.after[f"public.{table}"]}
        kept = {row[key] for row in upgraded.leftovers(table) if key in row}
        for row in upgraded.before[f"public.{table}"]:
            stands = row["id"] in after and after[row["id"]][now] == row[column]
            assert stands or row["id"] in kept, row

    def test_of_a_membership(self, upgraded: Upgraded) -> None:
        """Each membership and each assignment is there, or among the leftovers."""
        members = {(m["room_id"], m["user_id"]) for m in upgraded.after["public.room_members"]}
        held = {
            (r["room_id"], r["user_id"], r["role_id"])
            for r in upgraded.after["public.room_user_roles"]
        }
        moved = {row.get("id") for row in upgraded.leftovers("room_roles")}
        kept = upgraded.leftovers("room_members")
        for row in upgraded.before["public.room_members"]:
            member = row["room_id"], row["user_id"]
            has = (
                row["role_id"] is None
                or row["role_id"] in moved
                or (*member, row["role_id"]) in held
            )
            assert (member in members and has) or row in kept, row

    def test_what_was_kept(self, upgraded: Upgraded) -> None:
        """Leftovers say of what and why, and nobody but the database's owner reads them."""
        told = {(k["table_name"], k["reason"]) for k in upgraded.after["private.upgrade_leftovers"]}
        assert {
            ("rooms", "its owner is gone: a member has become owner"),
            ("rooms", "it has neither owner nor members"),
            ("channels", "its room is gone"),
            ("room_members", "its user is gone"),
            ("room_members", "its room is gone"),
            ("room_members", "its role is gone"),
            ("room_members", "its role is of another room"),
            ("room_roles", "changed: id"),
            ("rooms", "policy dropped"),
            ("auth.users", "trigger dropped"),
            ("room_roles", "constraint dropped"),
        } <= told
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            upgraded.acting(1, ("select * from private.upgrade_leftovers",))

    def test_owners(self, upgraded: Upgraded) -> None:
        """An owner is a member; a room whose owner is gone goes to who has its highest role."""
        found = upgraded.fetch(
            "select r.owner_id from public.rooms as r left join public.room_members as m "
            "on m.room_id = r.id and m.user_id = r.owner_id where m.user_id is null"
        )
        assert found == []
        owner = upgraded.fetch("select owner_id::text from public.rooms where id = $1", ORPHANED)
        assert owner == [(PEOPLE.format(6),)]

    def test_profiles(self, upgraded: Upgraded) -> None:
        """Every user has a profile, by the name they had or, failing that, signed up with."""
        found = upgraded.fetch(
            "select p.display_name from auth.users as u left join public.profiles as p "
            "on p.user_id = u.id order by u.id desc limit 3"
        )
        assert found == [("Twenty",), ("eve",), ("user18",)]

    def test_channels(self, upgraded: Upgraded) -> None:
        """Channels are text or voice, in their order."""
        found = upgraded.fetch(
            "select name, kind, position from public.channels where room_id = $1 order by position",
            ROOM,
        )
        assert found == [("general", "text", 0), ("Lounge", "voice", 1), ("Stage", "voice", 2)]


class TestShape:
    def test_is_ours(self, upgraded: Upgraded, scratch: Scratch) -> None:
        """Columns, keys, checks, indexes, policies, triggers and functions are a new database's."""
        fresh: dict[str, Any] = {}

        async def story(connection: asyncpg.Connection) -> None:
            await apply_all(connection)
            fresh.update(await catalogue(connection))

        scratch.run("fresh", story)
        found = upgraded.runner.run(catalogue(upgraded.connection))
        for what, expected in fresh.items():
            assert expected - found[what] == set(), what
            more = {row for row in found[what] - expected if "messages" not in str(row)}
            if what == "columns":
                more = {row[:2] for row in more}
                assert more == {
                    *(("profiles", "username"), ("profiles", "avatar_url")),
                    ("rooms", "invite_code"),
                }
            else:
                assert more == set(), what

    @pytest.mark.parametrize("offender", OFFENDERS)
    def test_there_is_no(self, upgraded: Upgraded, offender: str) -> None:
        """But for a table that we don't know, the catalogue is as it should be."""
        found = upgraded.acting(None, ("drop table public.messages",), (OFFENDERS[offender],))
        assert found == []


class TestAfterwards:
    def test_a_member_sees_the_room(self, upgraded: Upgraded) -> None:
        """A member opens the room and has the badge of the role that they had."""
        ((answer,),) = upgraded.acting(3, ("select public.room($1)", ROOM))
        whole = json.loads(answer)
        assert [c["name"] for c in whole["channels"]] == ["general", "Lounge", "Stage"]
        assert len(whole["roles"]) == len(ROLES) + 1
        (badge,) = whole["me"]["badges"]
        assert (badge["icon"], badge["label"]) == ("gavel", "moderator")

    def test_the_owner_gives_a_second_role(self, upgraded: Upgraded) -> None:
        """A member has as many roles as they are given."""
        ((answer,),) = upgraded.acting(
            1,
            (
                "select public.set_member_roles($1, $2, $3)",
                *(ROOM, PEOPLE.format(3), [ROLE.format(3), ROLE.format(15)]),
            ),
        )
        member = json.loads(answer)["member"]
        assert [b["label"] for b in member["badges"]] == ["moderator", "VIP ⭐"]

    def test_the_owner_has_the_crown(self, upgraded: Upgraded) -> None:
        """The crown comes with the place, the old role called Owner is a badge beside it."""
        ((answer,),) = upgraded.acting(1, ("select public.member($1, $2)", ROOM, PEOPLE.format(1)))
        badges = json.loads(answer)["member"]["badges"]
        assert [(b["icon"], b["label"]) for b in badges] == [("crown", "Owner"), ("star", "Owner")]

    def test_a_new_room(self, upgraded: Upgraded) -> None:
        """A room is made although old columns know nothing of it, by a name that another has."""
        ((answer,),) = upgraded.acting(9, ("select public.create_room('Old', false)",))
        assert json.loads(answer)["room"]["name"] == "Old"

    def test_a_new_user(self, upgraded: Upgraded) -> None:
        """Who signs up has a profile by our trigger, not by the old app's."""
        found = upgraded.acting(
            None,
            ('insert into auth.users (raw_user_meta_data) values (\'{"name": "Newcomer"}\')',),
            ("select count(*) from public.profiles where display_name = 'Newcomer'",),
        )
        assert found == [(1,)]

    def test_a_room_with_too_many_roles(self, upgraded: Upgraded) -> None:
        """400 roles stay and can be put in order; another one is refused."""
        ids = upgraded.fetch(
            "select id from public.room_roles where room_id = $1 and id <> $1 order by position",
            CROWDED,
        )
        turned = [row[0] for row in ids]
        order = ("select public.order_roles($1, $2)", CROWDED, turned)
        ((answer,),) = upgraded.acting(4, order)
        assert [r["id"] for r in json.loads(answer)["roles"][:-1]] == [str(each) for each in turned]
        with pytest.raises(asyncpg.PostgresError, match="roles_full"):
            upgraded.acting(4, ('select public.create_role($1, \'{"name": "more"}\')', CROWDED))
