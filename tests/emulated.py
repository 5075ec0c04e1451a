"""The bare emulator of a running server, driven by `window.emulator`.

emulator.run(tool="hello", input={"name": "Ada"}, host="claude", quirks=["offline"])
emulator.until("state === 'open'")
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import FrameLocator, Page, sync_playwright

from tests.browser import ARGUMENTS

_KEYS = [
    *("input", "host", "theme", "locale", "timeZone", "direction", "device", "width", "displayMode"),
    *("maxHeight", "safeArea", "quirks", "result", "widgetState"),
]


class Emulator:
    """One page, in which one widget is opened after the other.

    Attributes:
        page: The page.
        errors: Uncaught errors and console errors of the page and of its frames.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    @property
    def widget(self) -> FrameLocator:
        """The widget's document; it stays valid over a new one."""
        return self.page.frame_locator("#viewport iframe")

    def ask(self, expression: str, given: Any = None) -> Any:
        """Return the value of a JS expression in which `e` is the emulator, and `given` the argument."""
        return self.page.evaluate(f"(given) => {{ const e = window.emulator; return {expression}; }}", given)

    def until(self, condition: str) -> None:
        """Wait until a JS expression about the emulator's records holds."""
        self.ask(f"e.until(() => {condition})")

    def set(self, **change: Any) -> None:
        """Change some keys of the scene."""
        self.ask("e.set(given)", change)

    def begin(self, **scene: Any) -> None:
        """Show another scene, and call its tool; the rest is as a host has it."""
        self.errors.clear()
        self.ask("e.set(given)", {**dict.fromkeys(_KEYS), **scene})
        self.ask("void e.run()")

    def run(self, **scene: Any) -> None:
        """Show another scene, and return when its widget is open."""
        self.begin(**scene)
        self.until("e.state === 'open'")

    def assert_clean(self) -> None:
        """Check that nothing logged an error, and nothing violated its policy.

        Raises:
            AssertionError: With what was found.
        """
        bad = self.ask("e.logs.filter(({ level }) => ['error', 'csp'].includes(level))")
        assert (self.errors, bad, self.ask("e.violations")) == ([], [], [])


@contextlib.contextmanager
def emulated(mcp_url: str, **context: Any) -> Iterator[Emulator]:
    """Open the bare emulator of a server until the end of the block.

    Args:
        mcp_url: Its MCP endpoint.
        context: Options of Playwright's browser context.
    """
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        opened = chromium.new_context(**{"viewport": {"width": 820, "height": 900}, "locale": "en-US", **context})
        opened.set_default_timeout(10_000)
        page = opened.new_page()
        emulator = Emulator(page)
        page.goto(f"{mcp_url.removesuffix('/mcp')}/?bare")
        yield emulator
        chromium.close()
