"""Serves the built front end as a host does: static files, one configuration, strict headers."""

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.faults import App, Message, Receive, Scope, Send
from local.web import policy
from local.web.config import Config

ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings, the smallest first, and what the build adds to a file's name."""
IMMUTABLE = "public, max-age=31536000, immutable"  # a year: names have a hash of the content
PAGES = {"/": "index.html", "/gallery": "gallery.html"}
TYPES = {
    ".js": "text/javascript",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Where Python's own table depends on the machine."""


class Headers:
    """ASGI middleware that adds headers to every answer, errors included."""

    def __init__(self, app: App, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on."""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_on)


class Site:
    """The files below a folder; read at each request, as they may be built anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def answer(self, request: Request) -> Response:
        """Answers with a file, or with the page for an address that is one of its own."""
        path = request.url.path
        file = self._file(PAGES.get(path, path.removeprefix("/")))
        if file is None and "." not in path.rpartition("/")[2]:
            file = self._file(PAGES["/"])
        if file is None:
            return PlainTextResponse("Not found\n", 404, {"Cache-Control": "no-store"})
        return _sent(file, request, is_immutable=path.startswith("/assets/"))

    def _file(self, name: str) -> Path | None:
        """Returns a file of the site by its name; None for all else, wherever it is."""
        try:
            path = (self.folder / name).resolve()
            found = path.is_file() and path.suffix not in ENCODINGS.values()
        except (OSError, ValueError):  # a name too long, or with a NUL
            return None
        return path if found and path.is_relative_to(self.folder) else None


def _sent(file: Path, request: Request, *, is_immutable: bool) -> Response:
    """Returns a file as the browser takes it best, or that it has it already."""
    coding, content = _encoded(file, request.headers.get("accept-encoding", ""))
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    is_immutable = is_immutable and file.suffix != ".html"
    headers = {
        "Cache-Control": IMMUTABLE if is_immutable else "no-cache",
        "ETag": etag,
        "Vary": "Accept-Encoding",
    }
    known = request.headers.get("if-none-match", "")
    if etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}:
        return Response(status_code=304, headers=headers)
    if coding:
        headers["Content-Encoding"] = coding
    guessed = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    return Response(content, headers=headers, media_type=guessed or "application/octet-stream")


def _encoded(file: Path, accepted: str) -> tuple[str, bytes]:
    """Returns the content coding and the content of a file; the coding is empty for none."""
    taken = {}
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        taken[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    for coding, suffix in ENCODINGS.items():
        smaller = file.with_name(file.name + suffix)
        if taken.get(coding) and smaller.is_file():
            return coding, smaller.read_bytes()
    return "", file.read_bytes()


def create_app(folder: Path, config: Config) -> App:
    """Returns the site below `folder` for one deployment.

    Raises:
        ValueError: one of the deployment's addresses is no URL.
    """
    site, told = Site(folder), config.public()

    async def tell(_request: Request) -> Response:
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    app = Starlette(routes=[Route("/config.json", tell), Route("/{path:path}", site.answer)])
    return Headers(
        app,
        policy.headers(
            api=config.api_url, supabase=config.supabase_url, livekit=config.livekit_url
        ),
    )
