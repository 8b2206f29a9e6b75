"""What serverless.yml says of the functions: the one list of them, and what they run on."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from deploy.errors import DeployError


@dataclass(frozen=True, slots=True)
class Service:
    """The functions, and what Lambda runs them on."""

    modules: dict[str, str]
    """Name of the function → the module that holds its handler, `functions.livekit.token`."""
    python: str
    """Python's minor version, `3.13`."""
    architecture: str
    """`arm64` or `x86_64`, as Lambda names them."""


def read(root: Path) -> Service:
    """Reads serverless.yml in `root`.

    Raises:
        DeployError: a handler that no file of the tree has, or another runtime than Python's.
    """
    path = root / "serverless.yml"
    config = yaml.safe_load(path.read_text())
    modules = {}
    for name, function in config["functions"].items():
        file, _, attribute = function["handler"].rpartition(".")
        if not (root / f"{file}.py").is_file() or attribute != "handler":
            raise DeployError(f"serverless.yml: {name} has no such handler: {function['handler']}")
        modules[name] = file.replace("/", ".")
    runtime = config["provider"]["runtime"]
    if not runtime.startswith("python3."):
        raise DeployError(f"serverless.yml: the runtime must be a Python 3, not {runtime}")
    return Service(modules, runtime.removeprefix("python"), config["provider"]["architecture"])
