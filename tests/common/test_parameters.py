"""Secrets are read from a parameter store: moto's, over HTTP, as AWS's own client speaks to it."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from common import parameters
from common.settings import SettingError, settings
from local import aws

NAMES = {
    "/sangha/test/livekit-api-secret": 'a secret, with ÜTF-8 and a "quote"',
    "/sangha/test/upstash-redis-rest-token": "x" * 4000,
}
BODY = b'{"Names": ["/sangha/test/ops-key"], "WithDecryption": true}'


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """A store with NAMES in it; the variables of a function there."""
    with aws.running() as variables:
        known = {
            "endpoint_url": variables["AWS_ENDPOINT_URL"],
            "region_name": variables["AWS_REGION"],
            "aws_access_key_id": "testing",
            "aws_secret_access_key": "testing",
        }
        client = boto3.client("ssm", **known)
        for name, value in NAMES.items():
            client.put_parameter(Name=name, Value=value, Type="SecureString")
        yield {**variables, "SANGHA_SECRETS": " ".join(NAMES)}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has read nothing yet, and doesn't wait long."""
    monkeypatch.setattr(parameters, "_fetch", None)
    monkeypatch.setattr(parameters, "PAUSE_S", 0.01)
    settings.cache_clear()
    yield
    settings.cache_clear()


class Answers(http.server.ThreadingHTTPServer):
    """A store that answers with these statuses and bodies, one after the other."""

    def __init__(self, *said: tuple[int, bytes]) -> None:
        self.said = list(said)
        self.asked = 0
        super().__init__(("127.0.0.1", 0), _Answer)

    def __enter__(self) -> "Answers":
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.shutdown()
        self.server_close()


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Answers

    def do_POST(self) -> None:
        self.server.asked += 1
        status, body = self.server.said.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keeps quiet."""


def reading(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> dict[str, str]:
    """Reads as a process with these variables does."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    parameters.begin()
    return parameters.fetched()


def at(server: Answers) -> dict[str, str]:
    """The variables of a function whose store this is."""
    address = f"http://127.0.0.1:{server.server_port}"
    return {**aws.CREDENTIALS, "AWS_ENDPOINT_URL": address, "SANGHA_SECRETS": "/a/sangha-ops-key"}


class TestFetched:
    def test_every_secret_comes_by_its_setting_s_name(
        self, monkeypatch: pytest.MonkeyPatch, store: dict[str, str]
    ) -> None:
        """The last part of a parameter's name is the setting, the rest is anybody's."""
        found = reading(monkeypatch, store)
        assert found == {
            "LIVEKIT_API_SECRET": NAMES["/sangha/test/livekit-api-secret"],
            "UPSTASH_REDIS_REST_TOKEN": "x" * 4000,
        }

    def test_settings_have_them(
        self, monkeypatch: pytest.MonkeyPatch, store: dict[str, str]
    ) -> None:
        """What reads a setting doesn't see where it came from; the environment's is overruled."""
        monkeypatch.setenv("UPSTASH_REDIS_REST_TOKEN", "of the environment")
        reading(monkeypatch, store)
        assert settings().need("livekit_api_secret").startswith("a secret, with ÜTF-8")
        assert settings().upstash_redis_rest_token == "x" * 4000

    def test_one_that_is_not_there_is_left_out(
        self, monkeypatch: pytest.MonkeyPatch, store: dict[str, str]
    ) -> None:
        """Some are optional; who needs one that is missing names it."""
        listed = f"{store['SANGHA_SECRETS']} /sangha/test/sangha-ops-key"
        monkeypatch.delenv("SANGHA_OPS_KEY", raising=False)
        found = reading(monkeypatch, {**store, "SANGHA_SECRETS": listed})
        assert len(found) == 2
        with pytest.raises(SettingError, match="SANGHA_OPS_KEY is not set"):
            settings().need("sangha_ops_key")

    def test_without_names_nothing_is_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Elsewhere than on AWS."""
        assert reading(monkeypatch, {"SANGHA_SECRETS": " "}) == {}

    def test_who_waits_does_not_ask_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One request a process."""
        with Answers((200, b'{"Parameters": []}')) as server:
            reading(monkeypatch, at(server))
            parameters.fetched()
            assert server.asked == 1


class TestFailure:
    def test_a_busy_store_is_asked_once_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Many processes may start at once, and the store has its limits."""
        busy = (400, b'{"__type": "ThrottlingException"}')
        one = (200, b'{"Parameters": [{"Name": "/a/sangha-ops-key", "Value": "v"}]}')
        with Answers(busy, one) as server:
            assert reading(monkeypatch, at(server)) == {"SANGHA_OPS_KEY": "v"}

    @pytest.mark.parametrize(
        "said", [(400, b'{"__type": "AccessDenied"}'), (200, b"<html>"), (200, b'{"Other": 1}')]
    )
    def test_what_came_instead_is_told(
        self, monkeypatch: pytest.MonkeyPatch, said: tuple[int, bytes]
    ) -> None:
        """In the log; and the process after it may be luckier."""
        with Answers(said, said) as server, pytest.raises(parameters.ParametersError, match="SSM"):
            reading(monkeypatch, at(server))

    def test_the_next_call_tries_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A process outlives a bad moment; a setting's reader is told what is the matter."""
        denied = (400, b'{"__type": "AccessDenied"}')
        one = (200, b'{"Parameters": [{"Name": "/a/sangha-ops-key", "Value": "v"}]}')
        with Answers(denied, denied, one) as server:
            for name, value in at(server).items():
                monkeypatch.setenv(name, value)
            with pytest.raises(SettingError, match="SANGHA_SECRETS"):
                settings()
            assert settings().sangha_ops_key == "v"

    def test_nobody_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A refused connection is an error of ours like any."""
        variables = {**aws.CREDENTIALS, "SANGHA_SECRETS": "/a/sangha-ops-key"}
        with pytest.raises(parameters.ParametersError, match="ConnectionRefused"):
            reading(monkeypatch, {**variables, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})

    def test_a_store_that_hangs_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two deadlines, and no more."""
        monkeypatch.setattr(parameters, "DEADLINE_S", 0.1)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            variables = {**aws.CREDENTIALS, "SANGHA_SECRETS": "/a/sangha-ops-key"}
            began = time.monotonic()
            with pytest.raises(parameters.ParametersError, match="Timeout"):
                reading(monkeypatch, {**variables, "AWS_ENDPOINT_URL": address})
            assert time.monotonic() - began < 5

    def test_no_value_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An answer that can't be read may hold secrets: the error doesn't repeat it."""
        said = (200, b'{"Parameters": [{"Name": "/a/b", "Worth": "hush"}]}')
        with Answers(said, said) as server, pytest.raises(parameters.ParametersError) as caught:
            reading(monkeypatch, at(server))
        assert "hush" not in str(caught.value)


@pytest.mark.parametrize("session", ["", "a session's token/+="])
def test_it_signs_as_aws_s_own_client(session: str) -> None:
    """The signature is botocore's, for the same request at the same moment."""
    environ = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUt/EXAMPLEKEY"}
    credentials = Credentials(*environ.values(), session or None)
    environ["AWS_SESSION_TOKEN"] = session
    host = "ssm.eu-central-1.amazonaws.com"
    ours = parameters._signed(host, BODY, "eu-central-1", environ)
    bare = {k: v for k, v in ours.items() if k in {"content-type", "x-amz-target", "host"}}
    request = AWSRequest("POST", f"https://{host}/", data=BODY, headers=bare)
    signer = SigV4Auth(credentials, "ssm", "eu-central-1")
    request.context["timestamp"] = ours["x-amz-date"]
    if session:
        request.headers["X-Amz-Security-Token"] = session
    request.headers["X-Amz-Date"] = ours["x-amz-date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signature = signer.signature(text, request)
    assert ours["authorization"].endswith(f"Signature={signature}")
