"""What people do in communities, from making one to its end, as each of them sees it."""

import re

from playwright.sync_api import expect

from local.community import PEOPLE
from tests.stack import PAGE_ORIGIN, Stack
from tests.web.community import (
    channels_of,
    choose,
    communities_of,
    dialog_of,
    expect_out,
    focus_lost,
    members_of,
    notices_of,
    open_card,
    row_of,
    tab_to,
)
from tests.web.crowd import Crowd
from tests.web.people import People

PHONE = (360, 740)


class TestComing:
    def test_from_nothing_to_two(self, people: People, stack: Stack) -> None:
        """Somebody makes a community, invites, and sees by push who opens the link and joins."""
        owner, stranger = people("owner", "stranger")
        owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
        communities_of(owner).get_by_role("button").click()
        dialog = dialog_of(owner)
        dialog.get_by_role("textbox", name="Name").fill("Reading circle")
        dialog.get_by_role("button", name="Make the community").click()
        expect(dialog).to_have_count(0)
        page = owner.page
        expect(page.get_by_role("heading", level=1)).to_have_text("general")
        expect(communities_of(owner).get_by_role("link", name="Reading circle")).to_have_attribute(
            "aria-current", "page"
        )
        room_id = page.url.split("/rooms/")[1].split("/")[0]
        try:
            expect(channels_of(owner).get_by_role("link")).to_have_text(["general"])
            expect(channels_of(owner).get_by_role("link")).to_have_attribute("aria-current", "page")
            expect(channels_of(owner).get_by_role("button")).to_have_accessible_name(
                re.compile(", voice channel, nobody")
            )
            expect(members_of(owner).get_by_role("status")).to_have_text("1 member")
            choose(owner, "Invite people", of="Reading circle")
            dialog.get_by_role("button", name="Make a link").click()
            dialog.get_by_role("button", name="Copy").click()
            expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
            link = dialog.get_by_role("textbox", name="The invitation\u2019s link").input_value()
            assert owner.page.evaluate("navigator.clipboard.readText()") == link
            dialog.get_by_role("button", name="Done").click()
            assert link.startswith(f"{PAGE_ORIGIN}/invite/")
            stranger.page.goto(link)
            main = stranger.page.get_by_role("main")
            expect(main).to_contain_text("Reading circle")
            expect(main).to_contain_text("1 member")
            stranger.button("Join").click()
            expect(stranger.page.get_by_role("heading", level=1)).to_have_text("general")
            for each in (owner, stranger):
                expect(members_of(each).get_by_role("status")).to_have_text("2 members")
                expect(row_of(each, "Stranger")).to_be_visible()
                expect(row_of(each, "Owner")).to_have_accessible_name("Owner Owner")
            expect(
                communities_of(stranger).get_by_role("link", name="Reading circle")
            ).to_be_visible()
            answer = stack.api.get(f"/api/rooms/{room_id}/members", headers=stack.bearer("owner"))
            joined = [each["name"] for each in answer.json()["members"]]
            assert joined == ["Owner", "Stranger"]
        finally:
            stack.api.delete(
                f"/api/rooms/{room_id}?confirm=Reading%20circle", headers=stack.bearer("owner")
            )

    def test_an_invitation_that_is_used_up(self, room: Crowd, people: People) -> None:
        """It lets in as many as it says; the next is told in words, and how to go on."""
        invite = room.ask("owner", "POST", "invites", json={"max_uses": 1}).json()["invite"]["code"]
        [stranger] = people("stranger", path=f"/invite/{invite}")
        expect(stranger.button("Join")).to_be_visible()
        room.sql("update public.room_invites set uses = max_uses where code = $1", invite)
        stranger.expect_errors("status of 404")
        stranger.button("Join").click()
        expect(stranger.page.get_by_role("alert")).to_be_visible()
        expect(stranger.page.get_by_role("alert")).not_to_contain_text(re.compile("invite_|404"))
        stranger.link("Not now").click()
        expect(stranger.page.get_by_role("heading", level=1)).to_have_text("Welcome to Sangha")

    def test_the_address_of_a_public_community(self, room: Crowd, people: People) -> None:
        """It lets anybody in, opened or pasted; back from there is not the invitation again."""
        assert room.ask("owner", "PATCH", json={"public": True}).status_code == 200
        [stranger] = people("stranger")
        page = stranger.page
        stranger.expect_errors("status of 404")
        communities_of(stranger).get_by_role("button").click()
        dialog_of(stranger).get_by_role("tab", name="Join by invitation").click()
        dialog_of(stranger).get_by_role("textbox").fill(f"{PAGE_ORIGIN}{room.path}")
        dialog_of(stranger).get_by_role("button", name="See where it leads").click()
        expect(dialog_of(stranger)).to_contain_text("A public community")
        stranger.go(room.path)
        expect(
            page.get_by_role("heading", name="This community can\u2019t be shown")
        ).to_be_visible()
        expect(stranger.button("Your settings")).to_be_visible()
        expect(stranger.link("Go home")).to_be_visible()
        stranger.link("Join it, if it is public").click()
        stranger.button("Join").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("general")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("general")

    def test_who_is_banned(self, room: Crowd, people: People) -> None:
        """An invitation doesn't bring them back, and they are told so."""
        invite = room.ask("owner", "POST", "invites", json={}).json()["invite"]["code"]
        [banned] = people("banned", path=f"/invite/{invite}")
        banned.expect_errors("status of 403")
        banned.button("Join").click()
        expect(banned.page.get_by_role("alert")).to_contain_text("banned")
        assert room.ask("banned", "GET").status_code == 404


class TestChannels:
    def test_made_renamed_deleted(self, room: Crowd, people: People) -> None:
        """Others see it by push; who looks at it while it goes is led to another."""
        owner, member = people("owner", "member", path=room.path)
        expect(channels_of(member).get_by_role("link")).to_have_text(["general"])
        choose(owner, "Create channel")
        dialog = dialog_of(owner)
        dialog.get_by_role("textbox", name="Name").fill("poems")
        dialog.get_by_role("button", name="Create the channel").click()
        expect(owner.page.get_by_role("heading", level=1)).to_have_text("poems")
        expect(channels_of(member).get_by_role("link")).to_have_text(["general", "poems"])
        channels_of(member).get_by_role("link", name="poems").click()
        expect(member.page.get_by_role("heading", level=1)).to_have_text("poems")
        owner.button("Edit the channel").click()
        dialog.get_by_role("textbox", name="Name").fill("poetry")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        for each in (owner, member):
            expect(channels_of(each).get_by_role("link")).to_have_text(["general", "poetry"])
            expect(each.page.get_by_role("heading", level=1)).to_have_text("poetry")
            expect(each.page).to_have_title("poetry · Sangha")
        choose(owner, "Server settings")
        owner.link("Channels").click()
        owner.button(re.compile("^Delete .*poetry")).click()
        dialog.get_by_role("button", name="Delete the channel").click()
        expect(owner.page.get_by_role("listitem").filter(has_text="poetry")).to_have_count(0)
        expect(channels_of(member).get_by_role("link")).to_have_text(["general"])
        expect(member.page.get_by_role("heading", level=1)).to_have_text("general")
        assert [each["name"] for each in room.ask("owner", "GET").json()["channels"]] == [
            "general",
            "Lounge",
        ]

    def test_private(self, room: Crowd, people: People) -> None:
        """Who may not see one doesn't, before and after it becomes private; who may does."""
        owner, mod, member = people("owner", "mod", "member", path=room.path)
        choose(owner, "Create channel")
        dialog = dialog_of(owner)
        dialog.get_by_role("textbox", name="Name").fill("staff")
        dialog.get_by_role("switch", name="Private").click()
        dialog.get_by_role("checkbox", name="Moderator").check()
        dialog.get_by_role("button", name="Create the channel").click()
        link = channels_of(mod).get_by_role("link", name="Private staff")
        expect(link).to_be_visible()
        expect(channels_of(owner).get_by_role("link", name="Private staff")).to_be_visible()
        channel = room.ask("mod", "GET").json()["channels"][-1]
        assert channel["name"] == "staff"
        shown = {each["name"] for each in room.ask("member", "GET").json()["channels"]}
        assert shown == {"general", "Lounge"}
        member.go(f"{room.path}/channels/{channel['id']}")
        expect(member.page.get_by_role("heading", level=1)).to_have_text("general")
        expect(member.page.get_by_text("staff")).to_have_count(0)
        owner.button("Edit the channel").click()
        dialog.get_by_role("switch", name="Private").click()
        dialog.get_by_role("button", name="Save").click()
        theirs = channels_of(member).get_by_role("link", name="staff")
        expect(theirs).to_have_accessible_name("staff")
        theirs.click()
        expect(member.page.get_by_role("heading", level=1)).to_have_text("staff")
        owner.button("Edit the channel").click()
        dialog.get_by_role("switch", name="Private").click()
        dialog.get_by_role("button", name="Save").click()
        expect(theirs).to_have_count(0)
        expect(member.page.get_by_role("heading", level=1)).to_have_text("general")


class TestLeaving:
    def test_kicked(self, room: Crowd, people: People) -> None:
        """Who looks at a community while they are kicked is told, and put out of it."""
        owner, mod, member = people("owner", "mod", "member", path=room.path)
        member.expect_errors("status of 404")  # of what is being read at that moment
        card = open_card(mod, "Member")
        card.get_by_role("button", name="Kick").click()
        mod.button("Kick them").click()
        expect(notices_of(mod)).to_contain_text("was kicked")
        expect(dialog_of(mod)).to_have_count(0)
        for each in (owner, mod):
            expect(row_of(each, "Member")).to_have_count(0)
            expect(members_of(each).get_by_role("status")).to_have_text("3 members")
        expect_out(member, "Test")
        assert room.ask("member", "GET").status_code == 404

    def test_banned_and_back(self, room: Crowd, people: People) -> None:
        """With a reason that is kept; lifted, an invitation leads back."""
        owner, member = people("owner", "member", path=room.path)
        member.expect_errors("status of 404")  # of what is being read at that moment
        card = open_card(owner, "Member")
        card.get_by_role("button", name="Ban").click()
        owner.page.get_by_role("textbox", name="Reason (optional)").fill("Too loud")
        owner.button("Ban them").click()
        expect(notices_of(owner)).to_contain_text("was banned")
        expect_out(member, "Test")
        choose(owner, "Server settings")
        owner.link("Bans").click()
        bans = owner.page.get_by_role("main").get_by_role("listitem")
        ban = bans.filter(has_text="Too loud")
        expect(ban).to_contain_text("Member")
        expect(ban).to_contain_text("by Owner")
        invite = room.ask("owner", "POST", "invites", json={}).json()["invite"]["code"]
        member.expect_errors("status of 403")
        member.go(f"/invite/{invite}")
        member.button("Join").click()
        expect(member.page.get_by_role("alert")).to_contain_text("banned")
        ban.get_by_role("button", name=re.compile("^Lift the ban of .*Member")).click()
        expect(bans).to_have_count(1)
        expect(owner.page.get_by_text("1 person is banned.")).to_be_focused()
        member.button("Join").click()
        expect(member.page.get_by_role("heading", level=1)).to_have_text("general")
        assert [each["reason"] for each in room.ask("owner", "GET", "bans").json()["bans"]] == [
            "spam"
        ]

    def test_hand_over_and_leave(self, room: Crowd, people: People) -> None:
        """The crown goes over for everybody to see; who was the owner may leave then."""
        owner, member, mod = people("owner", "member", "mod", path=room.path)
        owner.button("Test").click()
        leave = owner.page.get_by_role("menuitem", name="Leave")
        expect(leave).to_be_disabled()
        expect(leave).to_contain_text("hand the community over first")
        owner.page.get_by_role("menuitem", name="Server settings").click()
        owner.button("Hand it over").click()
        dialog = dialog_of(owner)
        expect(dialog.get_by_role("button", name="Hand it over")).to_be_disabled()
        dialog.get_by_role("radio", name="Member").check()
        dialog.get_by_role("button", name="Make them the owner").click()
        expect(notices_of(owner)).to_contain_text("is the owner now")
        for each in (member, mod):
            expect(row_of(each, "Member")).to_have_accessible_name("Member Owner")
            expect(row_of(each, "Owner")).to_have_accessible_name("Owner")
        owner.link(re.compile("^Back to ")).click()
        choose(owner, "Leave")
        dialog.get_by_role("button", name="Leave").click()
        expect_out(owner, "Test")
        for each in (member, mod):
            expect(row_of(each, "Owner")).to_have_count(0)
        assert room.ask("member", "GET").json()["room"]["owner_id"] == str(PEOPLE["member"])

    def test_deleted(self, room: Crowd, people: People) -> None:
        """Only by its name; everybody who is in it is told, and put out."""
        owner, member = people("owner", "member", path=room.path)
        for each in (owner, member):
            each.expect_errors("status of 404")  # of what is being read at that moment
        choose(owner, "Server settings")
        owner.button("Delete the community").click()
        dialog = dialog_of(owner)
        delete = dialog.get_by_role("button", name="Delete it for good")
        name = dialog.get_by_role("textbox", name="The community\u2019s name")
        for wrong in ("", "test", "Tes"):
            name.fill(wrong)
            expect(delete).to_be_disabled()
        assert room.ask("owner", "GET").is_success
        name.fill("Test")
        delete.click()
        for each in (owner, member):
            expect(notices_of(each)).to_contain_text("was deleted")
            expect_out(each, "Test")
        assert room.ask("owner", "GET").status_code == 404


class TestByHand:
    def test_on_a_phone(self, room: Crowd, people: People) -> None:
        """From the communities to a channel, to its members and back, one at a time."""
        [member] = people("member", path=room.path, viewport=PHONE)
        page = member.page
        expect(page).to_have_title("Test · Sangha")
        expect(communities_of(member)).to_be_visible()
        channels_of(member).get_by_role("link", name="general").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("general")
        expect(page).to_have_title("general · Sangha")
        expect(communities_of(member)).to_be_hidden()
        start = page.get_by_role("heading", name="This is general")
        expect(start).to_be_visible()
        member.button("Show the members").click()
        expect(row_of(member, "Owner")).to_be_in_viewport(ratio=1)
        expect(start).to_be_hidden()
        card = open_card(member, "Owner")
        expect(card).to_be_visible()
        card.get_by_role("button", name="Close").click()
        expect(row_of(member, "Owner")).to_be_focused()
        member.button("Hide the members").click()
        expect(start).to_be_visible()
        member.link("Back").click()
        expect(channels_of(member)).to_be_visible()
        expect(communities_of(member)).to_be_visible()
        expect(page).to_have_title("Test · Sangha")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("general")

    def test_without_a_mouse(self, room: Crowd, people: People) -> None:
        """From signing in to what can be done in a channel, the focus always to be seen."""
        [owner] = people("owner", path=room.path, signed_in=False)
        page = owner.page
        expect(page.get_by_role("heading", level=1)).to_have_text("Sangha")
        tab_to(owner, owner.button(re.compile("^Continue as Owner")))
        page.keyboard.press("Enter")
        tab_to(owner, communities_of(owner).get_by_role("link", name="Test", exact=True))
        page.keyboard.press("Enter")
        tab_to(owner, owner.button("Test"))
        page.keyboard.press("Enter")
        items = page.get_by_role("menuitem")
        expect(items.first).to_be_focused()
        assert focus_lost(owner) is None
        page.keyboard.press("ArrowDown")
        expect(items.nth(1)).to_be_focused()
        page.keyboard.press("Escape")
        expect(owner.button("Test")).to_be_focused()
        tab_to(owner, channels_of(owner).get_by_role("link", name="general"))
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"/channels/{room.general}$"))
        tab_to(owner, page.get_by_role("main").get_by_role("button", name="Edit the channel"))
        page.keyboard.press("Enter")
        dialog = dialog_of(owner)
        expect(dialog.locator(":focus")).to_have_count(1)
        tab_to(owner, dialog.get_by_role("button", name="Save"))
        page.keyboard.press("Escape")
        expect(owner.button("Edit the channel")).to_be_focused()
        assert focus_lost(owner) is None
