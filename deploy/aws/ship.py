"""`make deploy`: a stage on AWS, from the tree.

    python -m deploy.aws.ship STAGE [--one] [--warm on|off] [--reserved N] [--arch arm64|x86_64]
        [--region eu-central-1] [--force] [--yes]

Says what is missing; builds; says what it would make, change and remove, and what a month of it
costs; asks; deploys what it has shown, and says where it is.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from deploy import package, service
from deploy.aws import costs, framework, parameters, preflight
from deploy.aws.account import Account
from deploy.aws.arguments import add_place
from deploy.aws.ask import agreed, say
from deploy.aws.framework import Target
from deploy.aws.plan import plan
from deploy.build import build
from deploy.errors import DeployError
from deploy.install import MACHINES

ROOT = Path(__file__).parent.parent.parent
URL_OUTPUT = "AppLambdaFunctionUrl"


def ship(target: Target, *, force: bool, yes: bool) -> int:
    """Deploys; returns the exit status: 1 when it wasn't agreed to.

    Raises:
        DeployError: it can't be deployed; nothing is, or what was there before.
    """
    parameters.checked(target.stage)
    framework.ready()
    account = Account(target.region)
    known = parameters.read(target.root)
    stored = account.parameters(each.name(target.stage) for each in known)
    missing = preflight.missing(known, stored, target.stage)
    if missing:
        raise DeployError("\n".join(missing))
    described = service.read(target.root)
    names = described.one if target.one else described.modules.keys() - described.one
    artifacts = build(target.root, target.root / "build", target.architecture, sorted(names), say)
    over = package.too_large(artifacts)
    if over:
        raise DeployError("\n".join(over))
    zips = artifacts[0].path.parent
    url = _deploy(target, account, zips, force=force, yes=yes)
    if url is None:
        return 1
    if target.one and not _knows_its_url(target):
        say("The function has its URL now, and is told it:")
        framework.package(target)
        framework.deploy(target, force=force)
    say(f"\n{target.stack} is at {url}")
    say(f"LiveKit's webhook URL (its project's settings): {url}/api/livekit/webhook")
    say(f"Does it work? make doctor, with SANGHA_PUBLIC_URL={url} in .env")
    return 0


def _deploy(target: Target, account: Account, zips: Path, *, force: bool, yes: bool) -> str | None:
    """Shows, asks and deploys; returns the address, None when it wasn't agreed to."""
    framework.package(target)
    template = _template(target)
    deployed = (account.template(target.stack) or {}).get("Resources", {})
    planned = plan(template["Resources"], deployed, zips, account.code(f"{target.stack}-"))
    say(f"\n{target.stack} in account {account.id}, {target.region}, would:")
    say("\n".join(planned.lines()))
    say("\nA month costs, by AWS's list prices, beyond what is free every month:")
    say("\n".join(costs.table(costs.stage(template, zips))))
    if planned or force:
        if not agreed("\nDeploy it?", yes=yes):
            return None
        framework.deploy(target, force=force)
    outputs = account.outputs(target.stack)
    return outputs[URL_OUTPUT if target.one else "HttpApiUrl"].rstrip("/")


def _template(target: Target) -> dict[str, Any]:
    template: dict[str, Any] = json.loads(target.template.read_text())
    return template


def _knows_its_url(target: Target) -> bool:
    function = _template(target)["Resources"]["AppLambdaFunction"]["Properties"]
    return bool(function["Environment"]["Variables"]["SANGHA_PUBLIC_URL"])


def main() -> int:
    """Does what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.aws.ship")
    add_place(parser)
    parser.add_argument("--one", action="store_true", help="all endpoints in one function")
    parser.add_argument("--warm", choices=("on", "off"), default="on")
    parser.add_argument("--reserved", type=int, metavar="N", help="executions set apart")
    parser.add_argument("--arch", choices=MACHINES, default="arm64")
    parser.add_argument("--force", action="store_true", help="also when nothing has changed")
    arguments = parser.parse_args()
    target = Target(
        ROOT,
        arguments.stage,
        arguments.region,
        one=arguments.one,
        architecture=arguments.arch,
        warm=arguments.warm == "on",
        reserved=arguments.reserved,
    )
    try:
        return ship(target, force=arguments.force, yes=arguments.yes)
    except DeployError as error:
        say(f"{error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
