"""The deployment itself: its version, its vendors as it sees them, its ops key, its origins."""

import httpx

from common.version import VERSION
from deploy.doctor.check import Check, Outcome, failed, ok, warning
from deploy.doctor.patient import Patient

PUBLIC = "SANGHA_PUBLIC_URL"
STRANGER = "https://sangha-doctor.invalid"
"""An origin that nobody has."""
SAME = "set the same settings in the deployment as in .env, and deploy again"


async def version(patient: Patient) -> Outcome:
    """It is up, and of this checkout's version."""
    answer = await patient.http.get(f"{patient.get(PUBLIC)}/api/health")
    if answer.status_code != httpx.codes.OK:
        found = f"/api/health answers {answer.status_code}"
        return failed(found, f"is {PUBLIC} right, is it deployed? Its log says more")
    deployed = str(answer.json()["version"])
    if deployed != VERSION:
        return warning(f"{deployed} is deployed, this checkout is {VERSION}", "deploy, or update")
    return ok(f"{VERSION} is up")


async def vendors(patient: Patient) -> Outcome:
    """It reaches each vendor with the settings that it has."""
    answer = await _deep(patient, patient.get("SANGHA_OPS_KEY"))
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return failed("it has another SANGHA_OPS_KEY than .env", SAME)
    found = answer.json()["vendors"]
    away = [
        f"{name}: {state.get('reason', state['status'])}"
        for name, state in found.items()
        if state["status"] != "ok"
    ]
    if away:
        return failed("; ".join(away), SAME)
    return ok(", ".join(f"{name} {state['ms']:.0f} ms" for name, state in found.items()))


async def ops_key(patient: Patient) -> Outcome:
    """Another ops key is refused."""
    answer = await _deep(patient, f"{patient.id}-is-no-ops-key")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return ok("another key is refused")
    found = f"a made-up ops key is answered {answer.status_code}"
    return failed(found, "who answers there? Anybody could operate it")


async def origins(patient: Patient) -> Outcome:
    """Pages of the allowed origins may call it; those of others may not."""
    problems = [
        f"{origin} is not allowed"
        for origin in patient.settings.allowed_origins
        if await _allowed(patient, origin) != origin
    ]
    if await _allowed(patient, STRANGER) in {"*", STRANGER}:
        problems.append("any origin is allowed")
    if problems:
        return failed(
            "; ".join(problems), f"SANGHA_ALLOWED_ORIGINS: {SAME}; does a gateway add CORS?"
        )
    return ok(f"{', '.join(patient.settings.allowed_origins)}, and no other")


async def _deep(patient: Patient, key: str) -> httpx.Response:
    return await patient.http.get(
        f"{patient.get(PUBLIC)}/api/health?deep=1", headers={"Authorization": f"Bearer {key}"}
    )


async def _allowed(patient: Patient, origin: str) -> str:
    """Returns the origin that a browser is told may call; empty for none."""
    answer = await patient.http.options(
        f"{patient.get(PUBLIC)}/api/livekit/token",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    return str(answer.headers.get("Access-Control-Allow-Origin", "")) if answer.is_success else ""


CHECKS = (
    Check("deployment: version", version, (PUBLIC,)),
    Check("deployment: vendors", vendors, (PUBLIC, "SANGHA_OPS_KEY")),
    Check("deployment: ops key", ops_key, (PUBLIC,)),
    Check("deployment: origins", origins, (PUBLIC, "SANGHA_ALLOWED_ORIGINS")),
)
