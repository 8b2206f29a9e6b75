"""serverless.yml by itself: every setting is deployed, every function has what it needs."""

from dataclasses import fields

import pytest

from common.settings import Settings
from deploy import service
from deploy.aws import parameters
from deploy.errors import DeployError
from tests.deploy.conftest import ROOT

FUNCTIONS = service.load(ROOT, service.MANY)["functions"]
HOT = {
    *("livekit-token", "livekit-participants", "livekit-webhook", "matching-join"),
    *("matching-status", "rooms", "room", "room-members"),
}
NEEDED = {
    *("UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN", "SUPABASE_URL"),
    *("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "LIVEKIT_URL", "LIVEKIT_API_KEY"),
    *("LIVEKIT_API_SECRET", "SANGHA_OPS_KEY", "SANGHA_ALLOWED_ORIGINS"),
}


def test_every_setting_is_a_parameter() -> None:
    """Those that settings.py hides are secret; the ones that nothing works without are needed."""
    known = parameters.read(ROOT)
    settings = {field.name.upper(): field for field in fields(Settings)}
    assert len({each.setting for each in known}) == len(known)
    assert {each.setting for each in known} == settings.keys() - {"SANGHA_SECRETS"}
    hidden = {name for name, field in settings.items() if not field.repr}
    assert {each.setting for each in known if each.is_secret} == hidden
    assert {each.setting for each in known if each.is_needed} == NEEDED


def test_a_parameters_name_is_its_settings() -> None:
    """In the stage's own folder."""
    known = {each.setting: each for each in parameters.read(ROOT)}
    assert known["SANGHA_OPS_KEY"].name("prod") == "/sangha/prod/sangha-ops-key"
    assert known["SANGHA_OPS_KEY"].type == "SecureString"
    assert known["LIVEKIT_URL"].type == "String"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_zip_and_memory(name: str) -> None:
    """One CPU where people wait, half a gigabyte where nobody does."""
    function = FUNCTIONS[name]
    assert function["package"]["artifact"] == f"build/${{param:architecture}}/{name}.zip"
    expected = 1769 if name in HOT else 512 if name == "livekit-reconcile" else 1024
    assert function.get("memorySize", 1024) == expected


@pytest.mark.parametrize("stage", ["", "Prod", "1st", "a_b", "a" * 17, "-a", "a/b"])
def test_a_stage_has_a_plain_name(stage: str) -> None:
    """It becomes part of other names."""
    with pytest.raises(DeployError, match="is no stage"):
        parameters.checked(stage)
    assert parameters.checked("pr-12") == "pr-12"
