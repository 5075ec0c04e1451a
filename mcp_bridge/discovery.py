"""Modules of an app's package that have widgets or tools are imported by themselves; nothing has to be registered.

Only those are that name this package in their source, so that scripts and migrations which lie about there do not run.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

_SKIPPED = ("test_", "tests", "conftest")


def import_widgets(package: str) -> None:
    """Import every module of a package that imports `mcp_bridge`.

    Args:
        package: The app's package, which has been imported.
    """
    for name in sorted(_modules(package)):
        if name not in sys.modules:
            importlib.import_module(name)


def _modules(package: str) -> Iterator[str]:
    """Yield the modules of a package that name `mcp_bridge`."""
    for folder in getattr(sys.modules.get(package), "__path__", ()):
        for path in Path(folder).rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            if any(part.startswith((*_SKIPPED, ".")) or not part.isidentifier() for part in parts):
                continue
            if "mcp_bridge" in path.read_text(encoding="utf-8", errors="ignore"):
                yield ".".join([package, *parts]).removesuffix(".__init__")
