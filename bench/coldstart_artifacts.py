"""What is started: every function's real artifact, and a plain hello world built the same way."""

import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from bench.report import progress
from deploy import build, install, service
from local import aws
from local.addresses import ROOT
from local.lambdas import environment, events

HELLO = "hello"
MACHINES = {machine: name for name, machine in install.MACHINES.items()}
SECRETS = (
    *("UPSTASH_REDIS_REST_TOKEN", "SUPABASE_SECRET_KEY", "LIVEKIT_API_SECRET"),
    "SANGHA_OPS_KEY",
)


def artifacts(folder: Path, names: list[str]) -> dict[str, Path]:
    """Builds and unzips them and hello; returns each one's folder."""
    here = MACHINES[platform.machine()]
    hello = folder / "hello"
    shutil.copytree(ROOT / "bench" / "hello", hello)
    for name in ("requirements.txt", "requirements.lock"):
        shutil.copyfile(ROOT / name, hello / name)
    tasks = {}
    for root, only in ((hello, [HELLO]), (ROOT, names)):
        progress(f"coldstart: building {len(only)} for {here}")
        for artifact in build.build(root, folder / "zips", here, only, lambda _text: None):
            name = artifact.name
            tasks[name] = environment.unzip(artifact.path, folder / "tasks" / name)
    return tasks


def handlers() -> dict[str, str]:
    """Returns each function's handler as the serverless files name it, and hello's."""
    modules = {**service.read(ROOT).modules, HELLO: "functions.hello"}
    return {name: module.replace(".", "/") + ".handler" for name, module in modules.items()}


def hello() -> dict[str, Any]:
    """Returns the yardstick's request."""
    return events.http("GET", "/api/hello")


@contextmanager
def with_secrets(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Puts the secrets into a parameter store; yields a function's variables."""
    with aws.running() as credentials:
        store = boto3.client(
            "ssm",
            region_name=aws.REGION,
            endpoint_url=credentials["AWS_ENDPOINT_URL"],
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        names = {name: f"/sangha/bench/{name.lower().replace('_', '-')}" for name in SECRETS}
        for name, parameter in names.items():
            store.put_parameter(Name=parameter, Value=environ[name], Type="SecureString")
        plain = {name: value for name, value in environ.items() if name not in SECRETS}
        yield {**plain, **credentials, "SANGHA_SECRETS": " ".join(names.values())}
