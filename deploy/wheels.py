"""Which packages a function runs on: those that it imports, and what they ask for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import PackagePath, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.errors import DeployError
from deploy.install import COMPILED_ONLY, MACHINES
from deploy.sources import Needs

BESIDE = {"httpcore": ("sniffio",)}
"""What a package looks for at run time without asking to have it: httpcore for sniffio, at every
request, and not finding it costs a millisecond each time."""

ASYMMETRIC = frozenset(
    f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"ES256K", "ES521", "EdDSA"}
ONLY_FOR = {
    ("pyjwt", "crypto"): ASYMMETRIC | {"PyJWK", "PyJWKSet", "PyJWKClient"},
}
"""Extras of requirements.txt that cost megabytes and that only some uses need: shipped where a
module has one of these names or texts. Algorithms have to be named: PyJWT takes no other."""


class Wheels:
    """The distributions that are installed in a folder.

    Args:
        folder: what `install` filled.
        root: the folder of requirements.txt.
        python: Python's full version there, `3.13.0`.
        architecture: a key of MACHINES.
    """

    def __init__(self, folder: Path, *, root: Path, python: str, architecture: str) -> None:
        self.files: dict[str, list[PackagePath]] = {}
        """Distribution → its files, by paths below the folder."""
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        self._requires: dict[str, list[Requirement]] = {}
        self._environment = _environment(python, MACHINES[architecture])
        self._extras = _extras((root / "requirements.txt").read_text())
        for found in distributions(path=[str(folder)]):
            name = canonicalize_name(found.metadata["Name"])
            self.files[name] = sorted(found.files or [])
            asked = [] if name in COMPILED_ONLY else found.requires or []
            self._requires[name] = [Requirement(text) for text in asked]
            for file in self.files[name]:
                for module in _modules(file):
                    self._owners[module].add(name)

    def of(self, needs: Needs) -> frozenset[str]:
        """Returns the distributions that a function with these needs runs on.

        Raises:
            DeployError: an import that no package of requirements.txt brings.
        """
        direct = {owner for name, path in needs.names.items() for owner in self._owner(name, path)}
        used = needs.texts | {name.rpartition(".")[2] for name in needs.names}
        return self._closure(direct, used)

    def _owner(self, name: str, path: Path) -> set[str]:
        """Returns who has the longest part of a dotted name: namespaces have several owners."""
        module = name
        while module:
            if module in self._owners:
                return self._owners[module]
            module = module.rpartition(".")[0]
        raise DeployError(
            f"{path} imports {name}, which no package of requirements.txt brings: add it there, "
            "then `make lock`"
        )

    def _closure(self, direct: Iterable[str], used: frozenset[str]) -> frozenset[str]:
        taken: set[tuple[str, str]] = set()  # distribution, one of its extras or ""
        todo = [(name, "") for name in direct]
        while todo:
            name, extra = todo.pop()
            if (name, extra) in taken:
                continue
            taken.add((name, extra))
            todo += self._asked_by(name, extra)
            if not extra:
                ours = [(name, more) for more in self._extras.get(name, ())]
                todo += [each for each in ours if each not in ONLY_FOR or used & ONLY_FOR[each]]
                todo += [(other, "") for other in BESIDE.get(name, ())]
        return frozenset(name for name, _ in taken)

    def _asked_by(self, name: str, extra: str) -> Iterable[tuple[str, str]]:
        """Yields (distribution, extra) that a distribution asks for."""
        if name not in self._requires:
            raise DeployError(f"requirements.lock does not have {name} for Lambda: `make lock`")
        for wanted in self._requires[name]:
            environment = {**self._environment, "extra": extra}
            if wanted.marker is None or wanted.marker.evaluate(environment):
                other = canonicalize_name(wanted.name)
                yield other, ""
                yield from ((other, more) for more in wanted.extras)


def _modules(file: PackagePath) -> Iterable[str]:
    """Yields the dotted names of a module's file and of the packages above it."""
    if file.suffix not in {".py", ".so"}:
        return
    parts = [*file.parts[:-1], file.name.partition(".")[0]]
    if parts[-1] == "__init__":
        parts.pop()
    for length in range(1, len(parts) + 1):
        yield ".".join(parts[:length])


def _environment(python: str, machine: str) -> dict[str, str]:
    """Returns what the markers of packages are read by: Lambda's, not this machine's."""
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": "linux",
    }


def _extras(requirements: str) -> Mapping[str, set[str]]:
    """Returns the extras that requirements.txt asks for, by distribution."""
    lines = [line.partition(" #")[0].strip() for line in requirements.splitlines()]
    asked = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(wanted.name): wanted.extras for wanted in asked}
