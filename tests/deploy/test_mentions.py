"""Which secrets a function may read is what its code uses: no more, and no less."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import mentions, service
from deploy.aws import parameters
from deploy.sources import Sources
from tests.deploy.conftest import ROOT

MODULES = service.read(ROOT).modules
KNOWN = {each.setting for each in parameters.read(ROOT) if each.is_secret}
CONFIGS = [service.load(ROOT, file) for file in (service.MANY, service.ONE)]
SECRETS = CONFIGS[0]["custom"]["secrets"]
SOURCES = Sources(ROOT)
Write = Callable[[str], frozenset[str]]


def granted(name: str) -> set[str]:
    """Returns the secrets that a function's configuration names, as settings."""
    (function,) = [c["functions"][name] for c in CONFIGS if name in c["functions"]]
    named = function.get("environment", {}).get("SANGHA_SECRETS", "")
    for group, names in SECRETS.items():
        named = named.replace(f"${{self:custom.secrets.{group}}}", names)
    parts = named.split()
    assert all(part.startswith("/sangha/${sls:stage}/") for part in parts)
    return {part.rpartition("/")[2].replace("-", "_").upper() for part in parts}


@pytest.mark.parametrize("name", MODULES)
def test_it_may_read_what_it_uses(name: str) -> None:
    """Derived from the modules that it imports, at any depth."""
    assert granted(name) == mentions.of(SOURCES.needs(MODULES[name]), KNOWN)


def test_what_opens_most_is_read_by_few() -> None:
    """The key to all of Supabase, and the one to operate with."""
    many = {name: granted(name) for name in CONFIGS[0]["functions"]}
    operate = {name for name, secrets in many.items() if "SANGHA_OPS_KEY" in secrets}
    assert operate == {"health", "livekit-participants", "livekit-reconcile"}
    assert many["badges"] == set()
    service_key = {name for name, secrets in many.items() if "SUPABASE_SECRET_KEY" in secrets}
    assert not service_key & {"health", "livekit-token", "livekit-participants", "rooms", "room"}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes common/a.py, which functions.f imports, and returns what functions.f uses."""

    def run(text: str) -> frozenset[str]:
        for folder, file, content in (
            ("functions", "f", "from common import a"),
            ("common", "a", text),
        ):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "__init__.py").touch()
            (tmp_path / folder / f"{file}.py").write_text(content)
        return mentions.of(Sources(tmp_path).needs("functions.f"), KNOWN)

    return run


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("x = settings().sangha_ops_key", {"SANGHA_OPS_KEY"}),
        ("x = settings().need('supabase_secret_key')", {"SUPABASE_SECRET_KEY"}),
        ("import os\nx = os.environ['SUPABASE_JWT_SECRET']", {"SUPABASE_JWT_SECRET"}),
        ("x = s.livekit_keys", {"LIVEKIT_API_SECRET", "LIVEKIT_PREVIOUS_API_SECRET"}),
        ("sangha_ops_key = 1  # its own name", set()),
    ],
)
def test_a_mention_is_a_use(write: Write, text: str, uses: set[str]) -> None:
    """As an attribute or as a text, in a module at any depth."""
    assert write(text) == uses
