"""Test widgets without a host: in milliseconds without a browser, and in Chromium, in emulated hosts.

    async def test_a_click_counts(open_widget):
        widget = await open_widget("counter", start=5)
        await widget.send(Counter.add)
        assert widget.state.count == 6

    @pytest.mark.hosts("chatgpt", "claude", themes=["light", "dark"])
    def test_a_click_is_seen(widget_page):
        page = widget_page("counter", start=5)
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text("6")).to_be_visible()

pytest finds the fixtures by itself wherever this package is installed; no plugin for asynchronous tests is needed. The
names here are for annotations, and are imported when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp_bridge.scenes import Scene

    from .metadata import ToolCheck
    from .opener import WidgetOpener
    from .page import WidgetPage
    from .stage import Stage
    from .widget import OpenWidget, Shown

__all__ = ["OpenWidget", "Scene", "Shown", "Stage", "ToolCheck", "WidgetOpener", "WidgetPage"]

_MODULES = {
    "OpenWidget": ".widget",
    "Scene": "mcp_bridge.scenes",
    "Shown": ".widget",
    "Stage": ".stage",
    "ToolCheck": ".metadata",
    "WidgetOpener": ".opener",
    "WidgetPage": ".page",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for, since every pytest run imports this package."""
    if name in _MODULES:
        return getattr(import_module(_MODULES[name], __name__), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
