"""Serves the stand-in: `python -m local.supabase --port 54321 --dsn postgresql://… …`."""

import argparse
from pathlib import Path

from local.serve import forever
from local.supabase import create_app


def main() -> None:
    """Serves until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m local.supabase", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dsn", required=True, help="of a superuser, on an installed platform")
    parser.add_argument("--key-file", type=Path, required=True, help="PEM, made at first use")
    parser.add_argument("--publishable-key", required=True)
    parser.add_argument("--secret-key", required=True)
    parser.add_argument("--jwt-secret", help="accepts legacy HS256 keys and tokens too")
    parser.add_argument("--url", help="as clients see it (default: http://127.0.0.1:PORT)")
    arguments = parser.parse_args()
    app = create_app(
        arguments.dsn,
        url=arguments.url or f"http://127.0.0.1:{arguments.port}",
        publishable_key=arguments.publishable_key,
        secret_key=arguments.secret_key,
        signing_key=arguments.key_file,
        jwt_secret=arguments.jwt_secret,
    )
    forever(app, arguments.port)


main()
