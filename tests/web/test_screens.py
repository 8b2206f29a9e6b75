"""Every screen and every dialog: for everybody to use, at each width and in both themes."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.stack import Room
from tests.web.layout import sticks_out
from tests.web.looks import AXE, RULES, SCREENSHOTS, THEMES, WIDTHS
from tests.web.people import TIMEOUT_MS, People, Person, Theme
from tests.web.screens import PARTS, Screen

ONE_COLUMN = 760
HEIGHT = 800
ALL: dict[str, Any] = {"type": "tag", "values": RULES}
COLORS: dict[str, Any] = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_MISSING = """
async ([title, busy, patience]) => {
  const late = performance.now() + patience;
  const isTitled = () =>
    title === null ? document.title.endsWith(" · Sangha") : document.title === title;
  const isHeaded = () =>
    [...document.querySelectorAll("h1")].some((each) => each.checkVisibility());
  const missing = () => {
    if (!isTitled()) return `the title is “${document.title}”, not “${title}”`;
    if (!isHeaded()) return "there is no heading";
    if (busy) return null;
    if (document.querySelector('[aria-busy="true"]')) return "something is busy";
    const said = [...document.querySelectorAll("[role=status]")].map((each) => each.textContent);
    return said.find((text) => /^(Loading|Reading )/.test(text)) ?? null;
  };
  for (;;) {
    await new Promise(requestAnimationFrame);
    const found = missing();
    if (found === null || performance.now() > late) return found;
  }
}
"""
_AXE = """
async (runOnly) => {
  const found = await axe.run({ runOnly, resultTypes: ["violations"] });
  const said = found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) =>
      `${id}: ${help}\\n  ${target.join(" ")}\\n  ${failureSummary}`));
  const headings = [...document.querySelectorAll("h1")].filter((each) => each.checkVisibility());
  if (headings.length === 1) return said;
  return [...said, `headings of the first level: ${headings.map((each) => each.textContent)}`];
}
"""


@pytest.mark.parametrize("part", PARTS)
def test_everybody_can_use(part: str, room: Room, people: People) -> None:
    """Each has one heading, says where one is and fits into the window; axe finds nothing."""
    invite = room.ask("owner", "POST", "invites", json={}).raise_for_status().json()["invite"]
    screens = PARTS[part]
    (who,) = {screen.who for screen in screens}
    first = screens[0].address(room, invite["code"])
    [person] = people(who or "visitor", path=first, signed_in=who is not None, reduced_motion=True)
    wrong: dict[str, list[str]] = {}
    for screen in screens:
        person.expect_errors(*screen.errors)
        for view, found in _look(person, screen, screen.address(room, invite["code"])):
            wrong.setdefault(f"{screen.name}: {found}", []).append(view)
    assert not wrong, "\n".join(f"{', '.join(views)}: {each}" for each, views in wrong.items())


def _look(person: Person, screen: Screen, address: str) -> Iterator[tuple[str, str]]:
    """Yields in which view of a screen what is wrong; keeps a picture of each."""
    page = person.page
    width, height = screen.window
    page.set_viewport_size({"width": width, "height": height})
    person.go(address)
    _wait(person, screen, None)
    for step in screen.steps:
        step(person)
    page.evaluate(_axe_core())
    for width, theme in _views(person):
        title = screen.narrow if screen.narrow and width < ONE_COLUMN else screen.title
        _wait(person, screen, f"{title} · Sangha")
        view = f"{width}-{theme}"
        page.screenshot(path=SCREENSHOTS / f"{screen.name}-{view}.png", animations="disabled")
        # Themes differ by nothing but colours.
        found: list[str] = page.evaluate(_AXE, ALL if theme == THEMES[0] else COLORS)
        for each in found:
            yield view, each
        for each in sticks_out(person):
            yield view, f"does not fit: {each}"


def _wait(person: Person, screen: Screen, title: str | None) -> None:
    """Waits until a screen is there with its title, any for None, and what is read has come."""
    missing = person.page.evaluate(_MISSING, [title, screen.busy, TIMEOUT_MS])
    assert missing is None, f"{screen.name}: {missing}"


def _views(person: Person) -> Iterator[tuple[int, Theme]]:
    """Gives the page each width and theme in turn.

    Nothing moves for who wants it so, and this need not wait as `looks.views` does, which matters:
    there are some three hundred.
    """
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": HEIGHT})
        for theme in THEMES:
            person.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            yield width, theme


@cache
def _axe_core() -> str:
    return AXE.read_text()
