"""Who is in voice comes by push: an open side asks for nothing, and costs nothing."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import Request, expect

from tests.stack import Stack
from tests.web.calling import call_of, curly, eventually, expect_in, join
from tests.web.club import Club
from tests.web.community import communities_of
from tests.web.losing import Pushes
from tests.web.people import People, Person

QUIET_MS = 15_000
AGAIN_MS = 1_000  # within which a tab would have asked again
PRESENCE = re.compile("/api/livekit/participants")
LOST = "Reconnecting. What you see may be out of date."
SPREAD_MS = 3_000  # within which a tab has asked after a reconnect, and a second time, if it did
_SHOW = """
(state) => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


@dataclass
class Asked:
    """What a page has asked of anybody since it was looked at last."""

    person: Person
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.person.page.on("request", self._keep)

    def _keep(self, request: Request) -> None:
        self.requests.append(request)

    def urls(self) -> list[str]:
        """Returns the addresses."""
        self.person.page.evaluate("0")
        return [request.url for request in self.requests]

    def presence(self) -> list[tuple[bool, int | None]]:
        """Returns each question of who is in voice: whether it was conditional, and its answer."""
        self.person.page.evaluate("0")
        found = []
        for request in self.requests:
            if request.method == "GET" and "/api/livekit/participants" in request.url:
                answer = request.response()
                is_conditional = "if-none-match" in request.headers
                found.append((is_conditional, answer.status if answer else None))
        return found

    def forget(self) -> None:
        """Begins anew."""
        self.person.page.evaluate("0")
        self.requests.clear()


def show(person: Person, state: str) -> None:
    """Has the page believe that it is `visible` or `hidden`: without a screen every page is."""
    person.page.evaluate(_SHOW, state)


def rename(club: Club, name: str) -> None:
    """Gives the community's text channel another name."""
    club.ask("owner", "PATCH", "channels", club.general, json={"name": name}).raise_for_status()


def settle(person: Person, stack: Stack) -> None:
    """Waits until nothing has been billed for a second."""
    billed = -1
    while billed != (billed := stack.billed()):
        person.page.wait_for_timeout(1_000)


def test_an_open_side(club: Club, people: People, stack: Stack) -> None:
    """Sends no request and bills no command while nothing happens; a tab that comes back asks once.

    In a call, beside it, and in a tab that isn't shown.
    """
    owner, member, mod = everybody = people("owner", "member", "mod", path=club.path)
    asked = [Asked(each) for each in everybody]
    of_owner, _, of_mod = asked
    join(owner)
    expect_in(member, "Owner, Owner")
    expect_in(mod, "Owner, Owner")
    show(mod, "hidden")
    settle(member, stack)
    assert of_owner.urls()  # of joining
    for each in asked:
        each.forget()
    billed = stack.billed()
    member.page.wait_for_timeout(QUIET_MS)
    assert [each.urls() for each in asked] == [[], [], []]
    assert stack.billed() == billed
    join(member)
    for watcher, you in ((owner, "Owner, you, Owner"), (mod, "Owner, Owner")):
        expect_in(watcher, you, "Member")
    assert of_owner.urls() == of_mod.urls() == []
    show(mod, "visible")
    eventually(mod, lambda: of_mod.presence() == [(True, 200)], wanted=True)
    show(mod, "hidden")
    show(mod, "visible")
    mod.page.wait_for_timeout(AGAIN_MS)
    assert of_mod.presence() == [(True, 200)]
    expect_in(mod, "Owner, Owner", "Member")


def test_a_reconnect(club: Club, people: People) -> None:
    """Of the socket asks once, conditionally: 304 if nothing was missed, else what was missed."""
    owner, member = people("owner", "member", path=club.path)
    member.expect_errors("WebSocket")
    join(owner)
    pushes, asked = Pushes(member), Asked(member)
    member.go(club.path)
    expect_in(member, "Owner, Owner")
    asked.forget()
    pushes.cut()
    lost = member.page.get_by_text(LOST)
    expect(lost).to_be_visible()
    expect(lost).to_have_count(0)
    member.page.wait_for_timeout(SPREAD_MS)
    expect_in(member, "Owner, Owner")
    assert asked.presence() == [(True, 304)]
    asked.forget()
    pushes.cut(for_good=True)
    expect(lost).to_be_visible()
    call_of(owner).get_by_role("button", name="Leave the call").click()
    expect_in(owner)
    expect_in(member, "Owner, Owner")
    pushes.is_away = False
    expect_in(member)
    expect(lost).to_have_count(0)
    member.page.wait_for_timeout(SPREAD_MS)
    assert asked.presence() == [(True, 200)]


def test_a_background_tab(club: Club, people: People) -> None:
    """Whose reading failed before it was shown reads once more by itself, however soon that is."""
    [member] = people("member")
    member.expect_errors("Failed to load resource")
    member.context.add_init_script(f"({_SHOW.strip()})('hidden')")
    asked = Asked(member)
    member.page.route(PRESENCE, lambda route: route.abort())
    member.go(club.path)
    note = member.page.get_by_text(curly("Who is in voice can't be read right now"))
    expect(note).to_be_visible()
    member.page.unroute(PRESENCE)
    show(member, "visible")
    expect(note).to_have_count(0)
    assert asked.presence() == [(False, None), (False, 200)]


def test_a_community_without_pushes(club: Club, people: People) -> None:
    """Is read when it is opened and when its tab comes back, and said to be out of date."""
    [member] = people("member")
    member.expect_errors("WebSocket")
    pushes = Pushes(member)
    member.go(club.path)
    expect_in(member)
    expect(member.link("general")).to_be_visible()
    communities_of(member).get_by_role("link", name="Home").click()
    pushes.cut(for_good=True)
    rename(club, "news")
    communities_of(member).get_by_role("link", name="Test").click()
    expect(member.link("news")).to_be_visible()
    expect(member.page.get_by_text(LOST)).to_be_visible()
    show(member, "hidden")
    rename(club, "reports")
    show(member, "visible")
    expect(member.link("reports")).to_be_visible()
