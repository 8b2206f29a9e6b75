"""The time, read in one place so that rules can be given another."""

import time


def now_ms() -> int:
    """Returns milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
