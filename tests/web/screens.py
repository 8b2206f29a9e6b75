"""Every screen and every dialog: where it is, how one comes there, what the window's title says."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from playwright.sync_api import Locator, expect

from tests.stack import Room
from tests.web.people import WIDE, Person

NARROW = (360, 800)
COMMUNITY = "/rooms/{room}"
GENERAL = f"{COMMUNITY}/channels/{{general}}"
LOUNGE = f"{COMMUNITY}/channels/{{lounge}}"
SETTINGS = f"{COMMUNITY}/settings"
ROLE = f"{SETTINGS}/roles?role={{moderator}}"
PIECES = (
    ("role-badge", "RoleBadge"),
    ("member-name", "MemberName"),
    ("icon-picker", "IconPicker"),
    ("voice-sidebar", "VoiceSidebar"),
    ("use-voice-presence", "useVoicePresence"),
    ("use-matching", "useMatching"),
    ("client", "The typed client"),
)

Role = Literal["alert", "button", "checkbox", "dialog", "menuitem", "radio", "switch", "tab"]
Step = Callable[[Person], None]


@dataclass(frozen=True)
class Screen:
    """One of them.

    Attributes:
        name: of the pictures.
        path: with `{room}`, `{general}`, `{lounge}`, `{moderator}` and `{invite}` to fill in.
        title: of the window, without the site's name.
        narrow: the same where there is room for one column only, if it differs.
        steps: what is done there, one after the other.
        who: is there; None for somebody who isn't signed in.
        window: in which the page is opened: the members stand beside a channel in a wide one.
        errors: on the console, of requests that are refused here.
        busy: for ever, as what is shown there.
    """

    name: str
    path: str
    title: str
    narrow: str | None = None
    steps: tuple[Step, ...] = ()
    who: str | None = "owner"
    window: tuple[int, int] = WIDE
    errors: tuple[str, ...] = ()
    busy: bool = False

    def address(self, room: Room, invite: str) -> str:
        """Returns where it is for a room and an invitation to it."""
        return self.path.format(
            room=room.id,
            general=room.general,
            lounge=room.lounge,
            moderator=room.moderator,
            invite=invite,
        )


def press(*names: str | re.Pattern[str]) -> Step:
    """Presses buttons, each when it is there."""

    def step(person: Person) -> None:
        for name in names:
            person.button(name).click()

    return step


def choose(item: str) -> Step:
    """Chooses from the community's menu."""

    def step(person: Person) -> None:
        person.button("Test").click()
        person.page.get_by_role("menuitem", name=item).click()

    return step


def shows(role: Role, name: str | re.Pattern[str]) -> Step:
    """Waits for something to be there."""

    def step(person: Person) -> None:
        expect(find(person, role, name)).to_be_visible()

    return step


def picks(role: Role, name: str) -> Step:
    """Clicks a tab or a switch, such as one that is no button."""

    def step(person: Person) -> None:
        find(person, role, name).click()

    return step


def _add(person: Person) -> None:
    rail = person.page.get_by_role("navigation", name="Communities")
    rail.get_by_role("button", name="Make or join a community").click()


def _join(person: Person) -> None:
    person.page.get_by_role("tab", name="Join by invitation").click()
    person.page.get_by_role("textbox", name="Invitation").fill("no invitation!")
    person.button("See where it leads").click()
    expect(person.page.get_by_text("This is no invitation")).to_be_visible()


def find(person: Person, role: Role, name: str | re.Pattern[str]) -> Locator:
    """Returns what has a role and exactly this name, or one that the pattern finds."""
    return person.page.get_by_role(role, name=name, exact=True)


DIALOG = shows("dialog", re.compile("."))
MOD = press(re.compile("^Mod "))


def _community(name: str, *steps: Step, who: str = "owner") -> Screen:
    return Screen(name, COMMUNITY, "general", narrow="Test", steps=steps, who=who)


def _settings(name: str, tab: str, title: str, *steps: Step, who: str = "owner") -> Screen:
    return Screen(name, f"{SETTINGS}/{tab}", f"{title} · Test", steps=steps, who=who)


def _role(name: str, *steps: Step) -> Screen:
    return Screen(name, ROLE, "Roles · Test", steps=steps)


PARTS: dict[str, tuple[Screen, ...]] = {
    "signing-in": (
        Screen("sign-in", "/", "Sign in", who=None),
        Screen("sign-up", "/", "Make an account", who=None, steps=(press("I\u2019m new here"),)),
    ),
    "home": (
        Screen("home", "/", "Home"),
        Screen(
            "own-settings",
            "/",
            "Home",
            steps=(press("Your settings"), shows("menuitem", "Sign out")),
        ),
        Screen("match", "/match", "Meet somebody"),
        Screen("blocks", "/blocks", "Blocked people"),
        Screen("new-community", "/", "Home", steps=(_add, shows("tab", "Make one"))),
        Screen("join-community", "/", "Home", steps=(_add, _join)),
    ),
    "community": (
        _community("community"),
        _community("community-menu", press("Test"), shows("menuitem", "Server settings")),
        _community(
            "invite",
            choose("Invite people"),
            press("Make a link", "Copy"),
            shows("button", "Copied"),
        ),
        _community("channel-create", choose("Create channel"), picks("switch", "Private")),
    ),
    "member": (
        _community(
            "community-menu-of-a-member",
            press("Test"),
            shows("menuitem", re.compile("^Server settings")),
            who="member",
        ),
        _community("leave", choose("Leave"), DIALOG, who="member"),
        Screen("member-card-of-another", GENERAL, "general", steps=(MOD, DIALOG), who="member"),
    ),
    "invited": (Screen("invited", "/invite/{invite}", "Invitation", who="stranger"),),
    "refused": (
        Screen(
            "community-unknown",
            f"/rooms/{uuid4()}",
            "Community",
            steps=(shows("alert", re.compile("")),),
            errors=("status of 404",),
        ),
        Screen(
            "invited-in-vain",
            "/invite/x7Gk_2mQpL0a",
            "Invitation",
            steps=(shows("alert", re.compile("")),),
            errors=("status of 404",),
        ),
    ),
    "channel": (
        Screen("text-channel", GENERAL, "general", window=NARROW),
        Screen("voice-channel", LOUNGE, "Lounge", window=NARROW),
        Screen("channel-edit", GENERAL, "general", steps=(press("Edit the channel"), DIALOG)),
    ),
    "members": (
        Screen("members", GENERAL, "general"),
        Screen("member-card", GENERAL, "general", steps=(MOD, shows("checkbox", "Helper"))),
        Screen(
            "kick", GENERAL, "general", steps=(MOD, press("Kick"), shows("button", "Kick them"))
        ),
        Screen("ban", GENERAL, "general", steps=(MOD, press("Ban"), shows("button", "Ban them"))),
    ),
    "settings": (
        _settings("settings-overview", "overview", "Overview"),
        _settings(
            "hand-over", "overview", "Overview", press("Hand it over"), shows("radio", "Member")
        ),
        _settings("delete", "overview", "Overview", press("Delete the community"), DIALOG),
        _settings("settings-channels", "channels", "Channels"),
        _settings(
            "channel-delete", "channels", "Channels", press(re.compile("^Delete .*general")), DIALOG
        ),
        _settings("settings-invitations", "invites", "Invitations"),
        _settings("settings-bans", "bans", "Bans"),
        _settings("settings-unknown", "nowhere", "Settings"),
    ),
    "roles": (
        _settings("settings-roles", "roles", "Roles"),
        _settings("role-new", "roles?role=new", "Roles"),
        _settings("role-everyone", "roles?role={room}", "Roles"),
        _role("role-looks"),
        _role("role-icon", press(re.compile("^Badge: ")), shows("dialog", re.compile(""))),
        _role("role-permissions", picks("tab", "Permissions")),
        _role("role-members", picks("tab", "Members"), shows("button", "Add members")),
    ),
    "moderator": (
        _settings("settings-overview-of-a-moderator", "overview", "Overview", who="mod"),
        _settings("settings-roles-of-a-moderator", "roles", "Roles", who="mod"),
    ),
    "gallery": tuple(
        Screen(f"gallery-{path}", f"/gallery#/{path}", f"{name} · The pieces", who=None, busy=True)
        for path, name in PIECES
    ),
}
"""By what they are a part of; all of a part are seen by the same person."""
