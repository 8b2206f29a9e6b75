"""What people read is held to what the code does."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from app import ENDPOINTS
from bench.__main__ import NAMES as BENCHMARKS
from common.settings import Settings
from local.addresses import PORTS
from local.faults import MODES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

CODE = re.compile(
    r"""(?:Problem\(\s*\d{3},|_refused\(|\b40[045]:|codes\.get\([\w.]+,)\s*"([a-z_]+)\"""",
    re.VERBOSE,
)
VENDOR = re.compile(r'(?:Unavailable|Vendor)\(\s*"([a-z]+)"')
RAISED_IN_SQL = re.compile(
    r"""
    message\ =\ '([a-z_]+)'  # raised by itself, by private.refuse, or by what reads a text
    | private\.refuse\(\s*\d{3},\s*'([a-z_]+)'
    | private\.text_in\([^()']*'[a-z_]+',\s*'([a-z_]+)'\)
    """,
    re.VERBOSE,
)
DOCUMENTED = re.compile(r"^\| `([a-z_]+)` \| (?:\d{3}(?:, \d{3})*|4xx) \|", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]+))?\)")


def sources(*folders: str, suffix: str) -> str:
    """Returns the text of all files with this suffix below the folders."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob(f"*{suffix}"))]
    return "\n".join(path.read_text() for path in found)


def anchors(page: Path) -> set[str]:
    """Returns the fragments that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(params=PAGES, ids=NAMES)
def page(request: pytest.FixtureRequest) -> Path:
    """Each page that people read."""
    path: Path = request.param
    return path


class TestPage:
    def test_its_links_resolve(self, page: Path) -> None:
        """Every relative link leads to a file, and its fragment to a heading there."""
        for target, fragment in LINK.findall(page.read_text()):
            path = page.parent / target if target else page
            assert path.exists(), target
            assert not fragment or fragment in anchors(path), f"{target}#{fragment}"

    def test_its_commands_can_be_made(self, page: Path) -> None:
        """Every make target in a bash block is one of the Makefile's."""
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        blocks = re.findall(r"^```bash\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
        used = re.findall(r"^make ([a-z-]+)", "\n".join(blocks), re.MULTILINE)
        assert set(used) <= targets

    def test_its_endpoints_exist(self, page: Path) -> None:
        """Every path below /api/ is one that we serve."""
        served = {route.path for endpoint in ENDPOINTS for route in endpoint.router.routes}
        named = re.findall(r"(?<!/v1)/api/[a-z_/{}]*[a-z}]", page.read_text())
        assert set(named) <= served

    def test_its_files_exist(self, page: Path) -> None:
        """Every file of ours that is named in backticks is there."""
        folders = "functions|common|deploy|local|bench|sql|tests|docs"
        named = re.findall(rf"`((?:{folders})/[\w./-]+\.\w+)`", page.read_text())
        assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_error_code_is_explained() -> None:
    """docs/errors.md has exactly the codes that the code and the SQL can answer."""
    python = sources("common", "functions", suffix=".py")
    vendors = {f"{vendor}_unavailable" for vendor in VENDOR.findall(python)}
    found = RAISED_IN_SQL.findall(sources("sql", suffix=".sql"))
    raised = {code for codes in found for code in codes if code}
    answered = set(CODE.findall(python)) | vendors | raised
    documented = DOCUMENTED.findall((ROOT / "docs" / "errors.md").read_text())
    assert sorted(documented) == sorted(answered)


def test_docstrings_name_known_errors() -> None:
    """The codes in the Errors field of an endpoint's docstring are in docs/errors.md."""
    documented = set(DOCUMENTED.findall((ROOT / "docs" / "errors.md").read_text()))
    for endpoint in ENDPOINTS:
        named = re.findall(
            r"\b[a-z]+_[a-z_]*[a-z]\b", (endpoint.__doc__ or "").split("Errors: ")[1]
        )
        assert named
        assert set(named) <= documented


def test_settings_have_the_default_that_the_code_has() -> None:
    """Each row of docs/settings.md states the code's default, none where there is none."""
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (?:`(.+?)`|none) \|",
        (ROOT / "docs" / "settings.md").read_text(),
        re.MULTILINE,
    )
    assert rows == [(field.name.upper(), str(field.default)) for field in fields(Settings)]


def test_the_local_stack_is_as_described() -> None:
    """docs/local-stack.md has every fault mode, and every part with its port."""
    text = (ROOT / "docs" / "local-stack.md").read_text()
    assert set(re.findall(r"^\| `([a-z]+)` \|", text, re.MULTILINE)) == set(MODES)
    ports = dict(re.findall(r"^\| ([a-z]+) \| (\d+)", text, re.MULTILINE))
    assert ports == {name: str(port) for name, port in PORTS.items()}


def test_every_benchmark_is_described() -> None:
    """docs/benchmarks.md has a row for each benchmark, in the order in which they run."""
    text = (ROOT / "docs" / "benchmarks.md").read_text()
    assert re.findall(r"^\| `([a-z]+)` \|", text, re.MULTILINE) == list(BENCHMARKS)
