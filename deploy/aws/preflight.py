"""What a stage must have in SSM before it is deployed, and what is wrong with what it has."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from deploy.aws.account import Stored
from deploy.aws.parameters import Parameter

OWN = "is of this machine's own stack"
LOCAL = ("127.0.0.1", "localhost")
_SCHEMES = {"LIVEKIT_URL": ("wss",), "SANGHA_ALLOWED_ORIGINS": ("https", "http")}


def missing(parameters: Iterable[Parameter], stored: Mapping[str, Stored], stage: str) -> list[str]:
    """Returns a line for each parameter that keeps the stage from being deployed.

    Args:
        parameters: all that serverless.yml reads.
        stored: what SSM has, by name; secrets encrypted.
        stage: the stage's name.
    """
    lines = []
    for each in parameters:
        name, found = each.name(stage), stored.get(each.name(stage))
        if found is None:
            if each.is_needed:
                lines.append(f"{name} is missing: set {each.setting} in .env, {_then(stage)}")
        elif each.is_secret and found.type != "SecureString":
            lines.append(f"{name} is not encrypted: delete it in SSM, {_then(stage)}")
        elif not each.is_secret and found.type != "String":
            lines.append(f"{name} must be a String, not a {found.type}: delete it, {_then(stage)}")
        elif not each.is_secret and (problem := wrong(each.setting, found.value)):
            lines.append(f"{name} {problem}: mend {each.setting} in .env, {_then(stage)}")
    return lines


def wrong(setting: str, value: str) -> str:
    """Returns what is wrong with a setting for a deployment; nothing when it may be right."""
    if any(host in value for host in LOCAL):
        return OWN
    if setting == "SANGHA_ALLOWED_ORIGINS":
        bad = [origin for origin in value.split(",") if not _is_origin(origin)]
        return f"has what is no origin, such as https://app.example: {bad[0]!r}" if bad else ""
    schemes = _SCHEMES.get(setting, ("https",))
    if setting.endswith("_URL") and urlsplit(value).scheme not in schemes:
        return f"must begin with {schemes[0]}://"
    return ""


def tidied(setting: str, value: str) -> str:
    """Returns a value as it is stored: a list of origins without spaces and final slashes."""
    if setting != "SANGHA_ALLOWED_ORIGINS":
        return value
    origins = [origin.strip().rstrip("/") for origin in value.split(",")]
    return ",".join(origin for origin in origins if origin)


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    alone = f"{parts.scheme}://{parts.netloc}" == text
    return alone and bool(parts.hostname) and parts.scheme in _SCHEMES["SANGHA_ALLOWED_ORIGINS"]


def _then(stage: str) -> str:
    return f"then `make secrets STAGE={stage}`"
