"""A room whose members nobody signed up: as many as a test wants, by whatever name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from tests.stack import Room


@dataclass
class Crowd(Room):
    """A room of one test, and people who come and go with it."""

    strangers: list[UUID] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the front end shows it."""
        return f"/rooms/{self.id}"

    def invent(self, *names: str) -> list[UUID]:
        """Makes people of these names, also of those that no form lets through."""
        made = [uuid4() for _ in names]
        self.strangers += made
        self.sql(
            "insert into auth.users (id, is_anonymous) select unnest($1::uuid[]), true",
            made,
        )
        self.sql(
            "update public.profiles as p set display_name = x.name "
            "from unnest($1::uuid[], $2::text[]) as x (user_id, name) "
            "where p.user_id = x.user_id",
            made,
            names,
        )
        return made

    def admit(self, people: Sequence[UUID]) -> None:
        """Has people be members, in this order."""
        self.sql(
            "insert into public.room_members (room_id, user_id, joined_at) "
            "select $1, x.user_id, now() + x.n * interval '1 millisecond' "
            "from unnest($2::uuid[]) with ordinality as x (user_id, n)",
            self.id,
            people,
        )

    def delete(self) -> None:
        """Takes it out of the database with its people."""
        super().delete()
        self.sql("delete from auth.users where id = any($1::uuid[])", self.strangers)
