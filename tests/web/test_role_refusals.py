"""What a moderator and a member may not do with roles: it says why, and nothing is written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Request, expect

from local.community import PEOPLE
from tests.stack import Room
from tests.web.calling import curly, eventually
from tests.web.looks import settle
from tests.web.people import People, Person
from tests.web.roles import (
    ROLE_OF,
    bar,
    everybody_can_use,
    holders,
    name_field,
    order,
    page_of,
    rows,
    save,
    saved,
    switch,
    tab,
)

NOT_BELOW = curly("It isn't below your highest role.")
NOT_YOURS = curly("You don't have this permission yourself.")
READING_ONLY = curly(
    "You can look at the roles, but not change them: you don't have the permission “Manage roles”."
)
LACKED = ("Manage channels", "Manage the community", "Administrator")
CONTROLS = "button, [role=switch], input:not([aria-hidden=true])"


@dataclass
class Writes:
    """What a page has asked the API to change."""

    person: Person
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.person.page.on("request", self._keep)

    def _keep(self, request: Request) -> None:
        if "/api/" in request.url and request.method not in ("GET", "OPTIONS"):
            self.found.append(f"{request.method} {request.url}")


@contextmanager
def nothing_written(room: Room, person: Person) -> Iterator[None]:
    """Asserts that a page asks for no change, and that the room stays as it is."""
    writes = Writes(person)
    with room.unchanged():
        yield
        person.page.evaluate("0")  # what it has asked so far comes before the answer
        assert writes.found == []
    expect(bar(person)).to_have_count(0)


def why(person: Person) -> Locator:
    """Returns what says that somebody only reads: above the roles, and of their colour."""
    return person.page.get_by_text(READING_ONLY, exact=True)


def press(within: Locator, *keys: str) -> list[str]:
    """Clicks on all controls there are, whatever they say, and presses keys; returns their names.

    A switch that gave way would be left the other way round, so that there is something to save.
    """
    pressed = []
    for control in within.locator(CONTROLS).all():
        if not control.is_visible():
            continue
        pressed.append(control.evaluate("(it) => it.ariaLabel ?? it.textContent"))
        control.click(force=True)
        for key in keys:
            control.press(key)
    return pressed


def press_panels(person: Person) -> list[str]:
    """Presses all on each part of a role's page."""
    pressed = []
    for part in person.page.get_by_role("tab").all():
        part.click()
        settle(person)  # who has the role is read
        pressed += press(person.page.get_by_role("tabpanel"), "x")
    return pressed


def press_handle(person: Person, role: str) -> None:
    """Picks a role up by the keyboard, moves it a place up and puts it down."""
    for key in ("Space", "ArrowUp", "Enter"):
        person.button(f"Move {role}").press(key)


def press_menus(person: Person) -> list[str]:
    """Presses all that the menus of the roles have; returns their names."""
    page = person.page
    listed = page.get_by_role("list", name="Roles, the highest first")
    pressed = []
    for more in listed.get_by_role("button", name=re.compile("^More for ")).all():
        more.click()
        expect(page.get_by_role("menuitem")).to_have_count(3)
        settle(person)  # a press beside what still moves would close it
        for item in page.get_by_role("menuitem").all():
            pressed.append(item.inner_text())
            item.click(force=True)
            item.focus()
            page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        expect(page.get_by_role("menuitem")).to_have_count(0)
    return pressed


def test_presses_are_noticed(room: Room, people: People) -> None:
    """By somebody who may, those that change nothing below leave much to save, and an order."""
    [owner] = people("owner", path=page_of(room, room.helper))
    tab(owner, "Permissions")
    assert len(press(owner.page.get_by_role("tabpanel"), "x")) == len(ROLE_OF)
    expect(bar(owner)).to_be_visible()
    writes = Writes(owner)
    press_handle(owner, "Helper")
    eventually(owner, lambda: order(room)[1], "Helper")
    assert [each.partition(" ")[0] for each in writes.found] == ["PUT"]


class TestModerator:
    def test_the_list(self, room: Room, people: People) -> None:
        """Their own role and those above say that they aren't below; lower ones can be moved."""
        [mod] = people("mod", path=page_of(room))
        expect(rows(mod)).to_have_count(4)
        for name in ("Admin", "Moderator"):
            expect(mod.button(f"Move {name}")).to_be_disabled()
            expect(mod.button(f"Move {name}")).to_have_accessible_description(NOT_BELOW)
            mod.button(f"More for {name}").click()
            for item in ("Move up", "Move down", "Delete"):
                found = mod.page.get_by_role("menuitem", name=f"{item} {NOT_BELOW}", exact=True)
                expect(found).to_be_disabled()
            mod.page.keyboard.press("Escape")
            expect(mod.page.get_by_role("menuitem")).to_have_count(0)
        expect(mod.button("Move Helper")).to_be_enabled()
        mod.button("More for Helper").click()
        expect(
            mod.page.get_by_role(
                "menuitem", name=curly("Move up It can't go above your own roles.")
            )
        ).to_be_disabled()
        expect(mod.page.get_by_role("menuitem", name="Delete", exact=True)).to_be_enabled()

    @pytest.mark.parametrize("role", ["admin", "moderator"])
    def test_a_role_that_is_not_below(self, room: Room, people: People, role: str) -> None:
        """Is shown and says why it can't be changed; whatever is pressed, nothing is written."""
        shown = getattr(room, role)
        [mod] = people("mod", path=page_of(room, shown))
        with nothing_written(room, mod):
            why = f"You can look at this role, but not change it. {NOT_BELOW}"
            expect(mod.page.get_by_text(why)).to_be_visible()
            expect(name_field(mod)).to_have_value(saved(room, shown)["name"])
            expect(name_field(mod)).not_to_be_editable()
            badge = mod.button(re.compile("^Badge: "))
            expect(badge).to_be_disabled()
            expect(badge).to_have_accessible_description(NOT_BELOW)
            colors = mod.page.get_by_role("group", name="Colour")
            expect(colors).to_have_accessible_description(NOT_BELOW)
            expect(colors.get_by_role("radio", disabled=True)).to_have_count(13)
            tab(mod, "Permissions")
            expect(mod.page.get_by_role("switch", disabled=True)).to_have_count(len(ROLE_OF))
            tab(mod, "Members")
            add = mod.button("Add members")
            expect(add).to_be_disabled()
            expect(add).to_have_accessible_description(NOT_BELOW)
            holder = {"admin": "Admin", "moderator": "Mod"}[role]
            everybody_can_use(mod, f"roles-locked-{role}")
            take = mod.button(f"Take the role from {holder}")
            expect(take).to_be_disabled()
            expect(take).to_have_accessible_description(NOT_BELOW)
            tab(mod, "Looks")
            pressed = press_panels(mod)
            assert {"Add members", f"Take the role from {holder}"} < set(pressed)
            assert len(pressed) > len(ROLE_OF) + 13

    def test_permissions_that_they_lack(self, room: Room, people: People) -> None:
        """Can't be given to a lower role, and say why; those that they have can."""
        [mod] = people("mod", path=page_of(room, room.helper))
        tab(mod, "Permissions")
        with nothing_written(room, mod):
            for label in LACKED:
                expect(switch(mod, label)).to_be_disabled()
                expect(switch(mod, label)).to_have_accessible_description(
                    re.compile(f"{re.escape(NOT_YOURS)}$")
                )
                switch(mod, label).click(force=True)
                switch(mod, label).focus()
                mod.page.keyboard.press("Space")
                expect(switch(mod, label)).not_to_be_checked()
            everybody_can_use(mod, "roles-permissions-lacked")
        enabled = mod.page.get_by_role("switch", disabled=False)
        expect(enabled).to_have_count(len(ROLE_OF) - len(LACKED))
        for label in ROLE_OF:
            if label not in LACKED:
                switch(mod, label).click()
        save(mod)
        given = sum(ROLE_OF.values()) - sum(ROLE_OF[label] for label in LACKED)
        assert int(saved(room, room.helper)["permissions"]) == given

    def test_a_permission_that_is_there(self, room: Room, people: People) -> None:
        """Of a lower role, which they lack, they may take: once saved, they can't give it back."""
        value = {"permissions": str(ROLE_OF["Manage channels"])}
        room.ask("owner", "PATCH", "roles", room.helper, json=value).raise_for_status()
        [mod] = people("mod", path=page_of(room, room.helper))
        tab(mod, "Permissions")
        manage = switch(mod, "Manage channels")
        expect(manage).to_be_checked()
        expect(manage).to_have_accessible_description(re.compile(curly("you can't give it back")))
        manage.click()
        save(mod)
        assert saved(room, room.helper)["permissions"] == "0"
        expect(manage).to_be_disabled()
        expect(manage).to_have_accessible_description(re.compile(f"{re.escape(NOT_YOURS)}$"))

    def test_whom_they_can_give_a_role(self, room: Room, people: People) -> None:
        """Those below them and themselves; of the others it says why not."""
        [mod] = people("mod", path=page_of(room, room.helper))
        tab(mod, "Members")
        mod.button("Add members").click()
        with nothing_written(room, mod):
            for name, why in (
                ("Owner", curly("They own the community: nobody changes the owner's roles.")),
                ("Admin", curly("Their highest role isn't below yours.")),
            ):
                add = mod.button(f"Add {name}")
                expect(add).to_be_disabled()
                expect(add).to_have_accessible_description(why)
                add.click(force=True)
                add.focus()
                mod.page.keyboard.press("Enter")
            everybody_can_use(mod, "roles-whom-to-give")
        mod.button("Add Member").click()
        expect(mod.button("Add Member")).to_have_accessible_description("They have the role now.")
        assert holders(room, room.helper) == ["Member"]

    def test_a_role_with_a_permission_that_they_lack(self, room: Room, people: People) -> None:
        """They can't give it to anybody, and may take it from who stands below."""
        value = {"permissions": str(ROLE_OF["Administrator"])}
        room.ask("owner", "PATCH", "roles", room.helper, json=value).raise_for_status()
        room.sql(
            "insert into public.room_user_roles (room_id, user_id, role_id) values ($1, $2, $3)",
            room.id,
            PEOPLE["member"],
            room.helper,
        )
        [mod] = people("mod", path=page_of(room, room.helper))
        tab(mod, "Members")
        with nothing_written(room, mod):
            mod.button("Add members").click()
            add = mod.button("Add Mod")
            why = curly("The role has “Administrator”, which you don't have yourself.")
            expect(add).to_have_accessible_description(why)
            add.click(force=True)
            mod.button("Done").click()
        mod.button("Take the role from Member").click()
        expect(mod.page.get_by_text("0 members have this role")).to_be_visible()
        assert holders(room, room.helper) == []


class TestMember:
    def test_reads_only(self, room: Room, people: People) -> None:
        """All roles are shown with the reason once; whatever is pressed, nothing is written."""
        [member] = people("member", path=page_of(room, room.helper))
        with nothing_written(room, member):
            expect(why(member).first).to_be_visible()
            expect(member.link("Create role")).to_have_count(0)
            expect(name_field(member)).not_to_be_editable()
            tab(member, "Permissions")
            expect(member.page.get_by_role("switch", disabled=True)).to_have_count(len(ROLE_OF))
            everybody_can_use(member, "roles-of-a-member")
            pressed = press_panels(member) + press_menus(member)
            assert "Add members" in pressed
            assert sum(name.startswith("Delete") for name in pressed) == 3
            for role in ("Admin", "Moderator", "Helper", "@everyone"):
                press_handle(member, role)
        rows(member).get_by_text("@everyone").click()
        with nothing_written(room, member):
            expect(
                member.page.get_by_text("Everyone in the community has this role")
            ).to_be_visible()
            pressed = press(member.page.get_by_role("region", name="@everyone"))
            assert len(pressed) == len(ROLE_OF)

    def test_a_new_role(self, room: Room, people: People) -> None:
        """Can't be made by an address that was sent to them, either."""
        [member] = people("member", path=page_of(room, "new"))
        expect(why(member).first).to_be_visible()
        expect(name_field(member)).to_have_count(0)
        expect(member.button("Create")).to_have_count(0)

    def test_who_becomes_a_moderator(self, room: Room, people: People) -> None:
        """May change what is below them from that moment on, and not a moment longer."""
        [member] = people("member", path=page_of(room, room.helper))
        member.expect_errors("status of 403")
        expect(member.button("Move Helper")).to_be_disabled()
        path = ("members", PEOPLE["member"], "roles")
        given = {"roles": [str(room.moderator)]}
        room.ask("owner", "PUT", *path, json=given).raise_for_status()
        expect(member.button("Move Helper")).to_be_enabled()
        expect(why(member)).to_have_count(0)
        name_field(member).fill("Nightwatch")
        expect(bar(member)).to_be_visible()
        room.ask("owner", "PUT", *path, json={"roles": []}).raise_for_status()
        expect(why(member).first).to_be_visible()
        expect(name_field(member)).not_to_be_editable()
        with room.unchanged():
            bar(member).get_by_role("button", name="Save").click()
            expect(bar(member)).to_contain_text(curly("You don't have the permission to do this."))
        bar(member).get_by_role("button", name="Reset").click()
        expect(name_field(member)).to_have_value("Helper")
