"""A project is its Python and what lies in `assets`; what tools write beside them is not.

async for paths in changes(Path.cwd()):     # ["app/flights.py"], a moment after the file was saved
    ...
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import watchfiles
from watchfiles import DefaultFilter

_SETTLE_MS = 20
"""Milliseconds without a change after which a save is complete; editors write a file in two or three steps."""

_GATHER_MS = 300
_LOOK_SECONDS = 2
"""How often the files are looked at where nothing is told of them, as on some shared folders."""

_SUFFIXES = (".py", ".js", ".jsx", ".ts", ".tsx", ".css", ".env")
_ASSETS = "assets"
_IGNORED = ("dist", "tests", "build", "reflex.lock", *DefaultFilter.ignore_dirs)

_follow: Any = vars(watchfiles)["awatch"]  # its types name a package that is not installed

Files = dict[Path, tuple[int, int, str]]
"""The watched files: when each was changed, in nanoseconds, its size in bytes and its hash."""


def is_source(path: Path, root: Path) -> bool:
    """Whether a file decides what the app is."""
    parts = path.relative_to(root).parts if path.is_relative_to(root) else ()
    if not parts or parts[0] in _IGNORED or any(part.startswith(".") and part != ".env" for part in parts):
        return False
    return parts[0] == _ASSETS or path.suffix in _SUFFIXES or path.name == ".env"


async def changes(root: Path) -> AsyncGenerator[list[str]]:
    """Yield the changed files, relative to the project, each time that something was saved with another content."""
    root = root.resolve()
    known = _scan(root, {})
    woken = asyncio.Event()
    folders: set[Path] = set()
    watcher: asyncio.Task[None] | None = None
    try:
        while True:
            found = set(_folders(root))
            if watcher is None or watcher.done() or found != folders:
                if watcher is not None:
                    watcher.cancel()
                folders, watcher = found, asyncio.create_task(_wake(root, found, woken))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await woken.wait()
            woken.clear()
            now = _scan(root, known)
            paths = {*known, *now}
            changed = [path for path in paths if known.get(path, _NONE)[2] != now.get(path, _NONE)[2]]
            known = now
            if changed:
                yield sorted(path.relative_to(root).as_posix() for path in changed)
    finally:
        if watcher is not None:
            watcher.cancel()


_NONE = (0, 0, "")


async def _wake(root: Path, folders: set[Path], woken: asyncio.Event) -> None:
    """Set the event when something changes; what is installed beside the project is not listened to."""

    async def follow(*paths: Path, recursive: bool) -> None:
        if paths:
            options = {"debounce": _GATHER_MS, "step": _SETTLE_MS, "watch_filter": None}
            async for _ in _follow(*paths, recursive=recursive, **options):
                woken.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(follow(root, recursive=False))
        group.create_task(follow(*folders, recursive=True))


def _folders(root: Path) -> Iterator[Path]:
    """Yield the folders of a project that have source files or assets, or may have."""
    for entry in os.scandir(root):
        if entry.is_dir() and not entry.name.startswith(".") and entry.name not in _IGNORED:
            yield Path(entry.path)


def _scan(root: Path, known: Files) -> Files:
    """Return the watched files; one that looks as before is not read again."""
    found: Files = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each not in DefaultFilter.ignore_dirs and not each.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if not is_source(path, root):
                continue
            with contextlib.suppress(OSError):
                stat = path.stat()
                before = known.get(path, _NONE)
                is_same = before[:2] == (stat.st_mtime_ns, stat.st_size)
                found[path] = (stat.st_mtime_ns, stat.st_size, before[2] if is_same else _digest(path))
    return found


def _digest(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
