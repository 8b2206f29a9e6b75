"""Sessions in browsers: how they end, who comes next, and what they survive."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Response, Route, expect

from local.community import email
from tests.stack import PAGE_ORIGIN, PASSWORD, PUBLISHABLE_KEY, Stack
from tests.web.calling import call_of, expect_in, join
from tests.web.club import Club
from tests.web.people import People, Person

AWAY = ("Failed to load resource", "blocked by CORS policy", "Failed to fetch")
IN_SECONDS_MS = 6_000
RENEWAL = re.compile("/auth/v1/token.grant_type=refresh_token")
WAIT_S = 3.0
WAIT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
    "Retry-After": f"{WAIT_S:.0f}",
}
_EXPIRE = """
() => {
  const key = Object.keys(localStorage).find((name) => name.endsWith("-auth-token"));
  const session = JSON.parse(localStorage.getItem(key));
  localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1 }));
}
"""
_WAKE = "() => { document.dispatchEvent(new Event('visibilitychange', { bubbles: true })); }"
_KEPT = "Object.keys(localStorage).filter((name) => name.endsWith('-auth-token'))"


def _is_renewed(answer: Response) -> bool:
    return answer.ok and RENEWAL.search(answer.url) is not None


def sign_out(person: Person) -> None:
    """Signs out by the menu at the foot of the side."""
    person.button("Your settings").click()
    person.page.get_by_role("menuitem", name="Sign out").click()


def expect_signed_out(person: Person) -> None:
    """Waits for the way in, and that nothing is left of the session."""
    way_in = person.page.get_by_role("button", name="Sign in", exact=True)
    expect(way_in).to_be_visible(timeout=IN_SECONDS_MS)
    assert person.page.evaluate(_KEPT) == []


def link_for(name: str, stack: Stack) -> str:
    """Returns the path of a link that signs somebody in, as one in an email does."""
    answer = httpx.post(
        f"{stack.supabase_url}/auth/v1/token?grant_type=password",
        headers={"apikey": PUBLISHABLE_KEY},
        json={"email": email(name), "password": PASSWORD},
    ).json()
    given = {key: answer[key] for key in ("access_token", "refresh_token", "expires_in")}
    return f"/#{httpx.QueryParams({**given, 'token_type': 'bearer', 'type': 'magiclink'})}"


class TestSigningOut:
    @pytest.mark.parametrize("mode", ["status", "hang"])
    def test_while_supabase_is_away(self, people: People, stack: Stack, mode: str) -> None:
        """Whoever uses this browser next isn't them, whether or not Supabase has heard of it."""
        [member] = people("member")
        member.expect_errors(*AWAY)
        stack.supabase.set(mode, path="/auth/v1/logout")
        sign_out(member)
        expect_signed_out(member)
        member.page.reload()
        expect_signed_out(member)

    def test_with_a_session_that_cannot_be_renewed(self, people: People, stack: Stack) -> None:
        """They don't wait for Supabase, and its return brings nobody back."""
        [member] = people("member")
        member.expect_errors(*AWAY)
        expect(member.button("Your settings")).to_be_visible()
        member.page.evaluate(_EXPIRE)
        stack.supabase.set("refuse", path="/auth/v1/token")
        sign_out(member)
        expect_signed_out(member)
        with member.page.expect_response(RENEWAL):
            stack.supabase.clear()
        member.page.wait_for_timeout(200)
        expect_signed_out(member)

    def test_ends_the_session(self, people: People, stack: Stack) -> None:
        """Supabase is told where it can be, so the token of the session renews nothing."""
        [member] = people("member")
        with member.page.expect_response("**/auth/v1/logout?scope=local") as told:
            sign_out(member)
        expect_signed_out(member)
        assert told.value.status == 204


class TestSomebodyElse:
    def test_signs_in_in_another_tab(self, club: Club, people: People, stack: Stack) -> None:
        """By a link from an email: the first tab is theirs as well, without what it had shown."""
        [owner] = people("owner")
        expect(owner.link("Test")).to_be_visible()
        other = owner.context.new_page()
        other.goto(f"{PAGE_ORIGIN}{link_for('stranger', stack)}")
        for page in (other, owner.page):
            foot = page.get_by_role("complementary", name="Home")
            expect(foot.get_by_title("Stranger")).to_be_visible()
            expect(page.get_by_role("link", name="Test", exact=True)).to_have_count(0)


class TestRenewing:
    def test_is_limited(self, club: Club, people: People) -> None:
        """It is waited for as long as was asked; nobody is signed out, and their call goes on."""
        [member] = people("member", path=club.path)
        member.expect_errors("status of 429")
        join(member)
        asked: list[float] = []

        def limit(route: Route) -> None:
            asked.append(time.monotonic())
            if len(asked) > 1:
                route.continue_()
            else:
                route.fulfill(status=429, headers=WAIT, json={"code": "over_request_rate_limit"})

        member.page.route(RENEWAL, limit)
        member.page.evaluate(_EXPIRE)
        with member.page.expect_response(_is_renewed):
            member.page.evaluate(_WAKE)
        first, second = asked
        assert second - first >= WAIT_S
        expect(call_of(member)).to_contain_text("In the call")
        expect_in(member, "Member, you")
