"""Lambda on this machine: AWS's own runtime client runs a function, and its failures are told."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy import interpreter
from deploy.errors import DeployError
from deploy.interpreter import Interpreter
from local.lambdas import environment
from local.lambdas.environment import Environment
from local.lambdas.runtime_api import FunctionError, RuntimeApi

SOURCE = """
import os, time

def handler(event, context):
    if event == "fail":
        raise ValueError("no, thank you")
    if event == "sleep":
        time.sleep(60)
    if event == "environment":
        return sorted(os.environ)
    print("heard", event)
    return {"event": event, "arn": context.invoked_function_arn, "id": context.aws_request_id,
            "left_ms": context.get_remaining_time_in_millis()}
"""


@pytest.fixture(scope="module")
def python() -> Interpreter:
    """Lambda's Python."""
    try:
        return interpreter.find("3.13")
    except DeployError as error:
        pytest.skip(str(error))


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """An unzipped artifact of one module."""
    (tmp_path / "echo.py").write_text(SOURCE)
    (tmp_path / "broken.py").write_text("import nothing_of_the_kind\n")
    return tmp_path


@pytest.fixture
def echo(task: Path, python: Interpreter) -> Iterator[Environment]:
    """An environment of it."""
    with environment.started(task, "echo.handler", python, {"OURS": "1"}) as started:
        yield started


def test_events_go_in_and_answers_come_out(echo: Environment) -> None:
    """One process answers one event after the other, each under an id of its own."""
    answers = [echo.invoke(event) for event in ({"a": ["ü", 1, None]}, None, "x" * 500_000)]
    assert [each["event"] for each in answers] == [{"a": ["ü", 1, None]}, None, "x" * 500_000]
    assert len({each["id"] for each in answers}) == 3
    assert answers[0]["arn"].startswith("arn:aws:lambda:eu-central-1:")
    assert 20_000 < answers[0]["left_ms"] <= 30_000
    assert "heard None" in echo.log()


def test_only_its_own_variables_reach_it(echo: Environment) -> None:
    """Nothing of this machine's environment: a function that leaned on it would fail on AWS."""
    variables = echo.invoke("environment")
    assert "OURS" in variables
    assert {"HOME", "VIRTUAL_ENV", "CI"} & set(variables) == set()


def test_what_it_measures(echo: Environment) -> None:
    """Init, a request and memory are more than nothing, and less than Lambda allows."""
    assert 0 < echo.init_s < environment.INIT_S
    assert 0 < echo.measure({}).seconds < 10
    assert echo.memory_mb() > 5


def test_a_handler_that_raises(echo: Environment) -> None:
    """Its error is told, and the environment serves on."""
    with pytest.raises(FunctionError, match="ValueError: no, thank you"):
        echo.invoke("fail")
    assert echo.invoke("again")["event"] == "again"


def test_a_handler_that_hangs(echo: Environment) -> None:
    """Nobody waits longer than they said."""
    with pytest.raises(FunctionError, match="no answer within"):
        echo.invoke("sleep", seconds=0.3)


@pytest.mark.parametrize("handler", ["broken.handler", "echo.nobody", "absent.handler"])
def test_one_that_cannot_start(task: Path, python: Interpreter, handler: str) -> None:
    """What the client says of the init is told."""
    with (
        pytest.raises(FunctionError, match=r"ImportModuleError|HandlerNotFound"),
        environment.started(task, handler, python, {}),
    ):
        pass


@pytest.mark.parametrize("path", ["/", "/2018-06-01/runtime/restore/next", "/2015-01-01/anything"])
def test_what_it_does_not_know_is_refused(path: str) -> None:
    """The Runtime API has three questions and no more."""
    with RuntimeApi.serving("echo") as api:
        assert httpx.get(f"http://{api.address}{path}").status_code == 404
        assert httpx.post(f"http://{api.address}{path}", content=json.dumps({})).status_code == 404
