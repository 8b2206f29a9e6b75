"""Clocks: tokens and webhooks are believed for seconds, so all must agree on the time."""

from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

from common.auth import CLOCK_LEEWAY_S
from deploy.doctor.check import Check, Outcome, failed, ok, skipped, warning
from deploy.doctor.patient import Patient

WARNING_S, FAILED_S = 2.0, 30.0
_RESOLUTION_S = 0.5
"""The Date header has whole seconds: on the average half a second was cut off."""
PLACES = {
    "upstash": ("UPSTASH_REDIS_REST_URL", "/"),
    "supabase": ("SUPABASE_URL", "/auth/v1/health"),
    "livekit": ("LIVEKIT_URL", "/"),
    "deployment": ("SANGHA_PUBLIC_URL", "/api/health"),
}


def at(setting: str, path: str) -> Callable[[Patient], Awaitable[Outcome]]:
    """Returns the check of one place's clock."""

    async def examine(patient: Patient) -> Outcome:
        url = patient.get(setting)
        if setting == "LIVEKIT_URL":
            url = patient.settings.livekit_http_url
        began = patient.now()
        answer = await patient.http.get(f"{url}{path}")  # any status has a Date
        ended = patient.now()
        if "Date" not in answer.headers:
            return skipped("its answers have no Date")
        theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp() + _RESOLUTION_S
        return judged((began + ended) / 2 - theirs, (ended - began) / 2 + _RESOLUTION_S)

    return examine


def judged(ahead_s: float, blur_s: float) -> Outcome:
    """Judges how far this machine is ahead, known but for `blur_s`."""
    certain_s = max(abs(ahead_s) - blur_s, 0)
    direction = "ahead" if ahead_s > 0 else "behind"
    found = f"this machine is {abs(ahead_s):.1f} s {direction} (±{blur_s:.1f})"
    remedy = (
        f"set the clock that is wrong by NTP: users' tokens bear {CLOCK_LEEWAY_S} s. All the same? "
        "Then it is this machine's"
    )
    if certain_s > FAILED_S:
        return failed(found, remedy)
    return warning(found, remedy) if certain_s > WARNING_S else ok(f"in step (±{blur_s:.1f} s)")


CHECKS = tuple(
    Check(f"{place}: clock", at(setting, path), (setting,))
    for place, (setting, path) in PLACES.items()
)
