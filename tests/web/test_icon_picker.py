"""The choice of a role's badge: by keyboard alone, and all that it offers held against the API."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import asyncpg
import pytest
from playwright.sync_api import Locator, Route, expect

from tests import apart
from tests.stack import Room, Stack
from tests.web.calling import curly
from tests.web.people import People, Person
from tests.web.roles import bar, everybody_can_use, page_of, said, save, saved

NAME = re.compile("^Badge: ")
AWAY = "**/emojis/**"
SHAPES = ("path", "circle", "rect", "line", "polyline", "polygon", "ellipse")
NOT_A_SHAPE = {"class", "fill", "key"}
PLAIN = "\ufe0f"  # the API takes and gives an emoji without the one that it doesn't need
_ALL = """
async (grid) => {
  let scroller = grid;
  const scrolls = ({ overflowY }) => overflowY === "auto" || overflowY === "scroll";
  while (!scrolls(getComputedStyle(scroller))) scroller = scroller.parentElement;
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const found = new Set();
  scroller.scrollTop = 0;
  for (let end = -1; end < scroller.scrollTop; ) {
    end = scroller.scrollTop;
    await drawn();
    await drawn();
    for (const cell of grid.querySelectorAll("[role=gridcell]")) found.add(cell.textContent);
    scroller.scrollTop += 0.9 * scroller.clientHeight;
  }
  return [...found];
}
"""


@pytest.fixture
def owner(room: Room, people: People) -> Person:
    """At the page of the role Helper, whose badge is a leaf."""
    [person] = people("owner", path=page_of(room, room.helper))
    return person


def expect_badge(person: Person, name: str) -> None:
    """Waits until the button says that this is chosen."""
    expect(person.button(NAME)).to_have_accessible_name(f"Badge: {name}")


def opened(person: Person) -> Locator:
    """Opens the choice by the keyboard; returns it once the search has the focus."""
    person.button(NAME).focus()
    person.page.keyboard.press("Enter")
    dialog = person.page.get_by_role("dialog", name="Badge")
    expect(dialog.get_by_role("searchbox", name="Search icons and emojis")).to_be_focused()
    return dialog


def icon(person: Person, name: str) -> Locator:
    """Returns an icon of the choice."""
    return person.page.get_by_role("grid", name="Icons").get_by_role(
        "gridcell", name=name, exact=True
    )


def emojis(person: Person) -> Locator:
    """Returns the grid of emojis once they are read."""
    grid = person.page.get_by_role("grid", name="Emojis")
    expect(grid.get_by_role("gridcell").first).to_be_visible()
    return grid


def expect_closed(person: Person, name: str) -> None:
    """Waits until the choice is closed, this is chosen, and the button has the focus again."""
    expect(person.page.get_by_role("dialog")).to_have_count(0)
    expect_badge(person, name)
    expect(person.button(NAME)).to_be_focused()


class TestByKeyboard:
    def test_an_icon(self, owner: Person, room: Room) -> None:
        """The search has the focus; arrows go through the icons, Enter chooses, focus returns."""
        press = owner.page.keyboard.press
        opened(owner)
        emojis(owner)
        everybody_can_use(owner, "icon-picker")
        press("ArrowDown")
        expect(icon(owner, "Leaf")).to_be_focused()
        expect(icon(owner, "Leaf")).to_have_attribute("aria-selected", "true")
        for key, name in (
            ("Control+Home", "Shield"),
            ("ArrowLeft", "Shield"),
            ("ArrowRight", "Gavel"),
            ("End", "Wrench"),
            ("ArrowRight", "Robot"),
            ("Home", "Robot"),
            ("ArrowUp", "Shield"),
            ("ArrowDown", "Robot"),
            ("Control+End", "Crown"),
        ):
            press(key)
            expect(icon(owner, name)).to_be_focused()
        press("ArrowDown")
        expect(owner.page.get_by_role("grid", name="Emojis")).to_be_focused()
        press("ArrowUp")
        expect(icon(owner, "Crown")).to_be_focused()
        for key in ("Home", "ArrowUp"):
            press(key)
        expect(icon(owner, "Shield")).to_be_focused()
        press("ArrowUp")
        expect(owner.page.get_by_role("searchbox")).to_be_focused()
        press("ArrowDown")
        press("ArrowRight")
        press("Enter")
        expect_closed(owner, "Gavel")
        expect(said(owner)).to_contain_text("Badge: Gavel")
        save(owner)
        assert saved(room, room.helper)["icon"] == "gavel"

    def test_escape(self, owner: Person, room: Room) -> None:
        """Wherever the focus is, closes it, changes nothing and gives the focus back."""
        for keys in ([], ["ArrowDown", "ArrowLeft"], ["Tab", "Tab"], ["Tab", "Tab", "Tab"]):
            opened(owner)
            emojis(owner)
            for key in (*keys, "Escape"):
                owner.page.keyboard.press(key)
            expect_closed(owner, "Leaf")
        expect(bar(owner)).to_have_count(0)

    def test_typing(self, owner: Person, room: Room) -> None:
        """One search finds icons and emojis, from wherever one types; Enter takes the icon."""
        opened(owner)
        emojis(owner)
        owner.page.keyboard.press("ArrowDown")
        owner.page.keyboard.type("Love")
        expect(owner.page.get_by_role("searchbox")).to_have_value("Love")
        icons = owner.page.get_by_role("grid", name="Icons").get_by_role("gridcell")
        expect(icons).to_have_count(1)
        expect(emojis(owner).get_by_role("gridcell", name="love letter")).to_be_visible()
        owner.page.keyboard.press("Enter")
        expect_closed(owner, "Heart")
        save(owner)
        assert saved(room, room.helper)["icon"] == "heart"

    def test_an_emoji(self, owner: Person, room: Room) -> None:
        """Found by its name and chosen with the arrows; what no emoji is called is said."""
        dialog = opened(owner)
        emojis(owner)
        owner.page.keyboard.type("zzzz")
        expect(dialog.get_by_text("No emoji is called that.")).to_be_visible()
        expect(owner.page.get_by_role("grid", name="Icons")).to_have_count(0)
        everybody_can_use(owner, "icon-picker-nothing-found")
        owner.page.get_by_role("searchbox").fill("headphone")
        expect(emojis(owner).get_by_role("gridcell")).to_have_count(1)
        owner.page.keyboard.press("ArrowDown")
        grid = owner.page.get_by_role("grid", name="Emojis")
        expect(grid).to_be_focused()
        active = grid.get_attribute("aria-activedescendant")
        assert active is not None
        expect(owner.page.locator(f"[id='{active}']")).to_have_text(drawn("🎧"))
        owner.page.keyboard.press("Enter")
        expect_closed(owner, "Emoji 🎧")
        save(owner)
        assert saved(room, room.helper)["icon"] == "🎧"
        opened(owner)
        expect(emojis(owner).get_by_role("gridcell", selected=True)).to_have_count(0)
        owner.page.keyboard.type("headphone")
        expect(emojis(owner).get_by_role("gridcell", selected=True)).to_have_text(drawn("🎧"))

    def test_a_skin_tone(self, owner: Person, room: Room) -> None:
        """Holds for the emojis that have one, and is stored as one emoji."""
        opened(owner)
        emojis(owner)
        owner.page.keyboard.type("thumbs up")
        expect(emojis(owner).get_by_role("gridcell").first).to_have_text(drawn("👍"))
        tones = owner.page.get_by_role("group", name="Skin tone")
        for _ in range(2):  # past the emojis; no icon is called that
            owner.page.keyboard.press("Tab")
        expect(tones.get_by_role("radio", name="No skin tone")).to_be_focused()
        for _ in range(3):
            owner.page.keyboard.press("ArrowRight")
        expect(tones.get_by_role("radio", name="Medium", exact=True)).to_be_checked()
        cell = emojis(owner).get_by_role("gridcell").first
        expect(cell).to_have_text(drawn("👍🏽"))
        owner.page.keyboard.press("Shift+Tab")
        expect(owner.page.get_by_role("grid", name="Emojis")).to_be_focused()
        owner.page.keyboard.press("Space")
        expect_closed(owner, "Emoji 👍🏽")
        save(owner)
        assert saved(room, room.helper)["icon"] == "👍🏽"

    def test_none(self, owner: Person, room: Room) -> None:
        """A role may do without a badge; the way there is a button after the skin tones."""
        dialog = opened(owner)
        emojis(owner)
        none = dialog.get_by_role("button", name="No badge")
        for _ in range(4):  # past the icons, the emojis and the skin tones
            owner.page.keyboard.press("Tab")
        expect(none).to_be_focused()
        owner.page.keyboard.press("Enter")
        expect_closed(owner, "No badge")
        save(owner)
        assert saved(room, room.helper)["icon"] is None


class TestCrown:
    def test_is_the_owners(self, owner: Person, room: Room) -> None:
        """It is shown and says why it can't be chosen: not by Enter, a click or the search."""
        dialog = opened(owner)
        emojis(owner)
        owner.page.keyboard.press("ArrowDown")
        owner.page.keyboard.press("Control+End")
        crown = icon(owner, "Crown")
        expect(crown).to_be_focused()
        expect(crown).to_be_disabled()
        why = curly("The crown is the owner's: no role can have it.")
        expect(crown).to_have_accessible_description(why)
        owner.page.keyboard.press("Enter")
        owner.page.keyboard.press("Space")
        crown.click(force=True)
        expect(crown).to_be_visible()
        owner.page.get_by_role("searchbox").fill("crown")
        expect(owner.page.get_by_role("grid", name="Icons").get_by_role("gridcell")).to_have_text(
            [""]
        )
        expect(emojis(owner).get_by_role("gridcell").first).to_have_text("🫅")
        assert not {"👑", "👑\ufe0f"} & set(emojis(owner).evaluate(_ALL))
        owner.page.get_by_role("searchbox").fill("owner")
        expect(dialog.get_by_text("No emoji is called that.")).to_be_visible()
        owner.page.keyboard.press("Enter")
        expect(crown).to_be_visible()
        owner.page.keyboard.press("Escape")
        expect_closed(owner, "Leaf")
        expect(bar(owner)).to_have_count(0)


class TestEmojisAway:
    def test_icons_work(self, owner: Person, room: Room) -> None:
        """It is said, an icon can be chosen all the same, and a retry reads the emojis."""
        owner.expect_errors("ERR_FAILED")
        asked: list[str] = []

        def fail(route: Route) -> None:
            asked.append(route.request.url)
            route.abort()

        owner.page.route(AWAY, fail)
        dialog = opened(owner)
        expect(dialog.get_by_text(curly("The emojis can't be read right now."))).to_be_visible()
        everybody_can_use(owner, "icon-picker-emojis-away")
        owner.page.keyboard.press("ArrowDown")
        owner.page.keyboard.press("ArrowLeft")
        owner.page.keyboard.press("Enter")
        expect_closed(owner, "Trophy")
        opened(owner)
        again = dialog.get_by_role("button", name="Try again")
        before = len(asked)
        again.focus()
        owner.page.keyboard.press("Enter")
        expect(again).to_be_visible()
        assert len(asked) > before
        owner.page.unroute(AWAY, fail)
        again.focus()
        owner.page.keyboard.press("Enter")
        emojis(owner)
        expect(again).to_have_count(0)
        expect(owner.page.get_by_role("searchbox")).to_be_focused()
        owner.page.keyboard.press("Escape")
        expect_closed(owner, "Trophy")
        save(owner)
        assert saved(room, room.helper)["icon"] == "trophy"


class TestAllOfThem:
    def test_icons(self, owner: Person, stack: Stack) -> None:
        """Those of the API, by their labels, the crown last; each has the API's very shapes."""
        offered = stack.api.get("/api/badges").raise_for_status().json()["icons"]
        labels = [each["label"] for each in offered if not each["reserved"]]
        labels += [each["label"] for each in offered if each["reserved"]]
        opened(owner)
        cells = owner.page.get_by_role("grid", name="Icons").get_by_role("gridcell")
        expect(cells).to_have_count(len(offered))
        names = [cell.get_attribute("aria-label") for cell in cells.all()]
        assert names == labels
        for each in offered:
            drawn = icon(owner, each["label"]).locator("svg")
            expect(drawn).to_be_visible()
            svg = drawn.evaluate("(it) => new XMLSerializer().serializeToString(it)")
            assert shapes(svg) == shapes(each["svg"]), each["name"]

    def test_emojis(self, owner: Person, migrated_dsn: str) -> None:
        """All that are offered, with a skin tone and without, are some that the API takes."""
        opened(owner)
        found = set(emojis(owner).evaluate(_ALL))
        owner.page.get_by_role("radio", name="Medium dark", exact=True).check()
        toned = set(emojis(owner).evaluate(_ALL)) - found
        assert len(found) > 1500
        assert len(toned) > 250

        async def refused() -> list[str]:
            connection = await asyncpg.connect(migrated_dsn)
            asked = "select private.badge_icon($1)"
            wrong = []
            for emoji in found | toned:
                try:
                    await connection.fetchval(asked, emoji)
                except asyncpg.PostgresError:
                    wrong.append(emoji)
            await connection.close()
            return wrong

        assert apart.run(refused()) == []


def drawn(emoji: str) -> re.Pattern[str]:
    """Returns what finds an emoji, whether or not it has a U+FE0F that it doesn't need."""
    return re.compile(f"^{emoji}{PLAIN}?$")


def shapes(svg: str) -> list[tuple[str, dict[str, Any]]]:
    """Returns what an SVG is made of, in its order: each shape with its attributes."""
    found = []
    for element in ET.fromstring(svg).iter():
        tag = element.tag.rpartition("}")[2]
        if tag in SHAPES:
            kept = {k: v for k, v in element.attrib.items() if k not in NOT_A_SHAPE}
            found.append((tag, kept))
    assert found
    return found
