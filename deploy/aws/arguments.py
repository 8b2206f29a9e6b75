"""What every command for a deployment takes."""

import argparse
import os

REGION = "eu-central-1"
"""As serverless.yml has it."""


def add_place(parser: argparse.ArgumentParser) -> None:
    """Adds the stage, the region, and that whatever is asked is agreed to."""
    parser.add_argument("stage")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or REGION
    parser.add_argument("--region", default=region, help=f"default: AWS_REGION, {REGION}")
    parser.add_argument("--yes", action="store_true", help="don't ask")
