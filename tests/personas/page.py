"""Prints docs/permissions.md from the matrix.

Run it as `python -m tests.personas.page > docs/permissions.md`.
"""

from itertools import groupby

from common.grants import Permission
from tests.personas.matrix import NOT_FOR_PEOPLE, SECTIONS
from tests.personas.operation import ALREADY, OK, PERSONAS, Operation
from tests.personas.scratch import MAY_EVERYONE, ORDER, ROLES_BY_ID

MEANING = {
    Permission.CREATE_INVITE: "makes invitations; to take one's own back needs no permission",
    Permission.KICK_MEMBERS: "puts members out, who may come back",
    Permission.BAN_MEMBERS: "puts people out for good, sees who is banned and lifts bans",
    Permission.ADMINISTRATOR: "has every permission in every channel, whatever is denied there",
    Permission.MANAGE_CHANNELS: "makes, names, orders and deletes channels",
    Permission.MANAGE_ROOM: "names the room, makes it public, sees and takes back invitations",
    Permission.STREAM: "sends the camera and the screen; who may not speak may not stream",
    Permission.VIEW_CHANNEL: "sees a channel; without it nothing can be done there",
    Permission.CONNECT: "joins a voice channel",
    Permission.SPEAK: "sends the microphone",
    Permission.MUTE_MEMBERS: "mutes and unmutes others in voice",
    Permission.MOVE_MEMBERS: "removes others from a voice channel, or moves them to another",
    Permission.MANAGE_ROLES: "makes, changes, orders and gives roles; sets channels' overwrites",
}
CELLS = {OK: "✓", ALREADY: "(✓)"}

_INTRO = """\
# Who may do what

Printed from the table that the tests go through (`tests/personas/matrix.py`), so it can't say what
isn't so. Each cell is tested over HTTP and straight through Supabase with the same person's token:
both give the same answer, and a refusal writes nothing. How the requests look is told in
[communities](communities.md) and [matching](matching.md), what to do about a refusal in
[errors](errors.md).

## The rules

- A member may do what any of their roles may, and what `@everyone` may, the role that all members
  have. The owner and administrators may do everything.
- Roles have an order. A member acts on what stands **strictly below** their highest role: on roles,
  and on members whose highest role is below. An equal is refused like a higher one. The owner
  stands above all, and nobody acts on the owner.
- **Nobody gives a permission that they lack**: by a new role, by editing one, by giving one to a
  member, by `@everyone`, or in a channel.
- In a channel, an overwrite allows a role more or denies it something: first `@everyone`'s is
  applied, then the other roles', where what one allows wins over what another denies. The owner
  and administrators are above overwrites. A channel that is hidden from somebody doesn't exist for
  them.
- Only the owner hands the room over or deletes it, and an owner can't leave.
- For strangers, and for who is banned, a private room doesn't exist.
- Matching in the global pool is for everybody who is signed in, and so are blocks. A room's pool is
  for its members with `CONNECT` and `SPEAK` in the room who aren't muted.

## The permissions

A set of permissions is the sum of their values, and travels as a decimal text. The values are
Discord's. The names in **bold** are what `@everyone` has in a new room.
"""

_PEOPLE = """\
## The people

| persona | who it is |
|---|---|
| owner | owns the room, has no role |
| admin | has the role Admin, with `ADMINISTRATOR` |
| mod | has the role Moderator, with {moderates} |
| member | has no role but `@everyone` |
| stranger | is signed in, and not a member |
| banned | is signed in, and banned from the room |
| anonymous | isn't signed in |

The room's roles, the highest first: {order}.
"Moderators" in the tables are those with the role Moderator and no other.

✓: it is done. (✓): it was so before; the answer is the same, and nothing changes. Anything else is
the code of the refusal. The function's name is what `supabase.rpc()` takes.
"""


def page() -> str:
    """Returns the whole page."""
    roles = [ROLES_BY_ID[role] for role in ORDER]
    moderates = next(role.permissions for role in roles if role.name == "Moderator")
    people = _PEOPLE.format(
        moderates=", ".join(f"`{permission.name}`" for permission in moderates),
        order=", ".join(role.name for role in roles),
    )
    sections = [_section(title, rows) for title, rows in SECTIONS.items()]
    return "\n".join([_INTRO, _permissions(), people, *sections, _not_for_people()])


def _permissions() -> str:
    lines = ["| permission | value | who has it … |", "|---|---|---|"]
    for permission, meaning in MEANING.items():
        name = f"**{permission.name}**" if permission in MAY_EVERYONE else permission.name
        lines.append(f"| {name} | {int(permission)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _section(title: str, rows: list[Operation]) -> str:
    lines = [f"## {title}", ""]
    for (route, function), group in groupby(rows, key=lambda row: (row.route, row.function)):
        lines += [f"`{route}`" + (f", `{function}`" if function else ""), ""]
        lines += [f"| may … | {' | '.join(PERSONAS)} |", f"|---|{'---|' * len(PERSONAS)}"]
        lines += [
            f"| {row.title} | {' | '.join(map(_cell, row.cells.values()))} |" for row in group
        ]
        lines.append("")
    return "\n".join(lines)


def _cell(answer: str) -> str:
    return CELLS.get(answer, f"`{answer}`")


def _not_for_people() -> str:
    lines = ["## Not for people", ""]
    lines += [f"- `{route}`: {whose}." for route, whose in NOT_FOR_PEOPLE.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - what this module is for
