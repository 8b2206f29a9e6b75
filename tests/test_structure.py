"""The tree, the apps, serverless.yml, the README, the settings and the docstrings say the same."""

import importlib
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from fastapi import APIRouter
from fastapi.routing import APIRoute

from common.settings import Settings

ROOT = Path(__file__).parent.parent
PARAMETERS = {"room_id", "channel_id", "user_id", "role_id", "code"}
FIELDS = ("Route", "Auth", "Limit", "Spends", "Fails", "Errors")


def modules() -> list[ModuleType]:
    """Imports every endpoint of the tree."""
    paths = sorted(p for p in (ROOT / "functions").rglob("*.py") if p.name != "__init__.py")
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in paths]
    return [importlib.import_module(name) for name in names]


def path_of(module: ModuleType) -> str:
    """Returns the URL path that a file's place in the tree stands for.

    `index` is its folder's; a name of PARAMETERS stands for the parameter.
    """
    parts = module.__name__.removesuffix(".index").split(".")[1:]
    return "/api/" + "/".join(f"{{{part}}}" if part in PARAMETERS else part for part in parts)


def routes(router: APIRouter) -> set[tuple[str, str]]:
    """Returns (method, path) of a router."""
    return {
        (method, route.path)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def stated_routes(module: ModuleType) -> set[tuple[str, str]]:
    """Returns (method, path) of the docstring's Route, `GET, POST /api/rooms`."""
    methods, path = docstring_fields(module)["Route"].rsplit(" ", 1)
    return {(method, path) for method in methods.split(", ")}


def docstring_fields(module: ModuleType) -> dict[str, str]:
    """Parses the fixed fields of an endpoint's docstring."""
    parts = re.split(rf"^({'|'.join(FIELDS)}): ", module.__doc__ or "", flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


@pytest.fixture(params=modules(), ids=lambda module: module.__name__)
def endpoint(request: pytest.FixtureRequest) -> ModuleType:
    module: ModuleType = request.param
    return module


class TestEndpoint:
    def test_path_is_url_is_handler(self, endpoint: ModuleType) -> None:
        """A file's place in the tree is its URL, and it exports app and handler."""
        assert {path for _, path in routes(endpoint.router)} == {path_of(endpoint)}
        assert callable(endpoint.handler)
        assert endpoint.app.title == "Sangha"

    def test_docstring_has_the_fixed_fields(self, endpoint: ModuleType) -> None:
        """Route, Auth, Limit, Spends, Fails and Errors stand in the docstring, in this order."""
        found = docstring_fields(endpoint)
        assert tuple(found) == FIELDS
        assert all(found.values())
        assert stated_routes(endpoint) == routes(endpoint.router)

    def test_it_is_deployed_as_it_is_routed(self, endpoint: ModuleType) -> None:
        """serverless.yml gives the endpoint a function with the same handler, method and path."""
        config = yaml.safe_load((ROOT / "serverless.yml").read_text())
        handler = endpoint.__name__.replace(".", "/") + ".handler"
        (function,) = [f for f in config["functions"].values() if f["handler"] == handler]
        deployed = [tuple(e["httpApi"].split()) for e in function["events"] if "httpApi" in e]
        assert len(deployed) == len(set(deployed))
        assert set(deployed) == routes(endpoint.router)

    def test_the_readme_lists_it(self, endpoint: ModuleType) -> None:
        """The README's tables have one row for the endpoint, with its methods and its path."""
        readme = (ROOT / "README.md").read_text()
        assert readme.count(f"\n| {docstring_fields(endpoint)['Route']} |") == 1


def test_the_app_has_every_endpoint() -> None:
    """app.py serves the endpoints of the tree, and none besides."""
    app = importlib.import_module("app")
    assert {module.__name__ for module in app.ENDPOINTS} == {m.__name__ for m in modules()}


def test_the_readme_lists_nothing_else() -> None:
    """Every row of the README's tables that begins with a method and a path is an endpoint's."""
    rows = re.findall(r"^\| ([A-Z, ]+ /api/\S+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert set(rows) == {docstring_fields(module)["Route"] for module in modules()}


def test_serverless_deploys_nothing_else() -> None:
    """Every function of serverless.yml is a file of the tree."""
    config = yaml.safe_load((ROOT / "serverless.yml").read_text())
    assert len(config["functions"]) == len(modules())


SETTINGS = {field.name.upper() for field in fields(Settings)}


class TestSettings:
    def test_env_example_has_each(self) -> None:
        """.env.example has every setting once, each with the default that the code has."""
        lines = (ROOT / ".env.example").read_text().splitlines()
        pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
        defaults = {field.name.upper(): str(field.default) for field in fields(Settings)}
        assert dict(pairs) == defaults
        assert len(pairs) == len(defaults)

    def test_the_docs_explain_each(self) -> None:
        """docs/settings.md names every setting."""
        text = (ROOT / "docs" / "settings.md").read_text()
        assert {name for name in SETTINGS if f"`{name}`" not in text} == set()

    def test_deployed_settings_exist(self) -> None:
        """serverless.yml sets no variable that the code does not read."""
        config = yaml.safe_load((ROOT / "serverless.yml").read_text())
        functions = [each.get("environment", {}) for each in config["functions"].values()]
        assert {name for each in functions for name in each} == {"SANGHA_SECRETS"}
        assert set(config["provider"]["environment"]) | {"SANGHA_SECRETS"} <= SETTINGS
