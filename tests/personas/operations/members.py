"""Members: who is one, who is put out, who is kept out."""

from tests.personas.operation import ME, OK, Operation
from tests.personas.scratch import COADMIN, COLLEAGUE, MODERATOR, NEWCOMER, PEOPLE, UNKNOWN

_MEMBERS = "/api/rooms/{room_id}/members"
_MEMBER = f"{_MEMBERS}/{{user_id}}"
_BANS = "/api/rooms/{room_id}/bans"
_BAN = f"{_BANS}/{{user_id}}"

MEMBERS = [
    Operation(
        title="list the members",
        route=f"GET {_MEMBERS}",
        function="members",
        members=(OK, OK, OK, OK),
    ),
    Operation(
        title="list one page of the members",
        route=f"GET {_MEMBERS}",
        function="members",
        query={"limit": 3},
        members=(OK, OK, OK, OK),
    ),
    Operation(
        title="list the members with a role",
        route=f"GET {_MEMBERS}",
        function="members",
        query={"role_id": MODERATOR},
        members=(OK, OK, OK, OK),
    ),
    Operation(
        title="see a member",
        route=f"GET {_MEMBER}",
        function="member",
        where={"user_id": NEWCOMER},
        members=(OK, OK, OK, OK),
    ),
    Operation(
        title="see somebody who isn't a member",
        route=f"GET {_MEMBER}",
        function="member",
        where={"user_id": PEOPLE["stranger"]},
        members=("member_not_found", "member_not_found", "member_not_found", "member_not_found"),
    ),
    Operation(
        title="leave",
        route=f"DELETE {_MEMBER}",
        function="remove_member",
        where={"user_id": ME},
        writes=True,
        members=("owner_must_stay", OK, OK, OK),
    ),
    Operation(
        title="kick a member with a role below the moderator's",
        route=f"DELETE {_MEMBER}",
        function="remove_member",
        where={"user_id": NEWCOMER},
        writes=True,
        members=(OK, OK, OK, "missing_permission"),
    ),
    Operation(
        title="kick a moderator",
        route=f"DELETE {_MEMBER}",
        function="remove_member",
        where={"user_id": COLLEAGUE},
        writes=True,
        members=(OK, OK, "member_too_high", "missing_permission"),
    ),
    Operation(
        title="kick an administrator, another one",
        route=f"DELETE {_MEMBER}",
        function="remove_member",
        where={"user_id": COADMIN},
        writes=True,
        members=(OK, "member_too_high", "member_too_high", "missing_permission"),
    ),
    Operation(
        title="kick the owner",
        route=f"DELETE {_MEMBER}",
        function="remove_member",
        where={"user_id": PEOPLE["owner"]},
        writes=True,
        members=("owner_must_stay", "member_too_high", "member_too_high", "missing_permission"),
    ),
    Operation(
        title="kick somebody who isn't a member",
        route=f"DELETE {_MEMBER}",
        function="remove_member",
        where={"user_id": UNKNOWN},
        writes=True,
        members=("member_not_found", "member_not_found", "member_not_found", "missing_permission"),
    ),
]

BANS = [
    Operation(
        title="list the bans",
        route=f"GET {_BANS}",
        function="bans",
        members=(OK, OK, OK, "missing_permission"),
    ),
    Operation(
        title="ban a member with a role below the moderator's",
        route=f"PUT {_BAN}",
        function="ban_member",
        where={"user_id": NEWCOMER},
        body={"reason": "spam"},
        writes=True,
        members=(OK, OK, OK, "missing_permission"),
    ),
    Operation(
        title="ban a moderator",
        route=f"PUT {_BAN}",
        function="ban_member",
        where={"user_id": COLLEAGUE},
        writes=True,
        members=(OK, OK, "member_too_high", "missing_permission"),
    ),
    Operation(
        title="ban an administrator, another one",
        route=f"PUT {_BAN}",
        function="ban_member",
        where={"user_id": COADMIN},
        writes=True,
        members=(OK, "member_too_high", "member_too_high", "missing_permission"),
    ),
    Operation(
        title="ban the owner",
        route=f"PUT {_BAN}",
        function="ban_member",
        where={"user_id": PEOPLE["owner"]},
        writes=True,
        members=("member_too_high", "member_too_high", "member_too_high", "missing_permission"),
    ),
    Operation(
        title="ban oneself",
        route=f"PUT {_BAN}",
        function="ban_member",
        where={"user_id": ME},
        writes=True,
        members=("member_too_high", "member_too_high", "member_too_high", "missing_permission"),
    ),
    Operation(
        title="ban somebody who isn't a member",
        route=f"PUT {_BAN}",
        function="ban_member",
        where={"user_id": PEOPLE["stranger"]},
        writes=True,
        members=(OK, OK, OK, "missing_permission"),
    ),
    Operation(
        title="ban somebody who doesn't exist",
        route=f"PUT {_BAN}",
        function="ban_member",
        where={"user_id": UNKNOWN},
        writes=True,
        members=("user_not_found", "user_not_found", "user_not_found", "missing_permission"),
    ),
    Operation(
        title="lift a ban",
        route=f"DELETE {_BAN}",
        function="unban_member",
        where={"user_id": PEOPLE["banned"]},
        writes=True,
        members=(OK, OK, OK, "missing_permission"),
    ),
    Operation(
        title="lift a ban that there isn't",
        route=f"DELETE {_BAN}",
        function="unban_member",
        where={"user_id": NEWCOMER},
        writes=True,
        members=("ban_not_found", "ban_not_found", "ban_not_found", "missing_permission"),
    ),
]
