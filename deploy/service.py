"""What the two serverless files say of the functions: the one list, and what they run on."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.errors import DeployError

MANY, ONE = "serverless.yml", "serverless.one.yml"
"""A function an endpoint; all endpoints in one, for which the first says the rest."""
_PARAM = re.compile(r"\$\{param:([\w-]+)\}")


@dataclass(frozen=True, slots=True)
class Service:
    """The functions, and what Lambda runs them on."""

    modules: dict[str, str]
    """Name of the function → the module that holds its handler, `functions.livekit.token`."""
    one: frozenset[str]
    """Those of `modules` that are the whole API."""
    python: str
    """Python's minor version, `3.13`."""
    architecture: str
    """`arm64` or `x86_64`, as Lambda names them."""


def read(root: Path) -> Service:
    """Reads the files in `root`; the second may be absent.

    Raises:
        DeployError: a handler that no file of the tree has, or another runtime than Python's.
    """
    config = load(root, MANY)
    modules = _modules(root, MANY, config)
    one = _modules(root, ONE, load(root, ONE)) if (root / ONE).is_file() else {}
    runtime = config["provider"]["runtime"]
    if not runtime.startswith("python3."):
        raise DeployError(f"{MANY}: the runtime must be a Python 3, not {runtime}")
    architecture = config["provider"]["architecture"]
    if named := _PARAM.fullmatch(architecture):
        architecture = config["params"]["default"][named[1]]
    python = runtime.removeprefix("python")
    return Service({**modules, **one}, frozenset(one), python, architecture)


def load(root: Path, file: str) -> dict[str, Any]:
    """Returns what one of the files has, its variables as they are written."""
    config: dict[str, Any] = yaml.safe_load((root / file).read_text())
    return config


def _modules(root: Path, file: str, config: dict[str, Any]) -> dict[str, str]:
    modules = {}
    for name, function in config["functions"].items():
        path, _, attribute = function["handler"].rpartition(".")
        if not (root / f"{path}.py").is_file() or attribute != "handler":
            raise DeployError(f"{file}: {name} has no such handler: {function['handler']}")
        modules[name] = path.replace("/", ".")
    return modules
