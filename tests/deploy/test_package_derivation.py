"""What a function ships follows from its imports; what can't be followed stops the build."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import install, lock, service
from deploy.build import build
from deploy.errors import DeployError
from deploy.sources import Needs, Sources
from deploy.wheels import Wheels
from tests.deploy.conftest import ROOT, copy_tree

LOCK = """\
fastapi==1 \\
    --hash=sha256:aa
    # via -r requirements.txt
idna==3 ; python_full_version < '3.12' \\
    --hash=sha256:bb
    # via
    #   httpx
    #   yarl
idna==4 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
    # via
    #   httpx
    #   yarl
httpx==5 \\
    --hash=sha256:dd
    # via
    #   -r requirements-dev.txt
    #   -r requirements.txt
yarl==6 \\
    --hash=sha256:ee
    # via pytest
pytest==7 \\
    --hash=sha256:ff
    # via -r requirements-dev.txt
"""

Tree = Callable[..., Needs]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Writes modules by their names, and returns what functions.f needs."""

    def write(**modules: str) -> Needs:
        for name, text in modules.items():
            path = tmp_path / (name.replace("__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for folder in ("functions", "common"):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / "__init__.py").touch()
        return Sources(tmp_path).needs("functions.f")

    return write


@pytest.fixture(scope="session")
def wheels(site: Path) -> Wheels:
    """The real packages, for arm64."""
    return Wheels(site, root=ROOT, python="3.13.0", architecture="arm64")


class TestSources:
    def test_modules_are_followed(self, tree: Tree) -> None:
        """Transitively; also in a function, as a name of a package, and relatively."""
        needs = tree(
            functions__f="from common import a\ndef f():\n    import common.b as other",
            common__a="from .c import value",
            common__b="from common.d import value",
            common__c="value = 1",
            common__d="from functions import f",
            common__unused="import nothing_of_this_name",
        )
        common = {f"common.{name}" for name in "abcd"}
        assert set(needs.modules) == {"functions", "functions.f", "common"} | common
        assert needs.names == {}

    def test_packages_of_others_are_told_from_pythons(self, tree: Tree) -> None:
        """With what is used of them, and which file does so."""
        needs = tree(
            functions__f="import json, jwt\nfrom common.a import x\nfrom jwt import PyJWKClient",
            common__a="import xml.dom\nfrom jwt import algorithms as kinds\nkinds.ECAlgorithm",
        )
        assert "jwt.PyJWKClient" in needs.names
        assert needs.names["jwt.algorithms.ECAlgorithm"] == Path("common/a.py")
        assert {name.partition(".")[0] for name in needs.names} == {"jwt"}

    def test_what_types_alone_need_is_not_needed(self, tree: Tree) -> None:
        """Under `if TYPE_CHECKING`; its else is."""
        block = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\n"
        needs = tree(functions__f=f"{block}else:\n    import httpx")
        assert set(needs.names) == {"httpx"}

    @pytest.mark.parametrize(
        "text", ["import importlib\nimportlib.import_module('a' + 'b')", "x = __import__('a')"]
    )
    def test_an_import_by_name_is_refused(self, tree: Tree, text: str) -> None:
        """It could be anything: the error says where it is."""
        with pytest.raises(DeployError, match=r"^functions/f\.py:\d imports by a name"):
            tree(functions__f=text)

    def test_what_is_no_python_is_refused(self, tree: Tree) -> None:
        """With its place."""
        with pytest.raises(DeployError, match=r"functions/f\.py:2: "):
            tree(functions__f="x = 1\ny =")


class TestWheels:
    def needs(self, tmp_path: Path, function: str, added: str) -> Needs:
        """Returns what a function needs once its source has a few lines more."""
        root = copy_tree(tmp_path / "tree")
        module = service.read(root).modules[function]
        path = root / (module.replace(".", "/") + ".py")
        path.write_text(f"{path.read_text()}\n{added}\n")
        return Sources(root).needs(module)

    def test_a_new_import_is_picked_up(self, wheels: Wheels, tmp_path: Path) -> None:
        """With all that the package asks for, extras of what it asks for among them."""
        before = wheels.of(self.needs(tmp_path / "1", "badges", ""))
        after = wheels.of(self.needs(tmp_path / "2", "badges", "def f():\n    import supabase"))
        assert "supabase" not in before
        assert {"supabase", "postgrest", "realtime", "websockets", "h2"} <= after - before

    def test_a_namespace_has_several_owners(self, wheels: Wheels, tmp_path: Path) -> None:
        """`livekit.api` is livekit-api's, and the longest name decides."""
        got = wheels.of(self.needs(tmp_path, "badges", "from livekit import api"))
        assert {"livekit-api", "livekit-protocol", "protobuf", "aiohttp"} <= got

    @pytest.mark.parametrize(
        ("added", "ships"),
        [
            ("x = 1", False),
            ("import jwt\njwt.decode('', '', algorithms=['HS256'])", False),
            ("import jwt\njwt.decode('', '', algorithms=['RS256'])", True),
            ("import jwt\njwt.PyJWK({})", True),
            ("from common.auth import user", True),
        ],
    )
    def test_cryptography_goes_where_it_is_used(
        self, wheels: Wheels, tmp_path: Path, added: str, *, ships: bool
    ) -> None:
        """With a JWK or an asymmetric algorithm; PyJWT alone makes and checks HS256."""
        got = wheels.of(self.needs(tmp_path, "livekit-webhook", added))
        assert "pyjwt" in got
        assert ("cryptography" in got, "cffi" in got) == (ships, ships)

    @pytest.mark.parametrize("module", ["nowhere_to_be_found", "pytest", "local.community"])
    def test_an_unknown_import_is_refused(
        self, wheels: Wheels, tmp_path: Path, module: str
    ) -> None:
        """Also what the tests have: the error names the file, the import and the way out."""
        needs = self.needs(tmp_path, "health", f"import {module}")
        message = f"^functions/health.py imports {module}, .* requirements.txt .* `make lock`$"
        with pytest.raises(DeployError, match=message):
            wheels.of(needs)

    def test_everything_is_for_the_machine(self, site: Path) -> None:
        """What is compiled is for ARM and for Python 3.13, or for any Python 3."""
        compiled = list(site.rglob("*.so"))
        assert compiled
        for path in compiled:
            assert int.from_bytes(path.read_bytes()[18:20], "little") == 183  # ELF: AArch64
            assert ".cpython-313-" in path.name or ".abi3." in path.name

    def test_only_what_is_shipped_is_there(self, site: Path) -> None:
        """No scripts, stubs, notes of the installer, or Python of cffi; licences and data are."""
        assert not (site / "bin").exists() or not list((site / "bin").iterdir())
        assert not [*site.rglob("*.pyi"), *site.rglob("INSTALLER"), *site.glob("cffi/*")]
        assert len(list((site / "roots").iterdir())) > 100  # certifi's, a file each
        assert list(site.glob("cffi-*.dist-info/licenses/LICENSE"))


class TestLock:
    def test_it_takes_what_is_deployed(self) -> None:
        """With all its versions and hashes, and nothing that only the tests ask for."""
        taken = lock.deployed(LOCK)
        assert [line for line in taken.splitlines() if "==" in line] == [
            "fastapi==1 \\",
            "idna==3 ; python_full_version < '3.12' \\",
            "idna==4 ; python_full_version >= '3.12' \\",
            "httpx==5 \\",
        ]
        assert taken.count("--hash") == 4

    def test_it_must_say_who_asks(self) -> None:
        """A lock without notes is of no use here."""
        with pytest.raises(DeployError, match="make lock"):
            lock.deployed("fastapi==1 \\\n    --hash=sha256:aa\n")

    def test_one_package_and_what_it_asks_for(self) -> None:
        """Its own entry first; one that the lock doesn't have is said."""
        taken = lock.package(LOCK, "httpx")
        assert [line for line in taken.splitlines() if "==" in line] == [
            "httpx==5 \\",
            "idna==3 ; python_full_version < '3.12' \\",
            "idna==4 ; python_full_version >= '3.12' \\",
        ]
        with pytest.raises(DeployError, match="does not have nothing"):
            lock.package(LOCK, "nothing")

    def test_a_package_that_was_changed_is_refused(self, tmp_path: Path) -> None:
        """A hash that isn't the wheel's stops the build."""
        text = (ROOT / "requirements.lock").read_text()
        start = text.index("\nh11==")
        end = text.index("# via", start)
        entry = f"\nh11==0.16.0 \\\n    --hash=sha256:{'0' * 64}\n    "
        (tmp_path / "requirements.lock").write_text(text[:start] + entry + text[end:])
        with pytest.raises(DeployError, match=r"(?i)hash"):
            install.install(tmp_path / "site", root=tmp_path, python="3.13", architecture="x86_64")


def test_an_unknown_function_is_refused(tmp_path: Path) -> None:
    """--only takes names of serverless.yml."""
    with pytest.raises(DeployError, match="no function nobody"):
        build(ROOT, tmp_path, "arm64", ["nobody", "health"], lambda _: None)


def test_the_sources_are_all_python() -> None:
    """Only modules are shipped: a file of another kind would be missed on Lambda."""
    files = [path for part in ("functions", "common") for path in (ROOT / part).rglob("*")]
    other = [path for path in files if path.is_file() and path.suffix not in {".py", ".pyc"}]
    assert other == []
