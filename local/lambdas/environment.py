"""An execution environment: one process that serves one function's events, one after the other."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psutil

from deploy.interpreter import Interpreter
from local.lambdas import client
from local.lambdas.runtime_api import Answer, FunctionError, RuntimeApi

INIT_S = 10.0
"""Lambda's own patience with an init."""


class Environment:
    """A started one.

    Attributes:
        init_s: seconds from the start of the process until it asked for its first event.
    """

    def __init__(
        self, api: RuntimeApi, process: subprocess.Popen[bytes], log: Path, init_s: float
    ) -> None:
        self.init_s = init_s
        self._api = api
        self._process = process
        self._log = log

    def invoke(self, event: Any, seconds: float = 30) -> Any:
        """Returns what the handler makes of `event` (JSON values); FunctionError when it raises."""
        return self.measure(event, seconds).payload

    def measure(self, event: Any, seconds: float = 30) -> Answer:
        """Does as `invoke`, and says how long it took."""
        return self._api.invoke(event, seconds)

    def log(self) -> str:
        """Returns what the function printed so far."""
        return self._log.read_text()

    def memory_mb(self) -> float:
        """Returns the memory that is the process's own, in millions of bytes."""
        return float(psutil.Process(self._process.pid).memory_full_info().uss) / 1e6


def unzip(archive: Path, folder: Path) -> Path:
    """Unzips an artifact, as Lambda does; returns the folder."""
    with ZipFile(archive) as zipped:
        zipped.extractall(folder)
    return folder


@contextlib.contextmanager
def started(
    task: Path, handler: str, python: Interpreter, environ: Mapping[str, str]
) -> Iterator[Environment]:
    """Starts an environment of an unzipped artifact, and ends it.

    Args:
        task: the unzipped artifact: Lambda's /var/task.
        handler: as serverless.yml names it, `functions/livekit/token.handler`.
        python: Lambda's Python.
        environ: the function's variables; nothing else of ours reaches it.

    Raises:
        FunctionError: it does not get as far as asking for an event.
    """
    runtime = client.install(python)
    with (
        RuntimeApi.serving(task.name) as api,
        tempfile.NamedTemporaryFile(prefix="sangha-lambda-", suffix=".log") as log,
    ):
        began = time.monotonic()
        process = subprocess.Popen(
            [str(python.path), "-S", "-m", "awslambdaric", handler],
            cwd=task,
            env={**_variables(task, handler, runtime, api.address), **environ},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            ready_at = _wait_ready(api, process)
            if ready_at is None:
                raise FunctionError(f"{api.init_error()}; it said: {Path(log.name).read_text()}")
            yield Environment(api, process, Path(log.name), ready_at - began)
        finally:
            process.kill()
            process.wait()


def _wait_ready(api: RuntimeApi, process: subprocess.Popen[bytes]) -> float | None:
    deadline = time.monotonic() + INIT_S
    while time.monotonic() < deadline:
        ready_at = api.wait_ready(0.05)
        if ready_at is not None or process.poll() is not None:
            return ready_at
    return None


def _variables(task: Path, handler: str, runtime: Path, address: str) -> dict[str, str]:
    """Returns what Lambda sets, as far as Python and the client look at it."""
    return {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        # Lambda has its client in its own folder; a function's packages come first in both.
        "PYTHONPATH": f"{task}{os.pathsep}{runtime}",
        "PYTHONDONTWRITEBYTECODE": "1",  # /var/task can't be written to
        "LAMBDA_TASK_ROOT": str(task),
        "_HANDLER": handler,
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": task.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
