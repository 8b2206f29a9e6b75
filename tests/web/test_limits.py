"""Too many joins or wishes in a minute, as people see it."""

import re

from playwright.sync_api import expect

from common import keys
from common.rate_limit import NONCES, Rule
from local.livekit.server import Server
from tests.limits import spend
from tests.matching import Matching
from tests.stack import Stack, now_ms
from tests.web.calling import call_of, expect_in, press_join
from tests.web.club import Club, names_in_livekit
from tests.web.losing import expect_no_raw_words
from tests.web.people import People, Person

TOKEN, MATCHING = Rule("token", 20), Rule("matching", 5)
WAIT_MS = 5_000
COUNTED = re.compile(r"^Joining in ([1-5]) s$")
LATER_MS = 1_500  # within which somebody who hadn't given up would be in


def admitted(stack: Stack, rule: Rule, person: Person) -> int:
    """Returns when somebody was let through last, in milliseconds."""
    value = str(stack.valkey.get(keys.limit(rule.name, person.user_id)))
    return int(value.rpartition(",")[2]) // NONCES


def test_the_21st_token_in_a_minute(
    club: Club, people: People, stack: Stack, livekit: Server
) -> None:
    """Is counted down to: who doesn't give up is in when the time is up, not a moment before."""
    member, owner = people("member", "owner", path=club.path)
    for each in (member, owner):
        each.expect_errors("status of 429")
    free = spend(stack, TOKEN, member.user_id, WAIT_MS)
    press_join(member)
    call = call_of(member)
    expect(call).to_contain_text("Waiting to join")
    expect(call).to_contain_text("You joined many calls in a short time.")
    button = member.button(COUNTED)
    begun = int(COUNTED.findall(button.inner_text())[0])
    expect_no_raw_words(member)
    free_for_owner = spend(stack, TOKEN, owner.user_id, WAIT_MS)
    press_join(owner)
    call_of(owner).get_by_role("button", name="Give up joining").click()
    expect(call_of(owner)).to_have_count(0)
    expect(member.button(re.compile(f"^Joining in [0-{begun - 1}] s$"))).to_be_visible()
    expect(call).to_contain_text("In the call")
    assert admitted(stack, TOKEN, member) >= free
    owner.page.wait_for_timeout(free_for_owner + LATER_MS - now_ms())
    expect_in(owner, "Member")
    expect(owner.button("Join voice")).to_be_visible()
    assert names_in_livekit(livekit, club.voice()) == ["Member"]
    assert admitted(stack, TOKEN, owner) < free_for_owner


def test_the_6th_wish_in_a_minute(matching: Matching, people: People, stack: Stack) -> None:
    """Is waited for likewise: who doesn't give up is in line when it ends."""
    member, owner = people("member", "owner", path="/match")
    for each in (member, owner):
        each.expect_errors("status of 429")
    free = spend(stack, MATCHING, member.user_id, WAIT_MS)
    member.button("Find somebody").click()
    told = member.page.get_by_role("status").filter(has_text="You asked often")
    expect(told).to_contain_text(re.compile(r"It goes on by itself in [1-5] s\."))
    expect_no_raw_words(member)
    free_for_owner = spend(stack, MATCHING, owner.user_id, WAIT_MS)
    owner.button("Find somebody").click()
    owner.button("Give up").click()
    expect(owner.page.get_by_text("You asked often")).to_have_count(0)
    assert matching.status("member")["state"] == "none"
    expect(member.page.get_by_role("heading", name="Looking for somebody")).to_be_visible()
    assert matching.status("member")["state"] == "waiting"
    assert admitted(stack, MATCHING, member) >= free
    owner.page.wait_for_timeout(free_for_owner + LATER_MS - now_ms())
    expect(owner.button("Find somebody")).to_be_visible()
    assert matching.status("owner")["state"] == "none"
    assert admitted(stack, MATCHING, owner) < free_for_owner
