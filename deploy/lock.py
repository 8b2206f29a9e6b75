"""The part of requirements.lock that requirements.txt asks for, at any depth.

The lock is also the tests' and the gate's: none of that is to be fetched for Lambda's machine,
where part of it doesn't exist.
"""

import re
from collections import defaultdict

from deploy.errors import DeployError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_BY = re.compile(r"^ +#(?: via)? +(\S.*)$", re.MULTILINE)  # uv notes who asks for a package
ROOT = "-r requirements.txt"


def deployed(lock: str) -> str:
    """Returns the entries, each with its version and hashes, of what requirements.txt asks for.

    Args:
        lock: the text of requirements.lock, with uv's `# via` notes.

    Raises:
        DeployError: nothing in it is noted as asked for by requirements.txt.
    """
    found = _asked_by(ROOT, _entries(lock))
    if not found:
        raise DeployError("requirements.lock has no `# via` notes: make it by `make lock`")
    return "".join(found)


def package(lock: str, name: str) -> str:
    """Returns the entries of a package and of what it asks for, its own first.

    Raises:
        DeployError: it isn't there.
    """
    entries = _entries(lock)
    own = [entry for entry in entries if _name(entry) == name]
    if not own:
        raise DeployError(f"requirements.lock does not have {name}: `make lock`")
    return "".join(own + _asked_by(name, entries))


def _entries(lock: str) -> list[str]:
    return re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]


def _name(entry: str) -> str:
    found = _NAME.match(entry)
    return found[0] if found else ""


def _asked_by(who: str, entries: list[str]) -> list[str]:
    """Returns those of `entries` that are asked for by `who`, at any depth, in their order."""
    asked: defaultdict[str, list[int]] = defaultdict(list)  # who → which entries they ask for
    for number, entry in enumerate(entries):
        for each in _BY.findall(entry):
            asked[each].append(number)
    taken: set[int] = set()
    todo = [who]
    while todo:
        for number in asked[todo.pop()]:
            if number not in taken:
                taken.add(number)
                todo.append(_name(entries[number]))
    return [entries[number] for number in sorted(taken)]
