"""The fixture `widget_page`: what opens widgets in a browser, and fails a test that left a complaint.

page = widget_page("flights", origin="JFK", destination="SFO", date="2013-07-01")
page = widget_page.on("claude", theme="dark")("flights", ...)
page = widget_page(scene="late-night")
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from mcp_bridge import _reflex
from mcp_bridge.browser.emulator import Emulator
from mcp_bridge.errors import BridgeError
from mcp_bridge.scenes import Scene

from .albums import Album
from .matrix import merged, saved, with_call
from .page import KINDS, WidgetPage

if TYPE_CHECKING:
    from .kit import BrowserApp, Kit


class WidgetOpener:
    """What opens widgets of one test in a browser.

    Attributes:
        pages: Those that were opened.
    """

    def __init__(self, kit: Kit, album: Album, *, setting: Scene, scene: Scene | None) -> None:
        self._kit = kit
        self._album = album
        self._setting = setting
        self._scene = scene
        self._stack = contextlib.ExitStack()
        self._app: BrowserApp | None = None
        self.pages: list[WidgetPage] = []

    def __call__(self, tool: str | None = None, /, **arguments: Any) -> WidgetPage:
        """Open a widget.

        Args:
            tool: The tool that opens it; without one the scene of the test says it.
            arguments: The arguments of the call, as JSON data or as the Python values that the handler takes. Without
                a tool, `scene="name"` is a file of `tests/scenes`.

        Raises:
            CommandError: If it could not be shown.
        """
        __tracebackhide__ = True
        return self.show(self._setting, tool, arguments)

    def on(self, host: str | None = None, **setting: Any) -> _Setting:
        """Return what opens widgets in another host or another setting.

        Args:
            host: An id of a host, None for that of the test.
            setting: Values of a scene, such as `theme="dark"` or `width=390`.

        Raises:
            SceneError: If a value is none that the emulator can show.
        """
        given: dict[str, Any] = {**({"host": host} if host else {}), **setting}
        return _Setting(self, merged(self._setting, Scene(**given)))

    def show(self, setting: Scene, tool: str | None, arguments: dict[str, Any]) -> WidgetPage:
        """Open a widget in a setting."""
        __tracebackhide__ = True
        try:
            return self._show(self._what(setting, tool, arguments))
        except BridgeError as error:
            # It says all in a sentence, and the way through the kit says no more.
            raise error.with_traceback(None) from None

    def _show(self, scene: Scene) -> WidgetPage:
        """Open what a scene says."""
        if self._app is None:
            self._app = self._stack.enter_context(self._kit.serving())
        origin, raised = self._app
        emulator = Emulator(self._kit.browser(), origin, locale=scene.locale, time_zone=scene.time_zone)
        self._stack.callback(emulator.close)
        page = WidgetPage(emulator, self._album, raised)
        self.pages.append(page)
        emulator.open(scene)
        return page

    def _what(self, setting: Scene, tool: str | None, arguments: dict[str, Any]) -> Scene:
        """Return the scene to show: the setting that was asked for, over what the scene or the call says."""
        if tool is not None:
            plain = {name: _reflex.jsonable(value) for name, value in arguments.items()}
            return with_call(setting, tool, plain)
        name = arguments.pop("scene", None)
        if arguments:
            msg = f'no tool takes {", ".join(arguments)}. Name it: widget_page("tool", ...).'
            raise BridgeError(msg)
        scene = saved(self._kit.project, [name])[name] if name is not None else self._scene
        if scene is None or scene.tool is None:
            msg = 'nothing says which widget to open. Write widget_page("tool", ...) or widget_page(scene="name").'
            raise BridgeError(msg)
        return merged(scene, setting)

    def settle(self) -> None:
        """Wait until nothing changes in any page."""
        for page in self.pages:
            page.settle()

    def complaints(self, allowed: Collection[str]) -> list[tuple[str, str]]:
        """Return what the pages complain of, as pairs of kind and sentence, apart from kinds that the test allows."""
        told: list[tuple[str, str]] = []
        for page in self.pages:
            for kind in KINDS:
                found: list[str] = getattr(page, kind)
                if kind not in allowed:
                    told += [(kind, each) for each in found]
        return told

    def keep_failure(self) -> str:
        """Return where the picture is of what the last widget showed when the test failed, "" if there is none."""
        if not self.pages:
            return ""
        return str(self._album.keep_failure(self.pages[-1].screenshot()))

    def close(self) -> None:
        """Close the pages, and stop the server."""
        self._stack.close()


class _Setting:
    """An opener with another setting."""

    def __init__(self, opener: WidgetOpener, setting: Scene) -> None:
        self._opener = opener
        self._setting = setting

    def __call__(self, tool: str | None = None, /, **arguments: Any) -> WidgetPage:
        """Open a widget, as `widget_page` does."""
        __tracebackhide__ = True
        return self._opener.show(self._setting, tool, arguments)
