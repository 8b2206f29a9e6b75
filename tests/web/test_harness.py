"""What the other tests here rely on: a check that can't fail would be worth nothing."""

import asyncio
from collections.abc import Iterator

import asyncpg
import httpx
import pytest
from playwright.sync_api import expect

from local.serve import in_thread
from local.web.config import Config
from local.web.server import create_app
from tests import apart
from tests.stack import PUBLISHABLE_KEY, Stack
from tests.web.browser import Browsers
from tests.web.looks import SCREENSHOTS, axe, shot
from tests.web.people import People, Person

HEAD = '<!doctype html><html lang="en"><head><title>Bad</title>{}</head>'
PAGES = {
    "inline.html": HEAD.format("<script>document.title = 'Worse'</script>") + "<h1>Bad</h1>",
    "console.html": HEAD.format('<script src="/assets/console.js"></script>') + "<h1>Bad</h1>",
    "throws.html": HEAD.format('<script src="/assets/throws.js"></script>') + "<h1>Bad</h1>",
    "rejects.html": HEAD.format('<script src="/assets/rejects.js"></script>') + "<h1>Bad</h1>",
    "writes.html": HEAD.format('<script src="/assets/writes.js"></script>') + "<h1>Bad</h1>",
    "asks.html": HEAD.format('<script src="/assets/asks.js"></script>') + "<h1>Bad</h1>",
    "style.html": HEAD.format("<style>h1 { color: red }</style>") + "<h1>Bad</h1>",
    "missing.html": HEAD.format("") + '<h1>Bad</h1><img src="/no.svg" alt="">',
    "picture.html": HEAD.format("") + '<main><h1>Bad</h1><img src="/icon.svg"></main>',
    "assets/console.js": "console.error('on the console')",
    "assets/throws.js": "throw new Error('thrown')",
    "assets/rejects.js": "Promise.reject(new Error('rejected'))",
    "assets/writes.js": "document.head.innerHTML = '<p>written'",
    "assets/asks.js": "fetch('http://127.0.0.1:1/').catch(() => {})",
    "icon.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of pages with something wrong, under the policy of the real one."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "assets").mkdir()
    for name, content in PAGES.items():
        (folder / name).write_text(content)
    config = Config("http://127.0.0.1:2", "http://127.0.0.1:3", "key", "ws://127.0.0.1:4")
    with in_thread(create_app(folder, config)) as url:
        yield url


@pytest.fixture
def visitor(people: People) -> Person:
    """Somebody who isn't signed in."""
    [person] = people("visitor", signed_in=False)
    return person


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("inline", "content policy: script-src-elem forbids inline"),
        ("style", "content policy: style-src-elem forbids inline"),
        ("writes", "content policy: require-trusted-types-for forbids trusted-types-sink"),
        ("asks", "content policy: connect-src forbids http://127.0.0.1:1/"),
        ("console", "console: on the console"),
        ("throws", "uncaught: Error: thrown"),
        ("rejects", "uncaught: Error: rejected"),
        ("missing", "console: Failed to load resource: the server responded with a status of 404"),
    ],
)
def test_what_goes_wrong_is_told(
    visitor: Person, people: People, bad: str, page: str, told: str
) -> None:
    """Each by its kind and by who met it, at the end of a test that goes on none the wiser."""
    visitor.page.goto(f"{bad}/{page}.html")
    expect(visitor.page.get_by_role("heading", name="Bad")).to_be_visible()
    with pytest.raises(AssertionError) as error:
        people.leave(None)
    assert f"visitor: {told}" in str(error.value)


def test_what_is_expected_is_not_told(visitor: Person, people: People, bad: str) -> None:
    """An error on the console may be expected; a violation of the policy never is."""
    visitor.expect_errors("status of 404", "violates")
    visitor.page.goto(f"{bad}/missing.html")
    visitor.page.goto(f"{bad}/inline.html")
    with pytest.raises(AssertionError) as error:
        people.leave(None)
    assert "404" not in str(error.value)
    assert "content policy: script-src-elem forbids inline" in str(error.value)


def test_axe_finds(visitor: Person, bad: str) -> None:
    """A picture without words is named by its rule and its place."""
    visitor.page.goto(f"{bad}/picture.html")
    with pytest.raises(AssertionError, match=r"image-alt: .*\n +img\n"):
        axe(visitor)
    axe(visitor, "h1")


def test_pictures(visitor: Person, bad: str) -> None:
    """One for each width and theme, by name; the window is then as it was."""
    for old in SCREENSHOTS.glob("harness-*"):
        old.unlink()
    visitor.page.goto(f"{bad}/picture.html")
    shot(visitor, "harness", widths=(360, 768), themes=("light", "dark"))
    assert sorted(path.name for path in SCREENSHOTS.glob("harness-*")) == [
        f"harness-{width}-{theme}.png" for width in (360, 768) for theme in ("dark", "light")
    ]
    assert visitor.page.evaluate("innerWidth") == 1280
    assert visitor.page.evaluate("matchMedia('(prefers-color-scheme: light)').matches")


class TestPeople:
    def test_everybody_has_a_browser(self, people: People, browsers: Browsers) -> None:
        """A process each; somebody who comes twice has two windows in one."""
        owner, member, again = people("owner", "member", "owner", signed_in=False)
        browsers_of = [person.context.browser for person in (owner, member, again)]
        assert browsers_of[0] is browsers_of[2]
        assert browsers_of[0] is not browsers_of[1]
        assert owner.context is not again.context

    def test_they_are_signed_in_again(self, people: People, stack: Stack) -> None:
        """Without a click while their session holds, with one after it was ended."""
        for _ in range(2):
            [first] = people("member")
            expect(first.page.get_by_role("navigation", name="Communities")).to_be_visible()
            token = first.page.evaluate(
                "JSON.parse(localStorage.getItem(Object.keys(localStorage)"
                ".find((key) => key.endsWith('-auth-token')))).access_token"
            )
            [second] = people("member")
            expect(second.page.get_by_role("navigation", name="Communities")).to_be_visible()
            ended = httpx.post(
                f"{stack.supabase_url}/auth/v1/logout?scope=global",
                headers={"apikey": PUBLISHABLE_KEY, "Authorization": f"Bearer {token}"},
            )
            assert ended.is_success

    def test_options(self, people: People) -> None:
        """The window, the theme and the motion that their system asks for."""
        [person] = people(
            "visitor",
            signed_in=False,
            path="/gallery",
            viewport=(360, 740),
            color_scheme="dark",
            reduced_motion=True,
        )
        assert person.page.url.endswith("/gallery")
        for query in (
            "(max-width: 360px)",
            "(prefers-color-scheme: dark)",
            "(prefers-reduced-motion: reduce)",
        ):
            assert person.page.evaluate("(query) => matchMedia(query).matches", query), query

    def test_nobody_of_that_name(self, people: People) -> None:
        """Is told at once."""
        with pytest.raises(ValueError, match="nobody is called somebody: one of owner,"):
            people("somebody")

    def test_a_microphone_that_is_denied(self, people: People) -> None:
        """Everybody has one, but who is said not to."""
        visitor, mute = people("visitor", "mute", signed_in=False)
        mute.deny_microphone()
        mute.go("/")
        ask = "navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'on', (e) => e.name)"
        assert [each.page.evaluate(ask) for each in (visitor, mute)] == ["on", "NotAllowedError"]


class TestLoops:
    def test_the_database_can_be_asked(self, visitor: Person, migrated_dsn: str) -> None:
        """In the middle of a browser's test, where `asyncio.run` can't start."""

        async def ask() -> int:
            connection = await asyncpg.connect(migrated_dsn)
            found: int = await connection.fetchval("select 1")
            await connection.close()
            return found

        assert visitor.page.evaluate("1") == 1
        assert apart.run(ask()) == 1
        assert visitor.page.evaluate("2") == 2

    def test_other_tests_are_not_hurt(self) -> None:
        """While Playwright runs, a test without browsers has no event loop in its way."""
        asyncio.run(asyncio.sleep(0))

    def test_a_skip_is_a_skip(self, browsers: Browsers) -> None:
        """What pytest raises comes from the stage as it is."""

        def skip() -> None:
            pytest.skip("for a reason")

        with pytest.raises(pytest.skip.Exception, match="for a reason"):
            browsers.stage.run(skip)
