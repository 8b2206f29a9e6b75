"""What a page looks like, and whether everybody can use it."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.web.people import Person, Theme

ROOT = Path(__file__).parent.parent.parent
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (360, 768, 1280)
THEMES: tuple[Theme, ...] = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_SETTLED = """
async () => {
  const late = performance.now() + 5000;
  const pause = () => new Promise((done) => setTimeout(done, 50));
  const empty = () => document.querySelector("#root") && !document.querySelector("main");
  const busy = () => document.querySelector('[aria-busy="true"]') !== null;
  const moving = () => document.getAnimations().some((animation) =>
    animation.playState === "running" && animation.effect.getComputedTiming().endTime !== Infinity);
  await document.fonts.ready;
  for (let calm = 0; calm < 3 && performance.now() < late; await pause()) {
    calm = empty() || busy() || moving() ? 0 : calm + 1;
  }
}
"""
_RUN = """
async ([within, rules]) => {
  const found = await axe.run(within ?? document, {
    runOnly: { type: "tag", values: rules }, resultTypes: ["violations"],
  });
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map(
    ({ target, failureSummary }) => ({ id, help, target: target.join(" "), failureSummary })));
}
"""


def settle(person: Person) -> None:
    """Waits, a while, until the page is there and nothing on it is busy or moves."""
    person.page.evaluate(_SETTLED)


def views(
    person: Person, widths: Sequence[int] = WIDTHS, themes: Sequence[Theme] = THEMES
) -> Iterator[str]:
    """Gives the page each width and theme in turn, `360-dark`; then it is as it was."""
    page = person.page
    size = page.viewport_size
    assert size is not None
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    now: Theme = "dark" if dark else "light"
    for width in widths or [size["width"]]:
        page.set_viewport_size({"width": width, "height": size["height"]})
        for theme in themes or [now]:
            page.emulate_media(color_scheme=theme)
            settle(person)
            yield f"{width}-{theme}"
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=now)


def shot(
    person: Person,
    name: str,
    *,
    widths: Sequence[int] = (),
    themes: Sequence[Theme] = (),
    full_page: bool = False,
) -> None:
    """Puts pictures of the page into build/screenshots: `{name}-{width}-{theme}.png`.

    Args:
        person: whose page.
        name: of the pictures.
        widths: of the window, such as WIDTHS; by default what it is.
        themes: what the system prefers, such as THEMES; by default what it does.
        full_page: the whole page, beyond the window.
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for view in views(person, widths, themes):
        path = SCREENSHOTS / f"{name}-{view}.png"
        person.page.screenshot(path=path, animations="disabled", full_page=full_page)


def axe(person: Person, within: str | None = None) -> None:
    """AssertionError for what WCAG 2.2 AA or good practice forbids, as far as axe-core sees it.

    Args:
        person: whose page.
        within: a CSS selector of the only part that is looked at.
    """
    settle(person)
    person.page.evaluate(_axe_core())
    found: list[dict[str, Any]] = person.page.evaluate(_RUN, [within, RULES])
    said = [
        f"{each['id']}: {each['help']}\n  {each['target']}\n  {each['failureSummary']}"
        for each in found
    ]
    assert not said, "\n".join(said)


@cache
def _axe_core() -> str:
    return AXE.read_text()
