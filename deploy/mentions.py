"""Which secrets a function's code uses: those that its modules name.

A module that is imported counts, whether or not what names the secret is called.
"""

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from deploy.sources import Needs

HOLDERS = frozenset({"common.settings", "common.parameters"})
"""Modules that hand every secret on, and use none."""
TOGETHER = {"livekit_keys": ("LIVEKIT_API_SECRET", "LIVEKIT_PREVIOUS_API_SECRET")}
"""What of the settings stands for several."""


def of(needs: Needs, secrets: Iterable[str]) -> frozenset[str]:
    """Returns those of `secrets`, settings such as SANGHA_OPS_KEY, that a function uses."""
    known: Mapping[str, tuple[str, ...]] = {name.lower(): (name,) for name in secrets}
    known = {**known, **TOGETHER}
    files = [path for module, path in needs.modules.items() if module not in HOLDERS]
    named = {name.lower() for path in files for name in _names(path)} & known.keys()
    return frozenset(secret for name in named for secret in known[name])


@cache
def _names(file: Path) -> frozenset[str]:
    """Returns the attributes that a file reads, and its texts."""
    nodes = list(ast.walk(ast.parse(file.read_bytes())))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    constants = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return frozenset(attributes | {text for text in constants if isinstance(text, str)})
