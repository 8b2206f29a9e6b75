"""The settings that a stage keeps in SSM, as serverless.yml has them: which, and which are secret.

The last part of a parameter's name is the setting's: /sangha/prod/livekit-url is LIVEKIT_URL.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy import service
from deploy.errors import DeployError

_NAME = r"/sangha/\$\{sls:stage\}/([a-z-]+)"
_SECRET = re.compile(_NAME)
_PLAIN = re.compile(r"\$\{ssm:" + _NAME + r"(, .+)?\}")
_STAGE = re.compile(r"[a-z][a-z0-9-]{0,15}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One of them."""

    setting: str
    """`LIVEKIT_API_SECRET`."""
    is_secret: bool
    """Kept encrypted, and read by the functions themselves at their start."""
    is_needed: bool
    """Nothing can be deployed without it."""

    def name(self, stage: str) -> str:
        """Returns its name in SSM."""
        return f"/sangha/{stage}/{self.setting.lower().replace('_', '-')}"

    @property
    def type(self) -> str:
        """What SSM calls it."""
        return "SecureString" if self.is_secret else "String"


def read(root: Path) -> list[Parameter]:
    """Returns the parameters that serverless.yml in `root` reads."""
    return list(_all(root))


def checked(stage: str) -> str:
    """Returns the name of a stage; DeployError when it is none."""
    if not _STAGE.fullmatch(stage):
        raise DeployError(
            f"STAGE={stage} is no stage: small letters, digits and -, at most 16, a letter first"
        )
    return stage


def _all(root: Path) -> Iterator[Parameter]:
    config = service.load(root, service.MANY)
    for setting, value in config["provider"]["environment"].items():
        found = _PLAIN.fullmatch(value)
        if not found or _setting(found[1]) != setting:
            raise DeployError(f"serverless.yml: {setting} is not read from its parameter: {value}")
        yield Parameter(setting, is_secret=False, is_needed=found[2] is None)
    optional = config["custom"]["optional-secrets"]
    for names in config["custom"]["secrets"].values():
        for name in _SECRET.findall(names):
            yield Parameter(_setting(name), is_secret=True, is_needed=name not in optional)


def _setting(name: str) -> str:
    return name.replace("-", "_").upper()
