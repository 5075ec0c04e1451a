"""A toast shown by `rx.toast` needs a provider of 9 KB (gzip), which most widgets can do without.

The compiler sees a toast in a component, but not one that an event handler yields. So the question is put to the
source: does the widget's module, or a module of the project that it imports directly or not, name `toast`?
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path


def may_toast(modules: Iterable[str]) -> bool:
    """Return whether one of the modules, or of those that they import, names `toast`.

    Installed packages and the standard library are not searched.
    """
    pending = list(modules)
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        path = _source(name)
        if path is None:
            continue
        names_toast, imported = _read(path, _package(name, path))
        if names_toast:
            return True
        pending.extend(imported)
    return False


@functools.cache
def _read(path: Path, package: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether a module names `toast`, and what it may import."""
    tree = ast.parse(path.read_bytes())
    return any(_names_toast(node) for node in ast.walk(tree)), tuple(_imported(tree, package))


def _source(name: str) -> Path | None:
    """Return the source of a loaded module of the project, or None."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return _own(file) if file and file.endswith(".py") else None


@functools.cache
def _own(file: str) -> Path | None:
    """Return the path of a file unless it is installed."""
    path = Path(file).resolve()
    places = (sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib"))
    foreign = any(path.is_relative_to(Path(place).resolve()) for place in places)
    return None if foreign or path.is_relative_to(Path(__file__).parent) else path


def _package(name: str, path: Path) -> str:
    """Return the package from which a module's relative imports start."""
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def _names_toast(node: ast.AST) -> bool:
    """Return whether a node is `toast`, `x.toast`, an import of it, or the same of `upload`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            # `rx.upload` says by a toast which files it does not take.
            return name in {"toast", "upload"}
        case _:
            return False


def _imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Yield the names of modules that a module may import, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                source = importlib.util.resolve_name("." * node.level + source, package)
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)
