"""Applies a rate limit: the rule's commands run on Redis, and per process while it is away."""

import secrets

from common import clock, keys, redis
from common.errors import QUOTA_EXCEEDED, Problem, Unavailable
from common.memory import Memory
from common.rate_limit import NONCES, Contended, Decision, Ledger, Rule, admit, admit_alone, headers

REMEMBERED_USERS = 10_000  # about 5 MB at 20 stamps each
_ledgers: Memory[str, Ledger] = Memory(REMEMBERED_USERS)


async def check(rule: Rule, user_id: str) -> Decision:
    """Decides one request of one user. Spends 0 to 3 billed commands, uncontended."""
    key = keys.limit(rule.name, user_id)
    ledger = _ledgers.get(key, rule.kept_ms / 1000) or Ledger()
    _ledgers.put(key, ledger)
    now, nonce = clock.now_ms(), secrets.randbelow(NONCES)
    steps = admit(rule, key, now, nonce, ledger)
    try:
        command = next(steps)
        while True:
            command = steps.send(await redis.execute(*command))
    except StopIteration as end:
        decision: Decision = end.value
        return decision
    except (Unavailable, Contended):
        return admit_alone(rule, now, nonce, ledger)


async def enforce(rule: Rule, user_id: str) -> dict[str, str]:
    """Admits a request and returns the headers that say what is left.

    Raises:
        Problem: 429 rate_limited, with Retry-After, RateLimit-Policy and RateLimit.
    """
    decision = await check(rule, user_id)
    if not decision.allowed:
        raise Problem(
            429,
            "rate_limited",
            f"At most {rule.limit} requests in {rule.window_ms // 1000} s. "
            f"Try again in {decision.reset_s} s.",
            headers=headers(rule, decision),
            type_uri=QUOTA_EXCEEDED,
            extra={"violated-policies": [rule.name]},
        )
    return headers(rule, decision)
