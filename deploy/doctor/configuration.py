"""The settings: which are missing, and which can't be what they are for."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from common.settings import SettingError
from deploy.doctor.check import Check, Outcome, failed, ok, warning
from deploy.doctor.patient import Patient

NEEDED = (
    *("UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"),
    *("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"),
    *("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"),
)
WANTED = {
    "SANGHA_OPS_KEY": "nobody may reconcile",
    "SANGHA_PUBLIC_URL": "a reader of stale presence has nothing reconciled",
    "SANGHA_ALLOWED_ORIGINS": "no web page may call",
}
URLS = {
    "UPSTASH_REDIS_REST_URL": ("https", "http"),
    "SUPABASE_URL": ("https", "http"),
    "LIVEKIT_URL": ("wss", "ws"),
    "SANGHA_PUBLIC_URL": ("https", "http"),
}
"""Setting → its scheme, and the one without TLS."""
OPS_KEY_LENGTH = 16
"""Characters: what is shorter can be guessed."""


async def examine(patient: Patient) -> Outcome:
    """Looks at each setting by itself; asks nobody."""
    problems = [f"{name} is not set" for name in NEEDED if not patient.has(name)]
    for name, schemes in URLS.items():
        if patient.has(name):
            problems += _problems_of_url(name, patient.get(name), *schemes)
    problems += _problems_of_pairs(patient) + _problems_of_origins(patient)
    if 0 < len(patient.get("SANGHA_OPS_KEY")) < OPS_KEY_LENGTH:
        problems.append(f"SANGHA_OPS_KEY is shorter than {OPS_KEY_LENGTH} characters")
    if problems:
        return failed("; ".join(problems), "docs/settings.md says what each is, .env.example where")
    absent = [
        f"{name} is not set: {then}" for name, then in WANTED.items() if not patient.has(name)
    ]
    if absent:
        return warning("; ".join(absent), "set them in .env and in the deployment")
    return ok(f"all {len(NEEDED) + len(WANTED)} are there, and look right")


def _problems_of_url(name: str, url: str, scheme: str, plain: str) -> list[str]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return [f"{name} is no URL"]
    if parts.scheme not in {scheme, plain} or not host:
        return [f"{name} must begin with {scheme}://"]
    if parts.path not in {"", "/"} and name != "SANGHA_PUBLIC_URL":
        return [f"{name} must be an address without a path"]
    if parts.scheme == plain and not _is_this_machine(host):
        return [f"{name} must begin with {scheme}://: everything would go in clear"]
    return []


def _problems_of_pairs(patient: Patient) -> list[str]:
    names = ("LIVEKIT_PREVIOUS_API_KEY", "LIVEKIT_PREVIOUS_API_SECRET")
    if sum(patient.has(name) for name in names) == 1:
        return [f"{names[0]} and {names[1]} go together"]
    return []


def _problems_of_origins(patient: Patient) -> list[str]:
    try:
        origins = patient.settings.allowed_origins
    except SettingError as error:
        return [str(error)]
    return [
        f"SANGHA_ALLOWED_ORIGINS has {origin}, which is no origin (https://host)"
        for origin in origins
        if not _is_origin(origin)
    ]


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and text == f"{parts.scheme}://{parts.netloc}"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


CHECKS = (Check("settings", examine),)
