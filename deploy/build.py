"""Builds the functions' zips from a source tree."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy import archive, install, interpreter, service
from deploy.errors import DeployError
from deploy.sources import Needs, Sources
from deploy.wheels import Wheels

WEBHOOK = "livekit-webhook"
WEBHOOK_MB, USER_MB, ANY_MB = 6.5, 11.5, 14.0
"""Millions of bytes zipped: Lambda fetches them at a cold start, and LiveKit waits for the
webhook's."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One function's zip."""

    name: str
    path: Path
    zipped: int
    """Bytes."""
    unzipped: int
    """Bytes."""
    distributions: frozenset[str]
    bar_mb: float
    """How large the zip may be, in millions of bytes."""


def build(
    root: Path, out: Path, architecture: str, only: Iterable[str], say: Callable[[str], None]
) -> list[Artifact]:
    """Builds {out}/{architecture}/{function}.zip from the tree in `root`.

    Args:
        root: the folder of serverless.yml, the lock and the sources.
        out: whatever zips it has of functions that are gone are removed.
        architecture: `arm64` or `x86_64`; empty: serverless.yml's.
        only: names of functions; every function's if there are none.
        say: told what is being done.

    Raises:
        DeployError: it can't be built; the message says why.
    """
    described = service.read(root)
    architecture = architecture or described.architecture
    names = list(only) or list(described.modules)
    unknown = set(names) - described.modules.keys()
    if unknown:
        raise DeployError(f"serverless.yml has no function {', '.join(sorted(unknown))}")
    python = interpreter.find(described.python)
    sources = Sources(root, python.stdlib)
    needs = {name: sources.needs(described.modules[name]) for name in names}
    with tempfile.TemporaryDirectory(prefix="sangha-package-") as scratch:
        site, own = Path(scratch, "site"), Path(scratch, "own")
        say(f"fetching the packages for {architecture}")
        install.install(site, root=root, python=described.python, architecture=architecture)
        wheels = Wheels(site, root=root, python=python.version, architecture=architecture)
        ships = {name: wheels.of(needs[name]) for name in names}
        _copy_sources(root, own, needs.values())
        say(f"compiling with Python {python.version} ({python.path})")
        archive.compile_all(site, python)
        archive.compile_all(own, python)
        shelf = _Shelf(site, wheels, Path(scratch))
        folder = out / architecture
        folder.mkdir(parents=True, exist_ok=True)
        artifacts = []
        for name in names:
            say(f"zipping {name}")
            path = folder / f"{name}.zip"
            partial = Path(shutil.copyfile(shelf.base(ships[name]), path.with_suffix(".partial")))
            files = [file.relative_to(root) for file in needs[name].modules.values()]
            archive.add(partial, own, files)
            partial.replace(path)  # whoever deploys meanwhile has a whole one
            size = path.stat().st_size
            unzipped = archive.unzipped_bytes(path)
            bar = bar_mb(name, needs[name])
            artifacts.append(Artifact(name, path, size, unzipped, ships[name], bar))
    for stale in folder.glob("*.zip"):
        if stale.stem not in described.modules:
            stale.unlink()
    return artifacts


def bar_mb(name: str, needs: Needs) -> float:
    """Returns how large a zip may be; one that verifies users has cryptography in it."""
    if name == WEBHOOK:
        return WEBHOOK_MB
    return USER_MB if "common.auth" in needs.modules else ANY_MB


def _copy_sources(root: Path, own: Path, needs: Iterable[Needs]) -> None:
    for file in {path for need in needs for path in need.modules.values()}:
        target = own / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


class _Shelf:
    """A zip for each set of packages: most functions share theirs, and compressing takes long."""

    def __init__(self, site: Path, wheels: Wheels, folder: Path) -> None:
        self._site, self._wheels, self._folder = site, wheels, folder
        self._bases: dict[frozenset[str], Path] = {}

    def base(self, distributions: frozenset[str]) -> Path:
        if distributions not in self._bases:
            path = self._folder / f"{len(self._bases)}.zip"
            files = (file for name in distributions for file in self._wheels.files[name])
            archive.add(path, self._site, files)
            self._bases[distributions] = path
        return self._bases[distributions]
