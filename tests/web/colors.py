"""Colours as they are drawn, and how well they can be read."""

from playwright.sync_api import Locator


def color_of(drawn: Locator, what: str = "color") -> tuple[int, int, int]:
    """Returns a colour as it is drawn."""
    found: list[int] = drawn.evaluate(
        """(element, what) => {
          const context = new OffscreenCanvas(1, 1).getContext("2d");
          context.fillStyle = getComputedStyle(element)[what];
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data];
        }""",
        what,
    )
    return found[0], found[1], found[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Returns WCAG's ratio of two colours."""

    def luminance(color: tuple[int, int, int]) -> float:
        shares = [part / 255 for part in color]
        red, green, blue = (
            share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
            for share in shares
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def rgb(color: str) -> tuple[int, int, int]:
    """Returns `#rrggbb` as numbers."""
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue
