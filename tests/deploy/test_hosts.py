"""Hosts other than Lambda: what their files say holds, and docs/hosts.md says what they say."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import app
from common.settings import Settings
from deploy import lock, service
from deploy.interpreter import Interpreter
from local import postgres
from local.serve import free_port
from local.supabase import platform
from tests.deploy.conftest import ROOT
from tests.deploy.test_serverless import NEEDED
from tests.stack import OPS_KEY, Stack
from tests.test_structure import routes

PAGE = (ROOT / "docs" / "hosts.md").read_text()
VERCEL: dict[str, Any] = json.loads((ROOT / "vercel.json").read_text())
ELSEWHERE = "https://sangha.example"
HOBBY_S = 300  # the longest that a function may take on Vercel's free plan


def blocks(language: str) -> str:
    """Returns the page's code in one language."""
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


class TestVercel:
    def test_the_schedule_is_allowed_and_leads_somewhere(self) -> None:
        """Each cron asks for a GET route of ours, once a day: more often, Hobby won't deploy it."""
        served = {route for endpoint in app.ENDPOINTS for route in routes(endpoint.router)}
        assert VERCEL["crons"]
        for cron in VERCEL["crons"]:
            assert ("GET", cron["path"]) in served
            minute, hour, *_ = fields = cron["schedule"].split(" ")
            assert len(fields) == 5
            assert int(minute) in range(60)
            assert int(hour) in range(24)

    def test_the_cron_is_let_in(self, stack: Stack) -> None:
        """What Vercel sends, CRON_SECRET being the ops key, reconciles."""
        stack.join("member")
        headers = {"Authorization": f"Bearer {OPS_KEY}", "User-Agent": "vercel-cron/1.0"}
        for cron in VERCEL["crons"]:
            assert stack.api.get(cron["path"], headers=headers).status_code == 200
        assert stack.names() == ["Member"]

    def test_the_function_is_the_app(self) -> None:
        """It may take as long as Lambda's reconcile, and no longer than Hobby allows."""
        ((file, options),) = VERCEL["functions"].items()
        assert (ROOT / file).samefile(app.__file__)
        assert isinstance(app.app, FastAPI)
        reconcile = service.load(ROOT, service.MANY)["functions"]["livekit-reconcile"]
        assert reconcile["timeout"] <= options["maxDuration"] <= HOBBY_S

    def test_what_is_deployed_is_enough(self, tmp_path: Path) -> None:
        """The app starts from what .vercelignore lets through; pyproject.toml would win."""
        lines = (ROOT / ".vercelignore").read_text().splitlines()
        all_but, *let_through = [line for line in lines if not line.startswith("#")]
        assert all_but == "/*"
        names = {line.removeprefix("!/") for line in let_through}
        assert "requirements.txt" in names
        assert "pyproject.toml" not in names
        for name in names:
            copy(ROOT / name, tmp_path / name)
        script = (
            "import app, sys; print(*{m.__file__ for n, m in sys.modules.items() if n in NAMES})"
        )
        ours = "NAMES = {'app', 'functions.livekit.token', 'common.ops'}"
        command = [sys.executable, "-c", f"{ours}\n{script}"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        files = [Path(file) for file in done.stdout.split()]
        assert len(files) == 3
        assert all(file.is_relative_to(tmp_path) for file in files)

    def test_the_variables(self) -> None:
        """The page has every setting that is needed, and names none that nobody reads."""
        named = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE))
        theirs = {"CRON_SECRET", "VERCEL_PYTHON_COMPILEALL"}
        assert named >= NEEDED | theirs | {"SANGHA_PUBLIC_URL"}
        assert {name.lower() for name in named - theirs} <= set(Settings.__dataclass_fields__)


def copy(source: Path, target: Path) -> None:
    """Copies a file or a folder, without bytecode."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def instructions() -> list[tuple[str, str]]:
    """Returns the Dockerfile's instructions, each with what it is given."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    words = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [(word, given) for word, given in words]


def given(name: str) -> list[str]:
    """Returns what each instruction of one name is given."""
    return [value for word, value in instructions() if word == name]


def sources() -> list[str]:
    """Returns what is copied from the tree."""
    copies = [value.split() for value in given("COPY") if not value.startswith("--from=")]
    return [source for *found, _ in copies for source in found]


@dataclass
class Container:
    """What the Dockerfile's steps make, its `/` being a folder."""

    root: Path
    cwd: Path
    environ: dict[str, str] = field(default_factory=dict)

    def inside(self, text: str) -> str:
        """Returns a command, or a path, with its absolute paths below the folder."""
        return re.sub(r"(?<![\w./])/(?=(?:venv|app|build)\b)", f"{self.root}/", text)

    def step(self, word: str, given: str) -> None:
        """Does what one instruction says."""
        if word == "WORKDIR":
            self.cwd = Path(self.inside(given))
            self.cwd.mkdir(parents=True, exist_ok=True)
        elif word == "COPY" and given.startswith("--from="):
            _, source, target = given.split()
            assert source == target  # of another stage: it stands there already
            assert Path(self.inside(target)).exists()
        elif word == "COPY":
            *found, target = given.split()
            for source in found:
                name = Path(source).name if target.endswith("/") else ""
                copy(ROOT / source, self.cwd / target / name)
        elif word == "RUN":
            command = ["sh", "-ec", self.inside(given)]
            subprocess.run(command, cwd=self.cwd, env=self.environ, check=True, timeout=300)
        elif word == "ENV":
            for name, value in (pair.split("=", 1) for pair in given.split()):
                self.environ[name] = self.inside(value).replace("$PATH", self.environ["PATH"])


@pytest.fixture(scope="module")
def container(python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """The image, as far as it can be made without Docker: of both stages."""
    root = tmp_path_factory.mktemp("image")
    (root / "bin").mkdir()
    (root / "bin" / "python").symlink_to(python.path)
    made = Container(root, root, {"PATH": f"{root}/bin:{os.environ['PATH']}"})
    for word, value in instructions():
        made.step(word, value)
    yield made
    shutil.rmtree(root)


class TestImage:
    def test_nothing_else_is_sent_to_docker(self) -> None:
        """What is copied exists, and .dockerignore lets through that and nothing besides."""
        everything, *lines = (ROOT / ".dockerignore").read_text().splitlines()[1:]
        assert (everything, lines.pop()) == ("*", "**/__pycache__")
        assert all((ROOT / source).exists() for source in sources())
        assert sorted(f"!{source}" for source in sources()) == sorted(lines)

    def test_nobody_is_root(self) -> None:
        """The user is a number, as hosts want it that refuse root."""
        (user,) = given("USER")
        assert all(int(number) > 0 for number in user.split(":"))

    def test_it_has_the_locks_packages(self, container: Container) -> None:
        """All that requirements.txt asks for, in the lock's versions, and nothing for tests."""
        wanted = lock.deployed((ROOT / "requirements.lock").read_text())
        pinned = dict(re.findall(r"^([\w.-]+)==([^ ;]+)", wanted, re.MULTILINE))
        script = (
            "from importlib.metadata import distributions as d; import json;"
            "print(json.dumps({x.name.lower().replace('_', '-'): x.version for x in d()}))"
        )
        command = [container.inside("/venv/bin/python"), "-c", script]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        installed = json.loads(told)
        assert installed.items() <= pinned.items()
        assert {"fastapi", "uvicorn", "uvloop", "httptools"} <= installed.keys()
        assert not {"pytest", "moto", "pip"} & installed.keys()

    def test_it_serves_and_stops(self, container: Container) -> None:
        """Its command serves on PORT, its health check sees that, and it stops when asked."""
        (told,) = given("CMD")
        (checked,) = given("HEALTHCHECK")
        check = json.loads(checked.partition(" CMD ")[2])
        port = free_port()
        environ = container.environ | {"PORT": str(port)}
        assert (container.cwd / "common" / "__pycache__").is_dir()

        def is_healthy() -> bool:
            command = [container.inside(word) for word in check]
            done = subprocess.run(command, env=environ, capture_output=True, check=False)
            return done.returncode == 0

        assert not is_healthy()
        command = [container.inside(word) for word in json.loads(told)]
        with subprocess.Popen(
            command, cwd=container.cwd, env=environ, stderr=subprocess.PIPE, text=True
        ) as served:
            try:
                deadline = time.monotonic() + 30
                while not is_healthy():
                    assert served.poll() is None
                    assert time.monotonic() < deadline
                answer = httpx.get(f"http://127.0.0.1:{port}/api/health")
                assert (answer.status_code, answer.json()["status"]) == (200, "ok")
                assert "server" not in answer.headers
                served.send_signal(signal.SIGTERM)
                _, said = served.communicate(timeout=20)
                assert "Application shutdown complete" in said
            finally:
                served.kill()

    def test_the_page_has_the_command(self) -> None:
        """What the page says to run is what the image runs, and what it installs with."""
        (told,) = given("CMD")
        command = json.loads(told)[-1].removeprefix("exec ").replace("${PORT:-8000}", "8000")
        said = blocks("bash").splitlines()
        assert command in said
        (port,) = given("EXPOSE")
        assert f"docker run --env-file .env -p {port}:{port} sangha" in said
        install = "--no-deps --only-binary :all: --require-hashes -r deployed.txt"
        assert f"venv/bin/pip install {install}" in said
        assert install in given("RUN")[0]


class TestSchedules:
    def test_the_crontab(self, stack: Stack, tmp_path: Path) -> None:
        """The line's command reconciles, and fails where it isn't let in."""
        if shutil.which("curl") is None:
            pytest.skip("this machine has no curl")
        *when, command = blocks("crontab").strip().split(" ", 5)
        assert when == ["17", "*/6", "*", "*", "*"]
        header = tmp_path / "ops-header"
        here = command.replace("/etc/sangha/ops-header", str(header))
        here = here.replace(ELSEWHERE, str(stack.api.base_url).rstrip("/"))
        stack.join("member")
        header.write_text("Authorization: Bearer wrong\n")
        assert subprocess.run(["sh", "-c", here], capture_output=True, check=False).returncode
        header.write_text(f"Authorization: Bearer {OPS_KEY}\n")
        subprocess.run(["sh", "-c", here], check=True)
        assert stack.names() == ["Member"]

    def test_supabases(self, stack: Stack, postgres_port: int) -> None:
        """The statements schedule a request that reconciles, the key staying in the vault."""
        job, request = asyncio.run(scheduled(postgres_port, blocks("sql")))
        assert (job["name"], job["schedule"]) == ("sangha-reconcile", "17 */6 * * *")
        assert OPS_KEY not in job["command"]
        stack.join("member")
        assert request["url"].startswith(ELSEWHERE)
        answer = stack.api.post(
            request["url"].removeprefix(ELSEWHERE),
            content=request["body"],
            headers=json.loads(request["headers"]),
        )
        assert answer.status_code == 200
        assert stack.names() == ["Member"]


EXTENSIONS = """
create schema vault; create schema cron; create schema net;
create table vault.secrets (name text unique, secret text);
create view vault.decrypted_secrets as select name, secret as decrypted_secret from vault.secrets;
create function vault.create_secret(new_secret text, new_name text default null) returns void
  language sql as 'insert into vault.secrets values (new_name, new_secret)';
create table cron.job (name text, schedule text, command text);
create function cron.schedule(job_name text, schedule text, command text) returns bigint
  language sql as 'insert into cron.job values ($1, $2, $3); select 1::bigint';
create table net.queue (url text, body jsonb, headers jsonb);
create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds int default 5000
) returns bigint language sql as 'insert into net.queue values ($1, $2, $4); select 1::bigint';
"""
"""Of pg_cron, pg_net and Vault what the page uses, with the signatures that they have."""


async def scheduled(port: int, statements: str) -> tuple[Any, Any]:
    """Runs the page's statements, then the job that they make; returns it and its request."""
    statements = re.sub(r"^create extension .*;\n", "", statements, flags=re.MULTILINE)
    connection = await platform.connect(postgres.dsn(port))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(EXTENSIONS)
        await connection.execute(statements.replace("YOUR_OPS_KEY", OPS_KEY))
        job = await connection.fetchrow("select * from cron.job")
        await connection.execute(job["command"])
        return job, await connection.fetchrow("select * from net.queue")
    finally:
        await transaction.rollback()
        await connection.close()
