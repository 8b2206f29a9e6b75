"""The front end as it is served: one click signs in, and its own headers let it work."""

import re

import httpx
from playwright.sync_api import expect

from local.community import PEOPLE, ROOM
from tests.web.looks import THEMES, WIDTHS, axe, shot, views
from tests.web.people import People


class TestSignIn:
    def test_one_click(self, people: People) -> None:
        """Whoever is chosen sees their communities, and still does after a reload."""
        [owner] = people("owner", signed_in=False)
        expect(owner.page.get_by_role("button", name="Continue as")).to_have_count(len(PEOPLE))
        owner.button(re.compile("^Continue as Owner")).click()
        communities = owner.page.get_by_role("navigation", name="Communities")
        expect(communities).to_be_visible()
        owner.page.reload()
        expect(communities).to_be_visible()

    def test_everybody_can_use_it(self, people: People) -> None:
        """At any width, in either theme."""
        [visitor] = people("visitor", signed_in=False)
        shot(visitor, "sign-in", widths=WIDTHS, themes=THEMES)
        for _ in views(visitor):
            axe(visitor)


class TestFrame:
    def test_everybody_can_use_it(self, people: People) -> None:
        """At any width, in either theme."""
        [member] = people("member", path=f"/rooms/{ROOM}")
        shot(member, "community", widths=WIDTHS, themes=THEMES)
        for _ in views(member):
            axe(member)


class TestGallery:
    def test_everybody_can_use_it(self, people: People) -> None:
        """At any width, in either theme, without signing in."""
        [visitor] = people("visitor", path="/gallery", signed_in=False)
        shot(visitor, "gallery", widths=WIDTHS, themes=THEMES, full_page=True)
        for _ in views(visitor):
            axe(visitor)


def test_what_the_page_loads(page_url: str) -> None:
    """Its scripts and styles come compressed, and once: their names have a hash."""
    with httpx.Client(base_url=page_url, headers={"Accept-Encoding": "gzip"}) as web:
        page = web.get("/").text
        loaded = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
        assert {path.rpartition(".")[2] for path in loaded} == {"js", "css"}
        for path in loaded:
            answer = web.get(path)
            assert answer.headers["cache-control"].endswith("immutable")
            is_small = len(answer.content) < 1024
            assert is_small or answer.headers["content-encoding"] == "gzip"
