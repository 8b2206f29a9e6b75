"""Where the parts of the local stack live, and the secrets they share. All on loopback."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = Path(os.environ.get("SANGHA_LOCAL_FOLDER", ROOT / ".local"))
"""Data, logs and secrets of this machine's stack."""

PORTS = {
    "web": 5173,
    "api": 8000,
    "supabase": 54321,
    "upstash": 8079,
    "livekit": 7880,
    "postgres": 54322,
    "valkey": 6390,
}
"""Each overridable by SANGHA_{NAME}_PORT. LiveKit also takes UDP 50000 to 50100."""
VITE = "http://127.0.0.1:5174"
"""Where `npm run dev` serves the front end beside `make dev`: web/vite.config.ts."""
LIVEKIT_API_KEY = "sangha-local"
REAL_ACCOUNTS = {
    "UPSTASH_REDIS_REST_URL": ["UPSTASH_REDIS_REST_TOKEN"],
    "SUPABASE_URL": ["SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"],
    "LIVEKIT_URL": ["LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"],
}
"""What has to be set together: a real account must never be sent this machine's secrets."""


def port(name: str) -> int:
    """Returns a part's TCP port; ValueError names a setting that is no port."""
    variable = f"SANGHA_{name.upper()}_PORT"
    text = os.environ.get(variable, str(PORTS[name]))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"{variable} must be a port number, not {text!r}")
    return int(text)


def url(name: str, scheme: str = "http") -> str:
    """Returns a part's base URL."""
    return f"{scheme}://127.0.0.1:{port(name)}"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What this machine's stack was given at its first start."""

    upstash_token: str
    livekit_secret: str
    publishable_key: str
    secret_key: str
    ops_key: str
    demo_password: str

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Secrets":
        """Reads the secrets, or makes them once; only their owner can read the file."""
        path = folder / "secrets.json"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            made = cls(
                upstash_token=secrets.token_urlsafe(24),
                livekit_secret=secrets.token_urlsafe(36),
                publishable_key=f"sb_publishable_{secrets.token_urlsafe(16)}",
                secret_key=f"sb_secret_{secrets.token_urlsafe(24)}",
                ops_key=secrets.token_urlsafe(24),
                demo_password=secrets.token_urlsafe(9),
            )
            path.touch(mode=0o600)
            path.write_text(json.dumps({name: getattr(made, name) for name in cls.__slots__}))
        return cls(**json.loads(path.read_text()))


def settings(known: Secrets) -> dict[str, str]:
    """Returns the settings of an API on this stack, each replaced by the environment's own."""
    ours = {
        "UPSTASH_REDIS_REST_URL": url("upstash"),
        "UPSTASH_REDIS_REST_TOKEN": known.upstash_token,
        "SUPABASE_URL": url("supabase"),
        "SUPABASE_PUBLISHABLE_KEY": known.publishable_key,
        "SUPABASE_SECRET_KEY": known.secret_key,
        "LIVEKIT_URL": url("livekit", "ws"),
        "LIVEKIT_API_KEY": LIVEKIT_API_KEY,
        "LIVEKIT_API_SECRET": known.livekit_secret,
        "SANGHA_OPS_KEY": known.ops_key,
        "SANGHA_PUBLIC_URL": url("api"),
        "SANGHA_ALLOWED_ORIGINS": "",
    }
    for vendor_url, needed in REAL_ACCOUNTS.items():
        missing = [name for name in needed if not os.environ.get(name)]
        if os.environ.get(vendor_url) and missing:
            raise ValueError(
                f"{vendor_url} is set without {' and '.join(missing)}: set all or none"
            )
    found = {name: os.environ.get(name) or value for name, value in ours.items()}
    # The stack's own page may call its API whatever else may.
    pages = [url("web"), url("web").replace("127.0.0.1", "localhost"), VITE]
    others = [each.strip() for each in found["SANGHA_ALLOWED_ORIGINS"].split(",")]
    found["SANGHA_ALLOWED_ORIGINS"] = ",".join(dict.fromkeys(filter(None, [*others, *pages])))
    return found


def is_local(api_settings: Mapping[str, str], name: str) -> bool:
    """Says whether the stack's own part serves a vendor, rather than a real account."""
    variable = {"upstash": "UPSTASH_REDIS_REST_URL"}.get(name, f"{name.upper()}_URL")
    return "//127.0.0.1:" in api_settings[variable]
