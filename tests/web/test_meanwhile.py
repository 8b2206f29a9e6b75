"""What happens while somebody edits, or waits for an answer: nobody's changes are lost by it."""

import re
from typing import Any

from playwright.sync_api import Locator, expect

from tests.stack import Room
from tests.web.community import channels_of, choose, dialog_of, notices_of, open_card
from tests.web.crowd import Crowd
from tests.web.holding import held
from tests.web.people import People, Person
from tests.web.roles import bar, name_field, page_of, said, save, saved, switch, tab

VIEW = "1024"


def general(room: Room) -> dict[str, Any]:
    """Returns the text channel by the API."""
    channels = room.ask("owner", "GET").raise_for_status().json()["channels"]
    return next(each for each in channels if each["id"] == str(room.general))


def viewers(room: Room) -> set[str] | None:
    """Returns the roles that see the text channel by name; None where everybody does."""
    overwrites = general(room)["overwrites"]
    if not general(room)["private"]:
        return None
    return {each["role_id"] for each in overwrites if each["allow"] == VIEW}


def change(room: Room, **changes: Any) -> None:
    """Has the admin change the text channel."""
    version = room.ask("admin", "GET").json()["version"]
    room.ask(
        "admin", "PATCH", "channels", room.general, json=changes, if_match=f'"{version}"'
    ).raise_for_status()


def seen_by(room: Room, *roles: Any) -> list[dict[str, str]]:
    """Returns the overwrites by which these roles alone see a channel."""
    hidden = {"role_id": str(room.id), "allow": "0", "deny": VIEW}
    return [hidden, *({"role_id": str(role), "allow": VIEW, "deny": "0"} for role in roles)]


def edit(person: Person) -> Locator:
    """Opens the dialog of the channel that is shown."""
    person.button("Edit the channel").click()
    dialog = dialog_of(person)
    expect(dialog.get_by_role("textbox", name="Name")).to_be_visible()
    return dialog


def submit(dialog: Locator) -> None:
    """Saves, and waits until that is done."""
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


class TestChannel:
    def test_a_name_changes_nothing_else(self, room: Crowd, people: People) -> None:
        """Who renames a channel that is made private meanwhile leaves it so, with its roles."""
        [owner] = people("owner", path=f"{room.path}/channels/{room.general}")
        shown = owner.page.get_by_role("main", include_hidden=True)
        dialog = edit(owner)
        change(room, overwrites=seen_by(room, room.moderator))
        expect(shown).to_contain_text("Only the owner sees this channel, and who has one of these")
        dialog.get_by_role("textbox", name="Name").fill("poems")
        submit(dialog)
        assert general(room)["name"] == "poems"
        assert viewers(room) == {str(room.moderator)}
        dialog = edit(owner)
        change(room, overwrites=seen_by(room, room.helper))
        expect(shown).to_contain_text("Helper")
        dialog.get_by_role("textbox", name="Name").fill("poetry")
        submit(dialog)
        assert general(room)["name"] == "poetry"
        assert viewers(room) == {str(room.helper)}

    def test_who_sees_it_is_changed_by_two(self, room: Crowd, people: People) -> None:
        """Each changes a role, and both count; the name stays as the other has changed it."""
        change(room, overwrites=seen_by(room, room.moderator))
        [owner] = people("owner", path=f"{room.path}/channels/{room.general}")
        dialog = edit(owner)
        dialog.get_by_role("checkbox", name="Helper").check()
        change(room, name="poems", overwrites=seen_by(room))
        expect(dialog.get_by_role("heading")).to_have_text("Edit poems")
        submit(dialog)
        assert general(room)["name"] == "poems"
        assert viewers(room) == {str(room.helper)}


class TestSaving:
    def test_a_role(self, room: Crowd, people: People) -> None:
        """What is edited while it is being saved stays, to be saved next, taken back or not."""
        [owner] = people("owner", path=page_of(room, room.helper))
        name_field(owner).fill("Watch")
        with held(owner, "PATCH", "/roles/") as request:
            bar(owner).get_by_role("button", name="Save").click()
            request.wait()
            name_field(owner).fill("Watchers")
            tab(owner, "Permissions")
            switch(owner, "Speak").click()
            request.let_go()
        expect(said(owner)).to_contain_text("The role is saved.")
        expect(switch(owner, "Speak")).to_be_checked()
        expect(bar(owner)).to_contain_text("You have unsaved changes.")
        assert saved(room, room.helper)["name"] == "Watch"
        with held(owner, "PATCH", "/roles/") as request:
            bar(owner).get_by_role("button", name="Save").click()
            request.wait()
            switch(owner, "Speak").click()
            tab(owner, "Looks")
            expect(name_field(owner)).to_have_value("Watchers")
            name_field(owner).fill("Watch")
            request.let_go()
        expect(bar(owner)).to_contain_text("You have unsaved changes.")
        assert saved(room, room.helper)["name"] == "Watchers"
        expect(name_field(owner)).to_have_value("Watch")
        save(owner)
        kept = saved(room, room.helper)
        assert (kept["name"], kept["permissions"]) == ("Watch", "0")

    def test_the_name_of_a_community(self, room: Crowd, people: People) -> None:
        """What is typed while it is being saved stays, to be saved next; who leaves is asked."""
        [owner] = people("owner", path=f"{room.path}/settings/overview")
        name_field(owner).fill("Night")
        with held(owner, "PATCH", "") as request:
            owner.button("Save").click()
            request.wait()
            name_field(owner).fill("Nightwatch")
            request.let_go()
        expect(said(owner)).to_contain_text("The name is saved.")
        expect(name_field(owner)).to_have_value("Nightwatch")
        owner.button("Save").click()
        expect(owner.button("Save")).to_have_count(0)
        assert room.ask("owner", "GET").json()["room"]["name"] == "Nightwatch"
        name_field(owner).fill("Daywatch")
        owner.link("Channels").click()
        dialog_of(owner).get_by_role("button", name="Stay").click()
        expect(name_field(owner)).to_have_value("Daywatch")
        owner.link("Channels").click()
        dialog_of(owner).get_by_role("button", name="Save").click()
        expect(owner.page.get_by_role("heading", name="Voice channels")).to_be_visible()
        assert room.ask("owner", "GET").json()["room"]["name"] == "Daywatch"


class TestCancelled:
    """A dialog that was cancelled while its request was under way leaves the next one alone."""

    def test_deleting_a_channel(self, room: Crowd, people: People) -> None:
        """Its late answer doesn't close the dialog of another channel."""
        [owner] = people("owner", path=f"{room.path}/settings/channels")
        dialog = dialog_of(owner)
        with held(owner, "DELETE", "/channels/") as request:
            owner.button(re.compile("^Delete .*general")).click()
            dialog.get_by_role("button", name="Delete the channel").click()
            request.wait()
            dialog.get_by_role("button", name="Cancel").click()
            owner.button(re.compile("^Edit .*Lounge")).click()
            dialog.get_by_role("textbox", name="Name").fill("Workshop")
            request.let_go()
        expect(said(owner)).to_contain_text("is deleted.")
        expect(dialog.get_by_role("textbox", name="Name")).to_have_value("Workshop")

    def test_making_a_channel(self, room: Crowd, people: People) -> None:
        """Its late answer closes no other dialog, and leads nowhere."""
        [owner] = people("owner", path=f"{room.path}/channels/{room.general}")
        dialog = dialog_of(owner)
        with held(owner, "POST", "/channels") as request:
            choose(owner, "Create channel")
            dialog.get_by_role("textbox", name="Name").fill("poems")
            dialog.get_by_role("button", name="Create the channel").click()
            request.wait()
            dialog.get_by_role("button", name="Cancel").click()
            choose(owner, "Invite people")
            expect(dialog).to_contain_text("Who has the link can join")
            request.let_go()
        expect(said(owner)).to_contain_text("is made.")
        expect(dialog).to_contain_text("Who has the link can join")
        dialog.get_by_role("button", name="Cancel").click()
        expect(channels_of(owner).get_by_role("link")).to_have_text(["general", "poems"])
        expect(owner.page.get_by_role("heading", level=1)).to_have_text("general")

    def test_kicking_somebody(self, room: Crowd, people: People) -> None:
        """Its late answer doesn't close the card of somebody else."""
        [owner] = people("owner", path=room.path)
        with held(owner, "DELETE", "/members/") as request:
            card = open_card(owner, "Member")
            card.get_by_role("button", name="Kick").click()
            owner.button("Kick them").click()
            request.wait()
            owner.button("Cancel").click()
            card.get_by_role("button", name="Close").click()
            open_card(owner, "Mod").get_by_role("button", name="Ban").click()
            reason = owner.page.get_by_role("textbox", name="Reason (optional)")
            reason.fill("Too loud")
            request.let_go()
        expect(notices_of(owner)).to_contain_text("was kicked.")
        expect(reason).to_have_value("Too loud")
