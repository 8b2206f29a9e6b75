"""Secrets from AWS Systems Manager's parameter store, where a function's environment names them.

`SANGHA_SECRETS` lists names of parameters, such as `/sangha/prod/livekit-api-secret`: the last part
of each is a setting, here LIVEKIT_API_SECRET. All are read by one request, in a thread of its own
while packages are imported. Signed here, as AWS defines it (Signature Version 4): importing its
Python client would about double a function's start.
"""

import contextlib
import hashlib
import hmac
import json
import os
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from urllib.parse import urlsplit

DEADLINE_S = 3.0
"""Connecting and reading, each; with one more try."""
PAUSE_S = 0.2
_TARGET = "AmazonSSM.GetParameters"
_TYPE = "application/x-amz-json-1.1"


class ParametersError(RuntimeError):
    """The parameters can't be read; the message says what came instead, and no value."""


class _Fetch(Thread):
    """Reads the parameters; what came of it is here once it has ended."""

    def __init__(self, names: list[str], environ: Mapping[str, str]) -> None:
        super().__init__(name="secrets", daemon=True)
        self.values: dict[str, str] | None = None
        self.error: Exception | None = None
        self._names = names
        self._environ = environ

    def run(self) -> None:
        try:
            self.values = _read(self._names, self._environ)
        except Exception as error:  # noqa: BLE001 - told to who waits, in another thread
            self.error = error


_fetch: _Fetch | None = None


def begin(environ: Mapping[str, str] = os.environ) -> None:
    """Begins to read what SANGHA_SECRETS names, if it names anything."""
    global _fetch  # noqa: PLW0603 - one set of secrets a process
    names = environ.get("SANGHA_SECRETS", "").split()
    if names:
        _fetch = _Fetch(names, environ)
        _fetch.start()


def fetched() -> dict[str, str]:
    """Returns variables by name, LIVEKIT_API_SECRET → its value; waits for them.

    Parameters that don't exist are not among them: some are optional.

    Raises:
        ParametersError: they can't be read. The next call tries again.
    """
    global _fetch
    if _fetch is None:
        begin()
    if _fetch is None:
        return {}
    _fetch.join()
    if _fetch.values is None:
        error, _fetch = _fetch.error, None
        raise ParametersError(f"SSM: {type(error).__name__}: {error}") from error
    return _fetch.values


def _read(names: list[str], environ: Mapping[str, str]) -> dict[str, str]:
    region = environ["AWS_REGION"]
    url = (
        environ.get("AWS_ENDPOINT_URL_SSM")
        or environ.get("AWS_ENDPOINT_URL")
        or f"https://ssm.{region}.amazonaws.com"
    )
    body = json.dumps({"Names": names, "WithDecryption": True}).encode()
    host = urlsplit(url).netloc
    try:
        answer = _post(url, body, _signed(host, body, region, environ))
    except (OSError, HTTPException, ParametersError):  # a broken connection, too many at once
        time.sleep(PAUSE_S)
        answer = _post(url, body, _signed(host, body, region, environ))
    found = json.loads(answer)["Parameters"]
    return {_setting(each["Name"]): str(each["Value"]) for each in found}


def _setting(name: str) -> str:
    return name.rpartition("/")[2].replace("-", "_").upper()


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    parts = urlsplit(url)
    connection: HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context(capath=os.environ.get("SSL_CERT_DIR"))
        connection = HTTPSConnection(parts.netloc, timeout=DEADLINE_S, context=context)
    else:
        connection = HTTPConnection(parts.netloc, timeout=DEADLINE_S)
    with contextlib.closing(connection):
        connection.request("POST", "/", body, dict(headers))
        response = connection.getresponse()
        answer = response.read()
    if response.status != 200:  # noqa: PLR2004
        raise ParametersError(f"{response.status} {answer[:300].decode(errors='replace')}")
    return answer


def _signed(host: str, body: bytes, region: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the headers of a request that the function's role signs.

    Args:
        host: with its port, if it has one.
        body: of the request, to `/`.
        region: where the store is.
        environ: Lambda's, with the role's keys.
    """
    at = time.gmtime()
    moment, day = time.strftime("%Y%m%dT%H%M%SZ", at), time.strftime("%Y%m%d", at)
    headers = {"content-type": _TYPE, "host": host, "x-amz-date": moment, "x-amz-target": _TARGET}
    if environ.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = environ["AWS_SESSION_TOKEN"]
    names = ";".join(sorted(headers))
    told = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{told}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/{region}/ssm/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in (*scope.split("/"), f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"{environ['AWS_ACCESS_KEY_ID']}/{scope}"
    signature = f"Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {signature}"}
