"""AWS on this machine: moto's server, a process of its own.

It keeps what CloudFormation makes (functions, roles, schedules, log groups) and SSM's parameters.
It runs no function (local/lambdas does), and API Gateway's routes and stages are passed over.
"""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from moto.cloudformation import models
from moto.core.config import default_user_config
from moto.server import main

from local.parts import Part, listens
from local.serve import free_port

REGION = "eu-central-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}
"""What its clients have to have; it believes everybody."""


@contextlib.contextmanager
def running() -> Iterator[dict[str, str]]:
    """Starts an empty AWS; yields the variables by which any client finds it."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="sangha-aws-") as folder:
        command = [sys.executable, "-m", "local.aws", str(port)]
        part = Part("aws", command, log=Path(folder, "log"))
        part.start()
        try:
            part.wait_until(listens(port))
            yield {**CREDENTIALS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        finally:
            part.stop()


if __name__ == "__main__":
    from local import aws_addresses  # noqa: F401 - moto finds what is defined

    # By cfn-lint, which takes advice for errors, and 11 s. The tests run it on the same templates.
    validate = patch.object(models.CloudFormationBackend, "validate_template", return_value=[])
    # moto forgets to note them at an update, and fails to forget them at the end.
    exports = patch.object(models.Stack, "exports", ())
    with validate, exports:
        default_user_config["lambda"]["use_docker"] = False
        main(["--port", sys.argv[1]])
