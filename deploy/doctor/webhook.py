"""From LiveKit through the deployment's webhook into Redis, end to end.

LiveKit lists no project's webhooks, so one is provoked: a room in the form of a channel of ours, of
a community with a random id that nobody has, is made and ended; `room_finished` has the deployment
note it in `voice:{that id}`. This one key is not below the doctor's prefix. It is deleted; when a
webhook comes after the doctor has left, it goes after half a day by itself.
"""

import asyncio
from uuid import uuid4

from upstash_redis.asyncio import Redis

from common import keys
from deploy.doctor import livekit, upstash_client
from deploy.doctor.check import Check, Outcome, failed, ok
from deploy.doctor.patient import Patient

NEEDS = (*livekit.NEEDS, *upstash_client.NEEDS, "SANGHA_PUBLIC_URL")
WAITS_S = (0.2, 0.3, 0.5, 1, 1, 2, 2, 3)
"""Between looks at Redis, of which each is billed: 10 s, LiveKit's first two retries included."""

LINGER_S = 0.5
"""When it is given up, a webhook may be under way all the same."""


async def delivered(patient: Patient) -> Outcome:
    """What LiveKit tells the deployment is in our Redis within seconds."""
    room_id = uuid4()
    key, name = keys.voice(room_id), f"{room_id}:{uuid4()}"
    waited = None
    async with upstash_client.client(patient) as redis, livekit.client(patient) as api:
        try:
            try:
                made = await livekit.make(api, name)
            finally:
                await livekit.end(api, name)
            waited = await _noted(redis, key, f"!{made.sid}")
        finally:
            try:
                if waited is None:
                    await asyncio.sleep(LINGER_S)
            finally:
                await upstash_client.delete(redis, key)
    if waited is not None:
        return ok(f"LiveKit's webhook was in Redis after about {waited:.1f} s")
    url = f"{patient.get('SANGHA_PUBLIC_URL')}/api/livekit/webhook"
    return failed(
        f"no webhook of LiveKit's came to this Redis within {sum(WAITS_S):.0f} s",
        f"LiveKit Cloud → Settings → Webhooks: {url}, signed with LIVEKIT_API_KEY; has the "
        "deployment the same Redis? Its log says what it refused",
    )


async def _noted(redis: Redis, key: str, field: str) -> float | None:
    """Returns after how many seconds the field was there; None when it didn't come."""
    waited = 0.0
    for wait_s in WAITS_S:
        await asyncio.sleep(wait_s)
        waited += wait_s
        found = await redis.execute(["HGETALL", key])
        if isinstance(found, dict) and field in found:
            return waited
    return None


CHECKS = (Check("livekit: webhook", delivered, NEEDS, deadline_s=16),)
