"""How people lose the network or their pushes, and what they must not be shown then."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import WebSocketRoute, expect

from tests.web.people import WIDE, Person

NARROW = 360

_RAW = re.compile(
    r"\w*Error\b|\bundefined\b|\bnull\b|\bNaN\b|\bfetch\b|\[object|[{}<>]|\b[a-z]+_[a-z_]+\b"
    r"|\b[45]\d\d\b|\bHTTP\b|\bJSON\b",
)


@contextmanager
def network_lost(person: Person) -> Iterator[None]:
    """Cuts somebody's whole browser from the network, as when the Wi-Fi goes.

    Chromium's own "offline" (`set_offline`) tells the page so and fails new requests, but goes on
    with open WebSockets and with WebRTC. So the process that has all its sockets is stopped too:
    nothing is sent, nothing is read, and nothing is closed.
    """
    browser = person.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    commands = {each["id"]: Path(f"/proc/{each['id']}/cmdline") for each in processes}
    (network,) = [pid for pid, path in commands.items() if "NetworkService" in path.read_text()]
    person.context.set_offline(True)
    os.kill(network, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(network, signal.SIGCONT)
        person.context.set_offline(False)


@dataclass
class Pushes:
    """A person's socket to Realtime, from the next page on: it can be cut, and be kept cut."""

    person: Person
    is_away: bool = False
    opened: list[WebSocketRoute] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.person.context.route_web_socket(re.compile("/realtime/v1/websocket"), self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        if self.is_away:
            socket.close()
            return
        socket.connect_to_server()
        self.opened.append(socket)

    def cut(self, *, for_good: bool = False) -> None:
        """Closes it; supabase-js opens it again, in vain while it is away `for_good`."""
        self.is_away = for_good
        for socket in self.opened:
            socket.close()
        self.opened.clear()


def expect_no_raw_words(person: Person) -> None:
    """AssertionError for what is written for developers: on the page, or in what readers say."""
    said = person.page.locator("body").aria_snapshot()
    shown = "\n".join(line for line in said.splitlines() if "- /url:" not in line)
    found = _RAW.findall(shown + person.page.locator("body").inner_text())
    assert not found, f"{found} in\n{shown}"


def expect_said_once(person: Person, words: str | re.Pattern[str]) -> None:
    """Waits until one live region says it, beside the side and where there is no room for that."""
    width, height = WIDE
    for narrower in (width, NARROW):
        person.page.set_viewport_size({"width": narrower, "height": height})
        said = person.page.get_by_role("status").or_(person.page.get_by_role("alert"))
        expect(said.filter(has_text=words)).to_have_count(1)
    person.page.set_viewport_size({"width": width, "height": height})
