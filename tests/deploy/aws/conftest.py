"""Stages that `make deploy` put into the local AWS, from the zips for this machine."""

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import node, service
from deploy.aws import framework
from deploy.aws.account import Account
from deploy.aws.framework import Target
from deploy.errors import DeployError
from deploy.interpreter import Interpreter
from local import aws as local_aws
from tests.deploy.aws.account import using
from tests.deploy.aws.deployed import AWS, Deployed, deploy, settings
from tests.deploy.aws.lambdas import Lambdas
from tests.deploy.conftest import HERE, ROOT, Built
from tests.stack import Stack

STAGE = "prod"


@pytest.fixture(scope="session")
def aws() -> Iterator[AWS]:
    """Variables by which AWS's clients find the local AWS."""
    with local_aws.running() as environ:
        yield environ


@pytest.fixture(scope="session")
def project(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout as far as osls looks at it, with this machine's zips built."""
    try:
        node.installed(framework.MANIFESTS)
    except DeployError as error:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"{error}: osls was not tested")
        pytest.skip(f"{error}: osls was not tested")
    root = tmp_path_factory.mktemp("project")
    for name in (service.MANY, service.ONE):
        shutil.copyfile(ROOT / name, root / name)
    (root / "deploy").mkdir()
    (root / "deploy" / "osls").symlink_to(framework.MANIFESTS)
    shutil.copytree(built.folder, root / "build" / HERE, copy_function=os.link)
    return root


@pytest.fixture(scope="session")
def target(project: Path) -> Target:
    """The stage that is deployed."""
    return Target(project, STAGE, local_aws.REGION, architecture=HERE)


@pytest.fixture(scope="session")
def deployed(
    aws: AWS, target: Target, _stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Deployed:
    """The stage once it was deployed for the first time; its vendors are the local stack."""
    return deploy(aws, target, settings(_stack), tmp_path_factory.mktemp("many"))


@pytest.fixture(scope="session")
def deployed_one(
    aws: AWS, target: Target, _stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Deployed:
    """Another stage, of one function; nobody says what its URL is."""
    values = {k: v for k, v in settings(_stack).items() if k != "SANGHA_PUBLIC_URL"}
    one = dataclasses.replace(target, stage="one", one=True)
    return deploy(aws, one, values, tmp_path_factory.mktemp("one"))


@pytest.fixture
def account(aws: AWS) -> Iterator[Account]:
    """The local AWS as `make` finds it."""
    with using(aws):
        yield Account(local_aws.REGION)


@pytest.fixture(scope="session")
def lambdas(
    deployed: Deployed,
    aws: AWS,
    python: Interpreter,
    tmp_path_factory: pytest.TempPathFactory,
) -> Lambdas:
    """The deployed functions."""
    return Lambdas(deployed, aws, python, tmp_path_factory.mktemp("lambdas"))
