"""Teaches moto's CloudFormation the two resources whose addresses a stack of ours hands on.

They have an id and an address; nothing answers there.
"""

from typing import Any, Self

from moto.core.common_models import CloudFormationModel
from moto.moto_api._internal import mock_random


class _Addressed:
    """What is known by an id of ten characters, and keeps it for as long as its stack has it."""

    def __init__(self, region: str) -> None:
        self.physical_resource_id = mock_random.get_random_string(10, lower_case=True)
        self.region = region

    @staticmethod
    def cloudformation_name_type() -> str:
        """None of its properties is its name."""
        return ""

    def is_created(self) -> bool:
        """It is there at once."""
        return True

    def delete(self, _account_id: str, _region: str) -> None:
        """Nothing remains."""

    @classmethod
    def create_from_cloudformation_json(
        cls, _name: str, _told: Any, _account_id: str, region: str, **_more: Any
    ) -> Self:
        """Makes one."""
        return cls(region)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource: Self, **_more: Any) -> Self:
        """Changes nothing of it."""
        return original_resource


class HttpApi(_Addressed, CloudFormationModel):  # type: ignore[misc] # moto's names more arguments
    """An HTTP API of API Gateway."""

    @staticmethod
    def cloudformation_type() -> str:
        """Its type in a template."""
        return "AWS::ApiGatewayV2::Api"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """It has none that we ask for."""
        return not attr


class FunctionUrl(_Addressed, CloudFormationModel):  # type: ignore[misc] # moto's has more arguments
    """The URL of a function."""

    @staticmethod
    def cloudformation_type() -> str:
        """Its type in a template."""
        return "AWS::Lambda::Url"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """It has the URL."""
        return attr == "FunctionUrl"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Returns the URL."""
        assert self.has_cfn_attr(attribute_name)
        return f"https://{self.physical_resource_id}.lambda-url.{self.region}.on.aws/"
