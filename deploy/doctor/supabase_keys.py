"""Supabase's API keys: of the right kind, of this project, accepted; and users' signing keys."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt

from deploy.doctor.check import Check, Outcome, failed, ok, warning
from deploy.doctor.patient import Patient

SLOTS = {
    "SUPABASE_PUBLISHABLE_KEY": ("publishable", "anon"),
    "SUPABASE_SECRET_KEY": ("secret", "service_role"),
}
"""Setting → the kind of key that it takes, and its legacy kind."""
ALGORITHMS = {"ES256": "EC", "RS256": "RSA"}
WHERE = "Supabase's dashboard → Project Settings → API keys"
NO_SUCH_FUNCTION = "sangha_doctor_asks_for_no_function"


def kind(key: str) -> str:
    """Returns what a key says it is: publishable, secret, anon, service_role, or unknown."""
    for new in ("publishable", "secret"):
        if key.startswith(f"sb_{new}_"):
            return new
    return str(_claims(key).get("role", "unknown"))


def _claims(key: str) -> dict[str, Any]:
    try:
        return jwt.decode(key, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}


def credentials(key: str) -> dict[str, str]:
    """Returns the headers of who asks with a key and no user."""
    return {"apikey": key, "Authorization": f"Bearer {key}"}


async def keys(patient: Patient) -> Outcome:
    """Each slot has a key of its kind; asks nobody."""
    legacy = []
    for slot, (new, old) in SLOTS.items():
        found = kind(patient.get(slot))
        if found not in {new, old}:
            remedy = f"it takes the {new} key: {WHERE}"
            if found in {"secret", "service_role"}:
                remedy += "; what was given to browsers is to be replaced there"
            return failed(f"{slot} holds a key of the kind {found}", remedy)
        project = _claims(patient.get(slot)).get("ref")
        host = urlsplit(patient.get("SUPABASE_URL")).hostname or ""
        if project and host.endswith(".supabase.co") and host != f"{project}.supabase.co":
            return failed(f"{slot} is of the project {project}", f"SUPABASE_URL is of {host}")
        legacy += [slot] if found == old else []
    if legacy:
        return warning(
            f"{' and '.join(legacy)}: legacy keys, retired by the end of 2026",
            f"make new ones (sb_publishable_…, sb_secret_…): {WHERE}",
        )
    return ok("publishable and secret, each in its place")


async def accepted(patient: Patient) -> Outcome:
    """The API takes both: it then says that it has no function of this name."""
    url = f"{patient.get('SUPABASE_URL')}/rest/v1/rpc/{NO_SUCH_FUNCTION}"
    for slot in SLOTS:
        answer = await patient.http.post(url, headers=credentials(patient.get(slot)), json={})
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return failed(f"{slot} is refused: {answer.text[:200]}", f"copy it again: {WHERE}")
        if answer.status_code != httpx.codes.NOT_FOUND or answer.json()["code"] != "PGRST202":
            return failed(
                f"the API answered {answer.status_code} {answer.text[:200]}",
                "is the project paused or restarting? Supabase's dashboard says",
            )
    return ok("the API takes both")


async def signing_keys(patient: Patient) -> Outcome:
    """There is something that users' tokens can be verified with."""
    url = f"{patient.get('SUPABASE_URL')}/auth/v1/.well-known/jwks.json"
    found = (await patient.http.get(url)).raise_for_status().json()["keys"]
    usable = [name for name, kty in ALGORITHMS.items() if any(k.get("kty") == kty for k in found)]
    if usable:
        return ok(f"{len(found)} public keys; {' and '.join(usable)} can be verified")
    if patient.has("SUPABASE_JWT_SECRET"):
        return warning(
            "no public key: users' tokens are verified with the legacy secret",
            "move to signing keys: Supabase's dashboard → Project Settings → JWT keys",
        )
    return failed(
        "no ES256 or RS256 key, and SUPABASE_JWT_SECRET not set: no user can be verified",
        "Supabase's dashboard → Project Settings → JWT keys: migrate, or set the legacy secret",
    )


CHECKS = (
    Check("supabase: kinds of keys", keys, ("SUPABASE_URL", *SLOTS)),
    Check("supabase: keys", accepted, ("SUPABASE_URL", *SLOTS)),
    Check("supabase: signing keys", signing_keys, ("SUPABASE_URL",)),
)
