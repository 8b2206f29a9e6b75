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
    entries = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]
    asked: defaultdict[str, list[int]] = defaultdict(list)  # who → which entries they ask for
    for number, entry in enumerate(entries):
        for who in _BY.findall(entry):
            asked[who].append(number)
    taken: set[int] = set()
    todo = [ROOT]
    while todo:
        for number in asked[todo.pop()]:
            name = _NAME.match(entries[number])
            if number not in taken and name:
                taken.add(number)
                todo.append(name[0])
    if not taken:
        raise DeployError("requirements.lock has no `# via` notes: make it by `make lock`")
    return "".join(entries[number] for number in sorted(taken))
