"""What the `web` benchmark asks of a page: signed in, its clicks and what it shows timed inside."""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, WebSocket

WAIT_MS = 20_000

FIND = """
({ channel, name }) => {
  const people = document.querySelector(`ul[aria-label="In ${channel}"]`);
  return people !== null && people.textContent.includes(name);
}
"""
# Both pages run on this machine: their wall clocks are the same one.
WATCH = (
    """
(where) => new Promise((resolve) => {
  const isShown = FIND;
  const look = () => isShown(where) && resolve(performance.timeOrigin + performance.now());
  new MutationObserver((_, observer) => {
    if (isShown(where)) observer.disconnect();
    look();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  look();
})
"""
).replace("FIND", FIND.strip())
CLICKED = """
() => document.addEventListener('click', () => {
  window.clickedAt = performance.timeOrigin + performance.now();
}, { capture: true })
"""
SCRIPTS = """
() => performance.getEntriesByType('resource')
  .filter((entry) => entry.initiatorType === 'script' || entry.name.endsWith('.js'))
  .map((entry) => ({ name: entry.name, bytes: entry.encodedBodySize, at: entry.responseEnd }))
"""


@dataclass
class Seen:
    """What a page sent: requests to any server, and Realtime's heartbeats."""

    requests: list[str]
    frames_sent: int = 0

    @classmethod
    def of(cls, page: Page) -> "Seen":
        """Counts from now on."""
        seen = cls([])

        def sent(request: Request) -> None:
            seen.requests.append(f"{request.method} {request.url}")

        def opened(socket: WebSocket) -> None:
            socket.on("framesent", lambda _frame: seen.count_frame())

        page.on("request", sent)
        page.on("websocket", opened)
        return seen

    def count_frame(self) -> None:
        """One more."""
        self.frames_sent += 1

    def forget(self) -> None:
        """From zero again."""
        self.requests.clear()
        self.frames_sent = 0


def storage(web: str, supabase: str, session: dict[str, Any]) -> Any:
    """Returns a browser's storage in which somebody is signed in, as supabase-js keeps it."""
    host = supabase.partition("//")[2].partition(".")[0].partition(":")[0]
    item = {"name": f"sb-{host}-auth-token", "value": json.dumps(session)}
    return {"cookies": [], "origins": [{"origin": web, "localStorage": [item]}]}


def channel_button(page: Page, channel: str) -> Locator:
    """Returns what joins a voice channel."""
    return page.get_by_role("button", name=re.compile(f"^{channel}, voice channel"))


def open_sidebar(context: BrowserContext, url: str, channel: str) -> tuple[Page, float]:
    """Opens a community; returns the page once its sidebar shows a channel, and how long (ms)."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    channel_button(page, channel).wait_for(timeout=60_000)
    return page, (time.perf_counter() - began) * 1000


def throttled(browser: Browser, state: Any, url: str, channel: str) -> float:
    """Returns the ms of a cold page on a slow phone: a quarter of the CPU, 1.6 Mbit/s, 150 ms."""
    context = browser.new_context(storage_state=state, viewport={"width": 360, "height": 740})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    megabit = 1_000_000 / 8
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 150,
            "downloadThroughput": 1.6 * megabit,
            "uploadThroughput": 0.75 * megabit,
        },
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    channel_button(page, channel).wait_for(timeout=60_000)
    took_ms = (time.perf_counter() - began) * 1000
    context.close()
    return took_ms
