"""Names and badges that are there to do harm: they are text, and stay in their place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from local.community import PEOPLE
from tests.stack import Stack
from tests.web.hostile import NAMES, Hostile
from tests.web.layout import overlaps, sticks_out, turned
from tests.web.looks import SCREENSHOTS, WIDTHS
from tests.web.people import WIDE, People, Person
from tests.web.screens import COMMUNITY, GENERAL, LOUNGE, SETTINGS, Step, press, shows

NARROWEST, _, WIDEST = WIDTHS
HEIGHT = 800
OVERRIDE = NAMES["override"]
WORST = {what: NAMES[what] for what in ("markup", "override", "wide", "stacked")}
BOXES = "li, a, button, bdi, input, h1, h2, h3, p, [role=img]"
_ODD = """
(pictures) => pictures.map((each) => [each, each.getBoundingClientRect()])
  .filter(([{ dataset }, { width, height }]) => width !== +dataset.size || height !== width)
  .map(([each, { width, height }]) => `${each.outerHTML}: ${width} x ${height} px`)
"""
MADE_OF_MARKUP = "b, img, script:not([src]), [onerror]"


@dataclass(frozen=True)
class Place:
    """Somewhere where names are shown.

    Attributes:
        name: of the pictures.
        path: as a screen's.
        region: what has them all; by default the page.
        steps: what is done there first.
        window: in which the page is opened.
        times: how often each name is written there, one after the other.
    """

    name: str
    path: str
    region: str = "body"
    steps: tuple[Step, ...] = ()
    window: tuple[int, int] = WIDE
    times: int = 1


PLACES = (
    Place("channels", COMMUNITY, "nav[aria-label=Channels]"),
    Place("members", GENERAL, "aside"),
    Place("voice", LOUNGE, "main"),
    Place("roles", f"{SETTINGS}/roles", "main"),
    Place("channel-settings", f"{SETTINGS}/channels", "main"),
    Place("bans", f"{SETTINGS}/bans", "main", times=5),
    Place(
        "viewers",
        GENERAL,
        "[role=dialog]",
        (
            press("Edit the channel"),
            lambda person: person.page.get_by_role("switch", name="Private").click(),
        ),
    ),
    Place(
        "roles-of-a-member",
        GENERAL,
        "[role=dialog]",
        (press(re.compile("^Mod ")), shows("checkbox", "Helper")),
    ),
)


@pytest.fixture
def hostile(stack: Stack, migrated_dsn: str) -> Iterator[Hostile]:
    """A room of this test's own."""
    made = Hostile(stack, migrated_dsn)
    made.create()
    yield made
    made.delete()


def come(people: People, hostile: Hostile, path: str = COMMUNITY, who: str = "owner") -> Person:
    """Brings somebody who will know of any dialog."""
    [person] = people(who, reduced_motion=True)
    person.page.on("dialog", lambda dialog: pytest.fail(f"a script said {dialog.message}"))
    go(person, path, hostile)
    return person


def go(person: Person, path: str, hostile: Hostile, window: tuple[int, int] = WIDE) -> None:
    """Opens a screen's address in a window of this size."""
    width, height = window
    person.page.set_viewport_size({"width": width, "height": height})
    person.go(path.format(room=hostile.id, general=hostile.general, lounge=hostile.lounge))


def expect_harmless(person: Person, name: str, within: Locator | None = None) -> None:
    """AssertionError where a name became more than text, or moved what stands beside it."""
    page = person.page
    for width in (NARROWEST, WIDEST):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        expect(page.locator('[aria-busy="true"]')).to_have_count(0)
        page.screenshot(path=SCREENSHOTS / f"hostile-{name}-{width}.png", animations="disabled")
        dialog = page.get_by_role("dialog")
        top = dialog if dialog.count() else page
        for button in dialog.get_by_role("button").all():
            expect(button).to_be_in_viewport(ratio=1)
        assert sticks_out(person) == [], name
        assert overlaps((within or top).locator(BOXES)) == [], name
    assert turned(person, OVERRIDE) == [], name
    assert page.evaluate("typeof harmed") == "undefined"
    expect(page.locator(MADE_OF_MARKUP)).to_have_count(0)


def expect_pictures_small(within: Locator) -> None:
    """AssertionError for a badge or an avatar that isn't as big as it says, whatever is in it."""
    assert within.locator("span[data-size]").count() > len(NAMES)
    odd: list[str] = within.locator("span[data-size]").evaluate_all(_ODD)
    assert odd == []


def test_everywhere(hostile: Hostile, people: People) -> None:
    """Where everything of a community is listed, each name is text in its own place."""
    owner = come(people, hostile)
    for place in PLACES:
        go(owner, place.path, hostile, place.window)
        for step in place.steps:
            step(owner)
        region = owner.page.locator(place.region)
        for name in NAMES.values():
            expect(region.get_by_text(name * place.times, exact=True).first).to_be_visible()
        expect_harmless(owner, place.name)


def test_community(hostile: Hostile, people: People) -> None:
    """Its own name: over its channels, in its settings and what they ask, as an invitation."""
    invite = hostile.ask("owner", "POST", "invites", json={}).json()["invite"]["code"]
    owner = come(people, hostile)
    page = owner.page
    rail = page.get_by_role("navigation", name="Communities")
    for what, name in WORST.items():
        hostile.sql("update public.rooms set name = $2 where id = $1", hostile.id, name)
        go(owner, COMMUNITY, hostile)
        expect(rail.get_by_role("link", name=name, exact=True)).to_be_attached()
        owner.button(name).click()
        expect(page.get_by_role("menuitem", name="Server settings")).to_be_visible()
        expect_harmless(owner, f"community-{what}")
        page.get_by_role("menuitem", name="Invite people").click()
        expect(page.get_by_role("dialog")).to_contain_text(f"Invite people to {name}")
        expect_harmless(owner, f"community-invite-{what}")
        go(owner, f"{SETTINGS}/overview", hostile)
        expect(page.get_by_role("textbox", name="Name")).to_have_value(name)
        owner.button("Delete the community").click()
        expect(page.get_by_role("dialog")).to_contain_text(f"Write {name} to confirm.")
        expect_harmless(owner, f"community-delete-{what}")
        go(owner, f"/invite/{invite}", hostile)
        expect(page.locator("main").get_by_text(name, exact=True)).to_be_visible()
        expect_harmless(owner, f"community-invited-{what}")


def test_badges(hostile: Hostile, people: People) -> None:
    """What is no icon is drawn no bigger than one, beside names and in a call."""
    owner = come(people, hostile, LOUNGE)
    page = owner.page
    for within in (
        page.get_by_role("list", name="In Lounge"),
        page.get_by_role("list", name="People in this channel"),
        page.get_by_role("complementary", name="Members"),
    ):
        expect(within.get_by_text(NAMES["markup"], exact=True).first).to_be_visible()
        expect_pictures_small(within)


def test_member(hostile: Hostile, people: People) -> None:
    """On their card, in what is asked before they are kicked, and in what is told then."""
    owner = come(people, hostile, GENERAL)
    page = owner.page
    row = page.get_by_role("complementary", name="Members").get_by_role("button")
    notices = page.get_by_role("region", name="Notices")
    for what, name in WORST.items():
        page.set_viewport_size({"width": WIDEST, "height": HEIGHT})
        row.filter(has_text=name).click()
        card = page.get_by_role("dialog", name=name, exact=True)
        expect(card.get_by_role("checkbox", name=name, exact=True)).to_be_checked()
        expect_harmless(owner, f"member-{what}")
        card.get_by_role("button", name="Kick").click()
        asked = page.get_by_role("dialog", name=f"Kick {name}?")
        expect(asked).to_be_visible()
        expect_harmless(owner, f"member-kick-{what}", asked)
        asked.get_by_role("button", name="Kick them").click()
        told = notices.get_by_text(f"\u2068{name}\u2069 was kicked.", exact=True)
        expect(told).to_be_visible()
        expect(row.filter(has_text=name)).to_have_count(0)
        expect_harmless(owner, f"member-kicked-{what}", notices)
        notices.get_by_role("button", name="Dismiss").click()
        expect(told).to_have_count(0)


def test_role(hostile: Hostile, people: People) -> None:
    """On its page, over each of its tabs."""
    owner = come(people, hostile)
    page = owner.page
    for what, name in WORST.items():
        role = hostile.roles[list(NAMES).index(what)]
        go(owner, f"{SETTINGS}/roles?role={role}", hostile)
        expect(page.get_by_role("textbox", name="Name")).to_have_value(name)
        expect(page.get_by_role("heading", name=name, exact=True, level=2)).to_be_visible()
        expect_harmless(owner, f"role-{what}")
        page.get_by_role("tab", name="Members").click()
        expect(page.get_by_role("tabpanel").get_by_text(name, exact=True).first).to_be_visible()
        expect_harmless(owner, f"role-members-{what}")


def test_channel(hostile: Hostile, people: People) -> None:
    """On its own screen, from its place at the side."""
    owner = come(people, hostile)
    page = owner.page
    channels = page.get_by_role("navigation", name="Channels")
    for what, name in WORST.items():
        page.set_viewport_size({"width": WIDEST, "height": HEIGHT})
        channels.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page.get_by_role("heading", level=2, name=f"This is {name}")).to_be_visible()
        expect_harmless(owner, f"channel-{what}")


def test_heirs(hostile: Hostile, people: People) -> None:
    """Each is found by their name, when a community is handed over, and is called by it."""
    owner = come(people, hostile, f"{SETTINGS}/overview")
    owner.button("Hand it over").click()
    dialog = owner.page.get_by_role("dialog")
    for name in NAMES.values():
        dialog.get_by_role("searchbox", name="Find a member").fill(name)
        expect(dialog.get_by_role("radio")).to_have_count(1)
        expect(dialog.get_by_text(name, exact=True).first).to_be_visible()
    dialog.get_by_role("searchbox", name="Find a member").fill("")
    expect_harmless(owner, "heirs")


def test_oneself(hostile: Hostile, people: People) -> None:
    """Who calls themselves so sees it at the foot, in its place."""
    rename = "update public.profiles set display_name = $2 where user_id = $1"
    member = come(people, hostile, who="member")
    foot = member.page.get_by_role("complementary", name="Channels")
    try:
        for what, name in WORST.items():
            hostile.sql(rename, PEOPLE["member"], name)
            go(member, COMMUNITY, hostile)
            expect(foot.get_by_title(name).last).to_have_text(name)
            expect_harmless(member, f"oneself-{what}")
    finally:
        hostile.sql(rename, PEOPLE["member"], "Member")
