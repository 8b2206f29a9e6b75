"""Runs osls, the maintained open fork of Serverless Framework 3, as deploy/osls pins it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy import node, service
from deploy.errors import DeployError

MANIFESTS = Path(__file__).parent.parent / "osls"
QUIET = {
    "SLS_TELEMETRY_DISABLED": "1",
    "SLS_NOTIFICATIONS_MODE": "off",
    "NODE_NO_WARNINGS": "1",  # the AWS SDK wants newer Nodes from 2027 on
}


@dataclass(frozen=True, slots=True)
class Target:
    """What is deployed where, and how."""

    root: Path
    stage: str
    region: str
    one: bool = False
    """All endpoints in one function."""
    architecture: str = "arm64"
    warm: bool = True
    reserved: int | None = None
    """Executions set apart, and the most there may be."""

    @property
    def stack(self) -> str:
        """CloudFormation's name of it."""
        return f"sangha-{self.stage}"

    @property
    def file(self) -> str:
        """Which of the two says what is deployed."""
        return service.ONE if self.one else service.MANY

    @property
    def package(self) -> Path:
        """Where osls puts what it made."""
        return self.root / "build" / "stack"

    @property
    def template(self) -> Path:
        """The packaged CloudFormation template."""
        return self.package / "cloudformation-template-update-stack.json"


def ready() -> Path:
    """Returns osls's program; installs it if need be. DeployError when Node is missing."""
    return node.installed(MANIFESTS) / "node_modules" / "osls" / "bin" / "serverless.js"


def package(target: Target) -> None:
    """Makes the CloudFormation template; DeployError with what osls says when it can't."""
    done = _run(target, "package", "--package", str(target.package))
    if done.returncode:
        raise DeployError(f"osls package failed: {_told(done)}")


def deploy(target: Target, *, force: bool = False) -> None:
    """Deploys what was packaged, and shows what osls says.

    Args:
        target: what and where.
        force: also when nothing has changed; every function starts anew then.

    Raises:
        DeployError: it fails.
    """
    more = ["--force"] if force else []
    done = _run(target, "deploy", "--package", str(target.package), *more, show=True)
    if done.returncode:
        raise DeployError(f"osls deploy failed, CloudFormation undoes what it began: {_told(done)}")


def _run(
    target: Target, command: str, *more: str, show: bool = False
) -> subprocess.CompletedProcess[str]:
    parameters = {"architecture": target.architecture, "warm": str(target.warm).lower()}
    if target.reserved is not None:
        parameters["reserved"] = str(target.reserved)
    told = [node.program("node"), str(ready()), command, *more]
    told += ["--config", target.file, "--stage", target.stage, "--region", target.region]
    told += [text for each in parameters.items() for text in ("--param", "=".join(each))]
    return subprocess.run(
        told,
        cwd=target.root,
        env={**os.environ, **QUIET},
        stdout=subprocess.PIPE,  # the list of routes, which `make deploy` has shown
        stderr=None if show else subprocess.PIPE,
        text=True,
        check=False,
    )


def _told(done: subprocess.CompletedProcess[str]) -> str:
    """Returns what osls says is wrong, in one line."""
    lines = [line.strip() for line in done.stdout.partition("Error:")[2].splitlines()]
    return " ".join(line for line in lines if line) or f"exit status {done.returncode}"
