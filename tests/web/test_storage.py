"""Browsers that store nothing, as they may not or have no room left: the page works as ever."""

import re

from playwright.sync_api import expect

from local.livekit.server import Server
from tests.web.calling import call_of, eventually, expect_in, join, press_join
from tests.web.club import Club, names_in_livekit
from tests.web.people import People, Person

MUTE = re.compile("^Mute yourself")
UNMUTE = re.compile("^Unmute yourself")
REFUSED = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, {
    get: () => { throw new DOMException("Access is denied for this document.", "SecurityError"); },
  });
}
window.BroadcastChannel = class {  // as Firefox
  constructor() { throw new DOMException("The operation is insecure.", "SecurityError"); }
};
"""
FULL = """
() => {
  Storage.prototype.setItem = () => { throw new DOMException("Full", "QuotaExceededError"); };
}
"""
UNTOLD = """
() => {
  BroadcastChannel.prototype.postMessage = () => { throw new DOMException("", "DataCloneError"); };
}
"""


def choose_dark(person: Person) -> None:
    """Chooses the dark theme, and asserts that the page has it."""
    person.button("Your settings").click()
    person.page.get_by_role("menuitem", name="Dark").click()
    expect(person.page.locator("html")).to_have_attribute("data-theme", "dark")
    person.button("Your settings").click()
    expect(person.page.get_by_role("menuitem", name="Dark (chosen)")).to_be_visible()
    person.page.keyboard.press("Escape")


class TestStorage:
    def test_is_refused(self, club: Club, people: People) -> None:
        """As where site data is blocked: one signs in, chooses and talks as ever."""
        [member] = people("visitor", signed_in=False, path="/gallery")
        member.expect_errors("Failed to create a new BroadcastChannel")
        member.context.add_init_script(REFUSED)
        member.go(club.path)
        member.button(re.compile("^Continue as Member")).click()
        choose_dark(member)
        join(member)
        expect_in(member, "Member, you")
        call_of(member).get_by_role("button", name=MUTE).click()
        expect(call_of(member).get_by_role("button", name=UNMUTE)).to_be_visible()

    def test_is_full(self, club: Club, people: People, livekit: Server) -> None:
        """What can't be remembered ends nothing: who joins is in the call."""
        [member] = people("member", path=club.path)
        member.page.evaluate(FULL)
        choose_dark(member)
        join(member)
        expect_in(member, "Member, you")
        assert names_in_livekit(livekit, club.voice()) == ["Member"]


class TestACall:
    def test_that_fails_once_it_is_connected(
        self, club: Club, people: People, livekit: Server
    ) -> None:
        """Nobody is left in a call of which they are told that it couldn't be started."""
        [member] = people("member", path=club.path)
        expect_in(member)
        member.page.evaluate(UNTOLD)
        press_join(member)
        expect(call_of(member).get_by_role("alert")).to_be_visible()
        nobody: list[str] = []
        eventually(member, lambda: names_in_livekit(livekit, club.voice()), nobody)
        expect_in(member)
