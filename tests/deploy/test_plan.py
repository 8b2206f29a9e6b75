"""What a deploy would make, change and remove."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from deploy.aws.plan import Plan, plan


def function(name: str, memory: int = 1024, key: str = "1/a.zip") -> dict[str, Any]:
    """Returns a function as a template has it."""
    properties = {
        "FunctionName": f"sangha-prod-{name}",
        "MemorySize": memory,
        "Code": {"S3Key": key},
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


ROUTE = {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "GET /api/rooms"}}


def test_the_first_makes_all(tmp_path: Path) -> None:
    """By type, with the names that say something."""
    planned = plan({"A": function("room"), "B": ROUTE}, {}, tmp_path, {})
    assert planned.made == {
        "AWS::Lambda::Function": ["room"],
        "AWS::ApiGatewayV2::Route": ["GET /api/rooms"],
    }
    assert planned.lines() == [
        "  make     1 AWS::ApiGatewayV2::Route: GET /api/rooms",
        "  make     1 AWS::Lambda::Function: room",
    ]


def test_another_place_of_the_zip_is_no_change(tmp_path: Path) -> None:
    """Every deploy has one: what counts is what is in the zip."""
    before, after = (
        {"A": function("room", key="1/room.zip")},
        {"A": function("room", key="2/r.zip")},
    )
    (tmp_path / "room.zip").write_bytes(b"zip")
    same = base64.b64encode(hashlib.sha256(b"zip").digest()).decode()
    nothing = plan(after, before, tmp_path, {"room": same})
    assert nothing == Plan()
    assert not nothing
    assert "nothing" in nothing.lines()[0]
    other = plan(after, before, tmp_path, {"room": "another"})
    assert other.code == ["room"]
    assert other


def test_changed_and_removed(tmp_path: Path) -> None:
    """A function with more memory; one that is gone, which has no zip either."""
    before = {"A": function("room"), "B": function("old")}
    planned = plan({"A": function("room", 1769)}, before, tmp_path, {"old": "x"})
    assert planned.changed == {"AWS::Lambda::Function": ["room"]}
    assert planned.removed == {"AWS::Lambda::Function": ["old"]}
    assert planned.code == []
