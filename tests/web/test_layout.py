"""What is said of a page's layout: a check that can't fail would be worth nothing."""

import pytest

from tests.web.community import focus_lost
from tests.web.layout import overlaps, sticks_out, turned
from tests.web.people import People, Person

NAME = "\u202egnp.exe"
WIDE = '<p style="width: 2000px">Wide</p>'


@pytest.fixture
def visitor(people: People) -> Person:
    """Somebody whose window is 1280 px wide."""
    [person] = people("visitor", signed_in=False, path="/gallery")
    return person


def show(person: Person, body: str) -> None:
    """Has the window show this and nothing else."""
    person.page.goto("about:blank")
    person.page.set_content(f"<title>Bad</title><body>{body}</body>")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>Text</p>", False),
        (WIDE, True),
        (f'<div style="overflow: hidden">{WIDE}</div>', True),
        (f'<div style="overflow: auto">{WIDE}</div>', True),
        (f'<nav style="overflow: auto">{WIDE}</nav>', False),
        (f'<div style="overflow: hidden; text-overflow: ellipsis">{WIDE}</div>', False),
        ('<p style="margin-left: -40px">Text</p>', True),
    ],
)
def test_what_sticks_out(visitor: Person, body: str, found: bool) -> None:
    """Also what is cut off without an ellipsis; not what is in a row of tabs."""
    show(visitor, body)
    assert bool(sticks_out(visitor)) is found


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("", False),
        ("margin-top: -20px", True),
        ("margin-top: -20px; opacity: 0", False),
        ("margin-top: -20px; visibility: hidden", True),
    ],
)
def test_what_overlaps(visitor: Person, style: str, found: bool) -> None:
    """Two by two, where both can be seen or take room."""
    show(visitor, f'<p style="margin: 0">One</p><p style="margin: 0; {style}">Other</p>')
    assert bool(overlaps(visitor.page.locator("p"))) is found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"<p>Kick <bdi>{NAME}</bdi>?</p>", False),
        (f"<p>Kick {NAME}?</p>", True),
        (f"<p>Kick <span>{NAME}</span>?</p>", True),
        (f"<p>Kick \u2068{NAME}\u2069?</p>", False),
        (f"<button data-tip='Move {NAME}: it is the first'>Up</button>", True),
        (f"<button data-tip='Move \u2068{NAME}\u2069: it is the first'>Up</button>", False),
        (f"<button data-tip='Move {NAME}'>Up</button>", False),
    ],
)
def test_what_is_turned(visitor: Person, body: str, found: bool) -> None:
    """Where a name isn't by itself, in an element or between Unicode's isolates."""
    show(visitor, body)
    assert bool(turned(visitor, NAME)) is found


@pytest.mark.parametrize(
    ("style", "lost"),
    [
        ("outline: 2px solid blue", None),
        ("outline: none; box-shadow: none", "not to be seen"),
        ("outline: 2px solid blue; position: fixed; top: -99px", "out of sight"),
    ],
)
def test_a_focus_that_is_lost(visitor: Person, style: str, lost: str | None) -> None:
    """Because nothing shows it, or because it is outside of the window."""
    show(visitor, f'<button style="{style}">Here</button>')
    visitor.page.get_by_role("button").focus()
    found = focus_lost(visitor)
    assert (lost is None and found is None) or (lost is not None and lost in (found or ""))
    visitor.page.evaluate("document.activeElement.blur()")
    assert focus_lost(visitor) == "the focus is nowhere"
