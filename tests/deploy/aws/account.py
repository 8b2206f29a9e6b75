"""What a test finds in the local AWS: everything that a stage has there."""

import ast
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest


@contextmanager
def using(aws: Mapping[str, str]) -> Iterator[None]:
    """Has AWS's clients find this one, for as long as it takes; also those of child processes."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in aws.items():
            patch.setenv(name, value)
        patch.setenv("SLS_AWS_MONITORING_FREQUENCY", "100")  # ms; osls looks every 5 s otherwise
        yield


@dataclass(frozen=True)
class Found:
    """What was there at one moment, by name."""

    functions: dict[str, dict[str, Any]]
    """Configurations."""
    permissions: dict[str, list[dict[str, Any]]]
    """Function → the statements that say who may invoke it."""
    rules: dict[str, dict[str, Any]]
    """EventBridge's, each with its one target as `Target`."""
    roles: dict[str, list[dict[str, Any]]]
    """ARN → the statements of its policies."""
    log_groups: dict[str, int]
    """→ days that a line is kept."""
    buckets: list[str]
    stacks: list[str]


def find(aws: Mapping[str, str]) -> Found:
    """Looks at everything."""
    with using(aws):
        functions = boto3.client("lambda").list_functions()["Functions"]
        return Found(
            functions={each["FunctionName"]: each for each in functions},
            permissions={each["FunctionName"]: _permissions(each) for each in functions},
            rules=_rules(),
            roles=_roles(),
            log_groups={
                each["logGroupName"]: each["retentionInDays"]
                for each in boto3.client("logs").describe_log_groups()["logGroups"]
            },
            buckets=[each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]],
            stacks=[
                each["StackName"]
                for each in boto3.client("cloudformation").describe_stacks()["Stacks"]
            ],
        )


def _permissions(function: dict[str, Any]) -> list[dict[str, Any]]:
    policy = boto3.client("lambda").get_policy(FunctionName=function["FunctionName"])["Policy"]
    return list(json.loads(policy)["Statement"])


def _rules() -> dict[str, dict[str, Any]]:
    client, found = boto3.client("events"), {}
    for rule in client.list_rules()["Rules"]:
        (target,) = client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        found[rule["Arn"]] = {**rule, "Target": target}
    return found


def _roles() -> dict[str, list[dict[str, Any]]]:
    client, found = boto3.client("iam"), {}
    for role in client.list_roles()["Roles"]:
        name = role["RoleName"]
        assert not client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        policies = client.list_role_policies(RoleName=name)["PolicyNames"]
        found[role["Arn"]] = [each for policy in policies for each in _statements(name, policy)]
    return found


def _statements(role: str, policy: str) -> list[dict[str, Any]]:
    answer = boto3.client("iam").get_role_policy(RoleName=role, PolicyName=policy)
    document = answer["PolicyDocument"]  # moto writes what CloudFormation made down as Python's
    return list(ast.literal_eval(document)["Statement"])
