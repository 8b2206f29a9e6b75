"""What a client asks for when it joins a topic."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from local.supabase.errors import RefusalError
from local.supabase.phoenix import Frame

PREFIX = "realtime:"


@dataclass(frozen=True, slots=True)
class Join:
    """The topic and the options of a `phx_join`."""

    topic: str  # on the wire: `realtime:` and the name
    name: str
    ref: str | None
    private: bool
    hears_itself: bool
    acknowledges: bool
    sees_presence: bool
    presence_key: str


def read(frame: Frame) -> Join:
    """Reads a `phx_join`.

    Raises:
        RefusalError: It asks for what there is not, or is no `phx_join` at all.
    """
    name = frame.topic.removeprefix(PREFIX)
    if name in {"", frame.topic} or "\x00" in name:
        raise RefusalError("unmatched topic")
    config = _object(frame.payload, "config")
    if config.get("postgres_changes"):
        raise RefusalError("the local stack has no postgres_changes: use broadcasts")
    broadcast, presence = _object(config, "broadcast"), _object(config, "presence")
    key = presence.get("key") or str(uuid4())
    if not isinstance(key, str):
        raise RefusalError("presence.key has to be text")
    return Join(
        frame.topic,
        name,
        frame.join_ref,
        private=config.get("private") is True,
        hears_itself=broadcast.get("self") is True,
        acknowledges=broadcast.get("ack") is True,
        sees_presence=presence.get("enabled") is True,
        presence_key=key,
    )


def token(frame: Frame) -> str | None:
    """Returns the access token of a `phx_join` or an `access_token`.

    Raises:
        RefusalError: It is no text.
    """
    found = frame.payload.get("access_token")
    if not isinstance(found, str | None):
        raise RefusalError("access_token has to be text")
    return found


def _object(container: dict[str, Any], name: str) -> dict[str, Any]:
    value = container.get(name) or {}
    if not isinstance(value, dict):
        raise RefusalError(f"{name} has to be an object")
    return value
