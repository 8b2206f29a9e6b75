"""The front end's rule of who is in voice, without a browser: docs/presence.md's, for clients."""

import json
import subprocess
from pathlib import Path

import pytest

from deploy.node import program

SCRIPT = Path(__file__).with_name("presence_rule.mjs")
SCHEDULES = 3000
SECONDS = 60.0


def judged(module: Path) -> list[str]:
    """Returns what the rule of a module gets wrong, of all the schedules."""
    command = [program("node"), str(SCRIPT), str(module), str(SCHEDULES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
    told = json.loads(done.stdout)
    assert told["schedules"] == SCHEDULES
    return list(told["wrong"])


def test_any_schedule(built_page: Path) -> None:
    """Late, repeated, reordered and lost pushes and answers end in what is true."""
    assert judged(built_page.parent / "lib" / "voice" / "presence.js") == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("final: true", "final: false"),  # who has left may come back
        ("if (end !== void 0) return state;", ""),  # a late join counts
        ("stay.heardAt >= since", "true"),  # an answer removes nobody
    ],
)
def test_a_wrong_rule(right: str, wrong: str, built_page: Path, tmp_path: Path) -> None:
    """Is found out: each of the rule's parts is needed."""
    library = built_page.parent / "lib"
    source = (library / "voice" / "presence.js").read_text()
    assert right in source
    changed = source.replace(right, wrong).replace('from "./', f'from "{library}/voice/')
    module = tmp_path / "presence.mjs"
    module.write_text(changed)
    assert judged(module)
