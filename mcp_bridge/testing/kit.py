"""What browser tests of one pytest run share: one Chromium, and the app that they look at, here or at a URL.

    kit = Kit(project, url=None, headers={}, reports=Path("test-report"))
    with kit.serving() as (origin, raised):
        Emulator(kit.browser(), origin)
    kit.close()

Playwright's synchronous API leaves its event loop as the running one of this thread. The kit has it so only while a
test of its own runs, so that asynchronous tests, and browser tests with another Playwright, run in the same session.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mcp_bridge.browser.emulator import browsing
from mcp_bridge.browser.listening import listening
from mcp_bridge.browser.relay import relaying
from mcp_bridge.errors import CommandError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from .metadata import Listed

BrowserApp = tuple[str, list[BaseException]]
"""The origin of the emulator, and what handlers raise there."""


@dataclass
class Kit:
    """What browser tests share.

    Attributes:
        project: The folder of rxconfig.py.
        url: The MCP endpoint to test, None for the app of the project.
        headers: Further headers of each request to it.
        reports: The folder of reports.
    """

    project: Path
    url: str | None
    headers: Mapping[str, str]
    reports: Path
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _browser: Browser | None = None
    _relay: str | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _others: asyncio.AbstractEventLoop | None = None

    def browser(self) -> Browser:
        """Return Chromium, started by the first test that wants it.

        Raises:
            CommandError: If Playwright or a browser is not installed.
        """
        if self._browser is None:
            self._others = asyncio._get_running_loop()
            asyncio._set_running_loop(None)
            self._browser = self._stack.enter_context(browsing())
            self._loop = asyncio._get_running_loop()
        else:
            self._enter_loop()
        return self._browser

    @contextlib.contextmanager
    def serving(self) -> Generator[BrowserApp]:
        """Serve the emulator for one test; of the project's app every test has States of its own.

        Raises:
            ManifestError: If the bundles are not those of the code as it is.
        """
        if self.url is not None:
            yield self._relayed(self.url), []
            return
        # Only now, since a run against a URL needs no app here.
        from .stage import Stage

        with Stage.of(self.project, is_exported=True) as stage, listening(stage.web_app()) as origin:
            yield origin, stage.raised

    def listed(self) -> Listed:
        """Return what the app tells hosts of its tools and resources.

        Raises:
            ManifestError: If the bundles are not those of the code as it is.
        """
        if self.url is not None:
            from mcp_bridge.client import ask, read_listing

            self.leave_loop()
            listing = ask(f"{self._relayed(self.url)}/mcp", read_listing)
            return listing.tools, listing.resources
        from .stage import Stage

        with Stage.of(self.project, is_exported=True) as stage:
            return stage.bridge.list_tools(), stage.bridge.list_resources("other")

    def _relayed(self, url: str) -> str:
        """Return the origin of the emulator for an endpoint."""
        if self._relay is None:
            self._relay = self._stack.enter_context(relaying(url, self.headers))
        return self._relay

    def close(self) -> None:
        """Stop what was started."""
        if self._browser is not None:
            self._enter_loop()
            self._browser = None
        self._stack.close()

    def leave_loop(self) -> None:
        """Have the event loop running in this thread that was before a test of the kit: none, or somebody else's."""
        if self._loop is not None and asyncio._get_running_loop() is self._loop:
            asyncio._set_running_loop(self._others)

    def _enter_loop(self) -> None:
        """Have Playwright's loop running again, as its calls expect."""
        running = asyncio._get_running_loop()
        if running is not self._loop:
            self._others = running
        asyncio._set_running_loop(self._loop)


def endpoint(url: str) -> str:
    """Return the MCP endpoint of a URL; of one without a path it is `/mcp`.

    Raises:
        CommandError: If it is not a URL of HTTP.
    """
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        msg = f"--mcp-bridge-url is {url!r}, which is no URL with http or https. Write https://pizza.example.com/mcp."
        raise CommandError(msg)
    return f"{url.rstrip('/')}/mcp" if parts.path in ("", "/") else url


def headers_of(given: Iterable[str]) -> dict[str, str]:
    """Return headers by name, of texts such as `Authorization: Bearer TOKEN`.

    Raises:
        CommandError: If one has no name and colon.
    """
    parts = [each.partition(":") for each in given]
    if any(not colon or not name.strip() for name, colon, _ in parts):
        msg = "a --mcp-bridge-header has no name, or no colon. Write it like 'Authorization: Bearer TOKEN'."
        raise CommandError(msg)
    return {name.strip().lower(): value.strip() for name, _, value in parts}
