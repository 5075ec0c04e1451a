"""Which files an export was made of, so that bundles are known to be older than them, whatever the files' times are.

    write(folder, app, exports, sources=fingerprints(project))      # at export
    changed(manifest, project)                                      # ["counter/counter.py"], or [] if all is current

A Python file counts by its syntax tree: comments and layout change no bundle.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from ._version import __version__
from .manifest import Manifest

PACKAGE = "mcp-bridge"
"""The entry of this package itself, whose value is its version."""

_OWN = Path(__file__).parent
_ASIDE = {".web", ".venv", "venv", "site-packages", "node_modules", "tests", "__pycache__"}


def fingerprints(project: Path) -> dict[str, str]:
    """Return the fingerprint of each file that the app in a folder is made of, by its path in the folder.

    These are the modules of the folder that this process has imported, `rxconfig.py`, and the assets.
    """
    project = project.resolve()
    found = {path.relative_to(project).as_posix(): _fingerprint(path) for path in sorted(_files(project))}
    return {PACKAGE: __version__, **found}


def changed(manifest: Manifest, project: Path) -> list[str]:
    """Return what was changed since an export, sorted; `["manifest.json"]` if the export did not note its sources."""
    if not manifest.sources:
        return ["manifest.json"]
    project = project.resolve()
    now = {name: _fingerprint(project / name) for name in manifest.sources if name != PACKAGE}
    now |= {_name(project, path): _fingerprint(path) for path in _assets(project)}
    now[PACKAGE] = __version__
    return sorted(name for name in now if manifest.sources.get(name) != now[name])


def _files(project: Path) -> Iterator[Path]:
    """Yield the files of an app that was imported."""
    yield from _assets(project)
    if (config := project / "rxconfig.py").is_file():
        yield config
    for module in list(sys.modules.values()):
        name = getattr(module, "__file__", None)
        path = Path(name).resolve() if name and name.endswith(".py") else None
        if path and path.is_file() and _is_of(project, path):
            yield path


def _is_of(project: Path, path: Path) -> bool:
    """Whether a module is the app's own: no package, no test."""
    if not path.is_relative_to(project) or path.is_relative_to(_OWN) or path.name == "conftest.py":
        return False
    return not _ASIDE & set(path.relative_to(project).parts)


def _assets(project: Path) -> Iterator[Path]:
    """Yield the files that are served beside the app, or compiled into it."""
    folder = project / "assets"
    # `assets/external` has links into installed packages, which Reflex makes.
    yield from (
        path
        for path in folder.rglob("*")
        if path.is_file() and "external" not in path.relative_to(folder).parts and not path.is_symlink()
    )


def _name(project: Path, path: Path) -> str:
    """Return the path of a file in its project."""
    return path.resolve().relative_to(project).as_posix()


def _fingerprint(path: Path) -> str:
    """Return 16 hex digits for the content of a file, "" if it is gone."""
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    if path.suffix == ".py":
        with contextlib.suppress(SyntaxError, ValueError):
            data = ast.dump(ast.parse(data)).encode()
    return hashlib.sha256(data).hexdigest()[:16]
