"""What a function needs, read from its source: modules of ours, and names of others.

Read, not run: importing a function would need its settings, and would import what the packages
themselves try to import, needed or not.
"""

import ast
import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import DeployError

OURS = ("functions", "common", "app")
_BY_NAME = {"import_module", "__import__"}


@dataclass(frozen=True, slots=True)
class Needs:
    """What one function needs."""

    modules: dict[str, Path]
    """Modules of ours, with the packages above them → their files."""
    names: dict[str, Path]
    """Dotted names of others that are imported or used, `jwt.PyJWK` → a file that does so."""
    texts: frozenset[str]
    """Every text constant of these modules: some name what a package needs more for."""


class Sources:
    """The source tree below `root`.

    Args:
        root: the folder that holds functions/ and common/.
        stdlib: modules that Python itself has where the functions run.
    """

    def __init__(self, root: Path, stdlib: Iterable[str] = sys.stdlib_module_names) -> None:
        self._root = root
        self._stdlib = frozenset(stdlib)
        self._known: dict[Path, _Reader] = {}  # most files are needed by many functions

    def needs(self, module: str) -> Needs:
        """Returns what `module` needs, and all that it imports, wherever in the file.

        Raises:
            DeployError: a module can't be parsed, or imports by a name that only the run knows.
        """
        modules: dict[str, Path] = {}
        names: dict[str, Path] = {}
        texts: set[str] = set()
        todo = [module]
        while todo:
            found = self._module(todo.pop())
            if found is None or found[0] in modules:
                continue
            name, path = found
            modules[name] = path
            todo.append(name.rpartition(".")[0])  # a package runs before what is in it
            read = self._read(path, name)
            texts |= read.texts
            for used in read.names:
                top = used.partition(".")[0]
                if top in OURS:
                    todo.append(used)
                elif top not in self._stdlib:
                    names.setdefault(used, path.relative_to(self._root))
        return Needs(modules, names, frozenset(texts))

    def _read(self, path: Path, name: str) -> "_Reader":
        if path not in self._known:
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            reader = _Reader(path.relative_to(self._root), package)
            try:
                reader.visit(ast.parse(path.read_bytes(), str(path)))
            except SyntaxError as error:
                raise DeployError(f"{error.filename}:{error.lineno}: {error.msg}") from error
            self._known[path] = reader
        return self._known[path]

    def _module(self, name: str) -> tuple[str, Path] | None:
        """Returns the module that `name` is, or is in: `common.log.event` is in common/log.py."""
        while name:
            place = self._root.joinpath(*name.split("."))
            for path in (place.with_suffix(".py"), place / "__init__.py"):
                if path.is_file():
                    return name, path
            name = name.rpartition(".")[0]
        return None


class _Reader(ast.NodeVisitor):
    """Collects the dotted names that a module imports or uses of what it imported."""

    def __init__(self, path: Path, package: str) -> None:
        self.names: set[str] = set()
        self.texts: set[str] = set()
        self._path = path
        self._package = package
        self._bound: dict[str, str] = {}

    def visit_If(self, node: ast.If) -> None:
        """Leaves out what only type checkers import."""
        if ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING":
            for child in node.orelse:
                self.visit(child)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        """`import a.b` binds a; `import a.b as c` binds a.b."""
        for alias in node.names:
            self.names.add(alias.name)
            top = alias.name.partition(".")[0]
            self._bound[alias.asname or top] = alias.name if alias.asname else top

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """`from a import b`: b may be a module of its own, or a name of a's."""
        module = "." * node.level + (node.module or "")
        module = importlib.util.resolve_name(module, self._package)
        self.names.add(module)
        for alias in node.names:
            if alias.name != "*":
                self.names.add(f"{module}.{alias.name}")
                self._bound[alias.asname or alias.name] = f"{module}.{alias.name}"

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """What is used of an imported name, `jwt.PyJWK`."""
        if isinstance(node.value, ast.Name) and node.value.id in self._bound:
            self.names.add(f"{self._bound[node.value.id]}.{node.attr}")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """An import by a name that is made at run time would be missed."""
        if ast.unparse(node.func).rpartition(".")[2] in _BY_NAME:
            raise DeployError(
                f"{self._path}:{node.lineno} imports by a name made at run time, which can't be "
                "followed: write an import statement"
            )
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Texts."""
        if isinstance(node.value, str):
            self.texts.add(node.value)
