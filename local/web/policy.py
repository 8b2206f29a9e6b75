"""What a host of the front end tells browsers: docs/web-hosting.md has it for other hosts."""

from collections.abc import Iterable
from urllib.parse import urlsplit

CLOUD = (".livekit.cloud", ".livekit.run")
"""LiveKit's own hosts: its client asks there for the nearest region, a host of theirs as well."""
PERMISSIONS = {
    "autoplay": "(self)",  # others' voices
    "camera": "(self)",
    "clipboard-write": "(self)",  # an invitation's address
    "display-capture": "(self)",  # sharing the screen
    "fullscreen": "(self)",
    "microphone": "(self)",
    "screen-wake-lock": "(self)",
    "speaker-selection": "(self)",
    "accelerometer": "()",
    "geolocation": "()",
    "gyroscope": "()",
    "hid": "()",
    "idle-detection": "()",
    "magnetometer": "()",
    "midi": "()",
    "payment": "()",
    "publickey-credentials-get": "()",
    "serial": "()",
    "usb": "()",
    "xr-spatial-tracking": "()",
}


def headers(*, api: str, supabase: str, livekit: str) -> dict[str, str]:
    """Returns the headers of every answer.

    Args:
        api: URL of Sangha's API.
        supabase: URL of the Supabase project; Realtime is at the same host, by WebSocket.
        livekit: URL of LiveKit, `ws` or `wss`; its client also asks there by HTTP.
    """
    return {
        "Content-Security-Policy": _content(
            [origin(api), *_both(supabase), *_both(livekit), *_regions(livekit)]
        ),
        "Permissions-Policy": ", ".join(f"{name}={who}" for name, who in PERMISSIONS.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def origin(url: str) -> str:
    """Returns `scheme://host[:port]` of a URL; ValueError when it has none.

    A policy is a list of words: what would add one of its own is refused.
    """
    parts = urlsplit(url)
    if not parts.scheme or not parts.hostname or set(parts.netloc) & set(" ;,'\"*@"):
        raise ValueError(f"{url!r} is no URL of a host")
    return f"{parts.scheme}://{parts.netloc}"


def _both(url: str) -> list[str]:
    """Returns a host's origin by HTTP and by WebSocket."""
    scheme, rest = origin(url).split("://")
    secure = "s" if scheme in {"https", "wss"} else ""
    return [f"http{secure}://{rest}", f"ws{secure}://{rest}"]


def _regions(livekit: str) -> list[str]:
    host = urlsplit(livekit).hostname or ""
    return [
        f"{scheme}://*{cloud}"
        for cloud in CLOUD
        if host.endswith(cloud)
        for scheme in ("https", "wss")
    ]


def _content(connect: Iterable[str]) -> str:
    """Returns the Content-Security-Policy: only what is ours runs, and talks to these alone."""
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "connect-src": ["'self'", *dict.fromkeys(connect)],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())
