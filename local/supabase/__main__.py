"""Serves the stand-in: `python -m local.supabase --port 54321 --dsn postgresql://… …`."""

import argparse
import os
from pathlib import Path

from local.serve import forever
from local.supabase import create_app


def main() -> None:
    """Serves until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m local.supabase", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dsn", required=True, help="of a superuser, on an installed platform")
    parser.add_argument("--key-file", type=Path, required=True, help="PEM, made at first use")
    secret = "default: the environment's, where `ps` does not show it"
    parser.add_argument(
        "--publishable-key", default=os.environ.get("SUPABASE_PUBLISHABLE_KEY"), help=secret
    )
    parser.add_argument("--secret-key", default=os.environ.get("SUPABASE_SECRET_KEY"), help=secret)
    arguments = parser.parse_args()
    app = create_app(
        arguments.dsn,
        url=f"http://127.0.0.1:{arguments.port}",
        publishable_key=arguments.publishable_key,
        secret_key=arguments.secret_key,
        signing_key=arguments.key_file,
        jwt_secret=os.environ.get("SUPABASE_JWT_SECRET"),
    )
    forever(app, arguments.port)


main()
