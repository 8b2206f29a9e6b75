"""The front end over HTTP: the smallest form, for how long, to whom, and under which policy."""

import gzip
import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from local.community import PEOPLE
from local.serve import in_thread
from local.web import policy
from local.web.config import Config
from local.web.server import IMMUTABLE, create_app

ROOT = Path(__file__).parent.parent.parent
SETTINGS = {
    "SUPABASE_URL": "http://127.0.0.1:54321",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable",
    "SUPABASE_SECRET_KEY": "sb_secret",
    "LIVEKIT_URL": "ws://127.0.0.1:7880",
}
SCRIPT = b"console.log('a script')\n" * 100
BROTLI = b"not really brotli, which nobody here looks into"
FILES = {
    "index.html": b"<!doctype html><title>app</title>",
    "gallery.html": b"<!doctype html><title>gallery</title>",
    "icon.svg": b"<svg/>",
    "assets/app-1a2b3c.js": SCRIPT,
    "assets/app-1a2b3c.js.br": BROTLI,
    "assets/app-1a2b3c.js.gz": gzip.compress(SCRIPT),
    "assets/app-4d5e6f.css": b"p{}",
    "assets/app-4d5e6f.css.gz": gzip.compress(b"p{}"),
    "assets/voice.woff2": b"font",
    "emojis/en/data.json": b"[]",
}
HTML = "text/html; charset=utf-8"


def config(**changes: str) -> Config:
    """Returns what the stack's page is told."""
    return Config.of(SETTINGS | changes, api_url="http://127.0.0.1:8000", demo_password="open")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built front end, with a secret beside it."""
    above = tmp_path_factory.mktemp("web")
    (above / "secret.html").write_text("secret")
    for name, content in FILES.items():
        path = above / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (above / "app" / "link.html").symlink_to(above / "secret.html")
    return above / "app"


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with in_thread(create_app(folder, config())) as running:
        yield running


@pytest.fixture
def web(url: str) -> Iterator[httpx.Client]:
    """Who asks for nothing compressed."""
    with httpx.Client(base_url=url, headers={"Accept-Encoding": "identity"}) as client:
        yield client


def raw(url: str, target: str, method: str = "GET") -> http.client.HTTPResponse:
    """Asks for a target as it is: HTTP clients tidy paths."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request(method, target)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


class TestFiles:
    @pytest.mark.parametrize(
        ("path", "kind", "content"),
        [
            ("/", HTML, FILES["index.html"]),
            ("/gallery", HTML, FILES["gallery.html"]),
            ("/gallery.html", HTML, FILES["gallery.html"]),
            ("/icon.svg", "image/svg+xml", b"<svg/>"),
            ("/assets/app-1a2b3c.js", "text/javascript; charset=utf-8", SCRIPT),
            ("/assets/app-4d5e6f.css", "text/css; charset=utf-8", b"p{}"),
            ("/assets/voice.woff2", "font/woff2", b"font"),
            ("/emojis/en/data.json", "application/json", b"[]"),
        ],
    )
    def test_what_is_there(self, web: httpx.Client, path: str, kind: str, content: bytes) -> None:
        """By its own type; HEAD says the same without the content."""
        answer = web.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind
        assert answer.content == content
        head = web.head(path)
        assert head.content == b""
        different = {"date"}
        assert {n: v for n, v in head.headers.items() if n not in different} == {
            n: v for n, v in answer.headers.items() if n not in different
        }

    @pytest.mark.parametrize("path", ["/rooms/1/2", "/invite/abc", "/assets", "/emojis/", "/%20"])
    def test_an_address_of_the_page(self, web: httpx.Client, path: str) -> None:
        """Is answered with the page, which knows it."""
        answer = web.get(path)
        assert (answer.status_code, answer.content) == (200, FILES["index.html"])
        assert answer.headers["cache-control"] == "no-cache"

    @pytest.mark.parametrize(
        "path", ["/favicon.ico", "/assets/app-0.js", "/rooms/a.js", "/assets/app-1a2b3c.js.br"]
    )
    def test_a_file_that_is_not_there(self, web: httpx.Client, path: str) -> None:
        """Is not found, and never the page: a browser would take it for the script it asked for."""
        answer = web.get(path)
        assert (answer.status_code, answer.text) == (404, "Not found\n")
        assert answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        "target",
        [
            "/../secret.html",
            "/assets/../../secret.html",
            "/%2e%2e/secret.html",
            "/..%2fsecret.html",
            "/assets/%2e%2e%2f%2e%2e%2fsecret.html",
            "//secret.html",
            "/link.html",
            "/{above}/secret.html",
            "//{above}/secret.html",
            "/%2f{above}/secret.html",
            "/index.html%00.js",
            f"/{'a' * 300}.js",
        ],
    )
    def test_nothing_else_is_served(self, url: str, folder: Path, target: str) -> None:
        """Neither what lies beside the folder, however it is asked for, nor what no file can be."""
        answer = raw(url, target.format(above=str(folder.parent).removeprefix("/")))
        assert answer.status == 404
        assert answer.body == b"Not found\n"  # type: ignore[attr-defined]

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
    @pytest.mark.parametrize("path", ["/", "/config.json", "/rooms/1"])
    def test_it_is_only_read(self, web: httpx.Client, method: str, path: str) -> None:
        """Any other method is told which there are."""
        answer = web.request(method, path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}

    def test_what_is_built_anew(self, web: httpx.Client, folder: Path) -> None:
        """Is served at once."""
        (folder / "new.html").write_text("one")
        first = web.get("/new.html")
        (folder / "new.html").write_text("two")
        second = web.get("/new.html", headers={"If-None-Match": first.headers["etag"]})
        assert [first.text, second.text] == ["one", "two"]


class TestCompressed:
    @pytest.mark.parametrize(
        ("accepted", "coding"),
        [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, br;q=0", "gzip"),
            ("BR; q=0.0, GZip;q=0.5", "gzip"),
            ("br", "br"),
            ("deflate", None),
            ("", None),
        ],
    )
    def test_the_smallest_that_is_taken(
        self, web: httpx.Client, accepted: str, coding: str | None
    ) -> None:
        """As the build made it, and caches are told what it depends on."""
        with web.stream(
            "GET", "/assets/app-1a2b3c.js", headers={"Accept-Encoding": accepted}
        ) as answer:
            content = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding") == coding
        suffix = {"br": ".br", "gzip": ".gz", None: ""}[coding]
        assert content == FILES[f"assets/app-1a2b3c.js{suffix}"]
        assert answer.headers["content-length"] == str(len(content))
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"

    def test_what_the_build_did_not_compress(self, web: httpx.Client) -> None:
        """Is sent as it is, and a form that there isn't is not asked for."""
        accepted = {"Accept-Encoding": "gzip, br"}
        assert "content-encoding" not in web.get("/icon.svg", headers=accepted).headers
        style = web.get("/assets/app-4d5e6f.css", headers=accepted)
        assert style.headers["content-encoding"] == "gzip"
        assert style.content == b"p{}"


class TestCaching:
    def test_what_has_its_content_in_its_name(self, web: httpx.Client) -> None:
        """Is kept for a year, unasked."""
        answer = web.get("/assets/app-1a2b3c.js")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize("path", ["/", "/gallery", "/icon.svg", "/emojis/en/data.json"])
    def test_everything_else_is_asked_for_again(self, web: httpx.Client, path: str) -> None:
        """And not sent again while it is the same."""
        first = web.get(path)
        assert first.headers["cache-control"] == "no-cache"
        etag = first.headers["etag"]
        for known in (etag, f"W/{etag}", f'"other", {etag}'):
            again = web.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == etag
            assert "content-security-policy" in again.headers
        assert web.get(path, headers={"If-None-Match": '"other"'}).status_code == 200

    def test_each_form_has_a_tag_of_its_own(self, web: httpx.Client) -> None:
        """A cache would else give one for another."""
        path = "/assets/app-1a2b3c.js"
        tags = [
            web.head(path, headers={"Accept-Encoding": coding}).headers["etag"]
            for coding in ("br", "gzip", "identity")
        ]
        assert len(set(tags)) == 3


class TestConfig:
    def test_the_local_stack(self, web: httpx.Client) -> None:
        """Has people to be, and nothing that is secret anywhere else."""
        answer = web.get("/config.json")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        told: dict[str, Any] = answer.json()
        demo = told.pop("demo")
        assert told == {
            "apiUrl": "http://127.0.0.1:8000",
            "supabaseUrl": "http://127.0.0.1:54321",
            "supabaseKey": "sb_publishable",
        }
        assert demo["password"] == "open"
        assert demo["people"][0] == {
            "name": "Owner",
            "email": "owner@sangha.example",
            "about": "owns the community",
        }
        assert {person["email"] for person in demo["people"]} == {
            f"{person}@sangha.example" for person in PEOPLE
        }

    def test_a_real_project(self) -> None:
        """Has nobody to be, and is not told this machine's password."""
        told = config(SUPABASE_URL="https://project.supabase.co").public()
        assert set(told) == {"apiUrl", "supabaseUrl", "supabaseKey"}
        assert "open" not in str(told)


def directives(headers: dict[str, str]) -> dict[str, list[str]]:
    """Returns the content policy by directive."""
    parts = [part.split() for part in headers["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


class TestPolicy:
    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/"), ("GET", "/no.js"), ("POST", "/"), ("GET", "/config.json")],
    )
    def test_every_answer_has_it(self, web: httpx.Client, method: str, path: str) -> None:
        """Errors included."""
        answer = web.request(method, path)
        for name, value in policy.headers(
            api="http://127.0.0.1:8000",
            supabase=SETTINGS["SUPABASE_URL"],
            livekit=SETTINGS["LIVEKIT_URL"],
        ).items():
            assert answer.headers[name] == value

    def test_it_talks_to_what_it_is_told(self) -> None:
        """By HTTP and, where there are pushes and calls, by WebSocket: paths don't matter."""
        found = policy.headers(
            api="https://api.example/prod/",
            supabase="https://project.supabase.co",
            livekit="wss://voice.example:7880",
        )
        assert directives(found)["connect-src"] == [
            "'self'",
            "https://api.example",
            "https://project.supabase.co",
            "wss://project.supabase.co",
            "https://voice.example:7880",
            "wss://voice.example:7880",
        ]

    def test_livekits_cloud(self) -> None:
        """Its client is sent on to the nearest of its regions."""
        found = policy.headers(
            api="https://a.example", supabase="https://b.example", livekit="wss://p.livekit.cloud"
        )
        assert directives(found)["connect-src"][-2:] == [
            "https://*.livekit.cloud",
            "wss://*.livekit.cloud",
        ]

    def test_nothing_else_is_allowed(self) -> None:
        """No code but ours, no style in the page, nobody's frame, no text made code."""
        found = directives(policy.headers(api="http://a", supabase="http://b", livekit="ws://c"))
        assert found.pop("connect-src")[0] == "'self'"
        ours = ["script", "style", "img", "font", "media", "worker", "manifest"]
        assert found == {
            "default-src": ["'none'"],
            **{f"{kind}-src": ["'self'"] for kind in ours},
            "form-action": ["'self'"],
            "base-uri": ["'none'"],
            "frame-ancestors": ["'none'"],
            "require-trusted-types-for": ["'script'"],
            "trusted-types": ["'none'"],
        }

    def test_the_guide_has_the_same(self) -> None:
        """What docs/web-hosting.md says for other hosts is what is sent here."""
        guide = (ROOT / "docs" / "web-hosting.md").read_text()
        block = guide.split("```\n/*\n")[1].split("/assets/*\n")[0]
        assert dict(line.strip().split(": ", 1) for line in block.splitlines()) == policy.headers(
            api="https://api.example",
            supabase="https://project.supabase.co",
            livekit="wss://project.livekit.cloud",
        )
        assert f"/assets/*\n  Cache-Control: {IMMUTABLE}\n" in guide

    @pytest.mark.parametrize(
        "address",
        ["", "127.0.0.1:8000", "https://", "https://a b", "https://a;script-src *", "https://*"],
    )
    def test_an_address_that_is_none(self, address: str) -> None:
        """Is refused: it would change what the policy says."""
        with pytest.raises(ValueError, match="is no URL of a host"):
            policy.headers(api=address, supabase="https://b.example", livekit="wss://c.example")
