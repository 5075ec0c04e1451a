"""Test widgets without a browser and without a host, through the same server that hosts call.

    async def test_a_click_counts(open_widget):
        widget = await open_widget("counter", start=5)
        await widget.send(Counter.add)
        assert widget.state.count == 6

pytest finds the fixture by itself wherever this package is installed; no plugin for asynchronous tests is needed.
"""

from __future__ import annotations

from .widget import OpenWidget, Shown

__all__ = ["OpenWidget", "Shown"]
