"""Widgets that are declared in tests do not meet those of the reference app."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from mcp_bridge import widgets

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def separate_registry() -> Iterator[widgets.Registry]:
    """Collect the declarations made inside in a registry of their own."""
    before = widgets._registry
    widgets._registry = widgets.Registry()
    try:
        yield widgets._registry
    finally:
        widgets._registry = before
