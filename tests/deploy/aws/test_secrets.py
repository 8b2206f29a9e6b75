"""`make secrets`: .env becomes a stage's parameters."""

import sys
from pathlib import Path

import boto3
import pytest

from deploy.aws import secrets
from tests.deploy.aws.account import using
from tests.deploy.aws.deployed import AWS
from tests.deploy.aws.test_ship import VALUES


class Env:
    """A stage, and a .env for it.

    Args:
        aws: where it is.
        stage: its name.
        file: the .env.
    """

    def __init__(self, aws: AWS, stage: str, file: Path) -> None:
        self._aws, self.stage, self._file = aws, stage, file

    def run(self, values: dict[str, str], *options: str) -> int:
        """Runs `make secrets` with a .env of these values; returns the exit status."""
        lines = [f'{name}="{value}"' for name, value in values.items()]
        self._file.write_text("\n".join(lines))
        with using(self._aws), pytest.MonkeyPatch.context() as patch:
            command = ["secrets", self.stage, "--file", str(self._file), *options]
            patch.setattr(sys, "argv", command)
            return secrets.main()

    def stored(self) -> dict[str, tuple[str, str]]:
        """Returns what the stage has: type and value by name."""
        with using(self._aws):
            pages = (
                boto3.client("ssm")
                .get_paginator("get_parameters_by_path")
                .paginate(Path=f"/sangha/{self.stage}/", WithDecryption=True)
            )
            found = [each for page in pages for each in page["Parameters"]]
        return {e["Name"].rpartition("/")[2]: (e["Type"], e["Value"]) for e in found}


@pytest.fixture
def env(aws: AWS, tmp_path: Path, request: pytest.FixtureRequest) -> Env:
    """A stage of this test's own."""
    stage = f"s{abs(hash(request.node.name)) % 10**9}"
    return Env(aws, stage, tmp_path / ".env")


def test_all_is_stored(env: Env, capsys: pytest.CaptureFixture[str]) -> None:
    """Secrets encrypted, the rest plain, origins tidied; no value is said."""
    origins = {"SANGHA_ALLOWED_ORIGINS": "https://app.example/, https://b.example"}
    assert env.run({**VALUES, **origins}) == 0
    stored = env.stored()
    assert stored["livekit-api-secret"] == ("SecureString", VALUES["LIVEKIT_API_SECRET"])
    assert stored["livekit-url"] == ("String", VALUES["LIVEKIT_URL"])
    assert stored["sangha-allowed-origins"][1] == "https://app.example,https://b.example"
    said = capsys.readouterr().out
    assert [value for value in VALUES.values() if value in said] == []
    assert f"make deploy STAGE={env.stage}" in said


def test_defaults_are_not_stored(env: Env) -> None:
    """A copy of .env.example has them all: the code's own hold, also after they change."""
    assert env.run({**VALUES, "SANGHA_TOKEN_LIMIT": "20", "SANGHA_WRITE_LIMIT": "61"}) == 0
    assert "sangha-token-limit" not in env.stored()
    assert env.stored()["sangha-write-limit"] == ("String", "61")


def test_what_is_missing_is_said(env: Env, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is stored; the exit status is 1."""
    assert env.run({**VALUES, "SANGHA_OPS_KEY": ""}) == 1
    assert "sangha-ops-key is missing: set SANGHA_OPS_KEY" in capsys.readouterr().out
    assert len(env.stored()) == len(VALUES) - 1


def test_a_change_is_asked_for(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody there means no; what isn't set stays as it is stored."""
    assert env.run(VALUES) == 0
    changed = {"LIVEKIT_API_SECRET": "another"}
    assert env.run(changed) == 0
    assert env.stored()["livekit-api-secret"][1] == VALUES["LIVEKIT_API_SECRET"]
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    assert env.run(changed) == 0
    assert env.stored()["livekit-api-secret"] == ("SecureString", "another")
    assert env.run(VALUES, "--yes") == 0
    assert env.stored()["livekit-api-secret"][1] == VALUES["LIVEKIT_API_SECRET"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("SUPABASE_URL", "http://127.0.0.1:54321"),
        ("LIVEKIT_API_KEY", "sangha-local"),
        ("SANGHA_OPS_KEY", "made for this machine"),
    ],
)
def test_this_machines_own_are_refused(
    env: Env,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    value: str,
) -> None:
    """And nothing is stored: half of another stack would be worse than none."""
    made = {secrets.LOCAL_LIVEKIT_KEY, "made for this machine"}
    monkeypatch.setattr(secrets, "_made_here", lambda: made)
    assert env.run({**VALUES, setting: value}) == 1
    assert f"{setting} is of this machine's own stack" in capsys.readouterr().out
    assert env.stored() == {}


def test_without_a_file(aws: AWS, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says where to begin."""
    with using(aws), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["secrets", "prod", "--file", str(tmp_path / "none")])
        assert secrets.main() == 1
    assert "copy .env.example" in capsys.readouterr().out
