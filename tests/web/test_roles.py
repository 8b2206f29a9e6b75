"""The owner's journey with roles: made, ordered, given, deleted, and held against the API."""

import re

from playwright.sync_api import expect

from local.community import PEOPLE
from local.livekit.server import Server
from tests.stack import Room
from tests.web.calling import curly, eventually, expect_in, in_side, join
from tests.web.club import in_livekit, row_of
from tests.web.colors import color_of, contrast, rgb
from tests.web.losing import Pushes, expect_no_raw_words
from tests.web.people import People, Person
from tests.web.roles import (
    ROLE_OF,
    bar,
    choose,
    everybody_can_use,
    holders,
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

DARK = "#3a1f5c"  # can't be read on dark
LONG = "Keepers of the very long night watch, second part"


class TestMaking:
    def test_from_its_name_to_its_permissions(self, room: Room, people: People) -> None:
        """A role is made by its name, then drawn and empowered, and saved as it was shown."""
        [owner] = people("owner", path=page_of(room))
        owner.link("Create role").click()
        expect(name_field(owner)).to_be_focused()
        owner.page.keyboard.type("  DJ ")
        owner.page.keyboard.press("Enter")
        expect(owner.page.get_by_role("heading", name="DJ", exact=True)).to_be_focused()
        expect(rows(owner)).to_have_text(["Admin", "Moderator", "Helper", "DJ", "@everyone"])
        made = owner.page.url.partition("role=")[2]
        assert saved(room, made) | {"position": 1} == {
            "id": made,
            "name": "DJ",
            "icon": None,
            "color": None,
            "contrast": None,
            "permissions": "0",
            "position": 1,
        }
        expect(bar(owner)).to_have_count(0)

        name_field(owner).fill(LONG)
        owner.button("Badge: No badge").click()
        owner.page.get_by_role("gridcell", name="Music", exact=True).click()
        expect(owner.button("Badge: Music")).to_be_focused()
        owner.page.get_by_role("radio", name="Teal").check()
        tab(owner, "Permissions")
        expect_no_raw_words(owner)
        for label in ("Kick members", "Mute members"):
            switch(owner, label).click()
        everybody_can_use(owner, "roles-unsaved")
        assert saved(room, made)["name"] == "DJ"
        save(owner)
        expect(said(owner)).to_contain_text("The role is saved.")
        kept = saved(room, made)
        assert (kept["name"], kept["icon"], kept["color"]) == (LONG, "music", "#2fa39a")
        assert int(kept["permissions"]) == ROLE_OF["Kick members"] + ROLE_OF["Mute members"]
        owner.page.reload()
        expect(name_field(owner)).to_have_value(LONG)
        expect(owner.button("Badge: Music")).to_be_visible()
        expect(owner.page.get_by_role("radio", name="Teal")).to_be_checked()

    def test_how_well_it_can_be_read(self, room: Room, people: People) -> None:
        """The hints tell the ratio on dark and on light, and a name is drawn to be readable."""
        [owner] = people("owner", path=page_of(room, room.helper))
        field = owner.page.get_by_role("textbox", name="Colour as #rrggbb")
        hints = owner.page.get_by_role("definition")
        field.fill("12")
        expect(hints).to_have_text([re.compile(curly("isn't complete"))] * 2)
        expect(owner.page.get_by_text("A colour is # and six digits or letters")).to_be_visible()
        button = bar(owner).get_by_role("button", name="Save")
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description(curly("The colour isn't complete."))
        field.fill(DARK.upper())
        chips = owner.page.get_by_role("term")
        for place, theme in enumerate(("dark", "light")):
            ground = color_of(chips.nth(place), "backgroundColor")
            ratio = contrast(rgb(DARK), ground)
            words = f"On {theme} {int(ratio * 10) / 10} : 1"  # never better than it is
            needs = " Names need 4.5" if ratio < 4.5 else ", can be read as it is."
            expect(hints.nth(place)).to_contain_text(words)
            expect(hints.nth(place)).to_contain_text(needs)
            drawn = color_of(chips.nth(place).get_by_text("Helper"))
            assert contrast(drawn, ground) >= 4.5
            assert (drawn == rgb(DARK)) == (ratio >= 4.5)
        everybody_can_use(owner, "roles-readability")
        save(owner)
        assert saved(room, room.helper)["color"] == DARK
        owner.page.get_by_role("radio", name="No colour").check()
        expect(hints).to_have_text([re.compile("No colour: the ordinary colour of text")] * 2)
        save(owner)
        assert saved(room, room.helper)["color"] is None

    def test_each_permission_has_its_switch(self, room: Room, people: People) -> None:
        """A permission given elsewhere turns one switch on; all switches turned on give all."""
        [owner] = people("owner", path=page_of(room, room.helper))
        tab(owner, "Permissions")
        switches = owner.page.get_by_role("switch")
        expect(switches).to_have_count(len(ROLE_OF))
        expect(owner.page.get_by_role("switch", checked=True)).to_have_count(0)
        path = ("roles", room.helper)
        for label, value in ROLE_OF.items():
            room.ask("owner", "PATCH", *path, json={"permissions": str(value)}).raise_for_status()
            expect(switch(owner, label)).to_be_checked()
            expect(owner.page.get_by_role("switch", checked=True)).to_have_count(1)
        room.ask("owner", "PATCH", *path, json={"permissions": "0"}).raise_for_status()
        expect(owner.page.get_by_role("switch", checked=True)).to_have_count(0)
        for label in ROLE_OF:
            switch(owner, label).focus()
            owner.page.keyboard.press("Space")
        expect(owner.page.get_by_text("This role may do everything.")).to_be_visible()
        save(owner)
        assert int(saved(room, room.helper)["permissions"]) == sum(ROLE_OF.values())


class TestEverybodyElse:
    def test_sees_it(self, room: Room, people: People, livekit: Server) -> None:
        """Name, badge and colour arrive in the members' list and beside who is in a call."""
        mod, member = people("mod", "member", path=f"/rooms/{room.id}/channels/{room.general}")
        [owner] = people("owner", path=page_of(room, room.moderator))
        join(mod)
        expect_in(member, "Mod, Moderator")
        name_field(owner).fill("Guardian")
        owner.button("Badge: Gavel").click()
        owner.page.get_by_role("gridcell", name="Trophy", exact=True).click()
        owner.page.get_by_role("radio", name="Violet").check()
        save(owner)
        kept = saved(room, room.moderator)
        assert (kept["name"], kept["icon"], kept["color"]) == ("Guardian", "trophy", "#8f6fe0")
        for watcher, row in ((member, "Mod, Guardian"), (mod, "Mod, you, Guardian")):
            expect_in(watcher, row)
            expect(in_side(watcher).locator(".lucide-trophy")).to_be_visible()
        (there,) = in_livekit(livekit, f"{room.id}:{room.lounge}")
        assert row_of(there, watcher=member) == "Mod, Guardian"
        members = member.page.get_by_role("list", name="Guardian, 1")
        expect(members).to_match_aria_snapshot(
            """
            - list "Guardian, 1":
              - listitem:
                - button "Mod Guardian"
            """
        )
        for shown in (in_side(member), members):
            red, green, blue = color_of(shown.get_by_text("Mod", exact=True))
            assert blue > red > green  # violet, in a shade that can be read


class TestOrder:
    def test_by_dragging(self, room: Room, people: People) -> None:
        """A role is dropped where it is let go, for everybody; its name goes along."""
        owner, admin = people("owner", "admin", path=page_of(room))
        expect(rows(owner)).to_have_text(["Admin", "Moderator", "Helper", "@everyone"])
        drag(owner, "Helper", "Admin")
        wanted = ["Helper", "Admin", "Moderator", "@everyone"]
        expect(rows(owner)).to_have_text(wanted)
        eventually(owner, lambda: order(room), wanted)
        expect(rows(admin)).to_have_text(wanted)

    def test_by_the_keyboard(self, room: Room, people: People) -> None:
        """Space picks up and puts down, the arrows move, Escape puts back; each step is said."""
        [owner] = people("owner", path=page_of(room))
        handle = owner.button("Move Helper")
        press = owner.page.keyboard.press
        before = ["Admin", "Moderator", "Helper", "@everyone"]
        handle.focus()
        expect(handle).to_have_accessible_description(
            re.compile("^Press Space to pick the role up")
        )
        press("Space")
        expect(said(owner)).to_contain_text("Picked up: Helper, 3 of 3")
        expect(handle).to_have_attribute("aria-pressed", "true")
        press("ArrowDown")
        expect(said(owner)).to_contain_text("That is the end.")
        press("ArrowUp")
        expect(said(owner)).to_contain_text("Helper, 2 of 3")
        expect(rows(owner)).to_have_text(["Admin", "Helper", "Moderator", "@everyone"])
        expect(handle).to_be_focused()
        everybody_can_use(owner, "roles-picked-up")
        press("Escape")
        expect(said(owner)).to_contain_text("Put back: Helper, 3 of 3")
        expect(rows(owner)).to_have_text(before)
        expect(handle).to_be_focused()
        expect(handle).to_have_attribute("aria-pressed", "false")
        assert order(room) == before
        press("Space")
        press("ArrowUp")
        press("ArrowUp")
        expect(said(owner)).to_contain_text("Helper, 1 of 3")
        assert order(room) == before
        press("Space")
        wanted = ["Helper", "Admin", "Moderator", "@everyone"]
        expect(rows(owner)).to_have_text(wanted)
        expect(handle).to_be_focused()
        expect(handle).to_have_attribute("aria-pressed", "false")
        eventually(owner, lambda: order(room), wanted)

    def test_by_the_menu(self, room: Room, people: People) -> None:
        """A step up or down at a time; at the ends it says why not, and @everyone has no menu."""
        [owner] = people("owner", path=page_of(room))
        expect(owner.button("More for @everyone")).to_have_count(0)
        expect(owner.button("Move @everyone")).to_have_accessible_description(
            "Everyone has it, and it is always the lowest."
        )
        choose(owner, "Helper", "Move up")
        expect(rows(owner)).to_have_text(["Admin", "Helper", "Moderator", "@everyone"])
        expect(said(owner)).to_contain_text("Helper, 2 of 3")
        expect(owner.button("More for Helper")).to_be_focused()
        eventually(owner, lambda: order(room)[1], "Helper")
        choose(owner, "Admin", "Move down")
        wanted = ["Helper", "Admin", "Moderator", "@everyone"]
        expect(rows(owner)).to_have_text(wanted)
        eventually(owner, lambda: order(room), wanted)
        for role, name in (
            ("Helper", "Move up It is the highest already."),
            ("Moderator", "Move down It is the lowest already."),
        ):
            owner.button(f"More for {role}").click()
            expect(owner.page.get_by_role("menuitem", name=name)).to_be_disabled()
            owner.page.keyboard.press("Escape")

    def test_by_two_at_once(self, room: Room, people: People) -> None:
        """Who moves a role in an order that has changed meanwhile sees how it stands, and why."""
        [owner] = people("owner")
        pushes = Pushes(owner)
        owner.go(page_of(room))
        expect(rows(owner)).to_have_count(4)
        owner.expect_errors("status of 412", "WebSocket")
        pushes.cut(for_good=True)
        theirs = [str(role) for role in (room.moderator, room.helper, room.admin)]
        room.ask("owner", "PUT", "roles", json={"order": theirs}).raise_for_status()
        with room.unchanged():
            choose(owner, "Helper", "Move up")
            expect(owner.page.get_by_text("Somebody else has changed the roles")).to_be_visible()
        expect(rows(owner)).to_have_text(["Moderator", "Helper", "Admin", "@everyone"])


class TestMembers:
    def test_given_and_taken(self, room: Room, people: People) -> None:
        """By name, at once, without a save; who has it reads so in their own browser."""
        [owner] = people("owner", path=page_of(room, room.helper))
        [member] = people("member", path=f"/rooms/{room.id}/channels/{room.general}")
        own = member.page.get_by_role("button", name=re.compile("^Member"))
        expect(own).to_have_accessible_name("Member")
        tab(owner, "Members")
        expect(owner.page.get_by_text("0 members have this role")).to_be_visible()
        owner.button("Add members").click()
        owner.page.get_by_role("searchbox", name="Search by name").fill("mem")
        add = owner.page.get_by_role("button", name=re.compile("^Add "))
        expect(add.filter(has_not_text="members")).to_have_count(1)
        owner.button("Add Member").click()
        expect(owner.button("Add Member")).to_have_accessible_description("They have the role now.")
        owner.button("Done").click()
        expect(owner.button("Add members")).to_be_focused()
        expect(owner.page.get_by_text("1 member has this role")).to_be_visible()
        assert holders(room, room.helper) == ["Member"]
        expect(own).to_have_accessible_name("Member Helper")
        owner.button("Take the role from Member").click()
        expect(owner.page.get_by_role("heading", name="0 members have this role")).to_be_focused()
        expect(own).to_have_accessible_name("Member")
        assert holders(room, room.helper) == []


class TestDeleting:
    def test_what_nobody_has(self, room: Room, people: People) -> None:
        """Is asked for once; it is kept if one says so, and then gone for everybody."""
        owner, admin = people("owner", "admin", path=page_of(room, room.helper))
        expect(name_field(admin)).to_have_value("Helper")
        with room.unchanged():
            choose(owner, "Helper", "Delete")
            dialog = owner.page.get_by_role("dialog", name="Delete this role?")
            expect(dialog).to_contain_text(curly("can't be undone"))
            dialog.get_by_role("button", name="Keep it").click()
            expect(dialog).to_have_count(0)
            expect(owner.button("More for Helper")).to_be_focused()
        choose(owner, "Helper", "Delete")
        owner.button("Delete").click()
        expect(rows(owner)).to_have_text(["Admin", "Moderator", "@everyone"])
        expect(owner.page.get_by_role("heading", name="Roles", exact=True)).to_be_focused()
        assert order(room) == ["Admin", "Moderator", "@everyone"]
        expect(admin.page.get_by_text(curly("That role doesn't exist any more."))).to_be_visible()
        expect(rows(admin)).to_have_text(["Admin", "Moderator", "@everyone"])

    def test_what_members_have(self, room: Room, people: People) -> None:
        """Is asked for a second time, naming them; they keep their other roles."""
        path = ("members", PEOPLE["mod"], "roles")
        both = {"roles": [str(room.moderator), str(room.helper)]}
        room.ask("owner", "PUT", *path, json=both).raise_for_status()
        [owner] = people("owner", path=page_of(room))
        owner.expect_errors("status of 409")
        with room.unchanged():
            choose(owner, "Moderator", "Delete")
            owner.button("Delete").click()
            asked = owner.page.get_by_role("dialog", name="Members have this role")
            expect(asked).to_contain_text("Mod has it, and loses it. Their other roles stay.")
            everybody_can_use(owner, "roles-delete-in-use")
        owner.button("Delete it all the same").click()
        expect(rows(owner)).to_have_text(["Admin", "Helper", "@everyone"])
        assert order(room) == ["Admin", "Helper", "@everyone"]
        assert holders(room, room.helper) == ["Mod"]


def drag(person: Person, role: str, onto: str) -> None:
    """Drags a role's row by its handle onto another's, as a hand would: in steps."""
    boxes = [person.button(f"Move {name}").bounding_box() for name in (role, onto)]
    start, end = [
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box
    ]
    mouse = person.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move(start[0], start[1] - 10, steps=3)
    mouse.move(end[0], end[1] - 6, steps=12)
    mouse.up()
