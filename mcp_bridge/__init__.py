"""Widgets for ChatGPT and every MCP Apps host, written as Reflex components and State.

    from mcp_bridge import host, tool, widget

    @widget(on_call=Pizza.search, structured_content=[Pizza.shops], read_only=True)
    def pizza_shops() -> rx.Component:
        '''Show the pizza shops of a city as cards.'''
        return rx.foreach(Pizza.shops, shop_card)

`reflex export` compiles every widget to one HTML file, and `mcp-bridge serve` serves them with their tools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import host
from ._version import __version__
from .csp import Csp
from .errors import BridgeError, BundleError, CallError, ManifestError, ToolError, WidgetError
from .plugin import WidgetsPlugin
from .snapshots import migrate
from .widgets import tool, widget

if TYPE_CHECKING:
    from .server import attach, create_app, create_server

__all__ = [
    "BridgeError",
    "BundleError",
    "CallError",
    "Csp",
    "ManifestError",
    "ToolError",
    "WidgetError",
    "WidgetsPlugin",
    "__version__",
    "attach",
    "create_app",
    "create_server",
    "host",
    "migrate",
    "tool",
    "widget",
]

_SERVER = ("attach", "create_app", "create_server")


def __getattr__(name: str) -> Any:
    """Import the server only when it is asked for, since an export does not need it."""
    if name in _SERVER:
        from . import server

        return getattr(server, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
