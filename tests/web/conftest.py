"""The front end, built and served before the stack, and people at browsers of their own."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.errors import DeployError
from local.livekit.server import Server
from local.serve import free_port, in_thread
from local.web.build import built
from local.web.chromium import program
from local.web.config import Config
from local.web.server import create_app
from tests.stack import PAGE_ORIGIN, PASSWORD, Stack
from tests.web import browser
from tests.web.browser import Browsers
from tests.web.club import Club
from tests.web.crowd import Crowd
from tests.web.looks import SCREENSHOTS
from tests.web.people import Memory, People

_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def page_port() -> int:
    """Port that the front end is served at, by whichever module is at work."""
    return free_port()


@pytest.fixture(scope="session")
def browsers(page_port: int) -> Iterator[Browsers]:
    """Everybody's browser, in which the page has the origin that the API allows."""
    try:
        executable = program()
    except RuntimeError as error:
        pytest.skip(str(error))
    host = PAGE_ORIGIN.removeprefix("http://")
    with browser.running(executable, f"MAP {host}:80 127.0.0.1:{page_port}") as running:
        yield running


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The front end as its sources are now."""
    try:
        return built(print)
    except DeployError as error:
        if "install Node" not in str(error):
            raise
        pytest.skip(f"{error}: the front end was not tested")


@pytest.fixture(scope="module")
def page_url(_stack: Stack, livekit: Server, built_page: Path, page_port: int) -> Iterator[str]:
    """Address of the front end of the stack with LiveKit's own server, for HTTP without names."""
    api_url = os.environ["SANGHA_PUBLIC_URL"]
    config = Config.of(os.environ, api_url=api_url, demo_password=PASSWORD)
    with in_thread(create_app(built_page, config), page_port) as url:
        yield url


@pytest.fixture(scope="session")
def memory() -> Memory:
    """The sessions of those who signed in once."""
    return Memory()


@pytest.fixture
def people(
    stack: Stack,
    page_url: str,
    browsers: Browsers,
    memory: Memory,
    request: pytest.FixtureRequest,
) -> Iterator[People]:
    """Opens browsers, and asserts in the end that nothing went wrong in them."""
    opened = People(browsers, memory, stack)
    yield opened
    pictures = None
    if request.node.stash.get(_FAILED, False):
        name = re.sub(r"\W+", "-", request.node.nodeid.partition("::")[2]).strip("-")
        pictures = SCREENSHOTS / f"failed-{name}"
    opened.leave(pictures)


@pytest.fixture
def room(stack: Stack, migrated_dsn: str) -> Iterator[Crowd]:
    """A room of this test's own, without a call."""
    made = Crowd(stack, migrated_dsn)
    made.create()
    yield made
    made.delete()


@pytest.fixture
def club(stack: Stack, migrated_dsn: str) -> Iterator[Club]:
    """A room of this test's own."""
    made = Club(stack, migrated_dsn)
    made.create()
    yield made
    made.delete()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Has the body of a test with browsers run where Playwright lives."""
    browsers = pyfuncitem.funcargs.get("browsers")
    if isinstance(browsers, Browsers):
        pyfuncitem.obj = browser.on_stage(browsers.stage, pyfuncitem.obj)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remembers that a test failed, for its pictures."""
    report = yield
    if call.when == "call":
        item.stash[_FAILED] = call.excinfo is not None
    return report
