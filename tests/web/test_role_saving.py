"""Changes of a role that aren't saved, are saved by two at once, or too often: none is lost."""

import re

from playwright.sync_api import expect

from common.rate_limit import Rule
from tests.limits import spend
from tests.stack import Room, Stack
from tests.web.losing import Pushes
from tests.web.people import People
from tests.web.roles import (
    ROLE_OF,
    bar,
    everybody_can_use,
    name_field,
    order,
    page_of,
    rows,
    said,
    save,
    saved,
    switch,
    tab,
)

RULE = Rule("write", 60)
WAIT_MS = 4_500


class TestUnsaved:
    def test_can_be_taken_back(self, room: Room, people: People) -> None:
        """Reset shows what is saved; a change undone by hand leaves nothing to save."""
        [owner] = people("owner", path=page_of(room, room.helper))
        with room.unchanged():
            name_field(owner).fill("Nightwatch")
            expect(said(owner)).to_contain_text("There are unsaved changes.")
            owner.page.get_by_role("radio", name="Red").check()
            tab(owner, "Permissions")
            switch(owner, "Speak").click()
            bar(owner).get_by_role("button", name="Reset").click()
            expect(bar(owner)).to_have_count(0)
            expect(switch(owner, "Speak")).not_to_be_checked()
            tab(owner, "Looks")
            expect(name_field(owner)).to_have_value("Helper")
            expect(owner.page.get_by_role("radio", name="No colour")).to_be_checked()
            name_field(owner).fill("Helpers")
            expect(bar(owner)).to_be_visible()
            name_field(owner).fill("Helper")
            expect(bar(owner)).to_have_count(0)

    def test_leaving_asks(self, room: Room, people: People) -> None:
        """By a link, by the way back, and by closing: who stays finds what they typed."""
        [owner] = people("owner", path=page_of(room, room.moderator))
        rows(owner).get_by_text("Helper").click()
        name_field(owner).fill("Nightwatch")
        expect(bar(owner)).to_be_visible()
        dialog = owner.page.get_by_role("dialog", name="Leave without saving?")
        with room.unchanged():
            rows(owner).get_by_text("Admin").click()
            everybody_can_use(owner, "roles-leave")
            dialog.get_by_role("button", name="Stay").click()
            expect(dialog).to_have_count(0)
            owner.page.go_back()
            expect(dialog).to_be_visible()
            owner.page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
            expect(name_field(owner)).to_have_value("Nightwatch")
            with owner.page.expect_event("dialog") as asked:
                owner.page.close(run_before_unload=True)
            assert asked.value.type == "beforeunload"
            asked.value.dismiss()
            expect(name_field(owner)).to_have_value("Nightwatch")
            owner.page.go_back()
            dialog.get_by_role("button", name="Leave and lose them").click()
            expect(name_field(owner)).to_have_value("Moderator")
            expect(bar(owner)).to_have_count(0)

    def test_leaving_saves(self, room: Room, people: People) -> None:
        """Who chooses to save is where they wanted to go once it is saved."""
        [owner] = people("owner", path=page_of(room, room.helper))
        name_field(owner).fill("Nightwatch")
        rows(owner).get_by_text("Moderator").click()
        dialog = owner.page.get_by_role("dialog", name="Leave without saving?")
        dialog.get_by_role("button", name="Save").click()
        expect(name_field(owner)).to_have_value("Moderator")
        assert saved(room, room.helper)["name"] == "Nightwatch"


class TestTwoAtOnce:
    def test_each_hears_of_the_other(self, room: Room, people: People) -> None:
        """Before saving: what the other has changed is said, and both changes are kept."""
        owner, admin = people("owner", "admin", path=page_of(room, room.helper))
        name_field(owner).fill("Nightwatch")
        admin.page.get_by_role("radio", name="Teal").check()
        save(admin)
        expect(bar(owner)).to_contain_text("Somebody else has changed this role meanwhile")
        expect(bar(owner)).to_contain_text("its colour is #2fa39a now")
        everybody_can_use(owner, "roles-changed-by-others")
        expect(name_field(owner)).to_have_value("Nightwatch")
        save(owner)
        kept = saved(room, room.helper)
        assert (kept["name"], kept["color"]) == ("Nightwatch", "#2fa39a")
        expect(name_field(admin)).to_have_value("Nightwatch")

    def test_who_has_not_heard(self, room: Room, people: People) -> None:
        """Is refused, keeps what they typed, is told what the other did, and saves over it."""
        [owner] = people("owner")
        owner.expect_errors("status of 412", "WebSocket")
        pushes = Pushes(owner)
        owner.go(page_of(room, room.helper))
        [admin] = people("admin", path=page_of(room, room.helper))
        name_field(owner).fill("Nightwatch")
        pushes.cut(for_good=True)
        name_field(admin).fill("Daywatch")
        tab(admin, "Permissions")
        switch(admin, "Speak").click()
        save(admin)
        with room.unchanged():
            bar(owner).get_by_role("button", name="Save").click()
            expect(bar(owner)).to_contain_text("Somebody else has changed this role meanwhile")
            expect(bar(owner)).to_contain_text(
                "its name is \u2068Daywatch\u2069 now, “Speak” is on now"
            )
        expect(name_field(owner)).to_have_value("Nightwatch")
        save(owner)
        kept = saved(room, room.helper)
        assert (kept["name"], int(kept["permissions"])) == ("Nightwatch", ROLE_OF["Speak"])
        tab(admin, "Looks")
        expect(name_field(admin)).to_have_value("Nightwatch")

    def test_something_else_was_changed(self, room: Room, people: People) -> None:
        """Another role, say: it is saved all the same, without a question."""
        [owner] = people("owner")
        owner.expect_errors("status of 412", "WebSocket")
        pushes = Pushes(owner)
        owner.go(page_of(room, room.helper))
        name_field(owner).fill("Nightwatch")
        pushes.cut(for_good=True)
        room.ask(
            "admin", "PATCH", "roles", room.moderator, json={"name": "Judge"}
        ).raise_for_status()
        save(owner)
        assert order(room) == ["Admin", "Judge", "Nightwatch", "@everyone"]
        expect(rows(owner)).to_have_text(["Admin", "Judge", "Nightwatch", "@everyone"])


class TestTooManyWrites:
    def test_it_is_saved_by_itself(self, room: Room, people: People, stack: Stack) -> None:
        """With a countdown; nothing is written before it ends, and nothing typed is lost."""
        [owner] = people("owner", path=page_of(room, room.helper))
        owner.expect_errors("status of 429")
        name_field(owner).fill("Nightwatch")
        spend(stack, RULE, owner.user_id, WAIT_MS)
        with room.unchanged():
            bar(owner).get_by_role("button", name="Save").click()
            expect(bar(owner)).to_contain_text(re.compile("It is saved by itself in [1-5] s"))
            expect(bar(owner)).to_contain_text("It is saved by itself in 3 s")
            expect(bar(owner).get_by_role("button", name="Save")).to_be_disabled()
            expect(name_field(owner)).to_have_value("Nightwatch")
        expect(bar(owner)).to_have_count(0)
        expect(said(owner)).to_contain_text("The role is saved.")
        assert saved(room, room.helper)["name"] == "Nightwatch"

    def test_a_new_role_waits(self, room: Room, people: People, stack: Stack) -> None:
        """Its name stays in the field, and the button counts until it can be made."""
        [owner] = people("owner", path=page_of(room, "new"))
        owner.expect_errors("status of 429")
        spend(stack, RULE, owner.user_id, WAIT_MS)
        with room.unchanged():
            name_field(owner).fill("DJ")
            owner.button("Create").click()
            expect(owner.button(re.compile(r"^Create \(in [1-5] s\)$"))).to_be_disabled()
            everybody_can_use(owner, "roles-too-many")
        owner.button("Create").click()
        expect(owner.page.get_by_role("heading", name="DJ", exact=True)).to_be_visible()
        assert order(room) == ["Admin", "Moderator", "Helper", "DJ", "@everyone"]
