"""The drawings of the icons, and what is said of emojis."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from common.badges import CREDIT, EMOJI_VERSION, ICONS, RESERVED_EMOJI, Icon
from local import emojis

ROOT = Path(__file__).parent.parent.parent
SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["crown", "shield", "gavel", "star", "gem", "heart", "wrench", "bot", "music", "gamepad"]
NAMES += ["trophy", "leaf"]


@pytest.fixture(params=ICONS, ids=lambda icon: icon.name)
def icon(request: pytest.FixtureRequest) -> Icon:
    """Each icon."""
    found: Icon = request.param
    return found


def test_the_twelve() -> None:
    """There are 12 icons, each with a label of its own, and only the crown is reserved."""
    assert [icon.name for icon in ICONS] == NAMES
    assert len({icon.label for icon in ICONS}) == len({icon.drawing for icon in ICONS}) == 12
    assert [icon.name for icon in ICONS if icon.reserved] == ["crown"]


def test_an_svg_only_draws(icon: Icon) -> None:
    """An SVG is well-formed, 24 by 24, and has shapes alone: no script, link, style or handler."""
    svg = ET.fromstring(icon.svg)
    assert svg.tag == f"{SVG}svg"
    assert (svg.get("viewBox"), svg.get("width"), svg.get("height")) == ("0 0 24 24", "24", "24")
    shapes = list(svg.iter())[1:]
    assert shapes
    assert {shape.tag for shape in shapes} <= {
        f"{SVG}{t}" for t in ("path", "rect", "circle", "line")
    }
    allowed = {"d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "width", "height"}
    assert {name for shape in shapes for name in shape.attrib} <= allowed


def test_an_svg_has_the_colour_of_the_text(icon: Icon) -> None:
    """An icon is drawn in currentColor, and sets no other colour."""
    svg = ET.fromstring(icon.svg)
    assert (svg.get("stroke"), svg.get("fill")) == ("currentColor", "none")
    assert icon.svg.count("stroke=") == icon.svg.count("fill=") == 1


def test_the_emojis_are_of_the_version_that_is_told() -> None:
    """The version that clients are told is the one of the list behind the migration."""
    assert emojis.unicode_version() == EMOJI_VERSION
    assert RESERVED_EMOJI in emojis.kept()


def test_the_drawings_are_credited() -> None:
    """The licence goes with the drawings: the notice is here, and the credit names it."""
    notice = (ROOT / "docs" / "licenses" / "lucide.txt").read_text()
    assert f"{CREDIT['license']} License" in notice
    assert "Copyright (c) 2026 Lucide Icons and Contributors" in notice
    assert CREDIT["version"] in (ROOT / "docs" / "badges.md").read_text()
