"""What a deploy would make, change and remove: the packaged template against the deployed one."""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Resources = Mapping[str, Any]
_FUNCTION = "AWS::Lambda::Function"


@dataclass(frozen=True, slots=True)
class Plan:
    """Each by CloudFormation's type of resource → what names them."""

    made: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    removed: dict[str, list[str]] = field(default_factory=dict)
    code: list[str] = field(default_factory=list)
    """Functions that are there already and get other code."""

    def __bool__(self) -> bool:
        """Says whether there is anything to do."""
        return bool(self.made or self.changed or self.removed or self.code)

    def lines(self) -> list[str]:
        """Returns the plan as people read it."""
        said = []
        for word, kinds in (
            ("make", self.made),
            ("change", self.changed),
            ("remove", self.removed),
        ):
            for kind, names in sorted(kinds.items()):
                listed = f": {', '.join(sorted(names))}" if any(names) else ""
                said.append(f"  {word:<7}{len(names):>3} {kind}{listed}")
        if self.code:
            said.append(f"  update {len(self.code):>3} functions' code: {', '.join(self.code)}")
        return said or ["  nothing: it is deployed as it is here"]


def plan(packaged: Resources, deployed: Resources, zips: Path, code: Mapping[str, str]) -> Plan:
    """Compares.

    Args:
        packaged: the resources of the template that would be deployed.
        deployed: those of the deployed one; empty for none.
        zips: the folder of the functions' zips.
        code: name of a deployed function → its CodeSha256.
    """
    pairs = [(packaged.get(name), deployed.get(name)) for name in packaged.keys() | deployed.keys()]
    return Plan(
        made=_by_type(new for new, old in pairs if old is None),
        changed=_by_type(new for new, old in pairs if new and old and _bare(new) != _bare(old)),
        removed=_by_type(old for new, old in pairs if new is None),
        code=sorted(
            name for name, sha in code.items() if _sha256(zips / f"{name}.zip") not in {None, sha}
        ),
    )


def _by_type(resources: Any) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for resource in resources:
        found[resource["Type"]].append(_name(resource))
    return dict(found)


def _name(resource: Mapping[str, Any]) -> str:
    """Returns what tells a resource from others of its type, where that says something."""
    properties = resource.get("Properties", {})
    if resource["Type"] == _FUNCTION:
        return str(properties["FunctionName"]).split("-", 2)[2]
    return str(properties.get("RouteKey") or properties.get("ScheduleExpression") or "")


def _bare(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a resource without the place of its zip, which every deploy has anew."""
    properties = {k: v for k, v in resource.get("Properties", {}).items() if k != "Code"}
    return {**resource, "Properties": properties}


def _sha256(path: Path) -> str | None:
    """Returns a file's digest as Lambda says it; None when there is no such file."""
    if not path.is_file():
        return None
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
