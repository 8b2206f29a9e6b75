"""Each artifact runs by itself: unzipped, with nothing else to import from but Python."""

import base64
import http.server
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import jwt
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from deploy.interpreter import Interpreter
from local.livekit import events
from tests.deploy.conftest import ROOT, Built
from tests.functions.test_imports import event
from tests.stack import LIVEKIT_ROOM

FUNCTIONS: dict[str, Any] = yaml.safe_load((ROOT / "serverless.yml").read_text())["functions"]
KEY, SECRET, OPS_KEY = "key", "a secret of LiveKit's, 32 or more", "an ops key"
PRIVATE = ec.generate_private_key(ec.SECP256R1())
PUBLIC = ECAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True)
NOWHERE = "http://127.0.0.1:9"  # nobody listens: asking it needs the whole HTTP client
ID = "00000000-0000-4000-8000-000000000001"
SETTINGS = {
    "SUPABASE_PUBLISHABLE_KEY": "publishable",
    "SUPABASE_SECRET_KEY": "secret",
    "UPSTASH_REDIS_REST_URL": NOWHERE,
    "UPSTASH_REDIS_REST_TOKEN": "token",
    "LIVEKIT_URL": NOWHERE,
    "LIVEKIT_API_KEY": KEY,
    "LIVEKIT_API_SECRET": SECRET,
    "SANGHA_OPS_KEY": OPS_KEY,
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",  # as in Lambda: it tells common/cold_start.py
}
FINISHED = json.dumps({"event": "room_finished", "room": {"sid": "RM_2", "name": LIVEKIT_ROOM}})
Invocation = Future[subprocess.CompletedProcess[str]]

IMPORTED = Path(__file__).parent / "imported.txt"

# What Lambda does: import the handler once, then give it event after event.
LAMBDA = """
import importlib, json, sys
folder, module, events = json.loads(sys.stdin.read())
sys.path.insert(0, folder)
handler = importlib.import_module(module).handler
answers = [handler(event, None) for event in events]
files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
outside = [file for file in files if "site-packages" in file]
loaded = [name for name in sys.modules if name.partition(".")[0] not in sys.stdlib_module_names]
print(json.dumps([answers, outside, sorted(set(loaded) - {"__main__"})]))
"""

PLAIN = {
    "health": (200, "ok"),
    "badges": (200, None),
    "livekit-webhook": (401, "signature_invalid"),
    "livekit-reconcile": (401, "ops_key_required"),
}
"""What a request without credentials is answered; every other function: 401 token_missing."""
KNOWN = {
    "health": (503, "degraded"),
    "badges": (200, None),
    "livekit-webhook": (503, "redis_unavailable"),
    "livekit-reconcile": (503, "livekit_unavailable"),
}
"""With credentials, and the vendors away; every other: 401 token_expired, for an old token whose
signature is checked first."""


@pytest.fixture(scope="module")
def supabase_url() -> Iterator[str]:
    """An auth server that has one public key, and no more than that."""

    class KeySet(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/auth/v1/.well-known/jwks.json"
            body = json.dumps({"keys": [{**PUBLIC, "kid": "1", "alg": "ES256"}]}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keeps quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), KeySet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def credentials(name: str, supabase_url: str, body: str) -> dict[str, str]:
    """Returns the headers with which a function goes on to its vendors, or would."""
    if name == "livekit-webhook":
        now_ms = time.time_ns() // 1_000_000
        signed = events.sign(body.encode(), api_key=KEY, api_secret=SECRET, now_ms=now_ms)
        return {"authorization": signed}
    if name in PLAIN:
        return {"authorization": f"Bearer {OPS_KEY}"}
    claims = {"sub": ID, "aud": "authenticated", "iss": f"{supabase_url}/auth/v1", "exp": 1}
    token = jwt.encode(claims, PRIVATE, algorithm="ES256", headers={"kid": "1"})
    return {"authorization": f"Bearer {token}"}


def told(answer: dict[str, Any]) -> tuple[int, str | None]:
    """Returns the status, and the problem's code or health's status."""
    body = answer["body"]
    said = json.loads(base64.b64decode(body) if answer["isBase64Encoded"] else body)
    return answer["statusCode"], said.get("code", said.get("status"))


def unzip(archive: Path, folder: Path, packages: Path) -> None:
    """Unzips an artifact; the packages that several have alike are unzipped once, and linked to."""
    with ZipFile(archive) as zipped:
        ours = {i for i in zipped.namelist() if i.startswith(("functions/", "common/"))}
        others = [info for info in zipped.infolist() if info.filename not in ours]
        alike = packages / str(hash(tuple((info.filename, info.CRC) for info in others)))
        if not alike.exists():
            zipped.extractall(alike, others)
        zipped.extractall(folder, ours)
    for path in alike.iterdir():
        (folder / path.name).symlink_to(path)


def invoke(
    folder: Path, name: str, python: Path, supabase_url: str
) -> subprocess.CompletedProcess[str]:
    """Gives an unzipped artifact a request without credentials, then one with them."""
    routes = [each["httpApi"].split() for each in FUNCTIONS[name]["events"] if "httpApi" in each]
    method, path = routes[0][0], routes[0][1].replace("{", "").replace("}", "")
    body = FINISHED if name == "livekit-webhook" else ""
    known = credentials(name, supabase_url, body)
    said = [event(method, path, body), event(method, path, body, "deep=1", **known)]
    module = FUNCTIONS[name]["handler"].removesuffix(".handler").replace("/", ".")
    return subprocess.run(
        [str(python), "-S", "-E", "-B", "-c", LAMBDA],
        input=json.dumps([str(folder), module, said]),
        cwd=folder,
        env={**SETTINGS, "SUPABASE_URL": supabase_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def invocations(
    built: Built, python: Interpreter, supabase_url: str
) -> Iterator[dict[str, Invocation]]:
    """Every artifact's run, two at a time."""
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        running = {}
        for name in FUNCTIONS:
            folder = Path(scratch, name)
            unzip(built.folder / f"{name}.zip", folder, Path(scratch, "packages"))
            running[name] = pool.submit(invoke, folder, name, python.path, supabase_url)
        yield running


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_runs(invocations: dict[str, Invocation], name: str) -> None:
    """From import to answer: refused without credentials, and with them as far as it gets."""
    done = invocations[name].result()
    assert done.returncode == 0, done.stderr
    (plain, known), outside, _ = json.loads(done.stdout.splitlines()[-1])
    assert told(plain) == PLAIN.get(name, (401, "token_missing"))
    assert told(known) == KNOWN.get(name, (401, "token_expired"))
    assert outside == []


def imported(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Returns the modules, Python's own left out, that a function has after two requests."""
    *_, loaded = json.loads(done.stdout.splitlines()[-1])
    return list(loaded)


def test_it_imports_what_is_listed(invocations: dict[str, Invocation]) -> None:
    """Each function imports what tests/deploy/imported.txt has for it, no more and no less.

    Each module is a part of a cold start. When this fails, `make imported` renews the file, and
    the commit that has more in it says why it is worth it.
    """
    loaded = {name: imported(running.result()) for name, running in invocations.items()}
    if os.environ.get("SANGHA_RENEW_IMPORTED"):
        IMPORTED.write_text(listing(loaded))
    assert listing(loaded) == IMPORTED.read_text()


def listing(loaded: dict[str, list[str]]) -> str:
    """Returns the text of the file: modules below the functions that import them, each once."""
    importers: dict[str, set[str]] = {}
    for name, modules in loaded.items():
        for module in modules:
            importers.setdefault(module, set()).add(name)
    groups: dict[str, list[str]] = {}
    for module in sorted(importers, key=lambda each: (-len(importers[each]), each)):
        groups.setdefault(_who(importers[module], set(loaded)), []).append(module)
    return "".join(f"[{who}]\n" + "\n".join(each) + "\n\n" for who, each in groups.items())


def _who(some: set[str], every: set[str]) -> str:
    if len(some) > len(every) / 2:
        rest = " ".join(sorted(every - some))
        return f"all but {rest}" if rest else "all"
    return " ".join(sorted(some))
