"""Every setting, read from the environment in this one place.

A field's name in upper case is the variable's name. `.env.example` explains each.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache

from common import parameters

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingError(RuntimeError):
    """A setting is missing or is not what it must be; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one process. Empty text means: not set."""

    upstash_redis_rest_url: str = ""
    upstash_redis_rest_token: str = field(default="", repr=False)
    supabase_url: str = ""
    supabase_publishable_key: str = ""
    supabase_secret_key: str = field(default="", repr=False)
    supabase_jwt_secret: str = field(default="", repr=False)
    livekit_url: str = ""
    livekit_api_key: str = ""
    livekit_api_secret: str = field(default="", repr=False)
    livekit_previous_api_key: str = ""
    livekit_previous_api_secret: str = field(default="", repr=False)
    sangha_ops_key: str = field(default="", repr=False)
    sangha_secrets: str = ""
    sangha_public_url: str = ""
    sangha_allowed_origins: str = ""
    sangha_log_level: str = "INFO"
    sangha_token_limit: int = 20
    sangha_write_limit: int = 60
    sangha_moderate_limit: int = 30
    sangha_matching_limit: int = 5
    sangha_redis_deadline_ms: int = 1000
    sangha_supabase_deadline_ms: int = 3000
    sangha_livekit_deadline_ms: int = 3000
    sangha_realtime_deadline_ms: int = 1000

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads `environ`; SettingError names a value that can't be what it is for."""
        values: dict[str, str | int] = {}
        for setting in fields(cls):
            text = environ.get(setting.name.upper(), "").strip()
            if not text:
                continue
            if setting.type is not int:
                values[setting.name] = text.rstrip("/") if setting.name.endswith("_url") else text
            elif text.isdecimal() and int(text) > 0:
                values[setting.name] = int(text)
            else:
                name = setting.name.upper()
                raise SettingError(f"{name} must be a positive integer, not {text!r}")
        found = cls(**values)  # type: ignore[arg-type]
        if found.sangha_log_level.upper() not in LOG_LEVELS:
            raise SettingError(f"SANGHA_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}")
        return found

    def need(self, name: str) -> str:
        """Returns a text setting by its field name; SettingError when it is not set."""
        value = getattr(self, name)
        if not value:
            raise SettingError(f"{name.upper()} is not set")
        return str(value)

    @property
    def livekit_http_url(self) -> str:
        """Where LiveKit's API is: its WebSocket address, by HTTP."""
        url = self.need("livekit_url")
        return f"http{url.removeprefix('ws')}" if url.startswith("ws") else url

    @property
    def livekit_keys(self) -> dict[str, str]:
        """LiveKit API keys that sign for us, key → secret: the present and the previous one."""
        keys = {self.need("livekit_api_key"): self.need("livekit_api_secret")}
        if self.livekit_previous_api_key and self.livekit_previous_api_secret:
            keys[self.livekit_previous_api_key] = self.livekit_previous_api_secret
        return keys

    @property
    def allowed_origins(self) -> list[str]:
        """Origins that browsers may call from; an explicit list, never `*`."""
        origins = [origin.strip() for origin in self.sangha_allowed_origins.split(",")]
        if "*" in origins:
            raise SettingError("SANGHA_ALLOWED_ORIGINS takes a list of origins, not *")
        return [origin.rstrip("/") for origin in origins if origin]


@cache
def settings() -> Settings:
    """Returns the settings of this process, read at first use, with what SANGHA_SECRETS names.

    Raises:
        SettingError: one can't be what it is for, or the secrets can't be read: the next call
            tries again.
    """
    try:
        secrets = parameters.fetched()
    except parameters.ParametersError as error:
        raise SettingError("What SANGHA_SECRETS names can't be read") from error
    return Settings.from_env({**os.environ, **secrets})


def settings_without_secrets() -> Settings:
    """Returns what needs no waiting for secrets, and can't fail by them."""
    return Settings.from_env(os.environ)
