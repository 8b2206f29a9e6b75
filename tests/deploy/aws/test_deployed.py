"""What is in AWS after `make deploy`, after another one, and after `make remove`."""

import base64
import contextlib
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from deploy import service
from deploy.aws import remove
from tests.deploy.aws.account import Found, find, using
from tests.deploy.aws.deployed import AWS, Deployed, run_ship
from tests.deploy.conftest import HERE, ROOT

CONFIG = service.load(ROOT, service.MANY)
NAMES = list(CONFIG["functions"])
WARM = {
    *("livekit-token", "livekit-participants", "livekit-webhook"),
    *("rooms", "room", "room-members"),
}
CHANGED = "badges"
PREFIX = "sangha-prod-"


def sha256(path: Path) -> str:
    """Returns a file's digest as Lambda says it."""
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()


def shas(found: Found) -> Mapping[str, str]:
    """Returns the digests of the functions' code."""
    return {name: each["CodeSha256"] for name, each in found.functions.items()}


@pytest.fixture(scope="module")
def again(aws: AWS, deployed: Deployed) -> tuple[str, Found]:
    """The stage after nothing and then one function was changed: what was said, what is there."""
    target = deployed.target
    archive = target.root / "build" / HERE / f"{CHANGED}.zip"
    with using(aws), contextlib.redirect_stdout(io.StringIO()) as unchanged:
        assert run_ship(target) == 0
    copy = shutil.copyfile(archive, archive.with_suffix(".new"))  # the first is a hard link
    with ZipFile(copy, "a") as zipped:
        zipped.writestr("a_new_module.py", "")
    copy.replace(archive)
    with using(aws), contextlib.redirect_stdout(io.StringIO()) as changed:
        assert run_ship(target) == 0
    return unchanged.getvalue() + "\n---\n" + changed.getvalue(), find(aws)


class TestDeployed:
    def test_each_endpoint_is_a_function(self, deployed: Deployed) -> None:
        """With its memory, its timeout, its handler and the machine that was asked for."""
        functions = deployed.found.functions
        assert set(functions) == {f"{PREFIX}{name}" for name in NAMES}
        for name, told in CONFIG["functions"].items():
            got = functions[PREFIX + name]
            assert got["Handler"] == told["handler"]
            assert got["MemorySize"] == told.get("memorySize", 1024)
            assert got["Timeout"] == told.get("timeout", 10)
            assert (got["Runtime"], got["Architectures"]) == ("python3.13", [HERE])

    def test_the_code_is_what_was_built(self, deployed: Deployed) -> None:
        """Byte for byte: its digest, and the zip that is fetched from there."""
        for name in NAMES:
            local = sha256(deployed.target.root / "build" / HERE / f"{name}.zip")
            fetched = sha256(deployed.zips / f"{name}.zip")
            code = deployed.found.functions[PREFIX + name]["CodeSha256"]
            if name != CHANGED:  # another test may have changed it by now
                assert local == code
            assert fetched == code

    def test_no_secret_is_in_sight(self, deployed: Deployed) -> None:
        """Neither in a function's configuration nor in what was uploaded or said."""
        secret = {"UPSTASH_REDIS_REST_TOKEN", "SUPABASE_SECRET_KEY", "SUPABASE_JWT_SECRET"}
        secret |= {"LIVEKIT_API_SECRET", "SANGHA_OPS_KEY"}
        state = (deployed.target.package / "serverless-state.json").read_text()
        seen = json.dumps([deployed.found.functions, deployed.template, state, deployed.said])
        assert [name for name in secret if deployed.values[name] in seen] == []
        assert [name for name in secret if f'"{name}"' in json.dumps(deployed.template)] == []
        assert deployed.values["SUPABASE_PUBLISHABLE_KEY"] in seen

    def test_each_role_is_one_functions(self, deployed: Deployed) -> None:
        """It writes that function's log, reads what SANGHA_SECRETS names, and does no more."""
        functions, roles = deployed.found.functions, deployed.found.roles
        assert len(roles) == len(functions)
        for name, function in functions.items():
            log = f"arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/{name}:*"
            may = [("logs:CreateLogStream logs:PutLogEvents", [log])]
            named = function["Environment"]["Variables"].get("SANGHA_SECRETS", "").split()
            arn = "arn:aws:ssm:eu-central-1:123456789012:parameter"
            if named:
                may.append(("ssm:GetParameters", [f"{arn}{each}" for each in named]))
            statements = roles[function["Role"]]
            assert {each["Effect"] for each in statements} == {"Allow"}
            assert [(" ".join(each["Action"]), each["Resource"]) for each in statements] == may

    def test_who_may_invoke(self, deployed: Deployed) -> None:
        """API Gateway's one API each function, and each schedule the function that it is for."""
        for name in NAMES:
            statements = deployed.found.permissions[PREFIX + name]
            assert {each["Action"] for each in statements} == {"lambda:InvokeFunction"}
            sources = [each["Condition"]["ArnLike"]["AWS:SourceArn"] for each in statements]
            services = [each["Principal"]["Service"] for each in statements]
            by = dict(zip(services, sources, strict=True))
            api = by.pop("apigateway.amazonaws.com")
            assert deployed.said.count(f"https://{api.split(':')[5].split('/')[0]}.execute") == 3
            assert set(by) == ({"events.amazonaws.com"} if schedules(name) else set())
            for rule in by.values():
                assert deployed.found.rules[rule]["Target"]["Arn"].endswith(f":{PREFIX}{name}")

    def test_the_schedules(self, deployed: Deployed) -> None:
        """Six functions are kept warm; presence is reconciled every 6 hours."""
        told = {
            (
                rule["Target"]["Arn"].rpartition(PREFIX)[2],
                rule["ScheduleExpression"],
                rule["Target"].get("Input"),
                rule["State"],
            )
            for rule in deployed.found.rules.values()
        }
        warm = json.dumps({"sangha": "warm"}, separators=(",", ":"))
        assert told == {(name, "rate(5 minutes)", warm, "ENABLED") for name in WARM} | {
            ("livekit-reconcile", "rate(6 hours)", None, "ENABLED")
        }

    def test_logs_are_kept_for_two_weeks(self, deployed: Deployed) -> None:
        """Those of each function, and there are no others."""
        groups = {f"/aws/lambda/{PREFIX}{name}": 14 for name in NAMES}
        assert deployed.found.log_groups == groups

    def test_it_says_first_what_comes_of_it(self, deployed: Deployed) -> None:
        """What it makes, what that costs, and then where it is."""
        said = deployed.said
        assert "sangha-prod in account 123456789012, eu-central-1, would:" in said
        assert "make    27 AWS::Lambda::Function: badges, block" in said
        assert said.index("A month costs") < said.index("sangha-prod is at https://")
        assert "/api/livekit/webhook" in said.splitlines()[-2]


def schedules(name: str) -> list[Any]:
    """Returns the schedules of a function."""
    return [event for event in CONFIG["functions"][name]["events"] if "schedule" in event]


class TestAgain:
    def test_without_a_change_there_is_nothing_to_do(self, again: tuple[str, Found]) -> None:
        """And nothing is done."""
        unchanged, _ = again[0].split("\n---\n")
        assert "nothing: it is deployed as it is here" in unchanged

    def test_one_function_changes(self, deployed: Deployed, again: tuple[str, Found]) -> None:
        """It is named; the others' code, and all of its own but the code, stay as they were."""
        said, found = again
        plan = said.split("\n---\n")[1].partition("would:\n")[2].partition("\n\n")[0]
        assert plan.split() == ["update", "1", "functions'", "code:", CHANGED]
        before, after = shas(deployed.found), shas(found)
        assert {name for name in after if after[name] != before.get(name)} == {PREFIX + CHANGED}
        assert after[PREFIX + CHANGED] == sha256(
            deployed.target.root / "build" / HERE / f"{CHANGED}.zip"
        )
        assert set(found.roles) == set(deployed.found.roles)
        assert set(found.rules) == set(deployed.found.rules)


class TestRemoved:
    def test_nothing_is_left(self, aws: AWS, again: tuple[str, Found], account: Any) -> None:
        """But the parameters, which the next deploy needs."""
        assert again
        before = find(aws).stacks
        with using(aws):
            remove.remove(account, "sangha-prod")
            assert account.template("sangha-prod") is None
            assert account.parameters(["/sangha/prod/supabase-url"])
        found = find(aws)
        assert set(before) - set(found.stacks) == {"sangha-prod"}
        named = [*found.functions, *found.roles, *found.rules, *found.log_groups, *found.buckets]
        assert [name for name in named if "sangha-prod" in name] == []
