"""A project is its Python and what lies in `assets`; what tools write beside them is not.

async for paths in changes(Path.cwd()):     # ["app/flights.py"], a moment after the file was saved
    ...
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import watchfiles
from watchfiles import Change, DefaultFilter

_SETTLE_MS = 20
"""Milliseconds without a change after which a save is complete; editors write a file in two or three steps."""

_GATHER_MS = 300
_SUFFIXES = (".py", ".js", ".jsx", ".ts", ".tsx", ".css", ".env")
_ASSETS = "assets"
_follow: Any = vars(watchfiles)["awatch"]  # its types name a package that is not installed
_IGNORED = ("dist", "tests", "build", ".states", ".web", ".cache", "reflex.lock")


class _Filter(DefaultFilter):
    """What is watched: source files anywhere but in what is generated or installed, and every asset."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root

    def __call__(self, change: Change, path: str) -> bool:
        """Whether a change counts."""
        return super().__call__(change, path) and is_source(Path(path), self._root)


def is_source(path: Path, root: Path) -> bool:
    """Whether a file decides what the app is."""
    parts = path.relative_to(root).parts if path.is_relative_to(root) else ()
    if not parts or parts[0] in _IGNORED or any(part.startswith(".") and part != ".env" for part in parts):
        return False
    return parts[0] == _ASSETS or path.suffix in _SUFFIXES or path.name == ".env"


async def changes(root: Path) -> AsyncGenerator[list[str]]:
    """Yield the changed files, relative to the project, each time that something was saved with another content."""
    root = root.resolve()
    known = {path: _digest(path) for path in _sources(root)}
    async for batch in _follow(root, watch_filter=_Filter(root), debounce=_GATHER_MS, step=_SETTLE_MS):
        changed: list[str] = []
        for _, name in sorted(batch, key=lambda each: each[1]):
            path = Path(name)
            digest = _digest(path)
            if known.get(path) == digest:
                continue
            known[path] = digest
            changed.append(path.relative_to(root).as_posix())
        if changed:
            yield list(dict.fromkeys(changed))


def _sources(root: Path) -> Iterator[Path]:
    """Yield the files that are watched."""
    ignore = _Filter(root)
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each not in ignore.ignore_dirs and not each.startswith(".")]
        yield from (path for name in files if ignore(Change.added, str(path := Path(folder, name))))


def _digest(path: Path) -> str | None:
    """Return the hash of a file, None if there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
