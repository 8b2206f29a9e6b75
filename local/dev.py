"""`make dev`: the whole stack on one machine, until Ctrl-C."""

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from dotenv import load_dotenv

from deploy import migrations
from deploy.errors import DeployError
from local import addresses, community, postgres, valkey
from local.addresses import FOLDER, ROOT, Secrets, is_local, port, url
from local.livekit import server as livekit_server
from local.parts import Part, PartError, ensure_free, listens
from local.supabase import platform
from local.web import build as web

LOGS = FOLDER / "logs"
DATA = FOLDER / "data"
PYTHON = sys.executable


def say(text: str) -> None:
    """Prints one line at once."""
    print(text, flush=True)


def parts(
    known: Secrets, settings: dict[str, str], *, livekit: Path | None, has_page: bool
) -> Iterator[Part]:
    """Yields the parts in the order in which they start; each is ready before the next."""
    if is_local(settings, "upstash"):
        (DATA / "valkey").mkdir(parents=True, exist_ok=True)
        yield _part("valkey", valkey.command(port("valkey"), DATA / "valkey"))
        arguments = ["--valkey-port", str(port("valkey"))]
        yield _part("upstash", _module("local.upstash", *arguments), environ=settings)
    if is_local(settings, "supabase"):
        postgres.initialise(DATA / "postgres")
        command = postgres.command(port("postgres"), DATA / "postgres")
        yield _part("postgres", command, stop_signal=signal.SIGINT)
        dsn = postgres.dsn(port("postgres"))
        asyncio.run(_prepare_database(dsn, known.demo_password))
        arguments = ["--dsn", dsn, "--key-file", str(DATA / "jwt-key.pem")]
        yield _part("supabase", _module("local.supabase", *arguments), environ=settings)
    if livekit is not None:
        config = FOLDER / "livekit.yaml"
        webhook = f"{url('api')}/api/livekit/webhook"
        key, secret = settings["LIVEKIT_API_KEY"], settings["LIVEKIT_API_SECRET"]
        config.touch(mode=0o600)
        config.write_text(
            livekit_server.config(
                port("livekit"), api_key=key, api_secret=secret, webhook_url=webhook
            )
        )
        # It would wait for everybody to leave; its rooms are gone with it either way.
        command = livekit_server.command(livekit, config)
        yield _part("livekit", command, stop_signal=signal.SIGKILL)
    uvicorn = [PYTHON, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--no-access-log"]
    yield _part("api", [*uvicorn, "--port", str(port("api"))], environ=settings)
    if has_page:
        yield _part("web", _module("local.web"), environ=settings)


async def _prepare_database(dsn: str, demo_password: str) -> None:
    await platform.install(dsn)
    await migrations.apply(dsn, ROOT / "sql")
    await community.create(dsn, demo_password)


def _module(name: str, *arguments: str) -> list[str]:
    return [PYTHON, "-m", name, "--port", str(port(name.rpartition(".")[2])), *arguments]


def _part(
    name: str,
    command: list[str],
    *,
    environ: dict[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Part:
    log = LOGS / f"{name}.log"
    return Part(name, command, log=log, environ=environ, stop_signal=stop_signal)


def build_page() -> bool:
    """Builds the front end; says why where it can't be: the rest of the stack runs without it."""
    try:
        web.built(say)
    except DeployError as error:
        say(f"  web       not started: {error}")
        return False
    return True


@contextlib.contextmanager
def running(known: Secrets, settings: dict[str, str]) -> Iterator[list[Part]]:
    """Starts every part and yields them; stops them in the opposite order."""
    local = [name for name in ("upstash", "supabase", "livekit") if is_local(settings, name)]
    engines = {"upstash": ["valkey"], "supabase": ["postgres"]}
    for name in [
        "api",
        "web",
        *local,
        *(part for vendor in local for part in engines.get(vendor, [])),
    ]:
        ensure_free(name, port(name))
    livekit = livekit_server.find_or_build(say) if "livekit" in local else None
    has_page = build_page()
    started: list[Part] = []
    try:
        for part in parts(known, settings, livekit=livekit, has_page=has_page):
            began = time.monotonic()
            started.append(part)
            part.start()
            part.wait_until(listens(port(part.name)))
            say(f"  {part.name:<9} ready in {time.monotonic() - began:.1f} s")
        yield started
    finally:
        for part in reversed(started):
            part.stop()


def write_env(known: Secrets, settings: dict[str, str]) -> Path:
    """Writes what clients of the stack need to .local/env; returns its path."""
    path = FOLDER / "env"
    lines = {
        "SANGHA_API_URL": url("api"),
        "SUPABASE_URL": settings["SUPABASE_URL"],
        "SUPABASE_PUBLISHABLE_KEY": settings["SUPABASE_PUBLISHABLE_KEY"],
        "LIVEKIT_URL": settings["LIVEKIT_URL"],
        "DEMO_ROOM": str(community.ROOM),
        "DEMO_CHANNEL": str(community.LOUNGE),
        "DEMO_PASSWORD": known.demo_password,
    }
    text = "".join(f"{name}={shlex.quote(value)}\n" for name, value in lines.items())
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def table(known: Secrets, started: list[Part]) -> str:
    """Returns what runs where, who can sign in, and what to try."""
    engines = {"valkey": "redis", "postgres": "postgresql", "livekit": "ws"}
    rows = [
        f"  {part.name:<9} {url(part.name, engines.get(part.name, 'http')):<30} "
        f"log {_relative(part.log)}"
        for part in started
    ]
    parts_here = {part.name for part in started}
    how = " and sign in with one click" if "supabase" in parts_here else ""
    first = [f"\nOpen {url('web')}{how}."] if "web" in parts_here else []
    if not {"upstash", "supabase", "livekit"} <= parts_here:
        heading = "Sangha runs, the other vendors are real accounts:"
        return "\n".join(["", heading, *rows, *first, ""])
    people = ", ".join(community.email(person) for person in community.PEOPLE)
    read = (
        'curl -s -H "Authorization: Bearer $(make -s token AS=member)" '
        f"'{url('api')}/api/livekit/participants?room_id={community.ROOM}'"
    )
    return "\n".join(
        [
            "",
            "Sangha runs:",
            *rows,
            *first,
            f"\nDemo users: {people}",
            f"  password: {known.demo_password}  (the stranger is a member of nothing)",
            "\nTry in another terminal:",
            "  make demo",
            f"  {read}",
            f"  curl -s {url('upstash')}/_local/commands   # what Upstash would have billed",
            "\nCtrl-C stops everything. The next make dev finds its data; make dev-reset drops it.",
        ]
    )


def _relative(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def reset() -> int:
    """Drops the data of a stack that does not run; returns the exit code."""
    try:
        for name in ("valkey", "postgres"):
            ensure_free(name, port(name))
    except (PartError, ValueError):
        say("Sangha: the stack runs: stop it first (Ctrl-C where make dev runs)")
        return 1
    shutil.rmtree(DATA, ignore_errors=True)
    say("Sangha: its data is dropped, the next make dev starts afresh")
    return 0


def main() -> int:
    """Runs the stack; returns the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    os.chdir(ROOT)
    load_dotenv(ROOT / ".env")
    say("Sangha: starting the local stack")
    try:
        known = Secrets.load()
        settings = addresses.settings(known)
        with running(known, settings) as started:
            write_env(known, settings)
            say(table(known, started))
            while True:
                time.sleep(0.5)
                for part in started:
                    part.check()
    except KeyboardInterrupt:
        say("\nSangha: everything is stopped")
        return 0
    except (PartError, RuntimeError, ValueError) as error:
        say(f"Sangha: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(reset() if sys.argv[1:] == ["reset"] else main())
