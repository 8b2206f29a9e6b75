"""The AWS account and region that are deployed to, and what a stage has there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
)

from deploy.errors import DeployError

_AT_ONCE = 10  # names that SSM takes in one request


@dataclass(frozen=True, slots=True)
class Stored:
    """A parameter as SSM has it."""

    type: str
    value: str
    """Encrypted, unless asked for in clear."""


class Account:
    """Where one's credentials lead to.

    Args:
        region: `eu-central-1`.

    Raises:
        DeployError: nowhere.
    """

    def __init__(self, region: str) -> None:
        self.region = region
        self._session = boto3.Session(region_name=region)
        with told():
            self.id: str = self.client("sts").get_caller_identity()["Account"]

    def client(self, name: str) -> Any:
        """Returns a client of one of AWS's services."""
        return self._session.client(name)

    def parameters(self, names: Iterable[str], *, decrypted: bool = False) -> dict[str, Stored]:
        """Returns those of the parameters that there are, by their names."""
        left, found = list(names), {}
        ssm = self.client("ssm")
        with told():
            while left:
                asked, left = left[:_AT_ONCE], left[_AT_ONCE:]
                answer = ssm.get_parameters(Names=asked, WithDecryption=decrypted)
                for each in answer["Parameters"]:
                    found[each["Name"]] = Stored(each["Type"], each["Value"])
        return found

    def template(self, stack: str) -> dict[str, Any] | None:
        """Returns the template that a stack was deployed by; None when there is no such stack."""
        with told():
            try:
                answer = self.client("cloudformation").get_template(StackName=stack)
            except ClientError as error:
                if "does not exist" in str(error):
                    return None
                raise
        return dict(answer["TemplateBody"])

    def outputs(self, stack: str) -> dict[str, str]:
        """Returns what a stack hands on, by name."""
        with told():
            (found,) = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    def code(self, prefix: str) -> dict[str, str]:
        """Returns the CodeSha256 of the functions whose names begin so, by the rest of the name."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        with told():
            functions = [each for page in pages for each in page["Functions"]]
        return {
            each["FunctionName"].removeprefix(prefix): each["CodeSha256"]
            for each in functions
            if each["FunctionName"].startswith(prefix)
        }


@contextmanager
def told() -> Iterator[None]:
    """Makes one line of what AWS refuses.

    Raises:
        DeployError: it refused.
    """
    try:
        yield
    except NoCredentialsError as error:
        raise DeployError(
            "no AWS credentials: `aws configure`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY"
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise DeployError(f"AWS: {' '.join(str(error).split())}") from error
