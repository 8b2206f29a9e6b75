"""People at their own browsers, signed in: how a test of the front end begins."""

import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
from playwright.sync_api import BrowserContext, Error, Locator, Page, StorageState, expect

from local.community import PEOPLE
from tests.stack import PAGE_ORIGIN, PUBLISHABLE_KEY, Stack
from tests.web.browser import Browsers
from tests.web.watch import Watch

WIDE = (1280, 800)
TIMEOUT_MS = 10_000.0  # patient, for a busy machine
REMEMBERED_S = 1800.0  # half of how long an access token holds
_DENY = """
navigator.mediaDevices.getUserMedia = () =>
  Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
"""
Theme = Literal["light", "dark"]

expect.set_options(timeout=TIMEOUT_MS)


@dataclass
class Person:
    """Somebody at their browser.

    Attributes:
        name: as in local.community.PEOPLE.
        user_id: empty for somebody who isn't one of them.
        page: their first tab.
        watch: what went wrong in their tabs.
    """

    name: str
    user_id: str
    page: Page
    context: BrowserContext
    watch: Watch

    def go(self, path: str) -> None:
        """Opens an address of the front end, as if typed."""
        self.page.goto(f"{PAGE_ORIGIN}{path}")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """Returns the button of this exact name, or whose name the pattern finds."""
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str | re.Pattern[str]) -> Locator:
        """Returns the link of this exact name, or whose name the pattern finds."""
        return self.page.get_by_role("link", name=name, exact=True)

    def deny_microphone(self) -> None:
        """Has the browser refuse the microphone, from the next page that is opened."""
        self.context.add_init_script(_DENY)

    def expect_errors(self, *patterns: str) -> None:
        """Lets the console have errors that match, of requests that the test makes fail."""
        self.watch.expect(*patterns)


@dataclass
class Memory:
    """How people have signed in before, for the whole run."""

    kept: dict[str, tuple[StorageState, float]] = field(default_factory=dict)

    def of(self, name: str, supabase_url: str) -> StorageState | None:
        """Returns the storage of somebody who has signed in, while their session holds."""
        state, since = self.kept.get(name, (None, 0.0))
        if state is None or time.monotonic() - since > REMEMBERED_S:
            return None
        headers = {"apikey": PUBLISHABLE_KEY, "Authorization": f"Bearer {_token(state)}"}
        asked = httpx.get(f"{supabase_url}/auth/v1/user", headers=headers)
        return state if asked.is_success else None

    def keep(self, name: str, state: StorageState) -> None:
        """Remembers somebody's storage right after they signed in."""
        self.kept[name] = (state, time.monotonic())


def _token(state: StorageState) -> str:
    """Returns the access token that supabase-js keeps in a browser's storage."""
    (kept,) = [
        item["value"]
        for origin in state["origins"]
        for item in origin["localStorage"]
        if item["name"].endswith("-auth-token")
    ]
    return str(json.loads(kept)["access_token"])


@dataclass
class People:
    """Opens browsers for a test, and sees to it that nothing went wrong in them."""

    browsers: Browsers
    memory: Memory
    stack: Stack
    opened: list[Person] = field(default_factory=list)

    def __call__(
        self,
        *names: str,
        path: str = "/",
        signed_in: bool = True,
        viewport: tuple[int, int] = WIDE,
        color_scheme: Theme = "light",
        reduced_motion: bool = False,
        touch: bool = False,
    ) -> list[Person]:
        """Gives each a browser process of their own with a fresh context, at `path`.

        Args:
            names: of local.community.PEOPLE; any, where they are not signed in. One who comes twice
                has two windows that know nothing of each other, as on two devices.
            path: where they are in the front end.
            signed_in: by the one-click button the first time, then by what it left in the storage.
            viewport: width and height of the window.
            color_scheme: what their system prefers.
            reduced_motion: whether their system asks for it.
            touch: whether they have a screen to touch.
        """
        options = {
            "viewport": {"width": viewport[0], "height": viewport[1]},
            "color_scheme": color_scheme,
            "reduced_motion": "reduce" if reduced_motion else "no-preference",
            "has_touch": touch,
        }

        def come() -> list[Person]:
            return [self._open(name, options, path=path, signed_in=signed_in) for name in names]

        return self.browsers.stage.run(come)

    def _open(self, name: str, options: dict[str, Any], *, path: str, signed_in: bool) -> Person:
        if signed_in and name not in PEOPLE:
            raise ValueError(f"nobody is called {name}: one of {', '.join(PEOPLE)}")
        known = self.memory.of(name, self.stack.supabase_url) if signed_in else None
        context = self.browsers.of(name).new_context(
            storage_state=known, locale="en-GB", timezone_id="UTC", **options
        )
        context.set_default_timeout(TIMEOUT_MS)
        watch = Watch()
        watch.follow(context)
        user_id = str(PEOPLE.get(name, ""))
        person = Person(name, user_id, context.new_page(), context, watch)
        self.opened.append(person)
        if signed_in and known is None:
            self._sign_in(person)
            if path != "/":
                person.go(path)
        else:
            person.go(path)
        return person

    def _sign_in(self, person: Person) -> None:
        person.go("/")
        button = person.button(re.compile(rf"^Continue as {person.name.capitalize()}\b"))
        button.click()
        expect(button).to_have_count(0)
        self.memory.keep(person.name, person.context.storage_state())

    def leave(self, pictures: Path | None) -> None:
        """Has everybody leave, out of their calls too; AssertionError for what went wrong.

        Args:
            pictures: the start of the names of screenshots of what they see last, if wanted.
        """
        self.browsers.stage.run(lambda: self._leave(pictures))

    def _leave(self, pictures: Path | None) -> None:
        found = []
        for number, person in enumerate(self.opened):
            for page in person.context.pages:
                with contextlib.suppress(Error):
                    page.evaluate("0")  # what it has told so far comes before the answer
                    if pictures is not None:
                        page.screenshot(path=f"{pictures}-{number}-{person.name}.png")
            found += [f"{person.name}: {each}" for each in person.watch.taken()]
            person.context.close()  # its pages say goodbye to LiveKit
        self.opened.clear()
        assert not found, "\n".join(found)
