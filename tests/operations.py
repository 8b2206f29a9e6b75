"""Each operation on communities once, as somebody who may: by its method and path."""

from collections.abc import Callable
from uuid import UUID

import httpx

from local.community import PEOPLE
from tests.stack import Room


def _invite(room: Room) -> str:
    room.sql(
        "insert into public.room_invites (code, room_id) values ('abc', $1) on conflict do nothing",
        room.id,
    )
    return "abc"


def _user(person: str) -> dict[str, str]:
    return {"user_id": str(PEOPLE[person])}


def _made_up(room: Room) -> httpx.Response:
    answer = room.stack.api.post(
        "/api/rooms", json={"name": "x"}, headers=room.stack.bearer("owner")
    )
    if answer.is_success:
        room.sql("delete from public.rooms where id = $1", UUID(answer.json()["room"]["id"]))
    return answer


ROOMS = "/api/rooms"
ONE = f"{ROOMS}/{{room_id}}"
CHANNELS, MEMBERS, ROLES = f"{ONE}/channels", f"{ONE}/members", f"{ONE}/roles"
BANS, INVITES = f"{ONE}/bans", f"{ONE}/invites"
OPERATIONS: dict[str, Callable[[Room], httpx.Response]] = {
    f"GET {ROOMS}": lambda r: r.stack.api.get(ROOMS, headers=r.stack.bearer("owner")),
    f"POST {ROOMS}": _made_up,
    f"GET {ONE}": lambda r: r.ask("owner", "GET"),
    f"PATCH {ONE}": lambda r: r.ask("owner", "PATCH", json={"name": "x"}),
    f"DELETE {ONE}": lambda r: r.ask("owner", "DELETE", params={"confirm": "Test"}),
    f"PUT {ONE}/owner": lambda r: r.ask("owner", "PUT", "owner", json=_user("member")),
    f"GET {CHANNELS}": lambda r: r.ask("owner", "GET", "channels"),
    f"POST {CHANNELS}": lambda r: r.ask(
        "owner", "POST", "channels", json={"name": "x", "kind": "text"}
    ),
    f"PUT {CHANNELS}": lambda r: r.ask(
        "owner", "PUT", "channels", json={"order": [str(r.lounge), str(r.general)]}
    ),
    f"PATCH {CHANNELS}/{{channel_id}}": lambda r: r.ask(
        "owner", "PATCH", "channels", r.lounge, json={"name": "x"}
    ),
    f"DELETE {CHANNELS}/{{channel_id}}": lambda r: r.ask("owner", "DELETE", "channels", r.lounge),
    f"GET {MEMBERS}": lambda r: r.ask("owner", "GET", "members"),
    f"POST {MEMBERS}": lambda r: r.ask("stranger", "POST", "members", json={"invite": _invite(r)}),
    f"GET {MEMBERS}/{{user_id}}": lambda r: r.ask("owner", "GET", "members", PEOPLE["mod"]),
    f"DELETE {MEMBERS}/{{user_id}}": lambda r: r.ask("owner", "DELETE", "members", PEOPLE["mod"]),
    f"PUT {MEMBERS}/{{user_id}}/roles": lambda r: r.ask(
        "owner", "PUT", "members", PEOPLE["mod"], "roles", json={"roles": [str(r.helper)]}
    ),
    f"GET {ROLES}": lambda r: r.ask("owner", "GET", "roles"),
    f"POST {ROLES}": lambda r: r.ask("owner", "POST", "roles", json={"name": "x"}),
    f"PUT {ROLES}": lambda r: r.ask(
        "owner", "PUT", "roles", json={"order": [str(r.helper), str(r.moderator), str(r.admin)]}
    ),
    f"PATCH {ROLES}/{{role_id}}": lambda r: r.ask(
        "owner", "PATCH", "roles", r.moderator, json={"icon": "star"}
    ),
    f"DELETE {ROLES}/{{role_id}}": lambda r: r.ask(
        "owner", "DELETE", "roles", r.moderator, params={"force": "true"}
    ),
    f"GET {BANS}": lambda r: r.ask("owner", "GET", "bans"),
    f"PUT {BANS}/{{user_id}}": lambda r: r.ask("owner", "PUT", "bans", PEOPLE["mod"]),
    f"DELETE {BANS}/{{user_id}}": lambda r: r.ask("owner", "DELETE", "bans", PEOPLE["banned"]),
    f"GET {INVITES}": lambda r: r.ask("owner", "GET", "invites"),
    f"POST {INVITES}": lambda r: r.ask("owner", "POST", "invites"),
    f"DELETE {INVITES}/{{code}}": lambda r: r.ask("owner", "DELETE", "invites", _invite(r)),
    "GET /api/invites/{code}": lambda r: r.stack.api.get(
        f"/api/invites/{_invite(r)}", headers=r.stack.bearer("stranger")
    ),
}
