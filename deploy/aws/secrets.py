"""`make secrets`: the settings of .env become SSM parameters of a stage.

    python -m deploy.aws.secrets STAGE [--region eu-central-1] [--file .env] [--yes]

Secrets are stored encrypted. Asks before it changes one; never prints a value.
"""

import argparse
import json
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from dotenv import dotenv_values

from deploy.aws import parameters, preflight
from deploy.aws.account import Account, told
from deploy.aws.arguments import add_place
from deploy.aws.ask import agreed, say
from deploy.aws.parameters import Parameter
from deploy.errors import DeployError

ROOT = Path(__file__).parent.parent.parent
LOCAL_LIVEKIT_KEY = "sangha-local"


def store(
    account: Account,
    stage: str,
    known: list[Parameter],
    values: Mapping[str, str],
    defaults: Mapping[str, str],
    *,
    made_here: Collection[str],
    yes: bool,
) -> list[str]:
    """Stores what is set and isn't stored yet, and what was changed if that is agreed to.

    Args:
        account: where.
        stage: a stage's name.
        known: all parameters of a stage.
        values: by setting.
        defaults: by setting; what is as the code has it anyway isn't stored.
        made_here: values of this machine's own stack, which are no deployment's.
        yes: agrees to every change.

    Returns:
        What is still missing, a line each.

    Raises:
        DeployError: a value that is no deployment's; nothing is stored then.
    """
    wanted = {each: preflight.tidied(each.setting, values.get(each.setting, "")) for each in known}
    bad = []
    for each, value in wanted.items():
        wrong = preflight.OWN if value in made_here else preflight.wrong(each.setting, value)
        if value and wrong:
            bad.append(f"{each.setting} {wrong}")
    if bad:
        raise DeployError("; ".join(bad) + ": nothing is stored")
    stored = account.parameters((each.name(stage) for each in known), decrypted=True)
    for each, value in wanted.items():
        found = stored.get(each.name(stage))
        if not value or (found is None and value == defaults.get(each.setting)):
            continue
        if found is not None and found.value == value:
            say(f"  {each.name(stage)} is as it was")
        elif found is None or agreed(f"  {each.name(stage)} is another. Replace it?", yes=yes):
            _put(account, each, each.name(stage), value)
            say(f"  {each.name(stage)} {'is stored' if found is None else 'is replaced'}")
    now = account.parameters(each.name(stage) for each in known)
    return preflight.missing(known, now, stage)


def _put(account: Account, parameter: Parameter, name: str, value: str) -> None:
    with told():
        account.client("ssm").put_parameter(
            Name=name, Value=value, Type=parameter.type, Overwrite=True, Tier="Standard"
        )


def main() -> int:
    """Does what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.aws.secrets")
    add_place(parser)
    parser.add_argument("--file", type=Path, default=ROOT / ".env")
    arguments = parser.parse_args()
    try:
        stage = parameters.checked(arguments.stage)
        values = _read(arguments.file)
        account = Account(arguments.region)
        say(f"Parameters of {stage} in account {account.id}, {account.region}:")
        missing = store(
            account,
            stage,
            parameters.read(ROOT),
            values,
            _read(ROOT / ".env.example"),
            made_here=_made_here(),
            yes=arguments.yes,
        )
    except DeployError as error:
        say(f"{error}")
        return 1
    for line in missing:
        say(f"  {line}")
    if missing:
        return 1
    say(f"All is there: make deploy STAGE={stage}")
    say("FORCE=1 where it runs already: a function keeps the secrets that it has read")
    return 0


def _read(file: Path) -> dict[str, str]:
    if not file.is_file():
        raise DeployError(f"there is no {file}: copy .env.example and fill it in")
    return {name: value.strip() for name, value in dotenv_values(file).items() if value}


def _made_here() -> set[str]:
    file = ROOT / ".local" / "secrets.json"
    secrets: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
    return {LOCAL_LIVEKIT_KEY, *secrets.values()}


if __name__ == "__main__":
    sys.exit(main())
