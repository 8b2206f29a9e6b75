"""`make deploy`, of all endpoints in one function: refused, shown, asked for, done, done again."""

import contextlib
import dataclasses
import io
import sys
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from deploy.aws import ask, preflight, remove, ship
from deploy.aws.account import Account
from deploy.aws.framework import Target
from deploy.errors import DeployError
from tests.deploy.aws.account import find, using
from tests.deploy.aws.deployed import AWS, Deployed, put, run_ship

VALUES = {
    "UPSTASH_REDIS_REST_URL": "https://eu1.upstash.io",
    "UPSTASH_REDIS_REST_TOKEN": "a token of Upstash's",
    "SUPABASE_URL": "https://abc.supabase.co",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_1",
    "SUPABASE_SECRET_KEY": "sb_secret_1",
    "LIVEKIT_URL": "wss://x.livekit.cloud",
    "LIVEKIT_API_KEY": "API1",
    "LIVEKIT_API_SECRET": "a secret of LiveKit's",
    "SANGHA_OPS_KEY": "an ops key",
    "SANGHA_ALLOWED_ORIGINS": "https://app.example,https://other.example",
}
Ship = Callable[..., tuple[int, str]]


def one(target: Target, stage: str) -> Target:
    """Returns a stage of one function."""
    return dataclasses.replace(target, stage=stage, one=True)


@pytest.fixture
def run(aws: AWS, target: Target) -> Ship:
    """Ships a stage of one function; returns the exit status and what was printed."""

    def call(stage: str, **options: Any) -> tuple[int, str]:
        with using(aws), contextlib.redirect_stdout(io.StringIO()) as said:
            return run_ship(one(target, stage), **options), said.getvalue()

    return call


class TestOneFunction:
    def test_it_is_told_its_url(self, deployed_one: Deployed) -> None:
        """By a second deploy, at once: CloudFormation knows it only when the function is there."""
        said = deployed_one.said
        assert "make     1 AWS::Lambda::Function: app" in said
        assert "API Gateway" not in said
        assert said.count("is told it") == 1
        url = said.splitlines()[-3].partition("sangha-one is at ")[2]
        assert ".lambda-url.eu-central-1.on.aws" in url
        configured = deployed_one.found.functions["sangha-one-app"]
        assert configured["Environment"]["Variables"]["SANGHA_PUBLIC_URL"] == f"{url}/"

    def test_once_more(self, aws: AWS, deployed_one: Deployed, run: Ship, account: Account) -> None:
        """There is nothing to do; removed, nothing is left of it but the parameters."""
        status, said = run("one")
        assert (status, "nothing: it is deployed" in said, "is told it" in said) == (0, True, False)
        with using(aws):
            remove.remove(account, "sangha-one")
            assert account.parameters(["/sangha/one/supabase-url"])
        found = find(aws)
        left = [*found.functions, *found.roles, *found.rules, *found.log_groups, *found.buckets]
        assert [name for name in left if "sangha-one" in name] == []


def test_who_does_not_agree_has_nothing_deployed(aws: AWS, run: Ship) -> None:
    """It is shown all the same."""
    put(aws, "asked", VALUES)
    status, said = run("asked", yes=False)
    assert (status, "YES=1 says yes" in said, "together" in said) == (1, True, True)
    assert "sangha-asked" not in find(aws).stacks


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y", True), ("Yes ", True), ("n", False), ("", False)]
)
def test_only_a_yes_is_one(monkeypatch: pytest.MonkeyPatch, answer: str, *, agreed: bool) -> None:
    """And only of somebody who is there."""
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert ask.agreed("Deploy it?", yes=False) == agreed
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert not ask.agreed("Deploy it?", yes=False)


class TestRefused:
    def ship(self, aws: AWS, target: Target, stage: str) -> list[str]:
        """Returns the lines that say why not; nothing was built for it."""
        with using(aws), pytest.raises(DeployError) as raised:
            ship.ship(one(target, stage), force=False, yes=True)
        return str(raised.value).splitlines()

    def test_without_its_parameters(self, aws: AWS, target: Target) -> None:
        """A line for each that is needed: its name, and what to do."""
        put(aws, "poor", {k: v for k, v in VALUES.items() if k != "LIVEKIT_API_SECRET"})
        (line,) = self.ship(aws, target, "poor")
        assert line.startswith("/sangha/poor/livekit-api-secret is missing: ")
        assert line.endswith("set LIVEKIT_API_SECRET in .env, then `make secrets STAGE=poor`")
        assert len(self.ship(aws, target, "empty")) == len(VALUES)

    def test_a_secret_in_clear(self, aws: AWS, target: Target) -> None:
        """One that SSM keeps as plain text."""
        put(aws, "clear", {k: v for k, v in VALUES.items() if k != "SANGHA_OPS_KEY"})
        with using(aws):
            name = "/sangha/clear/sangha-ops-key"
            boto3.client("ssm").put_parameter(Name=name, Value="open", Type="String")
        (line,) = self.ship(aws, target, "clear")
        assert "sangha-ops-key is not encrypted" in line

    def test_a_vendor_of_this_machine(self, aws: AWS, target: Target) -> None:
        """AWS can't reach it."""
        put(aws, "here", {**VALUES, "SUPABASE_URL": "http://127.0.0.1:54321"})
        (line,) = self.ship(aws, target, "here")
        assert "supabase-url is of this machine's own stack" in line

    def test_a_name_that_is_no_stages(self, aws: AWS, target: Target) -> None:
        """Before anything is asked."""
        (line,) = self.ship(aws, target, "../prod")
        assert line.startswith("STAGE=../prod is no stage")

    def test_no_credentials(self, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
        """One line says how to have some."""
        nothing = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
        (line,) = self.ship({**nothing, "AWS_EC2_METADATA_DISABLED": "true"}, target, "prod")
        assert line.startswith("no AWS credentials: `aws configure`")


@pytest.mark.parametrize(
    ("setting", "value", "wrong"),
    [
        ("SUPABASE_URL", "http://x.example", "must begin with https://"),
        ("LIVEKIT_URL", "https://x.livekit.cloud", "must begin with wss://"),
        ("LIVEKIT_URL", "ws://localhost:7880", preflight.OWN),
        ("SANGHA_ALLOWED_ORIGINS", "*", "has what is no origin"),
        ("SANGHA_ALLOWED_ORIGINS", "https://a.example/app", "has what is no origin"),
        ("SANGHA_ALLOWED_ORIGINS", "https://a.example, https://b.example", "no origin"),
        ("SANGHA_ALLOWED_ORIGINS", "https://a.example,https://b.example:8443", ""),
        ("SANGHA_PUBLIC_URL", "https://api.example", ""),
        ("LIVEKIT_API_KEY", "API1", ""),
    ],
)
def test_what_no_deployment_can_have(setting: str, value: str, wrong: str) -> None:
    """Addresses of this machine, unencrypted ones, and lists that aren't of origins."""
    assert wrong in preflight.wrong(setting, value)
    assert bool(preflight.wrong(setting, value)) == bool(wrong)
