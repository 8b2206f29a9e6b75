"""The front end's types of the API are made from its document as it is."""

import subprocess
from pathlib import Path

from deploy.node import program
from local.web.build import WEB


def test_the_types_are_current(built_page: Path, tmp_path: Path) -> None:
    """`make types` would change nothing."""
    made = tmp_path / "schema.ts"
    command = [program("npx"), "--no", "openapi-typescript", "../docs/openapi.json"]
    arguments = ["--output", str(made), "--alphabetize"]
    subprocess.run([*command, *arguments], cwd=WEB, check=True, capture_output=True)
    kept = WEB / "src" / "sangha" / "api" / "schema.ts"
    assert made.read_text() == kept.read_text(), "run make types"
