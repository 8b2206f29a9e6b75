"""Serves the stand-in: `python -m local.upstash --port 8079 --valkey-port 6390 --token X`."""

import argparse

from local.serve import forever
from local.upstash import create_app


def main() -> None:
    """Serves until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m local.upstash", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--valkey-port", type=int, required=True)
    parser.add_argument("--token", required=True)
    arguments = parser.parse_args()
    forever(create_app(arguments.valkey_port, arguments.token), arguments.port)


main()
