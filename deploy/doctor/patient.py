"""What is examined: the settings, how to reach what they name, and what is the doctor's own."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

from common.settings import Settings

DEVELOPER_API = "https://api.upstash.com/v2"
REQUEST_S = 5.0
DOCTOR_ONLY = ("DATABASE_URL", "UPSTASH_EMAIL", "UPSTASH_API_KEY")
"""Settings that only the doctor, and `make migrate`, read."""
_SECRET = ("TOKEN", "KEY", "SECRET")


@dataclass(frozen=True, slots=True)
class Patient:
    """One deployment and its accounts.

    Attributes:
        settings: those of the deployment.
        environ: where the settings came from, with those of DOCTOR_ONLY.
        http: for what no vendor's client does.
        now: this machine's clock, seconds since the epoch.
        developer_api: base URL of Upstash's Developer API.
        id: names what this examination writes.
    """

    settings: Settings
    environ: Mapping[str, str] = field(repr=False)
    http: httpx.AsyncClient
    now: Callable[[], float] = time.time
    developer_api: str = DEVELOPER_API
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def prefix(self) -> str:
        """Begins every Redis key that is the doctor's own."""
        return f"sangha-doctor:{self.id}:"

    def has(self, name: str) -> bool:
        """Says whether a setting has a value."""
        return bool(self.get(name))

    def get(self, name: str) -> str:
        """Returns a setting by its name in the environment; empty when it is not set."""
        if name in DOCTOR_ONLY:
            return self.environ.get(name, "").strip()
        return str(getattr(self.settings, name.lower()))

    def secrets(self) -> list[str]:
        """Returns the values that must not be shown, the longest first."""
        names = [name for name in self.environ if any(part in name for part in _SECRET)]
        values = {self.environ[name] for name in (*names, "DATABASE_URL") if name in self.environ}
        shown = {self.get("SUPABASE_PUBLISHABLE_KEY"), self.get("LIVEKIT_API_KEY")}
        return sorted((v for v in values - shown if len(v) >= 6), key=len, reverse=True)  # noqa: PLR2004


@asynccontextmanager
async def admitted(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    now: Callable[[], float] = time.time,
    developer_api: str = DEVELOPER_API,
) -> AsyncIterator[Patient]:
    """Yields a patient; closes its connections afterwards."""
    async with httpx.AsyncClient(timeout=REQUEST_S) as http:
        yield Patient(settings, environ, http, now, developer_api)
