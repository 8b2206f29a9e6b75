"""Serves the stand-in: `python -m local.upstash --port 8079 --valkey-port 6390`."""

import argparse
import os

from local.serve import forever
from local.upstash import create_app


def main() -> None:
    """Serves until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m local.upstash", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--valkey-port", type=int, required=True)
    parser.add_argument(
        "--token",
        default=os.environ.get("UPSTASH_REDIS_REST_TOKEN"),
        help="default: the environment's, where `ps` does not show it",
    )
    arguments = parser.parse_args()
    forever(create_app(arguments.valkey_port, arguments.token), arguments.port)


main()
