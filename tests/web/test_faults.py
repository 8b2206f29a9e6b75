"""Vendors and the network away while people look: what they are told, what goes on, and the end."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Locator, expect

from common.memory import forget_everything
from local.livekit.server import Server
from tests.stack import Stack
from tests.web.calling import call_of, curly, eventually, expect_in, join, press_join, speak
from tests.web.club import Club, names_in_livekit
from tests.web.losing import Pushes, expect_no_raw_words, expect_said_once
from tests.web.people import People, Person

AWAY = r"Failed to load resource|WebSocket connection to"
RENEWAL = ("blocked by CORS policy", "Failed to fetch")  # as supabase-js logs it
API = re.compile("/api/")
LATE_FILES = re.compile("/assets/(ActionsMenu|DevicesModal|TipPopup)")
LIVEKIT_API = re.compile("/api/livekit/")
UNREACHABLE = curly("Sangha can't be reached. Check your connection.")
NO_DATABASE = curly("Communities and permissions can't be read or changed right now.")
NO_VOICE = curly("Voice can't be reached right now. Channels, members and settings work as before.")
TO_BE_PATIENT = re.compile(r"(can|isn).t (be|possible)|too long")
LIVEKIT_TRIES_MS = 17_000  # to deliver a webhook: five times, and 15 s between the first and last
RECENT_MS = 2_500  # what was heard so recently outweighs an answer that lacks it
SPREAD_MS = 1_500  # within which a page has asked after a reconnect
BY_ITSELF_MS = 15_000  # within which a page that was told no has asked again
_EXPIRE = """
() => {
  const key = Object.keys(localStorage).find((name) => name.endsWith("-auth-token"));
  const session = JSON.parse(localStorage.getItem(key));
  localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1 }));
}
"""


@contextmanager
def stays(person: Person) -> Iterator[None]:
    """Asserts that the page within isn't loaded again."""
    person.page.evaluate("() => { window.sanghaTestsStays = true; }")
    yield
    assert person.page.evaluate("window.sanghaTestsStays") is True


@contextmanager
def unreachable(*people: Person) -> Iterator[None]:
    """Cuts people from the API, and from nothing else."""
    for person in people:
        person.page.route(API, lambda route: route.abort())
    yield
    for person in people:
        person.page.unroute(API)


@contextmanager
def without_livekit(livekit: Server) -> Iterator[None]:
    """Runs without LiveKit's server, and starts it again."""
    livekit.stop()
    try:
        yield
    finally:
        livekit.start()


def in_redis(stack: Stack, club: Club) -> list[str]:
    """Returns the names of who is in the Lounge as presence has them."""
    query = {"room_id": str(club.id), "channel_id": str(club.lounge)}
    answer = stack.api.get(
        "/api/livekit/participants", params=query, headers=stack.bearer("owner")
    ).json()
    assert answer["source"] == "redis"
    (lounge,) = answer["channels"]
    return [each["name"] for each in lounge["participants"]]


def side(person: Person) -> Locator:
    """Returns the side, which has the channels."""
    return person.page.get_by_role("complementary", name="Channels")


def expect_explained(person: Person, words: str) -> None:
    """Waits for an explanation and a way to try again, and that nothing goes on turning."""
    told = person.page.get_by_role("alert").filter(has_text=words)
    expect(told).to_be_visible()
    expect(told.get_by_role("button", name="Try again")).to_be_visible()
    expect(person.page.locator("[aria-busy=true]")).to_have_count(0)
    expect_no_raw_words(person)


class TestFiles:
    """What is loaded when it is first needed, of a version that may be gone by then."""

    def test_that_cannot_be_loaded(self, club: Club, people: People) -> None:
        """Are told of where somebody waits for them; the page and the call go on."""
        (owner,) = people("owner", path=club.path)
        owner.expect_errors("Failed to load resource", "Failed to fetch dynamically imported")
        join(owner)
        told = owner.page.get_by_text(curly("This can't be loaded right now."))
        menu = side(owner).get_by_role("button", name="Test")
        with stays(owner):
            owner.page.route(LATE_FILES, lambda route: route.abort())
            devices = call_of(owner).get_by_role("button", name="Microphone and loudspeaker")
            with owner.page.expect_event("requestfailed"):
                devices.hover()  # no tip; nobody waits for one
            for opens in (devices, menu):
                opens.click()
                expect(told).to_be_visible()
                owner.page.get_by_role("button", name="Dismiss").click()
            expect(call_of(owner)).to_contain_text("In the call")
            owner.page.unroute(LATE_FILES)
            menu.click()
            expect(owner.page.get_by_role("menuitem", name="Invite people")).to_be_visible()
            owner.page.keyboard.press("Escape")
            devices.click()
            expect(owner.page.get_by_role("dialog")).to_be_visible()

    def test_that_a_call_needs(self, club: Club, people: People, livekit: Server) -> None:
        """Nobody is in a call that can't be played; they are told, and can try again."""
        (owner,) = people("owner", path=club.path)
        owner.expect_errors("Failed to load resource", "Failed to fetch dynamically imported")
        player = re.compile("/assets/CallRoom")
        owner.page.route(player, lambda route: route.abort())
        press_join(owner)
        expect(call_of(owner).get_by_role("alert")).to_have_text(UNREACHABLE)
        nobody: list[str] = []
        eventually(owner, lambda: names_in_livekit(livekit, club.voice()), nobody)
        owner.page.unroute(player)
        call_of(owner).get_by_role("button", name="Try again").click()
        expect(call_of(owner)).to_contain_text("In the call")

    def test_of_a_screen_that_cannot_be_loaded(self, club: Club, people: People) -> None:
        """Leave the rest of the page, and a way to load it again."""
        (owner,) = people("owner", path="/")
        owner.expect_errors("Failed to load resource", "Failed to fetch dynamically imported")
        owner.page.route(re.compile("/assets/MatchScreen"), lambda route: route.abort())
        owner.link("Meet somebody").first.click()
        expect(
            owner.page.get_by_role("heading", name=curly("This page can't be shown"))
        ).to_be_visible()
        expect(owner.link("Test")).to_be_visible()
        owner.page.unroute(re.compile("/assets/MatchScreen"))
        owner.page.get_by_role("button", name="Try again").click()
        expect(owner.page.get_by_role("heading", name="Meet somebody")).to_be_visible()


class TestLoading:
    def test_the_api_is_unreachable(self, club: Club, people: People) -> None:
        """A community and the list of them say so, and are right by themselves once it is back."""
        member, owner = people("member", "owner", path=club.path)
        for each in (member, owner):
            each.expect_errors(AWAY)
        with unreachable(member, owner):
            member.go(club.path)
            owner.go("/")
            for each in (member, owner):
                expect_explained(each, UNREACHABLE)
        with stays(member), stays(owner):
            for each in (member, owner):
                expect(each.link("Test")).to_be_visible(timeout=BY_ITSELF_MS)
                expect(each.page.get_by_role("alert")).to_have_count(0, timeout=BY_ITSELF_MS)
            expect_in(member)

    def test_supabase_is_away(
        self, club: Club, people: People, stack: Stack, impatient: None
    ) -> None:
        """However it is away the page says the same, and is right by itself once it is back."""
        [member] = people("member", path=club.path)
        member.expect_errors(AWAY)
        stack.supabase.set("hang", path="/rest/v1")
        member.go(club.path)
        expect_explained(member, NO_DATABASE)
        with stays(member):
            for mode in ("status", "refuse"):
                stack.supabase.clear()
                stack.supabase.set(mode, path="/rest/v1")
                with member.page.expect_response(lambda answer: answer.status == 503):
                    member.page.get_by_role("main").get_by_role("button", name="Try again").click()
                expect_explained(member, NO_DATABASE)
            stack.supabase.clear()
            expect_in(member)
            expect(member.page.get_by_role("alert")).to_have_count(0)


class TestSupabase:
    def test_is_away_from_an_open_page(
        self, club: Club, people: People, stack: Stack, livekit: Server, impatient: None
    ) -> None:
        """Calls go on; who can't join is told why, and can once it is back."""
        owner, member = people("owner", "member", path=club.path)
        member.expect_errors(AWAY)
        join(owner)
        expect_in(member, "Owner, Owner")
        stack.supabase.set("refuse", path="/rest/v1")
        press_join(member)
        told = call_of(member).get_by_role("alert")
        expect(told).to_have_text(NO_DATABASE)
        expect_no_raw_words(member)
        expect_in(member, "Owner, Owner")
        expect(call_of(owner)).to_contain_text("In the call")
        speak(owner)
        expect_in(owner, "Owner, you, Owner, speaking")
        speak(owner, aloud=False)
        expect_in(owner, "Owner, you, Owner")
        stack.supabase.clear()
        call_of(member).get_by_role("button", name="Try again").click()
        expect_in(member, "Owner, Owner", "Member, you")
        speak(owner)
        expect_in(member, "Owner, Owner, speaking", "Member, you")
        assert names_in_livekit(livekit, club.voice()) == ["Owner", "Member"]

    def test_cannot_renew_a_session(
        self, club: Club, people: People, stack: Stack, livekit: Server
    ) -> None:
        """Who joins, and who has come anew, isn't left waiting without a word, nor signed out."""
        member, owner = people("member", "owner", path=club.path)
        expect_in(member)
        for each in (member, owner):
            each.expect_errors(AWAY, *RENEWAL)
            each.page.evaluate(_EXPIRE)
        stack.supabase.set("refuse", path="/auth/v1/token")
        press_join(member)
        owner.go(club.path)
        expect(owner.page.get_by_text(TO_BE_PATIENT).first).to_be_visible()
        expect(call_of(member).get_by_role("alert")).to_contain_text(TO_BE_PATIENT)
        for each in (member, owner):
            expect_no_raw_words(each)
        stack.supabase.clear()
        call_of(member).get_by_role("button", name="Try again").click()
        with stays(owner):
            expect_in(owner, "Member")
        assert names_in_livekit(livekit, club.voice()) == ["Member"]


class TestRedis:
    def test_is_away(
        self, club: Club, people: People, stack: Stack, livekit: Server, impatient: None
    ) -> None:
        """However it is, people join, see who is there by LiveKit's lists, and are told of it."""
        owner, member = people("owner", "member", path=club.path)
        for each in (owner, member):
            each.expect_errors(AWAY)
        join(owner)
        note = side(member).get_by_text("Who is in voice may be some seconds old right now.")
        for mode in ("hang", "quota", "refuse"):
            stack.upstash.clear()
            stack.upstash.set(mode)
            member.go(club.path)
            expect(note).to_be_visible()
            expect_in(member, "Owner, Owner")
            expect_no_raw_words(member)
            join(member)
            expect_in(owner, "Owner, you, Owner", "Member")
            assert names_in_livekit(livekit, club.voice()) == ["Owner", "Member"]
        with stays(member):
            stack.upstash.clear()
            expect(note).to_have_count(0, timeout=BY_ITSELF_MS)
            expect_in(member, "Owner, Owner", "Member, you")
            expect_in(owner, "Owner, you, Owner", "Member")

    def test_is_away_for_longer_than_livekit_tries(
        self, club: Club, people: People, stack: Stack, livekit: Server
    ) -> None:
        """Whose join was lost is found by who reads first, and shown to everybody."""
        owner, member = people("owner", "member", path=club.path)
        for each in (owner, member):
            each.expect_errors(AWAY)
        stack.upstash.set("refuse")
        forget_everything()  # of a second ago, which readers share
        member.go(club.path)
        note = side(member).get_by_text("Who is in voice may be some seconds old right now.")
        expect(note).to_be_visible()
        join(owner)
        expect_in(member, "Owner, Owner")
        member.page.wait_for_timeout(LIVEKIT_TRIES_MS)
        with stays(owner), stays(member):
            stack.upstash.clear()
            expect(note).to_have_count(0, timeout=BY_ITSELF_MS)
            eventually(member, lambda: in_redis(stack, club), ["Owner"])
            expect_in(owner, "Owner, you, Owner")
            expect_in(member, "Owner, Owner")

    def test_has_lost_its_data(
        self, club: Club, people: People, stack: Stack, livekit: Server
    ) -> None:
        """Who asks first has it mended by LiveKit's lists, and is shown that, too."""
        owner, member = people("owner", "member", path=club.path)
        member.expect_errors(AWAY)
        join(owner)
        pushes = Pushes(member)
        member.go(club.path)
        expect_in(member, "Owner, Owner")
        member.page.wait_for_timeout(RECENT_MS)
        stack.valkey.flushall()
        forget_everything()
        httpx.delete(f"{stack.supabase_url}/_local/broadcasts")
        pushes.cut()
        lost = member.page.get_by_text("Reconnecting. What you see")
        expect(lost).to_be_visible()
        expect(lost).to_have_count(0)
        member.page.wait_for_timeout(SPREAD_MS)
        eventually(member, lambda: in_redis(stack, club), ["Owner"])
        assert ("joined", owner.user_id) in [
            (said["payload"]["type"], said["payload"]["participant"]["identity"])
            for said in stack.broadcasts()
            if said["event"] == "voice"
        ]
        expect_in(owner, "Owner, you, Owner")
        expect_in(member, "Owner, Owner")


class TestLiveKit:
    def test_is_away(self, club: Club, people: People, livekit: Server) -> None:
        """Who is in a call comes back by themselves, who wants in is told; the rest goes on."""
        owner, member = people("owner", "member", path=club.path)
        for each in (owner, member):
            each.expect_errors(AWAY)
        join(owner)
        speak(owner)
        expect_in(owner, "Owner, you, Owner, speaking")
        with without_livekit(livekit):
            expect(call_of(owner)).to_contain_text("Reconnecting…")
            press_join(member)
            told = call_of(member).get_by_role("alert")
            expect(told).to_have_text(NO_VOICE)
            for each in (owner, member):
                expect_no_raw_words(each)
            member.link("general").click()
            expect(member.page.get_by_role("heading", name="This is general")).to_be_visible()
        with stays(owner), stays(member):
            expect(call_of(owner)).to_contain_text("In the call", timeout=BY_ITSELF_MS)
            call_of(member).get_by_role("button", name="Try again").click()
            expect_in(owner, "Owner, you, Owner, speaking", "Member")
            expect_in(member, "Owner, Owner, speaking", "Member, you")
        assert names_in_livekit(livekit, club.voice()) == ["Owner", "Member"]

    def test_and_redis_are_away(
        self, club: Club, people: People, stack: Stack, livekit: Server, impatient: None
    ) -> None:
        """Who is there is shown as last known and said to be so, until it can be read again."""
        owner, member = people("owner", "member", path=club.path)
        for each in (owner, member):
            each.expect_errors(AWAY)
        join(owner)
        expect_in(member, "Owner, Owner")
        note = side(member).get_by_text(curly("Who is in voice can't be read right now"))
        with without_livekit(livekit):
            stack.upstash.set("refuse")
            member.go(club.path)
            expect(note).to_be_visible()
            expect(member.page.locator("[aria-busy=true]")).to_have_count(0)
            expect_no_raw_words(member)
            stack.upstash.clear()
        with stays(member):
            expect(note).to_have_count(0, timeout=BY_ITSELF_MS)
            expect_in(member, "Owner, Owner")


class TestTheApi:
    def test_is_unreachable_from_an_open_page(
        self, club: Club, people: People, livekit: Server
    ) -> None:
        """The call goes on and the side is kept true by push; who can't join is told."""
        owner, member, mod = people("owner", "member", "mod", path=club.path)
        for each in (owner, member):
            each.expect_errors(AWAY)
        join(owner)
        expect_in(member, "Owner, Owner")
        with unreachable(owner, member):
            press_join(member)
            told = call_of(member).get_by_role("alert")
            expect(told).to_have_text(UNREACHABLE)
            expect_no_raw_words(member)
            join(mod)
            expect_in(owner, "Owner, you, Owner", "Mod, Moderator")
            expect_in(member, "Owner, Owner", "Mod, Moderator")
        call_of(member).get_by_role("button", name="Try again").click()
        expect_in(owner, "Owner, you, Owner", "Mod, Moderator", "Member")
        assert names_in_livekit(livekit, club.voice()) == ["Owner", "Mod", "Member"]

    def test_is_told_once(self, club: Club, people: People) -> None:
        """By screen readers, though a voice channel's page says the same as the side beside it."""
        [member] = people("member", path=club.path)
        member.expect_errors(AWAY)
        member.page.route(LIVEKIT_API, lambda route: route.abort())
        member.go(f"{club.path}/channels/{club.lounge}")
        member.button("Hide the members").click()
        press_join(member)
        for words in (curly("Who is in voice can't be read right now"), UNREACHABLE):
            expect_said_once(member, words)
