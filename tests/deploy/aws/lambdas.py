"""Runs a function as it was deployed: its zip from AWS, its variables, AWS's own runtime client."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from deploy.interpreter import Interpreter
from local.lambdas.environment import Environment, started
from tests.deploy.aws.deployed import AWS, Deployed
from tests.deploy.conftest import ROOT
from tests.deploy.test_package_runs import unzip

EVENTS = ROOT / "tests" / "events" / "aws"


class Lambdas:
    """The functions of a deployed stage, to be started.

    Args:
        deployed: the stage.
        aws: where their secrets are.
        python: Lambda's.
        folder: for what they unzip to.
    """

    def __init__(self, deployed: Deployed, aws: AWS, python: Interpreter, folder: Path) -> None:
        self._deployed, self._aws, self._python = deployed, aws, python
        self._folder = folder
        self._unzipping = Lock()  # functions share what they have alike

    @contextmanager
    def started(self, name: str, **more: str) -> Iterator[Environment]:
        """Starts a function, in an environment of its own; `more` are further variables."""
        configured = self._deployed.found.functions[f"{self._deployed.target.stack}-{name}"]
        variables = configured["Environment"]["Variables"]
        with TemporaryDirectory(dir=self._folder, prefix=f"{name}-") as folder:
            task = Path(folder, name)
            with self._unzipping:
                unzip(self._deployed.zips / f"{name}.zip", task, self._folder / "packages")
            environ = {**variables, **self._aws, **more}
            with started(task, configured["Handler"], self._python, environ) as environment:
                yield environment

    def ask(self, name: str, event: Any) -> Any:
        """Starts a function for one event; what it logged explains why it could not answer."""
        with self.started(name) as environment:
            answer = environment.invoke(event)
            assert answer["statusCode"] < 500, environment.log()
            return answer


def recorded(name: str, **told: str) -> dict[str, Any]:
    """Returns a recorded event; `told` stands where it has its names in angle brackets."""
    text = (EVENTS / f"{name}.json").read_text()
    for key, value in told.items():
        text = text.replace(f"<{key}>", json.dumps(value)[1:-1])
    event: dict[str, Any] = json.loads(text)
    return event


def body(answer: dict[str, Any]) -> Any:
    """Returns the JSON that a function answered with."""
    text = answer["body"]
    return json.loads(base64.b64decode(text) if answer["isBase64Encoded"] else text)
