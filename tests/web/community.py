"""A community on somebody's screen: its lists, its menu, its dialogs."""

import re

from playwright.sync_api import Locator, expect

from tests.web.people import Person

MOST_TABS = 60
_LOST = """
() => {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return "the focus is nowhere";
  const name = `${focused.localName} ${focused.ariaLabel ?? focused.textContent.slice(0, 40)}`;
  const box = focused.getBoundingClientRect();
  if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth) {
    return `${name}: out of sight`;
  }
  // The ring may be around what stands for it: the label of a radio button, the box of a field.
  for (let around = focused, n = 0; around !== null && n < 4; around = around.parentElement, n++) {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(around);
    if (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) return null;
    if (around === focused && boxShadow !== "none") return null;
  }
  return `${name}: not to be seen`;
}
"""


def members_of(person: Person) -> Locator:
    """Returns the list of members, wherever it stands."""
    return person.page.get_by_role("complementary", name="Members")


def group_of(person: Person, title: str) -> Locator:
    """Returns the rows of one group of members."""
    lists = members_of(person).get_by_role("list", name=re.compile(rf"^{title}, \d"))
    return lists.get_by_role("listitem")


def row_of(person: Person, name: str) -> Locator:
    """Returns a member's row, whatever badges they have."""
    return members_of(person).get_by_role("button", name=re.compile(rf"^{name}( |$)"))


def channels_of(person: Person) -> Locator:
    """Returns the list of channels at the side."""
    return person.page.get_by_role("navigation", name="Channels")


def communities_of(person: Person) -> Locator:
    """Returns the list of communities."""
    return person.page.get_by_role("navigation", name="Communities")


def dialog_of(person: Person) -> Locator:
    """Returns the dialog that is on top."""
    return person.page.get_by_role("dialog")


def notices_of(person: Person) -> Locator:
    """Returns what is told in the corner."""
    return person.page.get_by_role("region", name="Notices")


def choose(person: Person, item: str, *, of: str = "Test") -> None:
    """Chooses from a community's menu."""
    person.button(of).click()
    person.page.get_by_role("menuitem", name=item).click()


def open_card(person: Person, name: str) -> Locator:
    """Opens a member's card; returns it."""
    row_of(person, name).click()
    return dialog_of(person).filter(has=person.page.get_by_role("heading", name=name, exact=True))


def expect_out(person: Person, community: str) -> None:
    """Waits until somebody is told that they are out of a community, and sees nothing of it."""
    expect(notices_of(person)).to_contain_text(community)
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Welcome to Sangha")
    expect(communities_of(person).get_by_role("link", name=community, exact=True)).to_have_count(0)
    expect(person.page).to_have_title("Home · Sangha")
    expect(dialog_of(person)).to_have_count(0)


def focus_lost(person: Person) -> str | None:
    """Returns why it can't be seen what has the focus; None where it can."""
    found: str | None = person.page.evaluate(_LOST)
    return found


def tab_to(person: Person, target: Locator) -> None:
    """Presses Tab until something has the focus, which is never out of sight meanwhile.

    Behind its last stop the page is left once, for what the browser itself has there.
    """
    expect(target).to_be_visible()
    left = 0
    for _ in range(MOST_TABS):
        person.page.keyboard.press("Tab")
        if person.page.evaluate("document.activeElement === document.body"):
            left += 1
            assert left == 1, "the focus is nowhere"
            continue
        lost = focus_lost(person)
        assert lost is None, lost
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"the Tab key never comes to {target}")
