"""The front end in real browsers, on the whole local stack with LiveKit's own server.

How long it takes from one person's click to their name in another's sidebar; what an open sidebar
spends while nothing changes, and while people come and go; how much JavaScript comes before the
sidebar shows, and how long that takes on a slow phone.
"""

import asyncio
import contextlib
import itertools
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench.report import Report, percentile, progress
from bench.stack import LIVEKIT_KEY, LIVEKIT_SECRET, Stack
from bench.web_page import (
    CLICKED,
    FIND,
    SCRIPTS,
    WAIT_MS,
    WATCH,
    Seen,
    channel_button,
    open_sidebar,
    storage,
    throttled,
)
from local import community
from local.community import ROOM, email
from local.livekit import server
from local.serve import free_port, in_thread
from local.web.build import built
from local.web.chromium import FLAGS, program
from local.web.config import Config
from local.web.server import create_app

PASSWORD = "password of the benchmark"
CHANNEL = "Lounge"
WATCHES, JOINS = "member", ("owner", "admin", "mod")
SETTLED_S = 40.0  # LiveKit ends an empty room after 20 s, and tells so
QUIET_S = 600.0
BUSY_S = 60.0
COLD_LOADS = 5
KILOBYTE = 1000
UDP_PORTS = (50500, 50600)


@dataclass
class Site:
    """The running stack with its front end."""

    stack: Stack
    web: str

    @property
    def room(self) -> str:
        """The page of the demo community."""
        return f"{self.web}/rooms/{ROOM}"

    def state(self, person: str) -> Any:
        """Returns a browser's storage in which a demo person is signed in."""
        supabase = self.stack.settings["SUPABASE_URL"]
        answer = httpx.post(
            f"{supabase}/auth/v1/token?grant_type=password",
            json={"email": email(person), "password": PASSWORD},
            headers={"apikey": self.stack.settings["SUPABASE_PUBLISHABLE_KEY"]},
        )
        return storage(self.web, supabase, answer.raise_for_status().json())


@contextlib.contextmanager
def _site() -> Iterator[Site]:
    folder = built(progress)
    binary = server.find_or_build(progress)
    with Stack() as stack, contextlib.ExitStack() as parts:
        stack.start_upstash()
        dsn = stack.start_supabase()
        asyncio.run(community.create(dsn, PASSWORD))
        web_port, livekit_port = free_port(), free_port()
        web = f"http://127.0.0.1:{web_port}"
        stack.settings["SANGHA_ALLOWED_ORIGINS"] = web
        stack.settings["LIVEKIT_URL"] = f"ws://127.0.0.1:{livekit_port}"
        api, _ = stack.start_api()
        parts.enter_context(
            server.running(
                binary,
                api_key=LIVEKIT_KEY,
                api_secret=LIVEKIT_SECRET,
                webhook_url=f"{api}/api/livekit/webhook",
                port=livekit_port,
                udp_ports=UDP_PORTS,
            )
        )
        config = Config.of(stack.settings, api_url=api, demo_password=PASSWORD)
        parts.enter_context(in_thread(create_app(folder, config), web_port))
        yield Site(stack, web)


def run(joins: int = 50, quiet_s: float = QUIET_S) -> Report:
    """Measures `joins` joins, a sidebar that is open for `quiet_s` seconds, and cold loads."""
    report = Report("web")
    with _site() as site, sync_playwright() as playwright:
        watcher = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        joiner = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        _loads(report, site, watcher)
        _joins(report, site, watcher, joiner, joins)
        _spends(report, site, watcher, joiner, quiet_s)
        watcher.close()
        joiner.close()
    return report


def _loads(report: Report, site: Site, browser: Browser) -> None:
    """How much comes before the sidebar shows, and how long that takes."""
    progress("web: loading the page")
    state = site.state(WATCHES)
    context = browser.new_context(storage_state=state)
    page, _ = open_sidebar(context, site.room, CHANNEL)
    scripts = page.evaluate(SCRIPTS)
    context.close()
    report.add(
        "javascript_kb",
        sum(script["bytes"] for script in scripts) / KILOBYTE,
        f"compressed, {len(scripts)} files, all that was loaded until the sidebar showed",
        at_most=170,
    )
    cold = []
    for _ in range(COLD_LOADS):
        context = browser.new_context(storage_state=state)
        cold.append(open_sidebar(context, site.room, CHANNEL)[1])
        context.close()
    report.add("sidebar_ms", statistics.median(cold), f"cold, median of {COLD_LOADS}")
    progress("web: loading the page on a slow phone")
    slow = [throttled(browser, state, site.room, CHANNEL) for _ in range(COLD_LOADS)]
    report.add(
        "sidebar_slow_ms",
        statistics.median(slow),
        f"4 times slower CPU, 1.6 Mbit/s, 150 ms a round trip; {max(slow):.0f} worst",
    )


def _joins(report: Report, site: Site, watcher: Browser, joiner: Browser, joins: int) -> None:
    """From the click to the name in the other's sidebar."""
    sidebar = open_sidebar(
        watcher.new_context(storage_state=site.state(WATCHES)), site.room, CHANNEL
    )[0]
    pages = {}
    for person in JOINS:
        context = joiner.new_context(storage_state=site.state(person), permissions=["microphone"])
        pages[person] = open_sidebar(context, site.room, CHANNEL)[0]
        pages[person].evaluate(CLICKED)
    took_ms = []
    for turn, person in enumerate(itertools.islice(itertools.cycle(JOINS), joins), start=1):
        progress(f"web: join {turn} of {joins}")
        took_ms.append(_one_join(sidebar, pages[person], person.capitalize()))
    report.add("joins", len(took_ms), "one at a time, by three people in turns", at_least=joins)
    report.add("click_to_name_p50_ms", percentile(took_ms, 50))
    p99, worst = percentile(took_ms, 99), f"worst {max(took_ms):.0f}"
    report.add("click_to_name_p99_ms", p99, worst, at_most=500)
    for page in (sidebar, *pages.values()):
        page.context.close()


def _one_join(sidebar: Page, page: Page, name: str) -> float:
    """Joins and leaves; returns the milliseconds from the click until the name was shown."""
    where = {"channel": CHANNEL, "name": name}
    sidebar.evaluate(f"(where) => {{ window.shown = ({WATCH})(where) }}", where)
    channel_button(page, CHANNEL).click()
    shown = sidebar.evaluate("() => window.shown")
    clicked = page.evaluate("() => window.clickedAt")
    page.get_by_role("button", name="Leave the call").click()
    sidebar.wait_for_function(f"(where) => !({FIND})(where)", arg=where, timeout=WAIT_MS)
    return float(shown - clicked)


def _spends(report: Report, site: Site, watcher: Browser, joiner: Browser, quiet_s: float) -> None:
    """What an open sidebar sends and has billed: while nothing changes, then while people come."""
    context = watcher.new_context(storage_state=site.state(WATCHES))
    sidebar = open_sidebar(context, site.room, CHANNEL)[0]
    _idle(sidebar, SETTLED_S, "waiting until LiveKit has ended the calls")
    seen = Seen.of(sidebar)
    site.stack.forget_bill()
    _idle(sidebar, quiet_s, "a sidebar in quiet")
    note = f"billed in {quiet_s / 60:g} quiet minutes"
    report.add("quiet_commands", site.stack.billed(), note, at_most=0)
    report.add("quiet_requests", len(seen.requests), f"by HTTP: {_what(seen)}", at_most=0)
    page = open_sidebar(
        joiner.new_context(storage_state=site.state(JOINS[0]), permissions=["microphone"]),
        *(site.room, CHANNEL),
    )[0]
    page.evaluate(CLICKED)
    seen.forget()
    site.stack.forget_bill()
    began, changes = time.monotonic(), 0
    while time.monotonic() - began < BUSY_S:
        progress(f"web: a busy sidebar, {time.monotonic() - began:.0f} of {BUSY_S:.0f} s")
        _one_join(sidebar, page, JOINS[0].capitalize())
        changes += 2
        sidebar.wait_for_timeout(3500)
    report.add("busy_changes", changes, f"joins and leaves in {BUSY_S:.0f} s")
    report.add(
        "busy_commands_a_change",
        site.stack.billed() / changes,
        "billed: one a webhook, one for half of them a token",
    )
    report.add("busy_requests", len(seen.requests), f"by the sidebar that watches: {_what(seen)}")
    context.close()


def _what(seen: Seen) -> str:
    return ", ".join(sorted(set(seen.requests))) or "none"


def _idle(page: Page, seconds: float, what: str) -> None:
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        progress(f"web: {what}, {passed:.0f} of {seconds:.0f} s")
        page.wait_for_timeout(min(10.0, seconds - passed) * 1000)
