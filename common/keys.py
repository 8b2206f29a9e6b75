"""Every Redis key. Each states its type, TTL, writer and reader.

All state in Redis is ephemeral: every key, and every field of a hash, has a TTL.
"""

from uuid import UUID


def voice(room_id: str | UUID) -> str:
    """Who is in the voice channels of one community.

    Type: hash, each field with its own TTL (see common/presence.py for the fields).
    Written by: livekit/webhook, livekit/reconcile, and whatever changes who is shown how or may do
    what (common/voice.py); livekit/participants elects a reconciler in it.
    Read by: livekit/participants, livekit/reconcile, common/voice.py, and what ends a channel.
    """
    return f"voice:{room_id}"


def limit(name: str, user_id: str) -> str:
    """The recent admissions of one user to one limited endpoint.

    Type: string, TTL one window and 5 s (see common/rate_limit.py for the value).
    Written and read by: the endpoints that the limit `name` guards.
    """
    return f"limit:{name}:{user_id}"
