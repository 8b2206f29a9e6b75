"""The list of members: who stands where in it, and that it carries a thousand."""

import pytest
from playwright.sync_api import Locator, expect

from tests.stack import PAGE_ORIGIN
from tests.web.calling import call_of, join
from tests.web.club import Club
from tests.web.community import dialog_of, group_of, members_of, open_card, row_of
from tests.web.crowd import Crowd
from tests.web.people import People, Person

MANY = 1000
MOST_ROWS = 60  # some 17 in a window of 800 px, 8 beyond each edge, and room for the window's size
_SCROLL = """
async (scroller) => {
  const frames = [];
  let most = 0;
  const step = 300; // CSS pixels a frame: as when one flings the list
  let before = await new Promise(requestAnimationFrame);
  while (scroller.scrollTop + scroller.clientHeight < scroller.scrollHeight - 1) {
    scroller.scrollTop += step;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    most = Math.max(most, scroller.querySelectorAll("li").length);
    before = now;
  }
  frames.sort((one, other) => one - other);
  const part = (share) => frames[Math.floor(share * (frames.length - 1))];
  return { frames: frames.length, median: part(0.5), late: part(0.95), longest: part(1), most };
}
"""


def expect_groups(person: Person, *groups: str) -> None:
    """Waits until the list has exactly these groups, each said with how many are in it."""
    lists = members_of(person).get_by_role("list")
    expect(lists).to_have_count(len(groups))
    for shown, wanted in zip(lists.all(), groups, strict=True):
        expect(shown).to_have_accessible_name(wanted)


def focused(person: Person) -> Locator:
    """Returns what has the focus."""
    return person.page.locator(":focus")


class TestGroups:
    def test_by_highest_role(self, room: Crowd, people: People) -> None:
        """Who is online stands under their highest role, the others at the end; roles move them."""
        owner, _, member = everybody = people("owner", "mod", "member", path=room.path)
        for each in everybody:
            expect_groups(each, "Moderator, 1", "Members, 2", "Offline, 1")
        assert group_of(owner, "Members").all_inner_texts() == ["M\nMember", "O\nOwner"]
        expect(group_of(owner, "Moderator")).to_contain_text("Mod")
        expect(group_of(owner, "Offline")).to_contain_text("Admin")
        card = open_card(owner, "Member")
        card.get_by_role("checkbox", name="Helper").check()
        owner.page.keyboard.press("Escape")
        for each in everybody:
            expect_groups(each, "Moderator, 1", "Helper, 1", "Members, 1", "Offline, 1")
            expect(row_of(each, "Member")).to_have_accessible_name("Member Helper")
        given = room.ask("owner", "GET", "members", member.user_id).json()["member"]["roles"]
        assert given == [str(room.helper)]

    def test_offline_with_the_last_tab(self, room: Crowd, people: People) -> None:
        """Who closes one of two tabs is still online; with the other they are not."""
        owner, member = people("owner", "member", path=room.path)
        second = member.context.new_page()
        second.goto(f"{PAGE_ORIGIN}{room.path}")
        expect(second.get_by_role("heading", level=1)).to_have_text("general")
        expect_groups(owner, "Members, 2", "Offline, 2")
        member.page.close()
        card = open_card(owner, "Member")
        expect(card.get_by_text("Online", exact=True)).to_be_visible()
        owner.page.keyboard.press("Escape")
        expect_groups(owner, "Members, 2", "Offline, 2")
        second.close()
        expect_groups(owner, "Members, 1", "Offline, 3")
        card = open_card(owner, "Member")
        expect(card.get_by_text("Offline", exact=True)).to_be_visible()

    def test_who_talks_is_there(self, club: Club, people: People) -> None:
        """Whatever they look at: somebody in voice isn't listed as offline."""
        owner, member = people("owner", "member", path=club.path)
        join(member)
        member.link("Home").click()
        expect(call_of(member)).to_contain_text("In the call")
        leave_presence = 2_000  # in which Realtime would have told that they are gone
        owner.page.wait_for_timeout(leave_presence)
        expect(group_of(owner, "Members").filter(has_text="Member")).to_have_count(1)

    def test_a_narrow_window_and_a_wide_one(self, room: Crowd, people: People) -> None:
        """Where the channels alone have room meanwhile, the list is as it was left afterwards."""
        [owner] = people("owner", path=room.path)
        expect(members_of(owner)).to_have_count(1)
        for hidden in (False, True):
            if hidden:
                owner.button("Hide the members").click()
            owner.page.set_viewport_size({"width": 400, "height": 800})
            expect(members_of(owner)).to_have_count(0)
            owner.page.set_viewport_size({"width": 1280, "height": 800})
            expect(members_of(owner)).to_have_count(0 if hidden else 1)


class TestMany:
    @pytest.fixture(autouse=True)
    def _many(self, room: Crowd) -> None:
        """Fills the room; what is told of a search is easier with names that are numbers."""
        room.admit(room.invent(*(f"Person {n:04}" for n in range(1, MANY + 1))))

    def test_scrolling(self, room: Crowd, people: People) -> None:
        """Only what can be seen is in the page, all the way to the last; how long frames take."""
        [owner] = people("owner", path=room.path)
        expect(members_of(owner).get_by_role("status")).to_have_text("1,004 members")
        rows = members_of(owner).get_by_role("listitem")
        expect(rows.first).to_be_visible()
        assert rows.count() <= MOST_ROWS
        scroller = members_of(owner).locator("div:has(> div > section)")
        seen = scroller.evaluate(_SCROLL)
        print(  # noqa: T201 - a figure for people: it depends on the machine
            f"\n1,004 members scrolled through: {seen['frames']} frames, median "
            f"{seen['median']:.1f} ms, 95 % {seen['late']:.1f} ms, longest {seen['longest']:.1f} ms"
        )
        assert seen["most"] <= MOST_ROWS
        last = owner.page.get_by_role("button", name="Person 1000")
        expect(last).to_be_in_viewport()
        item = rows.filter(has=last)
        expect(item).to_have_attribute("aria-posinset", "1003")
        expect(item).to_have_attribute("aria-setsize", "1003")
        expect(row_of(owner, "Owner")).not_to_be_in_viewport()

    def test_keys(self, room: Crowd, people: People) -> None:
        """Arrows, Home, End and the page keys go through it; the row with the focus is in sight."""
        [owner] = people("owner", path=room.path)
        expect(members_of(owner).get_by_role("status")).to_have_text("1,004 members")
        keyboard = owner.page.keyboard
        row_of(owner, "Owner").focus()
        for key, name in (
            ("ArrowDown", "Admin"),
            ("End", "Person 1000"),
            ("ArrowUp", "Person 0999"),
            ("Home", "Owner"),
            ("ArrowUp", "Owner"),
        ):
            keyboard.press(key)
            expect(row_of(owner, name)).to_be_focused()
            expect(row_of(owner, name)).to_be_in_viewport(ratio=1)
        keyboard.press("PageDown")
        expect(row_of(owner, "Owner")).not_to_be_focused()
        expect(focused(owner)).to_be_in_viewport(ratio=1)
        keyboard.press("PageUp")
        expect(row_of(owner, "Owner")).to_be_focused()
        assert members_of(owner).get_by_role("listitem").count() <= MOST_ROWS
        keyboard.press("End")
        keyboard.press("Enter")
        expect(dialog_of(owner)).to_have_accessible_name("Person 1000")
        keyboard.press("Escape")
        expect(row_of(owner, "Person 1000")).to_be_focused()

    def test_find(self, room: Crowd, people: People) -> None:
        """A part of a name finds whoever has it, says how many, and whom it doesn't find."""
        [owner] = people("owner", path=room.path)
        search = members_of(owner).get_by_role("searchbox", name="Find a member")
        status = members_of(owner).get_by_role("status")
        expect(status).to_have_text("1,004 members")
        search.fill("person 09")
        expect(status).to_have_text("100 of 1,004 members")
        expect_groups(owner, "Offline, 100")
        search.fill("PERSON 0999")
        expect(status).to_have_text("1 of 1,004 members")
        expect(members_of(owner).get_by_role("listitem")).to_have_text(["PPerson 0999"])
        search.fill("nobody at all")
        expect(status).to_have_text("Nobody has that in their name")
        expect(members_of(owner).get_by_role("listitem")).to_have_count(0)
        search.fill("")
        expect(status).to_have_text("1,004 members")
