"""What serverless.yml says that cold starts hang on: memory, warming, secrets."""

from dataclasses import dataclass
from typing import Any

import yaml

from local.addresses import ROOT

WARM = {"sangha": "warm"}


@dataclass(frozen=True, slots=True)
class Service:
    """The functions as deployed.

    Attributes:
        memory_mb: of each.
        secrets: how many SSM parameters each reads, and has decrypted, when it starts.
        warmed: those that a schedule invokes, each once every `warming_s` seconds.
    """

    memory_mb: dict[str, int]
    secrets: dict[str, int]
    warmed: tuple[str, ...]
    warming_s: float


def read(path: str = "serverless.yml") -> Service:
    """Reads it, a path in the tree."""
    config = yaml.safe_load((ROOT / path).read_text())
    provider, kept = config["provider"], config["custom"]["secrets"]
    memory, secrets, warmed, every = {}, {}, [], set()
    for name, function in config["functions"].items():
        memory[name] = int(function.get("memorySize", provider["memorySize"]))
        named = function.get("environment", {}).get("SANGHA_SECRETS", "")
        groups = [one for one in kept if f"custom.secrets.{one}}}" in named]
        secrets[name] = sum(len(kept[group].split()) for group in groups)
        if (minutes := _warmed_every(function)) is not None:
            warmed.append(name)
            every.add(minutes)
    (minutes,) = every or {5}
    return Service(memory, secrets, tuple(warmed), minutes * 60.0)


def _warmed_every(function: dict[str, Any]) -> int | None:
    """Returns the minutes between two warming invocations; None for a function without."""
    for event in function.get("events", ()):
        schedule = event.get("schedule")
        if isinstance(schedule, dict) and schedule.get("input") == WARM:
            (rate,) = schedule["rate"]
            return int(rate.removeprefix("rate(").partition(" ")[0])
    return None
