"""A community in which everything is named to do harm, as far as the database takes it."""

import json
import time
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from common import presence
from common.sessions import Session
from tests.web.crowd import Crowd

NAMES = {
    "markup": '<img src=x onerror="harmed=1"><b>bold</b><script>harmed=1</script>',
    "override": "\u202egnp.exe\u2066 and more",
    "wide": "\ufdfd" * 20 + "\uff37" * 80,
    "unbroken": "W" * 100,
    "emojis": "👩🏽‍💻👨‍👩‍👧‍👦🏳️‍🌈🇮🇳👍🏿🧑🏻‍🤝‍🧑🏿" * 2,
    "stacked": "Z" + "\u0336\u0322\u031b\u0324\u0344" * 12 + "algo" + "\u0358\u0315" * 15,
    "template": "${harmed=1}{{harmed=1}}'\"`&lt;&amp;",
}
"""By what they try. All that a form refuses is here, too: the database has it from elsewhere."""
ICONS = (
    '<img src=x onerror="harmed=1">',
    "\u202egnp",
    "\ufdfd\ufdfd\ufdfd",
    "👩🏽‍💻" * 5,
    "Z" + "\u0336\u0322\u031b" * 20,
    "constructor",
    "__proto__",
)
"""Of roles; none is one that the API lets through."""
COLOR = "#e67e22"
HOUR_S = 3600


@dataclass
class Hostile(Crowd):
    """Each name is that of a member, a role they have, two channels, and of who is banned why.

    Those members talk in the Lounge, as far as presence has it.
    """

    name: str = NAMES["markup"]
    members: list[UUID] = field(default_factory=list)
    roles: list[UUID] = field(default_factory=list)

    def create(self) -> None:
        """Puts it into the database, and its calls into Redis."""
        super().create()
        names = list(NAMES.values())
        self.members = self.invent(*names)
        self.admit(self.members)
        banned = self.invent(*names)
        self.roles = [uuid4() for _ in names]
        self.sql("update public.rooms set name = $2 where id = $1", self.id, self.name)
        self._insert(
            (
                "room_roles (room_id, id, name, icon, color, permissions, position)",
                [
                    (self.id, role, name, icon, COLOR, 0, n)
                    for n, (role, name, icon) in enumerate(
                        zip(self.roles, names, ICONS, strict=True), start=4
                    )
                ],
            ),
            (
                "room_user_roles (room_id, user_id, role_id)",
                [
                    (self.id, member, role)
                    for member, role in zip(self.members, self.roles, strict=True)
                ],
            ),
            (
                "channels (room_id, name, kind, position)",
                [
                    (self.id, name, kind, n)
                    for kind in ("text", "voice")
                    for n, name in enumerate(names, start=2)
                ],
            ),
            (
                "room_bans (room_id, user_id, name, reason)",
                [(self.id, user, name, name * 5) for user, name in zip(banned, names, strict=True)],
            ),
        )
        self._talk()

    def _talk(self) -> None:
        now = time.time_ns() // 1_000_000
        commands = [
            presence.mark_command(str(self.id), mark, HOUR_S, now)
            for mark in ("@rooms", "@evidence")
        ]
        for n, (member, name) in enumerate(zip(self.members, NAMES.values(), strict=True)):
            session = Session(
                channel_id=str(self.lounge),
                sid=f"PA_{n}",
                room_sid="RM_1",
                identity=str(member),
                name=name,
                joined_at_ms=now + n,
                attributes={"badges": self._badges(name, ICONS[n]), "color": COLOR},
            )
            commands.append(presence.join_command(str(self.id), session))
        for command in commands:
            self.stack.valkey.execute_command(*command)

    @staticmethod
    def _badges(label: str, icon: str) -> str:
        badge = {"icon": icon, "label": label, "color": COLOR, "role_id": str(uuid4())}
        return json.dumps([badge])
