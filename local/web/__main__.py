"""Serves the built front end: `python -m local.web --port 5173`, with the API's own settings."""

import argparse

from local import addresses
from local.serve import forever
from local.web.build import WEB
from local.web.config import Config
from local.web.server import create_app


def main() -> None:
    """Serves until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m local.web", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    known = addresses.Secrets.load()
    settings = addresses.settings(known)
    config = Config.of(settings, api_url=addresses.url("api"), demo_password=known.demo_password)
    forever(create_app(WEB / "dist" / "app", config), arguments.port)


main()
