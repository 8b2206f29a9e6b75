"""What can happen to webhooks on their way: pure functions over a schedule of arrivals.

They take and return webhooks in order of arrival (`at_ms`). All chance comes from the
`random.Random` that is passed, so a property test can drive it.
"""

import random
from collections.abc import Iterable
from dataclasses import replace

from local.livekit.events import Webhook


def lost(webhooks: Iterable[Webhook], rng: random.Random, *, probability: float) -> list[Webhook]:
    """Drops each webhook with a probability from 0 to 1."""
    return [webhook for webhook in webhooks if rng.random() >= probability]


def duplicated(
    webhooks: Iterable[Webhook], rng: random.Random, *, probability: float, within_ms: int
) -> list[Webhook]:
    """Lets each webhook, with a probability from 0 to 1, arrive again at most `within_ms` later."""
    arrivals: list[Webhook] = []
    for webhook in webhooks:
        arrivals.append(webhook)
        if rng.random() < probability:
            arrivals.append(_later(webhook, rng.randint(0, within_ms)))
    return _sorted(arrivals)


def delayed(webhooks: Iterable[Webhook], rng: random.Random, *, up_to_ms: int) -> list[Webhook]:
    """Holds each webhook up to `up_to_ms`; a room's queue stays first in, first out.

    A webhook waits for those of its room before it, so it may wait longer than `up_to_ms`.
    """
    free_at: dict[str, int] = {}
    arrivals: list[Webhook] = []
    for webhook in webhooks:
        room = webhook.event.room.name
        at_ms = max(webhook.at_ms + rng.randint(0, up_to_ms), free_at.get(room, 0))
        free_at[room] = at_ms
        arrivals.append(replace(webhook, at_ms=at_ms))
    return _sorted(arrivals)


def reordered(webhooks: Iterable[Webhook], rng: random.Random, *, within_ms: int) -> list[Webhook]:
    """Holds each webhook up to `within_ms`; those that come meanwhile overtake it."""
    return _sorted(_later(webhook, rng.randint(0, within_ms)) for webhook in webhooks)


def _later(webhook: Webhook, ms: int) -> Webhook:
    return replace(webhook, at_ms=webhook.at_ms + ms)


def _sorted(webhooks: Iterable[Webhook]) -> list[Webhook]:
    return sorted(webhooks, key=lambda webhook: webhook.at_ms)
