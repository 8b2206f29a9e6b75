"""serverless.yml's SSM parameters become the settings of a deployed function, on moto's AWS."""

import re
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from common.settings import Settings

ROOT = Path(__file__).parent.parent
PARAMETER = re.compile(r"\$\{ssm:(/sangha/\$\{sls:stage\}/[\w-]+)\}")
NEEDED = [
    "upstash_redis_rest_url",
    "upstash_redis_rest_token",
    "supabase_url",
    "supabase_publishable_key",
    "supabase_secret_key",
    "livekit_url",
    "livekit_api_key",
    "livekit_api_secret",
    "sangha_ops_key",
    "sangha_public_url",
    "sangha_allowed_origins",
]


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An AWS account's parameter store, with nothing in it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield boto3.client("ssm")


def environment(ssm: Any, stage: str) -> dict[str, str]:
    """Resolves the functions' environment for a stage, as the deploy does."""
    config = yaml.safe_load((ROOT / "serverless.yml").read_text())
    resolved = {}
    for variable, value in config["provider"]["environment"].items():
        found = PARAMETER.fullmatch(value)
        assert found, f"{variable} is not from the parameter store"
        name = found[1].replace("${sls:stage}", stage)
        parameter = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        assert parameter["Type"] == "SecureString"
        resolved[variable] = parameter["Value"]
    return resolved


def put(ssm: Any, stage: str, *names: str) -> None:
    """Stores a value of its own for each setting, as the deploy guide names them."""
    for name in names:
        path = f"/sangha/{stage}/{name.removeprefix('sangha_').replace('_', '-')}"
        ssm.put_parameter(Name=path, Value=f"https://{name}.example", Type="SecureString")


def test_every_needed_setting_arrives(ssm: Any) -> None:
    """With a parameter for each needed setting, a deployed function has them all, unmixed."""
    put(ssm, "prod", *NEEDED)
    settings = Settings.from_env(environment(ssm, "prod"))
    assert {name: settings.need(name) for name in NEEDED} == {
        name: f"https://{name}.example" for name in NEEDED
    }


def test_a_stage_has_its_own(ssm: Any) -> None:
    """Another stage's parameters are not taken: a missing one ends the deploy."""
    put(ssm, "dev", *NEEDED)
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        environment(ssm, "prod")
