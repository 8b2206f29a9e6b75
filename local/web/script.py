"""`python -m local.web.script check`: a script of web/package.json, packages installed first."""

import sys

from deploy.errors import DeployError
from local.web.build import script


def main(name: str) -> int:
    """Runs the script; returns the exit code."""
    try:
        return script(name, lambda text: print(text, file=sys.stderr, flush=True))
    except DeployError as error:
        print(f"Sangha: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
