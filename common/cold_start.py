"""What lets a process of Lambda start sooner. Elsewhere it does nothing.

The first request to a fresh process waits for every import, so this comes before all of them
(functions/__init__.py); the first answer ends it (common/gateway.py):

- No garbage is looked for meanwhile, and what was made is left alone from then on.
- What packages import for uses that no function has is stood in for, by name, below: a third of
  the whole start. A stand-in that is called says so.
- The roots of trust are found by their names instead of all being parsed: deploy/roots.py.
- Secrets are fetched while packages are imported: common/parameters.py.

docs/cold-start.md has what each gives, and what was tried and left. `bench/coldstart.py` measures
it, tests/deploy has every function run so.
"""

import gc
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from common import parameters

UNUSED = (
    # FastAPI describes its apps by these; ours are asked for no description.
    "fastapi.openapi.docs",
    "fastapi.openapi.models",
    "fastapi.openapi.utils",
    # Its security schemes and event streams: no endpoint has any.
    "fastapi.security",
    "fastapi.security.base",
    "fastapi.security.oauth2",
    "fastapi.sse",
    # Plugins and versions of pydantic's are looked up in what is installed: there are none. Types
    # that it knows and no model of ours has; Starlette's page of errors; addresses in Unicode.
    "importlib.metadata",
    "fractions",
    "zoneinfo",
    "html",
    "idna",
    # FastAPI looks whether a model is one of pydantic 1's, and how to encode addresses; pydantic
    # describes models in JSON.
    "pydantic.json_schema",
    "pydantic.networks",
    "pydantic.v1",
    # Forms: every body is JSON.
    "starlette.formparsers",
    # FastAPI's tracing: switched off in common/endpoint.py. Its context variables stay.
    "opentelemetry._logs",
    "opentelemetry.metrics",
    "opentelemetry.propagate",
    "opentelemetry.propagators",
    "opentelemetry.propagators.textmap",
    "opentelemetry.trace",
    # PyJWT reads keys from certificates and from SSH files; ours are JSON Web Keys. What it calls a
    # backend nobody looks at any more.
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.serialization.ssh",
    "cryptography.x509",
    # PyJWT's own client of a key set.
    "jwt.jwks_client",
    # Upstash's search indexes.
    "upstash_redis.search",
    # The HTTP client that blocks, proxies, and what is for tests.
    "httpcore._async.http_proxy",
    "httpcore._backends.mock",
    "httpcore._backends.sync",
    "httpcore._sync",
    "httpcore._sync.connection_pool",
)
"""Modules that are imported and never used."""
ROOTS = Path(__file__).parent.parent / "roots"
"""Where an artifact has the roots of trust, a file each."""


def begin() -> None:
    """Before the first import of a package."""
    if not _in_lambda():
        return
    gc.disable()
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "1"
    if ROOTS.is_dir():
        os.environ.setdefault(
            "SSL_CERT_DIR", str(ROOTS)
        )  # httpx looks at it, and what reads secrets
    parameters.begin()
    for name in UNUSED:
        sys.modules.setdefault(name, _StandIn(name))


def imported() -> None:
    """After the last import: who calls a stand-in now means it, and Python is whole again."""
    _Name.imported = True
    for name in UNUSED:
        if name.partition(".")[0] in sys.stdlib_module_names and _is_stand_in(name):
            del sys.modules[name]


def _is_stand_in(name: str) -> bool:
    return isinstance(sys.modules.get(name), _StandIn)


def end() -> None:
    """After the first request, which still imports this and that; does nothing after others."""
    if not gc.isenabled() and _in_lambda():
        gc.freeze()
        gc.enable()


def _in_lambda() -> bool:
    return "AWS_LAMBDA_RUNTIME_API" in os.environ


class NotHereError(ValueError):
    """A stand-in was called. PyJWT, which asks whether a secret is a certificate, takes it for no.

    And rightly: our secrets are settings.
    """


class _Name(type):
    """What a stand-in has under any name: it may be imported, annotated with, derived from."""

    imported = False

    def __call__(cls, *values: Any, **named: Any) -> Any:
        if cls.__module__ not in UNUSED:
            return super().__call__(*values, **named)
        if _Name.imported:
            raise NotHereError(
                f"{cls.__module__}.{cls.__name__} is not there in a function: see UNUSED in "
                "common/cold_start.py"
            )
        return super().__call__()  # a default value, made at import

    def __getitem__(cls, item: Any) -> "_Name":
        return cls


class _StandIn(ModuleType):
    """A module with every name, and nothing behind any."""

    __path__: list[str] = []  # noqa: RUF012 - modules below it are stood in for by their own names

    def __getattr__(self, name: str) -> _Name:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _Name(name, (), {"__module__": self.__name__})
        setattr(self, name, made)
        return made
