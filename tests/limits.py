"""Limits that somebody has used up, so that nobody has to."""

from common import keys
from common.rate_limit import NONCES, Rule
from tests.stack import Stack, now_ms

RECENT_MS = 10_000


def spend(stack: Stack, rule: Rule, user_id: str, wait_ms: int) -> int:
    """Spends all of a user's window, of which one more fits in `wait_ms`; returns when, in ms."""
    now = now_ms()
    free = now + wait_ms
    spent = [free - rule.window_ms, *(now - RECENT_MS + n for n in range(1, rule.limit))]
    value = ",".join(str(ms * NONCES) for ms in spent)
    stack.valkey.set(keys.limit(rule.name, user_id), value, px=rule.kept_ms)
    return free
