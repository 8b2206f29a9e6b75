"""The settings of roles, as people use them and as the API has them."""

import re
from typing import Any
from uuid import UUID

from playwright.sync_api import Locator, expect

from tests.stack import Room
from tests.web.looks import SCREENSHOTS, axe, views
from tests.web.people import Person

ROLE_OF: dict[str, int] = {
    "See channels": 1024,
    "Manage channels": 16,
    "Manage roles": 268435456,
    "Manage the community": 32,
    "Administrator": 8,
    "Invite people": 1,
    "Kick members": 2,
    "Ban members": 4,
    "Join voice": 1048576,
    "Speak": 2097152,
    "Share video": 512,
    "Mute members": 4194304,
    "Move members": 16777216,
}
"""Each permission in plain words, and its value by docs/permissions.md."""


def page_of(room: Room, role: UUID | str | None = None) -> str:
    """Returns where the roles are, or one of them."""
    base = f"/rooms/{room.id}/settings/roles"
    return base if role is None else f"{base}?role={role}"


def saved(room: Room, role: UUID | str) -> dict[str, Any]:
    """Returns a role by the API."""
    roles = room.ask("owner", "GET", "roles").raise_for_status().json()["roles"]
    (found,) = [each for each in roles if each["id"] == str(role)]
    return dict(found)


def order(room: Room) -> list[str]:
    """Returns the names of the roles by the API, the highest first."""
    roles = room.ask("owner", "GET", "roles").raise_for_status().json()["roles"]
    return [each["name"] for each in roles]


def holders(room: Room, role: UUID | str) -> list[str]:
    """Returns the names of who has a role, by the API."""
    answer = room.ask("owner", "GET", "members", params={"role_id": str(role)})
    return [each["name"] for each in answer.raise_for_status().json()["members"]]


def rows(person: Person) -> Locator:
    """Returns the names in the list of roles."""
    listed = person.page.get_by_role("list", name="Roles, the highest first")
    return listed.get_by_role("link").locator("bdi")


def said(person: Person) -> Locator:
    """Returns what screen readers are told of what happens."""
    return person.page.get_by_role("log", name="What happens")


def bar(person: Person) -> Locator:
    """Returns what appears with the first change that isn't saved."""
    return person.page.get_by_role("region", name="Unsaved changes")


def tab(person: Person, name: str) -> None:
    """Opens a part of a role's page."""
    person.page.get_by_role("tab", name=name).click()


def switch(person: Person, label: str) -> Locator:
    """Returns the switch of a permission."""
    return person.page.get_by_role("switch", name=label, exact=True)


def name_field(person: Person) -> Locator:
    """Returns the field of a role's name."""
    return person.page.get_by_role("textbox", name="Name", exact=True)


def save(person: Person) -> None:
    """Saves what was changed, and waits until it is."""
    bar(person).get_by_role("button", name="Save").click()
    expect(bar(person)).to_have_count(0)


def choose(person: Person, role: str, action: str) -> None:
    """Chooses from the menu of a role in the list."""
    person.button(f"More for {role}").click()
    person.page.get_by_role("menuitem", name=re.compile(f"^{action}")).click()


def everybody_can_use(person: Person, name: str) -> None:
    """Holds what is shown to axe, and keeps a picture of it, in both themes."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for view in views(person, widths=()):
        axe(person)
        person.page.screenshot(path=SCREENSHOTS / f"{name}-{view}.png", animations="disabled")
