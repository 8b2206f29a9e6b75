"""Asks whoever sits at the terminal, and says what is going on."""

import sys


def say(text: str) -> None:
    """Prints a line at once."""
    print(text, flush=True)


def agreed(question: str, *, yes: bool) -> bool:
    """Returns whether the answer is yes; who isn't there to answer has said no, unless `yes`."""
    if yes:
        return True
    if not sys.stdin.isatty():
        say(f"{question} Nobody is here to answer: YES=1 says yes.")
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
