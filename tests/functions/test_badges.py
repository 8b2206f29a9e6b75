"""GET /api/badges: what a badge may show, for who builds a picker."""

import asyncio

import httpx
import pytest

from common.badges import ICONS
from functions.badges import app
from tests.stack import ORIGIN


def ask(**headers: str) -> httpx.Response:
    """Asks as a browser would, with these headers."""

    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.get("/api/badges", headers=headers)

    return asyncio.run(main())


def test_anonymous() -> None:
    """Who is not signed in gets all icons, the emoji rule and the credit."""
    answer = ask()
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"version", "icons", "emoji", "credit"}
    assert [icon["name"] for icon in body["icons"]] == [icon.name for icon in ICONS]
    assert body["icons"][0] == {
        "name": "crown",
        "label": "Crown",
        "svg": ICONS[0].svg,
        "reserved": True,
    }
    assert set(body["emoji"]) == {"version", "rule", "reserved"}
    assert body["emoji"]["reserved"] == ["👑"]
    assert body["credit"]["license"] == "ISC"


def test_it_is_kept_by_every_cache() -> None:
    """Browsers and proxies keep it for a day, and serve it for a week more while they renew it."""
    kept = ask().headers["cache-control"].split(", ")
    assert {"public", "max-age=86400", "stale-while-revalidate=604800", "immutable"} == set(kept)


@pytest.mark.parametrize("said", ["{}", "W/{}", '"other", {}'])
def test_what_is_known_is_not_sent_again(said: str) -> None:
    """With the ETag of what the client has: 304, no body, and the same caching."""
    first = ask()
    assert first.headers["etag"] == f'"{first.json()["version"]}"'
    again = ask(**{"if-none-match": said.format(first.headers["etag"])})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]


def test_an_older_version_is_replaced() -> None:
    """With another ETag the whole answer comes."""
    assert ask(**{"if-none-match": '"older"'}).status_code == 200


def test_caches_tell_origins_apart() -> None:
    """An answer that was cached without an origin is never given to one: the browser refuses it."""
    assert "origin" in ask().headers["vary"].lower()
    asked = ask(origin=ORIGIN)
    assert asked.headers["access-control-allow-origin"] == ORIGIN
    assert "origin" in asked.headers["vary"].lower()
