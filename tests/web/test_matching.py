"""Meeting somebody as people see it: from the wish to the end, held against LiveKit's own list.

The sixth wish in a minute is in `test_limits.py`.
"""

import re

from playwright.sync_api import Locator, expect

from local.livekit.server import Server
from tests.matching import Matching
from tests.web.calling import eventually
from tests.web.club import names_in_livekit
from tests.web.looks import THEMES, axe, shot, views
from tests.web.people import WIDE, People, Person

FIND = re.compile("^(Find somebody|Look again)$")
HERE = re.compile("Here|Speaking")
LEAVE = "/api/matching/leave"
HEARTBEAT_MS = 10_000  # how often a page asks
PATIENCE_MS = HEARTBEAT_MS + 10_000
ALIKE_ONLY = "Also people without a common interest"


def wish(person: Person, *interests: str, size: int = 2, strangers: bool = True) -> None:
    """Fills the form in; on its screen."""
    typed = person.page.get_by_role("textbox", name="What would you like to talk about?")
    for interest in interests:
        typed.fill(interest)
        typed.press("Enter")
    if not strangers:
        person.page.get_by_role("switch", name=ALIKE_ONLY).click()
    if size != 2:
        person.page.get_by_role("radio", name=str(size), exact=True).check(force=True)
    person.button(FIND).click()


def heading(person: Person, name: str) -> Locator:
    """Returns the heading that says where somebody is on their way."""
    return person.page.get_by_role("heading", level=2, name=name, exact=True)


def expect_in_line(person: Person) -> None:
    """Waits until somebody sees that they wait."""
    expect(heading(person, "Looking for somebody")).to_be_visible()


def expect_talking(person: Person, *others: str) -> None:
    """Waits until somebody sees that the match stands, and each of the others in its call."""
    expect(person.page.get_by_text("You have talked for")).to_be_visible(timeout=PATIENCE_MS)
    for name in others:
        expect(row(person, name)).to_contain_text(HERE)
    expect(row(person, "You · ")).to_contain_text(HERE)


def row(person: Person, name: str) -> Locator:
    """Returns somebody among the people of the match."""
    there = person.page.get_by_role("list", name="People in this match")
    return there.get_by_role("listitem").filter(has_text=name)


def isolated(name: str) -> str:
    """Returns a name as it stands in a sentence, whichever way it is written."""
    return f"\u2068{name}\u2069"


def said(person: Person) -> Locator:
    """Returns what is said aloud of what happens."""
    return person.page.get_by_role("log", name="What happens")


def expect_in_livekit(person: Person, livekit: Server, room: str, *names: str) -> None:
    """Waits until exactly these are in a room by LiveKit's own list; their names in order."""
    eventually(person, lambda: sorted(names_in_livekit(livekit, room)), list(names))


def matched_by_themselves(matching: Matching, *everybody: Person) -> str:
    """Has people of two find each other in their browsers; returns LiveKit's name of their room."""
    for person in everybody:
        wish(person)
    for person in everybody:
        expect_talking(person)
    return str(matching.status(everybody[0].name)["match"]["room_name"])


class TestTwo:
    def test_meet(self, matching: Matching, people: People, livekit: Server) -> None:
        """Who share an interest are in a call by themselves; when one leaves the other is told."""
        owner, member = people("owner", "member", path="/match")
        wish(owner, "Chess", "Gardening")
        expect_in_line(owner)
        matching.join("mod", interests=["jazz"], strangers=False).raise_for_status()
        expect(heading(owner, "Looking for somebody")).to_be_visible()
        wish(member, "Films", "chess")
        for person, other in ((owner, "Member"), (member, "Owner")):
            expect(heading(person, f"You and {isolated(other)}")).to_be_visible()
            expect(said(person)).to_contain_text(f"You are matched with {isolated(other)}.")
        for person, other in ((owner, "Member"), (member, "Owner")):
            expect_talking(person, other)
            common = person.page.get_by_text("In common: ")
            expect(common).to_have_text(re.compile("^In common: chess, English$", re.IGNORECASE))
        assert matching.status("mod")["state"] == "waiting"
        match, same = (matching.status(person.name)["match"] for person in (owner, member))
        assert match == same
        assert match["started_at"] is not None
        assert [each["here"] for each in match["members"]] == [True, True]
        expect_in_livekit(owner, livekit, match["room_name"], "Member", "Owner")
        member.button("Leave").click()
        expect(member.button("Find somebody")).to_be_visible()
        over = "Everybody else has left, so the match is over."
        expect(owner.page.get_by_role("main")).to_contain_text(over)
        expect(said(owner)).to_contain_text(over)
        expect(owner.button("Look again")).to_be_visible()
        assert [matching.status(each.name)["state"] for each in (owner, member)] == ["none"] * 2
        expect_in_livekit(owner, livekit, match["room_name"])


class TestReloading:
    def test_in_a_match(self, matching: Matching, people: People, livekit: Server) -> None:
        """Brings one back into it, however often: only who says so leaves."""
        owner, member = people("owner", "member", path="/match")
        room = matched_by_themselves(matching, owner, member)
        left: list[str] = []
        for person in (owner, member):
            person.page.on(
                "request", lambda request: left.extend([request.url] * (LEAVE in request.url))
            )
        for _ in range(3):
            owner.page.reload()
            expect_talking(owner, "Member")
        for person, other in ((owner, "Member"), (member, "Owner")):
            expect_talking(person, other)
            assert matching.status(person.name)["match"]["room_name"] == room
        expect_in_livekit(owner, livekit, room, "Member", "Owner")
        owner.page.evaluate("dispatchEvent(new Event('beforeunload'))")  # as a download does
        eventually(owner, lambda: names_in_livekit(livekit, room), ["Member"])
        expect_in_livekit(owner, livekit, room, "Member", "Owner")
        expect_talking(owner, "Member")
        assert left == []


class TestThree:
    def test_whose_third_never_comes(
        self, matching: Matching, people: People, livekit: Server
    ) -> None:
        """Wait again, two of them, and are told why; who closed their tab doesn't."""
        owner, mod, member = people("owner", "mod", "member", path="/match")
        member.context.route_web_socket(re.compile("/rtc"), lambda _: None)  # no way to LiveKit
        for person in (owner, mod, member):
            wish(person, "chess", size=3)
            expect(heading(person, "Talk to somebody new")).to_have_count(0)
        met = f"You and {isolated('Owner')} and {isolated('Mod')}"
        expect(heading(member, met)).to_be_visible()
        member.page.close()
        for person in (owner, mod):
            expect(person.page.get_by_text("It begins when everybody is here.")).to_be_visible()
            expect(row(person, "Member")).to_contain_text("On the way…")
            expect(row(person, "You · ")).to_contain_text(HERE)
        match = matching.status("owner")["match"]
        expect_in_livekit(owner, livekit, match["room_name"], "Mod", "Owner")
        assert match["started_at"] is None
        matching.wait(31)
        why = "Not everyone came. You keep your place."
        for person in (owner, mod):
            expect(person.page.get_by_role("main")).to_contain_text(why, timeout=PATIENCE_MS)
            expect(said(person)).to_contain_text(why)
            expect_in_line(person)
        states = [matching.status(person.name)["state"] for person in (owner, mod, member)]
        assert states == ["waiting", "waiting", "none"]
        expect_in_livekit(owner, livekit, match["room_name"])


class TestBlocking:
    def test_from_a_match(self, matching: Matching, people: People, livekit: Server) -> None:
        """Leaves it and keeps both apart, until it is taken back in the list of who is blocked."""
        owner, member = everybody = people("owner", "member", path="/match")
        room = matched_by_themselves(matching, owner, member)
        member.button("Actions for Owner").click()
        member.page.get_by_role("menuitem", name="Block").click()
        member.page.get_by_role("dialog", name="Block Owner?").get_by_role(
            "button", name="Block and leave"
        ).click()
        main = member.page.get_by_role("main")
        expect(main).to_contain_text("Owner is blocked, and you have left the match.")
        expect(owner.page.get_by_role("main")).to_contain_text("Everybody else has left")
        expect(owner.page.locator("body")).not_to_contain_text(re.compile("block you|blocked you"))
        expect_in_livekit(owner, livekit, room)
        assert matching.status("member")["state"] == "none"

        matching.sql("delete from private.match_meetings")  # only the block is in the way
        for person in everybody:
            person.button(FIND).click()
            expect_in_line(person)
        for person in everybody:
            assert matching.status(person.name)["state"] == "waiting"

        for person in everybody:
            person.link("Blocked people").first.click()
        expect(owner.page.get_by_role("main")).to_contain_text("You have blocked nobody.")
        expect(main.get_by_role("listitem")).to_contain_text("Owner")
        main.get_by_role("button", name="Unblock Owner").click()
        expect(main).to_contain_text("Nobody is blocked now.")
        matching.status("owner")  # the page would ask a few seconds later
        for person, other in ((owner, "Member"), (member, "Owner")):
            notice = person.page.get_by_role("region", name="Your match")
            expect(notice).to_contain_text(f"Matched with {isolated(other)}")
            notice.get_by_role("link", name="Go there").click()
            expect_talking(person, other)


class TestWaiting:
    def test_and_reloading(self, matching: Matching, people: People) -> None:
        """Who reloads the page keeps their wishes, their time and their place in line."""
        matching.join("owner", interests=["jazz"], strangers=False).raise_for_status()
        [member] = people("member", path="/match")
        wish(member, "Chess", strangers=False)
        expect_in_line(member)
        matching.join("mod", interests=["tea"], strangers=False).raise_for_status()
        before = matching.status("member")
        main = member.page.get_by_role("main")
        expect(main).to_contain_text("2nd in line")
        member.page.reload()
        expect_in_line(member)
        expect(main).to_contain_text("2nd in line")
        expect(main.get_by_role("list", name="Interests")).to_have_text("Chess")
        expect(main).to_contain_text("Only people who share an interest fit")
        expect(main).to_contain_text("People you met in the last 10 minutes")
        after = matching.status("member")
        kept = ("since", "place", "interests", "languages", "strangers")
        assert [after[each] for each in kept] == [before[each] for each in kept]
        member.button("Stop looking").click()
        expect(member.button("Find somebody")).to_be_visible()
        eventually(member, lambda: matching.status("member")["state"], "none")


class TestLooks:
    def test_all_the_way(self, matching: Matching, people: People) -> None:
        """Everybody can use the form, the line, the match and its end, in both themes."""
        owner, member = people("owner", "member", path="/match")
        expect(owner.button("Find somebody")).to_be_visible()
        look(owner, "form")
        wish(owner, "Chess")
        expect_in_line(owner)
        look(owner, "waiting")
        wish(member, "Chess")
        expect_talking(owner, "Member")
        look(owner, "matched")
        expect_rows(owner)
        member.button("Leave").click()
        expect(owner.button("Look again")).to_be_visible()
        look(owner, "ended")
        assert matching.status("owner")["state"] == "none"


def expect_rows(person: Person) -> None:
    """Holds the call's controls to two full rows on a phone, and to what they do there."""
    person.page.set_viewport_size({"width": 360, "height": 800})
    shot(person, "matching-controls")
    main = person.page.get_by_role("main")
    names = ("Mute yourself", "Deafen yourself", "Microphone and", "Meet somebody else", "Leave")
    boxes = [
        main.get_by_role("button", name=re.compile(f"^{name}")).bounding_box() for name in names
    ]
    tops = [box["y"] for box in boxes if box is not None]
    assert tops == [tops[0]] * 3 + [tops[3]] * 2
    ends = [box["x"] + box["width"] for box in boxes if box is not None]
    assert ends[2] == ends[4]
    main.get_by_role("button", name=re.compile("^Deafen yourself")).click()
    expect(main).to_contain_text("You hear nobody, and nobody hears you.")
    person.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def look(person: Person, name: str) -> None:
    """Holds a state of the screen to what everybody needs, and takes its pictures."""
    for _ in views(person, widths=(), themes=THEMES):
        axe(person)
        shot(person, f"matching-{name}")
