"""Whoever is in a call can mute themselves and leave, whatever they look at meanwhile."""

import re

from playwright.sync_api import Locator, ViewportSize, expect

from local.livekit.server import Server
from tests.web.calling import call_of, join
from tests.web.club import Club, in_livekit
from tests.web.community import choose
from tests.web.layout import overlaps, sticks_out
from tests.web.looks import axe
from tests.web.people import People, Person
from tests.web.roles import bar, name_field, rows

PHONE: ViewportSize = {"width": 390, "height": 780}
SMALL: ViewportSize = {"width": 360, "height": 640}
TOUCHED = 44  # CSS pixels that a finger needs
COMPACT = 90
WINDOWS = (412, 700)  # narrow, but wider than what stands there needs
MICROPHONE = re.compile("^(Mute|Unmute) yourself")
MUTE = re.compile("^Mute yourself")
UNMUTE = re.compile("^Unmute yourself")


def press_microphone(person: Person) -> None:
    """Mutes and unmutes by the only button for it that there is."""
    button = person.button(MICROPHONE)
    expect(button).to_have_count(1)
    expect(button).to_be_in_viewport(ratio=1)
    for name in (UNMUTE, MUTE):
        button.click()
        expect(button).to_have_accessible_name(name)


def expect_bar(person: Person) -> None:
    """Expects the one bar that was there from the start, and that it works; axe finds nothing."""
    call = call_of(person)
    expect(call).to_have_count(1)
    assert call.evaluate("(element) => element === (window.sanghaTestsBar ??= element)")
    expect(person.page.get_by_role("status").get_by_text("In the call")).to_have_count(1)
    press_microphone(person)
    for button in call.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TOUCHED
        expect(button).to_be_in_viewport(ratio=1)
    covered = person.page.locator("main, form, [aria-label='Your call']")
    assert overlaps(covered) == []
    assert sticks_out(person) == []
    axe(person)


def link_in(person: Person, landmark: Locator, name: str) -> None:
    """Follows a link of a part of the screen."""
    landmark.get_by_role("link", name=name, exact=True).click()


def test_is_on_every_screen(club: Club, people: People, livekit: Server) -> None:
    """Once, in sight, over nothing, and the same: also in settings, and where one column fits."""
    [owner] = people("owner", path=club.path, touch=True, reduced_motion=True)
    page = owner.page
    join(owner)
    choose(owner, "Server settings")
    link_in(owner, page.get_by_role("navigation", name="Server settings"), "Roles")
    rows(owner).get_by_text("Moderator").click()
    name_field(owner).fill("Guide")
    expect(bar(owner)).to_be_in_viewport(ratio=1)
    expect_bar(owner)

    page.set_viewport_size(PHONE)
    expect(bar(owner)).to_be_in_viewport(ratio=1)
    expect_bar(owner)
    owner.button("Reset").click()
    owner.link(re.compile("^Back to")).click()
    expect(page.get_by_role("main", name="Channels")).to_be_visible()
    expect_bar(owner)
    link_in(owner, page.get_by_role("navigation", name="Channels"), "general")
    expect(page.get_by_role("heading", level=1)).to_have_text("general")
    expect_bar(owner)
    page.set_viewport_size(SMALL)
    box = call_of(owner).bounding_box()
    assert box is not None
    assert box["height"] <= COMPACT
    page.set_viewport_size(PHONE)

    link_in(owner, call_of(owner), "Lounge")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lounge")
    expect(call_of(owner)).to_have_count(0)
    press_microphone(owner)
    expect(page.get_by_role("main").get_by_role("button", name="Leave")).to_be_visible()
    owner.button("Show the members").click()
    expect_bar(owner)

    owner.link("Back").click()
    link_in(owner, page.get_by_role("navigation", name="Communities"), "Home")
    link_in(owner, page.get_by_role("navigation", name="Home"), "Meet somebody")
    expect(owner.button(re.compile("^(Find somebody|Look again)$"))).to_be_visible()
    expect_bar(owner)
    [me] = in_livekit(livekit, club.voice())
    assert [track.muted for track in me.tracks] == [False]
    call_of(owner).get_by_role("button", name="Leave the call").click()
    expect(call_of(owner)).to_have_count(0)
    assert in_livekit(livekit, club.voice()) == []
    assert page.evaluate("document.activeElement !== document.body")


def test_one_column_is_the_whole_window(club: Club, people: People) -> None:
    """What stands alone in a narrow window begins at its edge, and fits into it."""
    invite = club.ask("owner", "POST", "invites", json={}).raise_for_status().json()["invite"]
    tabs = [f"{club.path}/settings/{tab}" for tab in ("roles", "invites", "bans", "overview")]
    [owner] = people("owner", path="/gallery")  # a page with an icon of its own
    for path in (*tabs, f"/invite/{invite['code']}"):
        owner.go(path)
        expect(owner.link(re.compile("^(Back to Test|Not now)$"))).to_be_visible()
        for width in WINDOWS:
            owner.page.set_viewport_size({"width": width, "height": 800})
            box = owner.page.get_by_role("main").bounding_box()
            assert box is not None
            assert (box["x"], box["width"]) == (0, width), path
            assert sticks_out(owner) == [], path
