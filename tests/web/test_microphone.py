"""The microphone, when the browser's question is answered too late."""

from playwright.sync_api import expect

from tests.web.calling import call_of, channel_of, join
from tests.web.club import Club
from tests.web.people import People

SOON_MS = 2_000
_ASKS = """
() => {
  navigator.mediaDevices.getUserMedia = () => new Promise((resolve) => {
    window.sanghaTestsAllow = () => {
      const { stream } = new MediaStreamAudioDestinationNode(new AudioContext());
      [window.sanghaTestsTrack] = stream.getTracks();
      resolve(stream);
    };
  });
}
"""
_IS_LET_GO = "() => window.sanghaTestsTrack.readyState === 'ended'"


class TestTheMicrophone:
    def test_is_let_go_where_the_call_was_left(self, club: Club, people: People) -> None:
        """Who allows it only after they have left isn't listened to; the next call has it."""
        [member] = people("member", path=club.path)
        member.page.evaluate(_ASKS)
        channel_of(member).click()
        expect(call_of(member)).to_contain_text("In the call")
        member.page.wait_for_function("window.sanghaTestsAllow !== undefined")
        call_of(member).get_by_role("button", name="Leave the call").click()
        expect(call_of(member)).to_have_count(0)
        member.page.evaluate("window.sanghaTestsAllow()")
        member.page.wait_for_function(_IS_LET_GO, timeout=SOON_MS)
        join(member)
        expect(call_of(member).get_by_role("button", name="Mute yourself")).to_be_visible()
