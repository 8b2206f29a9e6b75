"""Where things are on a page: what sticks out of the window, what lies over what."""

from playwright.sync_api import Locator

from tests.web.people import Person

_STICKS_OUT = """
() => {
  const wide = document.documentElement.clientWidth;
  const inside = ({ left, right }) => left >= -0.5 && right <= wide + 0.5;
  // What ends in an ellipsis, pictures, and the rows of tabs that are there to be scrolled.
  const cut = (element) => {
    const { overflowX, textOverflow } = getComputedStyle(element);
    return textOverflow === "ellipsis" || (overflowX === "auto" && element.matches("nav")) ||
      (overflowX === "hidden" && element.matches("[role=img], [aria-hidden=true]"));
  };
  const found = [];
  for (const element of document.querySelectorAll("body, body *")) {
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || !element.checkVisibility()) continue; // also what only readers hear
    let within = element;
    while (within !== null && !cut(within)) within = within.parentElement;
    if (within !== null && within !== element && inside(within.getBoundingClientRect())) continue;
    const { overflowX } = getComputedStyle(element);
    const scrolls = element.scrollWidth > element.clientWidth + 1 &&
      (overflowX === "auto" || overflowX === "scroll") && !cut(element);
    if (inside(box) && !scrolls) continue;
    const name = `${element.localName}.${element.className} ${element.textContent.slice(0, 40)}`;
    found.push(scrolls
      ? `${name}: scrolls ${element.clientWidth} of ${element.scrollWidth} px`
      : `${name}: from ${box.left} to ${box.right} of ${wide} px`);
  }
  return found;
}
"""
_OVERLAPS = """
(elements) => {
  // What is to be seen of an element: all that it scrolls or is cut in takes from its box.
  const seen = (element) => {
    let { left, right, top, bottom } = element.getBoundingClientRect();
    for (let within = element.parentElement; within !== null; within = within.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(within);
      const box = within.getBoundingClientRect();
      if (overflowX !== "visible") {
        left = Math.max(left, box.left);
        right = Math.min(right, box.right);
      }
      if (overflowY !== "visible") {
        top = Math.max(top, box.top);
        bottom = Math.min(bottom, box.bottom);
      }
    }
    return { element, left, right, top, bottom };
  };
  const boxes = elements
    .filter((each) => each.checkVisibility({ opacityProperty: true })).map(seen)
    .filter(({ left, right, top, bottom }) => right - left > 1 && bottom - top > 1);
  const name = ({ element, left, right, top, bottom }) =>
    `${element.localName}.${element.className} ${element.textContent.slice(0, 30)} ` +
    `(${[left, top, right, bottom].map(Math.round)})`;
  return boxes.flatMap((one, place) => boxes.slice(place + 1)
    .filter(({ element }) => !one.element.contains(element) && !element.contains(one.element))
    .filter((other) =>
      Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
      Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1)
    .map((other) => `${name(one)} | ${name(other)}`));
}
"""
_TURNED = """
(name) => {
  // Unicode's own isolation, for texts that are no markup.
  const bare = (text) => text.replaceAll(`\\u2068${name}\\u2069`, "");
  const isolates = (element) => {
    const { unicodeBidi, display } = getComputedStyle(element);
    return unicodeBidi.includes("isolate") || display !== "inline";
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const { parentElement: around, data } = text;
    const shown = around.checkVisibility() && around.getBoundingClientRect().width > 1;
    if (!shown || !bare(data).includes(name)) continue; // readers hear words, not lines
    const alone = around.childNodes.length === 1 && data.replaceAll(name, "") === "";
    if (!alone || !isolates(around)) found.push(`${around.localName}: ${data}`);
  }
  for (const { dataset: { tip } } of document.querySelectorAll("[data-tip]")) {
    if (bare(tip).includes(name) && !tip.endsWith(name)) found.push(`tip: ${tip}`);
  }
  return found;
}
"""


def sticks_out(person: Person) -> list[str]:
    """Returns what is beside the window, or makes a part of the page scroll sideways."""
    found: list[str] = person.page.evaluate(_STICKS_OUT)
    return found


def overlaps(elements: Locator) -> list[str]:
    """Returns which of these lie over each other, two by two; not what is inside of another."""
    found: list[str] = elements.evaluate_all(_OVERLAPS)
    return found


def turned(person: Person, name: str) -> list[str]:
    """Returns texts in which a name could turn the direction of the words around it."""
    found: list[str] = person.page.evaluate(_TURNED, name)
    return found
