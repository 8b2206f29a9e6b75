"""Who loses a right while they use it used it in time, or not at all."""

from common.grants import Permission
from tests.sql.crowd import KICK, ROLES, Call, Crowd, gathered, staffed
from tests.sql.world import World


class TestOwners:
    def test_handed_over_while_an_admin_edits(self, migrated_dsn: str) -> None:
        """A transfer and an edit of a role by somebody else are both done."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            edit = {"role": world.order[2], "permissions": None, "name": "other"}
            return world, [
                Call(users[0], "transfer_room", {"user": users[2]}),
                Call(users[1], "edit_role", edit),
                Call(users[1], "set_member_roles", {"user": users[2], "roles": []}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin)
            # before: a member below users[1]; after: the owner, above all
            assert {outcome.codes[2] for outcome in outcomes} == {"", "member_too_high"}
            for outcome in outcomes:
                assert outcome.after.owner == crowd.users[2]

        gathered(migrated_dsn, story)

    def test_handed_over_while_the_owner_edits(self, migrated_dsn: str) -> None:
        """What the old owner changes at the same time is judged before it or after it."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            edit = {"role": world.order[5], "permissions": 0, "name": None}
            return world, [
                Call(users[0], "transfer_room", {"user": users[2]}),
                Call(users[0], "edit_role", edit),
                Call(users[0], "transfer_room", {"user": users[1]}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin)
            assert {outcome.codes[1] for outcome in outcomes} == {"", "missing_permission"}
            for outcome in outcomes:
                assert sorted([outcome.codes[0], outcome.codes[2]]) == ["", "owner_only"]

        gathered(migrated_dsn, story)


class TestEscalation:
    """Who loses a right while they use it: it was used in time, or not at all."""

    def test_demoted_while_assigning(self, migrated_dsn: str) -> None:
        """A demoted member gives no role once the demotion is done."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            given = [world.order[3]]
            return world, [
                Call(users[1], "set_member_roles", {"user": users[2], "roles": []}),
                Call(users[2], "set_member_roles", {"user": users[4], "roles": given}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin, free=8)
            assert {outcome.codes[1] for outcome in outcomes} == {"", "missing_permission"}

        gathered(migrated_dsn, story)

    def test_a_permission_goes_while_it_is_given(self, migrated_dsn: str) -> None:
        """A permission taken from a role isn't passed on by who had it."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            weaker = {"role": world.order[4], "permissions": ROLES, "name": None}
            stronger = {"role": world.order[2], "permissions": KICK, "name": None}
            return world, [
                Call(users[1], "edit_role", weaker),
                Call(users[2], "edit_role", stronger),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin, free=8)
            assert {outcome.codes[1] for outcome in outcomes} == {"", "permission_not_yours"}

        gathered(migrated_dsn, story)

    def test_a_role_grows_while_it_is_assigned(self, migrated_dsn: str) -> None:
        """A role that is being given a permission isn't assigned by who lacks it."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            grown = {"role": world.order[2], "permissions": int(Permission.STREAM), "name": None}
            given = [world.order[2]]
            return world, [
                Call(users[0], "edit_role", grown),
                Call(users[2], "set_member_roles", {"user": users[5], "roles": given}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin, free=8)
            assert {outcome.codes[1] for outcome in outcomes} == {"", "permission_not_yours"}

        gathered(migrated_dsn, story)

    def test_reordered_while_acting(self, migrated_dsn: str) -> None:
        """Who is put below a role while they delete it was above it then, or is refused."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            roles = world.order[:0:-1]
            lowered = [roles[0], *roles[2:], roles[1]]
            return world, [
                Call(users[1], "order_roles", {"order": lowered}),
                Call(users[2], "delete_role", {"role": world.order[3], "force": True}),
                Call(users[2], "remove_member", {"user": users[3]}),
            ]

        async def story(crowd: Crowd) -> None:
            outcomes = await crowd.contest(begin)
            assert {outcome.codes[2] for outcome in outcomes} >= {"", "member_too_high"}

        gathered(migrated_dsn, story)

    def test_each_kicks_the_other(self, migrated_dsn: str) -> None:
        """Of two equals neither may; of owner and leader the owner stays."""

        def begin(users: list[str]) -> tuple[World, list[Call]]:
            world = staffed(users)
            return world, [
                Call(users[1], "remove_member", {"user": users[2]}),
                Call(users[2], "remove_member", {"user": users[1]}),
                Call(users[2], "remove_member", {"user": users[3]}),
            ]

        async def story(crowd: Crowd) -> None:
            for outcome in await crowd.contest(begin):
                assert crowd.users[1] in outcome.after.members
                assert crowd.users[2] not in outcome.after.members

        gathered(migrated_dsn, story)
