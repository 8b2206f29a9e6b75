"""The focus stays near when what has it goes away: by a key, the next stop is the next thing."""

from playwright.sync_api import expect

from tests.matching import Matching
from tests.web.community import notices_of, open_card
from tests.web.crowd import Crowd
from tests.web.people import People, Person

FIND = "Find somebody"
NOTICES_MS = 7000
# Notices go when the test says so.
_HELD = f"""
const real = window.setTimeout;
window.due = [];
window.setTimeout = (run, ms, ...given) =>
  ms === {NOTICES_MS} ? window.due.push(() => run(...given)) : real(run, ms, ...given);
"""


def is_lost(person: Person) -> bool:
    """Says whether nothing has the focus."""
    return bool(person.page.evaluate("document.activeElement === document.body"))


def time_is_up(person: Person) -> None:
    """Has the time of the notices so far be over."""
    person.page.evaluate("for (const run of window.due.splice(0)) run()")


def kick(person: Person, name: str) -> None:
    """Puts somebody out, which is told in a notice."""
    open_card(person, name).get_by_role("button", name="Kick").click()
    person.button("Kick them").click()
    expect(notices_of(person)).to_contain_text(f"{name}\u2069 was kicked.")


class TestMeetingSomebody:
    def test_who_stops_looking(self, matching: Matching, people: People) -> None:
        """At the foot of the screen, before which the side's buttons stand."""
        [member] = people("member", path="/match")
        member.button(FIND).click()
        member.link("Blocked people").first.click()
        member.button("Stop looking").press("Enter")
        expect(member.button("Stop looking")).to_have_count(0)
        assert not is_lost(member)
        member.page.keyboard.press("Shift+Tab")
        expect(member.button("Your settings")).to_be_focused()
        assert matching.status("member")["state"] == "none"

    def test_who_dismisses_a_match(self, matching: Matching, people: People) -> None:
        """That somebody was found."""
        [member] = people("member", path="/match")
        member.button(FIND).click()
        member.link("Blocked people").first.click()
        matching.join("owner").raise_for_status()
        dismiss = member.page.get_by_role("region", name="Your match").get_by_role("button")
        dismiss.press("Enter")
        expect(dismiss).to_have_count(0)
        assert not is_lost(member)


class TestNotices:
    def test_stay_while_they_are_used(self, room: Crowd, people: People) -> None:
        """One that has the focus or the pointer stays over its time; dismissed, the next has it."""
        [owner] = people("owner")
        owner.context.add_init_script(_HELD)
        owner.go(room.path)
        kick(owner, "Member")
        dismiss = notices_of(owner).get_by_role("button", name="Dismiss")
        dismiss.focus()
        time_is_up(owner)
        expect(dismiss).to_be_focused()
        dismiss.blur()
        dismiss.hover()
        time_is_up(owner)
        expect(dismiss).to_have_count(1)
        owner.page.mouse.move(5, 5)
        time_is_up(owner)
        expect(dismiss).to_have_count(0)
        kick(owner, "Mod")
        kick(owner, "Admin")
        dismiss.first.press("Enter")
        expect(dismiss).to_be_focused()
        dismiss.press("Enter")
        expect(dismiss).to_have_count(0)
        assert not is_lost(owner)
