"""LiveKit's webhook events: their identifiers, their JSON, their signature."""

import base64
import hashlib
import json
import random
from dataclasses import dataclass
from functools import cached_property

import jwt
from google.protobuf.json_format import MessageToDict
from livekit.protocol.webhook import WebhookEvent

# What LiveKit's generator draws from: base 57, without the look-alikes 0, 1, I, O and l.
SID_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SID_LENGTH = 12
TOKEN_SECONDS = 300
CONTENT_TYPE = "application/webhook+json"


@dataclass(frozen=True)
class Webhook:
    """One event and when it happened or, in a schedule, when it arrives.

    Attributes:
        at_ms: Unix time in milliseconds.
        event: a snapshot; nobody changes it.
    """

    at_ms: int
    event: WebhookEvent

    @property
    def name(self) -> str:
        """The kind of event, `participant_joined` for one."""
        return self.event.event

    @cached_property
    def body(self) -> bytes:
        """The request body: protojson, so no zero values, and 64-bit integers are strings."""
        return json.dumps(
            MessageToDict(self.event), separators=(",", ":"), ensure_ascii=False
        ).encode()


def new_sid(prefix: str, rng: random.Random) -> str:
    """Returns an identifier as LiveKit makes them: `PA_3rPEhAwXLx9R`."""
    return prefix + "".join(rng.choices(SID_ALPHABET, k=SID_LENGTH))


def sign(body: bytes, *, api_key: str, api_secret: str, now_ms: int) -> str:
    """Returns the `Authorization` header of a webhook: a bare JWT over the body's SHA-256."""
    now = now_ms // 1000
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    claims = {
        "iss": api_key,
        "exp": now + TOKEN_SECONDS,
        "nbf": now,
        "iat": now,
        "sha256": digest,
    }
    return jwt.encode(claims, api_secret, algorithm="HS256")
