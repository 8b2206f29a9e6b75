"""Deploys a stage into the local AWS, by what `make deploy` does."""

import contextlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3

from deploy import service
from deploy.aws import parameters, remove, ship
from deploy.aws.framework import Target
from deploy.build import Artifact
from tests import stack as local_stack
from tests.deploy.aws.account import Found, find, using
from tests.deploy.conftest import ROOT
from tests.stack import Stack

AWS = dict[str, str]


@dataclass(frozen=True)
class Deployed:
    """A deployed stage."""

    target: Target
    template: dict[str, Any]
    """CloudFormation's, as osls packaged it."""
    found: Found
    said: str
    """What `make deploy` printed."""
    zips: Path
    """The functions' zips, fetched from AWS again."""
    values: dict[str, str]
    """The stage's settings."""


def deploy(aws: AWS, target: Target, values: dict[str, str], zips: Path) -> Deployed:
    """Deploys a stage with these settings, and fetches its zips into a folder."""
    put(aws, target.stage, values)
    with using(aws), contextlib.redirect_stdout(io.StringIO()) as said:
        assert run_ship(target) == 0
        template = json.loads(target.template.read_text())
        _fetch(target, template, zips)
    return Deployed(target, template, find(aws), said.getvalue(), zips, values)


def settings(stack: Stack) -> dict[str, str]:
    """Returns the settings of an API on the local stack, with the code's own deadlines."""
    found = local_stack.environment(
        upstash=stack.upstash_url,
        supabase=stack.supabase_url,
        livekit=os.environ["LIVEKIT_URL"].replace("ws", "http", 1),
        api=str(stack.api.base_url).rstrip("/"),
    )
    return {name: value for name, value in found.items() if "DEADLINE" not in name}


def put(aws: AWS, stage: str, values: dict[str, str]) -> None:
    """Stores a stage's settings, each as it has to be."""
    with using(aws):
        ssm = boto3.client("ssm")
        for each in parameters.read(ROOT):
            if each.setting in values:
                value = values[each.setting]
                ssm.put_parameter(Name=each.name(stage), Value=value, Type=each.type)


def run_ship(target: Target, **options: Any) -> int:
    """Runs `make deploy` with the zips that are built, and with vendors of this machine."""
    folder = target.root / "build" / target.architecture

    def built(_root: Path, _out: Path, _arch: str, names: list[str], _say: Any) -> list[Artifact]:
        return [Artifact(n, folder / f"{n}.zip", 0, 0, frozenset(), 1) for n in names]

    described = service.read(ROOT)
    with (
        patch.object(ship, "build", built),
        patch.object(service, "read", lambda _: described),
        patch("deploy.aws.preflight.wrong", lambda *_: ""),
    ):
        return ship.ship(target, **{"force": False, "yes": True, **options})


def _fetch(target: Target, template: dict[str, Any], folder: Path) -> None:
    """Fetches the zips that the functions were made of."""
    detail = boto3.client("cloudformation").describe_stack_resource(
        StackName=target.stack, LogicalResourceId=remove.BUCKET
    )
    bucket = detail["StackResourceDetail"]["PhysicalResourceId"]
    for each in template["Resources"].values():
        if each["Type"] == "AWS::Lambda::Function":
            key = each["Properties"]["Code"]["S3Key"]
            boto3.client("s3").download_file(bucket, key, str(folder / key.rpartition("/")[2]))
