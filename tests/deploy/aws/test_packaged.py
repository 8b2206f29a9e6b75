"""What osls makes of the two files: the parts that the local AWS passes over, and the settings."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from common.endpoint import create_app
from deploy import service
from deploy.aws import framework
from deploy.aws.framework import Target
from deploy.errors import DeployError
from tests.deploy.aws.account import using
from tests.deploy.aws.deployed import AWS, Deployed, put
from tests.deploy.aws.test_ship import VALUES
from tests.deploy.conftest import ROOT
from tests.stack import ORIGIN

CONFIG = service.load(ROOT, service.MANY)
OWN = {"Fn::Sub": "https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
Package = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def package(aws: AWS, deployed: Deployed) -> Package:
    """Packages the stage with other options; returns the template."""

    def run(**options: Any) -> dict[str, Any]:
        target = dataclasses.replace(deployed.target, **options)
        with using(aws):
            framework.package(target)
        template: dict[str, Any] = json.loads(target.template.read_text())
        return template

    return run


@pytest.fixture(scope="module")
def other(aws: AWS, package: Package) -> dict[str, Any]:
    """The template of a stage that has what it needs and no more, deployed with every option."""
    put(aws, "other", VALUES)
    return package(stage="other", warm=False, reserved=1)


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Returns the properties of the resources of a type."""
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def variables(template: dict[str, Any], name: str) -> dict[str, Any]:
    """Returns the environment of a function."""
    functions = of_type(template, "AWS::Lambda::Function")
    (found,) = [each for each in functions if each["FunctionName"].endswith(f"-{name}")]
    return dict(found["Environment"]["Variables"])


class TestApi:
    def test_the_routes_are_the_trees(self, deployed: Deployed) -> None:
        """Each of serverless.yml's, which tests/test_structure.py holds to the tree."""
        told = [
            event["httpApi"]
            for function in CONFIG["functions"].values()
            for event in function["events"]
            if "httpApi" in event
        ]
        routes = of_type(deployed.template, "AWS::ApiGatewayV2::Route")
        assert sorted(each["RouteKey"] for each in routes) == sorted(told)

    def test_preflights_are_answered_as_the_app_does(self, deployed: Deployed) -> None:
        """By API Gateway: no function starts for them."""
        (api,) = of_type(deployed.template, "AWS::ApiGatewayV2::Api")
        (stands,) = [m.kwargs for m in middleware(create_app()) if m.cls is CORSMiddleware]
        cors = api["CorsConfiguration"]
        assert cors == {
            "AllowOrigins": {"Fn::Split": [",", ORIGIN]},
            "AllowMethods": stands["allow_methods"],
            "AllowHeaders": stands["allow_headers"],
            "ExposeHeaders": stands["expose_headers"],
            "MaxAge": stands["max_age"],
        }
        assert "allow_credentials" not in stands

    def test_every_route_is_throttled(self, deployed: Deployed) -> None:
        """Reconcile more than others, the webhook less; their limits come after their routes."""
        stage = deployed.template["Resources"]["HttpApiStage"]
        assert stage["Properties"]["DefaultRouteSettings"] == {
            "ThrottlingRateLimit": 25,
            "ThrottlingBurstLimit": 50,
        }
        limits = stage["Properties"]["RouteSettings"]
        assert limits["POST /api/livekit/reconcile"]["ThrottlingRateLimit"] == 2
        assert limits["POST /api/livekit/webhook"]["ThrottlingBurstLimit"] == 200
        keys = [deployed.template["Resources"][each] for each in stage["DependsOn"]]
        assert {each["Properties"]["RouteKey"] for each in keys} == set(limits)

    def test_a_domain_of_ones_own(self, deployed: Deployed, other: dict[str, Any]) -> None:
        """A parameter says it; without one the functions know API Gateway's address."""
        told = variables(deployed.template, "room")["SANGHA_PUBLIC_URL"]
        assert told == deployed.values["SANGHA_PUBLIC_URL"]
        assert variables(other, "room")["SANGHA_PUBLIC_URL"] == OWN


def middleware(app: FastAPI) -> list[Any]:
    """Returns an app's middleware."""
    return list(app.user_middleware)


class TestOptions:
    def test_nothing_is_kept_warm(self, other: dict[str, Any]) -> None:
        """With WARM=off; reconciling goes on."""
        rules = of_type(other, "AWS::Events::Rule")
        states = {(each["ScheduleExpression"], each["State"]) for each in rules}
        assert states == {("rate(5 minutes)", "DISABLED"), ("rate(6 hours)", "ENABLED")}

    def test_executions_are_reserved_if_asked_for(
        self, deployed: Deployed, other: dict[str, Any]
    ) -> None:
        """For reconcile alone."""
        reserved = {
            each["FunctionName"]: each["ReservedConcurrentExecutions"]
            for each in of_type(other, "AWS::Lambda::Function")
            if "ReservedConcurrentExecutions" in each
        }
        assert reserved == {"sangha-other-livekit-reconcile": 1}
        assert "ReservedConcurrentExecutions" not in json.dumps(deployed.template)

    def test_arm64_is_the_default(self, deployed: Deployed) -> None:
        """Also where serverless.yml is read without osls."""
        assert Target(ROOT, "prod", "eu-central-1").architecture == "arm64"
        assert service.read(ROOT).architecture == "arm64"

    def test_a_missing_parameter_ends_it(self, aws: AWS, package: Package) -> None:
        """Named in one line; no stage is deployed with another's."""
        with pytest.raises(DeployError, match="LIVEKIT_URL") as raised:
            package(stage="nothing")
        assert "\n" not in str(raised.value)


class TestOne:
    def test_it_is_one_function_with_a_url(
        self, deployed: Deployed, deployed_one: Deployed
    ) -> None:
        """No API Gateway, every secret, the same settings and schedules, one CPU."""
        template = deployed_one.template
        kinds = {each["Type"] for each in template["Resources"].values()}
        assert not [kind for kind in kinds if "ApiGateway" in kind]
        (url,) = of_type(template, "AWS::Lambda::Url")
        assert (url["AuthType"], "Cors" in url) == ("NONE", False)
        (function,) = of_type(template, "AWS::Lambda::Function")
        assert (function["Handler"], function["MemorySize"]) == ("app.handler", 1769)
        many, one = variables(deployed.template, "livekit-reconcile"), variables(template, "app")
        assert one.keys() == many.keys()
        assert len(one["SANGHA_SECRETS"].split()) > len(many["SANGHA_SECRETS"].split())
        rules = of_type(template, "AWS::Events::Rule")
        inputs = {each["ScheduleExpression"]: each["Targets"][0].get("Input") for each in rules}
        assert inputs == {"rate(6 hours)": None, "rate(5 minutes)": '{"sangha":"warm"}'}


def test_cloudformation_has_nothing_to_say(
    deployed: Deployed, deployed_one: Deployed, tmp_path: Path
) -> None:
    """cfn-lint is silent about both; W3005 is of osls's own making: it says twice what goes first.

    A route DependsOn the integration that it names as its target already.
    """
    for each in (deployed, deployed_one):
        (tmp_path / f"{each.target.stage}.json").write_text(json.dumps(each.template))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--regions", "eu-central-1"]
    command += ["--ignore-checks", "W3005", "--template", *map(str, tmp_path.glob("*.json"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
