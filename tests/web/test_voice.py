"""A call as people see it, at the side and in it, held against LiveKit's own lists."""

import colorsys
import re

from livekit.protocol.models import ParticipantInfo
from playwright.sync_api import expect

from local.livekit.server import Server
from tests.web.calling import call_of, eventually, expect_in, in_side, join, speak
from tests.web.club import Club, agent_in, in_livekit, names_in_livekit, row_of
from tests.web.community import communities_of, expect_out, notices_of
from tests.web.losing import expect_said_once, network_lost
from tests.web.people import People, Person

MUTE = re.compile("^Mute yourself")
UNMUTE = re.compile("^Unmute yourself")
LOST_MS = 10_000
GREENS = range(142, 149)  # Moderator's is 145, drawn in a shade that can be read
_SLOW_CLOCK = """
window.Date = class extends Date {
  constructor(...given) { super(...(given.length > 0 ? given : [Date.now()])); }
  static now() { return super.now() - 600_000; }
};
"""
_SAID = """
(log) => {
  window.sanghaTestsSaid = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      sanghaTestsSaid.push(...[...addedNodes].map(({ textContent }) => textContent));
    }
  }).observe(log, { childList: true });
}
"""


def hue(person: Person, name: str) -> int | None:
    """Returns the hue of a name at the side, in degrees; None where it is grey."""
    shown = in_side(person).get_by_text(name, exact=True).first
    color = shown.evaluate(
        """(name) => {
          const context = new OffscreenCanvas(1, 1).getContext("2d");
          context.fillStyle = getComputedStyle(name).color;
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data];
        }"""
    )
    hue, _, saturation = colorsys.rgb_to_hls(*(part / 255 for part in color[:3]))
    return round(hue * 360) if saturation > 0.5 else None


def choose(person: Person, action: str, *, of: str) -> None:
    """Chooses from the menu of somebody at the side."""
    in_side(person).get_by_role("button", name=f"Actions for {of}").click()
    person.page.get_by_role("menuitem", name=action).click()


def microphones(who: ParticipantInfo) -> list[bool]:
    """Returns the tracks that somebody publishes, each as whether it can be heard."""
    return [not track.muted for track in who.tracks]


class TestComing:
    def test_everybody_sees_who_is_there(self, club: Club, people: People, livekit: Server) -> None:
        """In the call, beside it or come later: badges, crown and colour, as LiveKit has them."""
        owner, mod, member = everybody = people("owner", "mod", "member", path=club.path)
        for each in everybody:
            expect_in(each)
        join(owner)
        join(mod)
        there = in_livekit(livekit, club.voice())
        assert [each.identity for each in there] == [owner.user_id, mod.user_id]
        member.page.reload()
        for watcher in everybody:
            expect_in(watcher, *(row_of(each, watcher=watcher) for each in there))
        expect_in(member, "Owner, Owner", "Mod, Moderator")
        for watcher in everybody:
            crowns = in_side(watcher).locator(".lucide-crown")
            expect(crowns).to_have_count(1)
            expect(
                in_side(watcher).get_by_role("listitem").nth(0).locator(".lucide-crown")
            ).to_be_visible()
            assert hue(watcher, "Owner") is None
            assert hue(watcher, "Mod") in GREENS
        join(member)
        there = in_livekit(livekit, club.voice())
        for watcher in everybody:
            expect_in(watcher, *(row_of(each, watcher=watcher) for each in there))
        assert [each.name for each in there] == ["Owner", "Mod", "Member"]

    def test_without_a_microphone(self, club: Club, people: People, livekit: Server) -> None:
        """Who doesn't allow it listens, is told how to allow it, and speaks once they have."""
        owner, member = people("owner", "member")
        member.deny_microphone()
        owner.go(club.path)
        member.go(club.path)
        join(owner)
        member.button(re.compile("^Lounge, voice channel")).click()
        note = call_of(member).get_by_text("Your microphone is blocked")
        expect(note).to_contain_text("you can listen but not speak")
        expect(note).to_contain_text("Allow it beside the address of this page")
        expect_in(owner, "Owner, you, Owner", "Member, muted")
        expect_in(member, "Owner, Owner", "Member, you, muted")
        assert [microphones(each) for each in in_livekit(livekit, club.voice())] == [[True], []]
        join(member)  # allows it, and is in already
        call_of(member).get_by_role("button", name=UNMUTE).click()
        expect(call_of(member).get_by_role("button", name=MUTE)).to_be_visible()
        expect(note).to_have_count(0)
        expect_in(owner, "Owner, you, Owner", "Member")
        speak(member)
        expect_in(owner, "Owner, you, Owner", "Member, speaking")

    def test_agents(self, club: Club, people: People, livekit: Server) -> None:
        """Are called bots, stand after the people, and don't count as one."""
        [member] = people("member", path=club.path)
        with agent_in(livekit, club.voice()):
            expect(in_side(member)).to_match_aria_snapshot(
                '- list "In Lounge":\n  - /children: equal\n  - listitem: Scribe, bot'
            )
            join(member)
            expect(in_side(member)).to_match_aria_snapshot(
                '- list "In Lounge":\n  - /children: equal\n'
                "  - listitem: Member, you\n  - listitem: /^Scribe, bot/"
            )
            expect(member.button("Lounge, voice channel, 1 person, you are here")).to_be_visible()
            screen = member.page.get_by_role("main")
            expect(
                screen.get_by_role("list", name="People in this channel")
            ).to_match_aria_snapshot("- list:\n  - /children: equal\n  - listitem: Member, you")
            expect(screen.get_by_role("list", name="Bots in this channel")).to_match_aria_snapshot(
                "- list:\n  - /children: equal\n  - listitem: /^Scribe, bot/"
            )
            assert names_in_livekit(livekit, club.voice()) == ["Scribe", "Member"]
        expect_in(member, "Member, you")
        expect(screen.get_by_role("list", name="Bots in this channel")).to_have_count(0)

    def test_back_at_the_community(self, club: Club, people: People) -> None:
        """Of a call nobody is said to have joined who was there all the time; who comes then is."""
        member, owner, mod = people("member", "owner", "mod", path=club.path)
        join(member)
        join(owner)
        expect_in(owner, "Member", "Owner, you, Owner")
        owner.page.get_by_role("log", name="What happens").evaluate(_SAID)
        communities_of(owner).get_by_role("link", name="Home").click()
        expect(in_side(owner)).to_have_count(0)
        communities_of(owner).get_by_role("link", name="Test").click()
        expect_in(owner, "Member", "Owner, you, Owner")
        join(mod)
        eventually(owner, lambda: owner.page.evaluate("sanghaTestsSaid"), ["Mod joined"])


class TestSpeaking:
    def test_is_shown(self, club: Club, people: People, livekit: Server) -> None:
        """To those in the call and nobody else, until they are silent or mute themselves."""
        owner, member, mod = people("owner", "member", "mod", path=club.path)
        join(owner)
        join(member)
        speak(member)
        expect_in(owner, "Owner, you, Owner", "Member, speaking")
        expect_in(member, "Owner, Owner", "Member, you, speaking")
        expect_in(mod, "Owner, Owner", "Member")
        speak(member, aloud=False)
        expect_in(owner, "Owner, you, Owner", "Member")
        speak(member)
        expect_in(owner, "Owner, you, Owner", "Member, speaking")
        call_of(member).get_by_role("button", name=MUTE).click()
        expect_in(owner, "Owner, you, Owner", "Member, muted")
        expect_in(member, "Owner, Owner", "Member, you, muted")
        expect_in(mod, "Owner, Owner", "Member")
        assert [microphones(each) for each in in_livekit(livekit, club.voice())] == [
            [True],
            [False],
        ]
        expect(call_of(member).get_by_role("button", name=UNMUTE)).to_be_visible()
        member.page.keyboard.press("Control+Shift+M")
        expect_in(owner, "Owner, you, Owner", "Member, speaking")
        assert [microphones(each) for each in in_livekit(livekit, club.voice())] == [[True], [True]]

    def test_by_a_slow_clock(self, club: Club, people: People) -> None:
        """Who has muted themselves is shown so, whatever the time is on the device of who looks."""
        member, owner = people("member", "owner")
        member.context.add_init_script(_SLOW_CLOCK)
        for each in (member, owner):
            each.go(club.path)
            join(each)
        call_of(owner).get_by_role("button", name=MUTE).click()
        expect_in(member, "Member, you", "Owner, Owner, muted")


class TestGoing:
    def test_is_seen(self, club: Club, people: People, livekit: Server) -> None:
        """By everybody, and said to those in the call: who leaves, and who closes their tab."""
        owner, mod, member = people("owner", "mod", "member", path=club.path)
        for each in (owner, mod, member):
            join(each)
        expect_in(owner, "Owner, you, Owner", "Mod, Moderator", "Member")
        call_of(mod).get_by_role("button", name="Leave the call").click()
        expect_in(owner, "Owner, you, Owner", "Member")
        expect(owner.page.get_by_role("log", name="What happens")).to_contain_text("Mod left")
        expect_in(mod, "Owner, Owner", "Member")
        expect_in(member, "Owner, Owner", "Member, you")
        expect(call_of(mod)).to_have_count(0)
        expect(mod.button("Join voice")).to_be_visible()
        assert names_in_livekit(livekit, club.voice()) == ["Owner", "Member"]
        member.page.close()
        expect_in(owner, "Owner, you, Owner")
        expect_in(mod, "Owner, Owner")
        assert names_in_livekit(livekit, club.voice()) == ["Owner"]


class TestLosingTheNetwork:
    def test_for_ten_seconds(self, club: Club, people: People, livekit: Server) -> None:
        """They are told, aren't heard meanwhile, and are back by themselves; all sides are true."""
        owner, member = people("owner", "member", path=club.path)
        member.expect_errors("Failed to load resource", "WebSocket connection to")
        join(owner)
        join(member)
        speak(member)
        expect_in(owner, "Owner, you, Owner", "Member, speaking")
        with network_lost(member):
            expect(call_of(member)).to_contain_text("Reconnecting…")
            expect_in(owner, "Owner, you, Owner", "Member")
            expect(member.page.get_by_text("Reconnecting. You will be heard again")).to_be_visible()
            member.page.wait_for_timeout(LOST_MS)
        expect_in(owner, "Owner, you, Owner", "Member, speaking")
        expect(call_of(member)).to_contain_text("In the call")
        expect_in(member, "Owner, Owner", "Member, you, speaking")
        assert names_in_livekit(livekit, club.voice()) == ["Owner", "Member"]
        call_of(owner).get_by_role("button", name="Leave the call").click()
        expect_in(member, "Member, you, speaking")

    def test_nobody_speaks_meanwhile(self, club: Club, people: People) -> None:
        """Who isn't connected is told so, and isn't shown anybody as speaking, nor themselves."""
        [member] = people("member", path=club.path)
        member.expect_errors("Failed to load resource", "WebSocket connection to")
        join(member)
        speak(member)
        expect_in(member, "Member, you, speaking")
        member.button("Hide the members").click()
        with network_lost(member):
            expect(call_of(member)).to_contain_text("Reconnecting…")
            expect_in(member, "Member, you")
            expect_said_once(member, re.compile("^Reconnecting(…|. You will be heard)"))


class TestModerators:
    def test_remove(self, club: Club, people: People, livekit: Server) -> None:
        """Somebody from the call, who is told in words and may join again."""
        mod, member = people("mod", "member", path=club.path)
        join(member)
        choose(mod, "Remove from voice", of="Member")
        told = call_of(member).get_by_role("alert")
        expect(told).to_have_text("You were taken out of the call. If you may, you can join again.")
        for each in (mod, member):
            expect_in(each)
        assert names_in_livekit(livekit, club.voice()) == []
        call_of(member).get_by_role("button", name="Join again").click()
        expect_in(mod, "Member")
        expect_in(member, "Member, you")
        assert names_in_livekit(livekit, club.voice()) == ["Member"]

    def test_kick_or_delete(self, club: Club, people: People, livekit: Server) -> None:
        """Who is out of the community while elsewhere is told so, and offered no way back."""
        owner, member = both = people("owner", "member", path=club.path)
        for each in both:
            join(each)
            each.link("Home").click()
        club.ask("owner", "DELETE", "members", member.user_id).raise_for_status()
        expect_out(member, "Test")
        expect(notices_of(member)).to_contain_text("You are no longer a member of")
        expect(call_of(member)).to_have_count(0)
        expect(call_of(owner)).to_contain_text("In the call")
        club.ask("owner", "DELETE", params={"confirm": "Test"}).raise_for_status()
        expect_out(owner, "Test")
        expect(notices_of(owner)).to_contain_text("was deleted")
        expect(call_of(owner)).to_have_count(0)
        assert names_in_livekit(livekit, club.voice()) == []

    def test_mute(self, club: Club, people: People, livekit: Server) -> None:
        """Somebody, who is told why they can't unmute; everybody sees it; unmuted, they can."""
        mod, member, owner = people("mod", "member", "owner", path=club.path)
        join(member)
        join(owner)
        speak(member)
        expect_in(owner, "Member, speaking", "Owner, you, Owner")
        choose(mod, "Mute in this community", of="Member")
        expect_in(mod, "Member, muted by a moderator", "Owner, Owner")
        expect_in(owner, "Member, muted by a moderator", "Owner, you, Owner")
        expect_in(member, "Member, you, muted by a moderator", "Owner, Owner")
        heard = owner.page.get_by_role("log", name="What happens")
        expect(heard).to_contain_text("Member was muted by a moderator")
        expect(call_of(member)).to_contain_text("A moderator has muted you in this community.")
        unmute = call_of(member).get_by_role("button", name=UNMUTE)
        expect(unmute).to_be_disabled()
        expect(unmute).to_have_accessible_description(
            "A moderator muted you; only a moderator can undo it."
        )
        unmute.focus()
        member.page.keyboard.press("Enter")
        member.page.keyboard.press("Control+Shift+M")
        them, _ = in_livekit(livekit, club.voice())
        assert (microphones(them), them.permission.can_publish) == ([], False)
        choose(mod, "Unmute in this community", of="Member")
        expect_in(mod, "Member", "Owner, Owner")
        unmute.click()
        expect_in(owner, "Member, speaking", "Owner, you, Owner")
        # LiveKit's lists are a little behind
        eventually(member, lambda: microphones(in_livekit(livekit, club.voice())[0]), [True])

    def test_move(self, club: Club, people: People, livekit: Server) -> None:
        """Somebody to another channel: they are told by whom, and are there for everybody."""
        mod, member = people("mod", "member", path=club.path)
        join(member)
        choose(mod, "Move to another channel…", of="Member")
        mod.page.get_by_role("dialog").get_by_role("button", name="Workshop").click()
        notices = member.page.get_by_role("region", name="Notices")
        expect(notices).to_contain_text("Mod moved you to Workshop.")
        for each, row in ((mod, "Member"), (member, "Member, you")):
            expect_in(each)
            expect_in(each, row, channel="Workshop")
        expect(call_of(member)).to_contain_text("In the call")
        expect(member.page.get_by_role("heading", level=1)).to_have_text("Workshop")
        assert names_in_livekit(livekit, club.voice()) == []
        assert names_in_livekit(livekit, club.voice("Workshop")) == ["Member"]
