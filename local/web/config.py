"""What the page is told of the deployment that it belongs to: /config.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.addresses import is_local
from local.community import email

PEOPLE = {
    "owner": "owns the community",
    "admin": "has the role Admin: may do everything",
    "mod": "has the role Moderator: mutes, moves, removes and bans",
    "member": "is a member without a role",
    "stranger": "is a member of nothing yet",
    "banned": "is banned from the community",
}
"""Who may be signed in with one click, in this order, and what they are."""


@dataclass(frozen=True, slots=True)
class Config:
    """Where the page finds what it talks to.

    Attributes:
        demo_password: of the demo people; None where there are none.
    """

    api_url: str
    supabase_url: str
    supabase_key: str
    livekit_url: str
    demo_password: str | None = None

    @classmethod
    def of(cls, settings: Mapping[str, str], *, api_url: str, demo_password: str) -> "Config":
        """Returns what the page of an API with these settings needs."""
        return cls(
            api_url=api_url,
            supabase_url=settings["SUPABASE_URL"],
            supabase_key=settings["SUPABASE_PUBLISHABLE_KEY"],
            livekit_url=settings["LIVEKIT_URL"],
            demo_password=demo_password if is_local(settings, "supabase") else None,
        )

    def public(self) -> dict[str, Any]:
        """Returns the content of /config.json."""
        told: dict[str, Any] = {
            "apiUrl": self.api_url,
            "supabaseUrl": self.supabase_url,
            "supabaseKey": self.supabase_key,
        }
        if self.demo_password is not None:
            people = [
                {"name": person.capitalize(), "email": email(person), "about": about}
                for person, about in PEOPLE.items()
            ]
            told["demo"] = {"password": self.demo_password, "people": people}
        return told
