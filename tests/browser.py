"""A widget in a browser: what the host page recorded, the widget's frame, and what the browser complained of.

    with HostServers() as servers, Browser(servers, mcp_url) as browser:
        widget = browser.open_in_host("appbridge", "flights", {"origin": "JFK", ...}, theme="dark")
        widget.frame.get_by_role("button", name="Price").click()
        widget.wait_for_calls(1)
        widget.assert_clean()

Under the policy of MCP Apps `wait_for_function` fails in the widget's frame, because it evaluates there; wait with
`expect(locator)`. In host pages it works.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Error, FrameLocator, Page, sync_playwright

from tests.host_servers import HostServers

HostName = Literal["appbridge", "mcpui", "openai"]
Fault = Literal["request", "answer", "result"]

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

_MILLISECONDS = 10_000  # how long a click or a wait may take

# `document.open`, by which a sandbox proxy writes a widget, takes all listeners away: listen anew after it.
_REPORT_VIOLATIONS = """
(() => {
  const report = ({ effectiveDirective, blockedURI, sample, sourceFile, lineNumber }) =>
    window.__reportViolation(`${effectiveDirective} refused ${blockedURI} ${sample} (${sourceFile}:${lineNumber})`);
  const listen = () => addEventListener("securitypolicyviolation", report);
  const open = Document.prototype.open;
  Document.prototype.open = function (...parameters) {
    const opened = open.apply(this, parameters);
    listen();
    return opened;
  };
  listen();
})();
"""


@dataclass
class WidgetPage:
    """One widget in one host page.

    Attributes:
        page: The host page.
        host: Which host it is.
        mcp_url: The endpoint that the host is connected to.
        console: Console errors and uncaught errors of all frames.
        violations: CSP violations of all frames.
    """

    page: Page
    host: HostName
    mcp_url: str
    console: list[str] = field(default_factory=list[str])
    violations: list[str] = field(default_factory=list[str])

    @property
    def frame(self) -> FrameLocator:
        """The widget's document; it stays valid over a reload."""
        outer = self.page.frame_locator("#widget iframe")
        return outer if self.host == "openai" else outer.frame_locator("iframe")

    def record(self, name: str) -> Any:
        """Return a value of the host's record, for example `sizes` or `widgetState` (tests/hosts/src/record.js)."""
        return self.page.evaluate("name => window.__host[name]", name)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The `tools/call` requests of the widget: `name`, `arguments`, `via`, `inFlight`, `outcome`."""
        return self.record("calls")

    @property
    def messages(self) -> list[str]:
        """The texts of the follow-up messages that the widget sent."""
        return [message["text"] for message in self.record("messages")]

    @property
    def links(self) -> list[str]:
        """The links that the widget asked the host to open."""
        return self.record("links")

    @property
    def result(self) -> dict[str, Any]:
        """The opening tool result, as the server gave it."""
        return self.record("result")

    def wait_for_record(self, condition: str) -> None:
        """Wait until a JS expression about `host`, the record, holds."""
        self.page.wait_for_function(f"() => {{ const host = window.__host; return {condition}; }}")

    def wait_for_calls(self, count: int) -> None:
        """Wait until the widget has made so many calls and each has been answered or has failed."""
        self.wait_for_record(f"host.calls.length >= {count} && host.calls.every((call) => call.outcome !== 'pending')")

    def drop(self, count: int = 1, fault: Fault = "request") -> None:
        """Make the next calls of the widget fail.

        Args:
            count: How many; 0 to make no more fail.
            fault: `request`: the server never has it. `answer`: the server has run it, the widget gets a rejection.
                `result`: the server has run it, the widget gets an `isError` result of the host.
        """
        self.page.evaluate("([count, fault]) => window.__host.drop(count, fault)", [count, fault])

    def delay(self, milliseconds: int) -> None:
        """Let each call of the widget take longer from now on."""
        self.page.evaluate("ms => window.__host.delay(ms)", milliseconds)

    @contextlib.contextmanager
    def held_calls(self) -> Iterator[None]:
        """Keep the widget's calls under way until the end of the block."""
        self.page.evaluate("() => window.__host.hold()")
        yield
        self.page.evaluate("() => window.__host.release()")

    def deliver(self) -> None:
        """Give the widget its opening result once more."""
        self.page.evaluate("() => void window.__host.deliver()")

    def set_context(self, **patch: str) -> None:
        """Change the host context, for example `theme="dark"`."""
        self.page.evaluate("patch => void window.__host.setContext(patch)", patch)

    def reload(self) -> None:
        """Show the same result in a new document, as a chat does that is scrolled or opened again."""
        self.page.evaluate("() => void window.__host.reload()")

    def revisit(self) -> None:
        """Load the host page again; with the option `message` the host shows what it stored and calls no tool."""
        self.page.reload()
        self.wait_until_open()

    def wait_until_open(self) -> None:
        """Wait until the host has shown the widget.

        Raises:
            AssertionError: If the host page failed, with its errors.
        """
        self.wait_for_record("host.state !== 'starting'")
        assert self.record("state") == "open", self.record("errors")

    def screenshot(self, path: Path) -> None:
        """Write a PNG of the host page with the whole widget."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=True)

    def keep_screenshot(self, name: str) -> None:
        """Write `<name>.png` to the folder that the environment variable MCP_BRIDGE_SCREENSHOTS names, if it is set."""
        folder = os.environ.get("MCP_BRIDGE_SCREENSHOTS")
        if folder:
            self.screenshot(Path(folder) / f"{name}.png")

    def assert_clean(self) -> None:
        """Check that no frame logged an error and none violated its policy.

        Raises:
            AssertionError: With what was found.
        """
        found = {"console": self.console, "violations": self.violations, "host": self.record("errors")}
        assert not any(found.values()), json.dumps(found, indent=2)

    def note_console(self, message: ConsoleMessage) -> None:
        """Keep an error of the console; a policy violation, which Chromium reports there too, is kept as one.

        Not kept is what Chromium says of the host's own requests to the endpoint: the MCP client asks for a stream, and
        405 is how a server declines it.
        """
        if message.type != "error" or message.location.get("url") == self.mcp_url:
            return
        kept = self.violations if "Content Security Policy" in message.text else self.console
        kept.append(f"{message.text} ({message.location.get('url')}:{message.location.get('lineNumber')})")

    def note_violation(self, text: str) -> None:
        """Keep a `securitypolicyviolation` event."""
        self.violations.append(text)

    def note_error(self, error: Error) -> None:
        """Keep an uncaught error."""
        self.console.append(f"uncaught {error.name}: {error.message}")


class _Tab:
    """A page of its own context, which shows one widget after the other.

    A process that has shown a widget shows the next in less than half of the processor's time: it has compiled the
    scripts already. Nothing else is kept, because `clear` empties what a context stores.
    """

    def __init__(self, chromium: Chromium) -> None:
        """Open a tab."""
        context = chromium.new_context()
        context.set_default_timeout(_MILLISECONDS)
        context.expose_function("__reportViolation", self._note_violation)
        context.add_init_script(_REPORT_VIOLATIONS)
        self.page = context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_error)
        self.widget: WidgetPage | None = None

    def _note_violation(self, text: str) -> None:
        if self.widget:
            self.widget.note_violation(text)

    def _note_console(self, message: ConsoleMessage) -> None:
        if self.widget:
            self.widget.note_console(message)

    def _note_error(self, error: Error) -> None:
        if self.widget:
            self.widget.note_error(error)

    def clear(self, origins: Iterable[str]) -> None:
        """Leave the widget, and forget what it and its host have stored."""
        self.widget = None
        self.page.mouse.move(0, 0)
        for origin in origins:
            # Only a document of the origin reaches its session storage; this one is not found, and has no script.
            self.page.goto(f"{origin}/nothing")
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.context.clear_cookies()


class Browser:
    """Chromium, opening widgets of one MCP server in the test hosts.

    Playwright's synchronous API keeps an event loop in this thread while it runs, so asynchronous tests cannot run
    beside it: keep the context no longer than one test module.
    """

    def __init__(self, servers: HostServers, mcp_url: str) -> None:
        """Take the servers of the host pages and the URL of the MCP endpoint under test."""
        self._servers = servers
        self._mcp_url = mcp_url
        self._used: list[_Tab] = []
        self._idle: list[_Tab] = []

    def __enter__(self) -> Self:
        """Start Chromium.

        Raises:
            RuntimeError: If there is none.
        """
        executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if not executable:
            msg = "no `chromium` on PATH. Install it, or name it in the environment variable CHROMIUM."
            raise RuntimeError(msg)
        self._playwright = sync_playwright().start()
        self._chromium = self._playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop Chromium."""
        self._chromium.close()
        self._playwright.stop()

    def open_in_host(
        self, host: HostName, tool: str, args: dict[str, object], *, server: str | None = None, **options: object
    ) -> WidgetPage:
        """Call a tool in a host page and return when the host has shown its widget.

        Args:
            host: Which host.
            tool: The tool's name.
            args: Its arguments.
            server: Another MCP endpoint than the browser's.
            options: Those of tests/hosts/src/options.js, for example `theme="dark"`, `width=390`, `opaque=True`.
        """
        mcp_url = server or self._mcp_url
        width = int(str(options.get("width", 768)))
        tab = self._idle.pop() if self._idle else _Tab(self._chromium)
        self._used.append(tab)
        page = tab.page
        page.set_viewport_size({"width": width + 32, "height": 900})
        tab.widget = widget = WidgetPage(page, host, mcp_url)
        page.goto(self._servers.address(host, server=mcp_url, tool=tool, args=args, **options))
        widget.wait_until_open()
        return widget

    def close_pages(self) -> None:
        """Close all widgets that are open."""
        while self._used:
            tab = self._used.pop()
            tab.clear([self._servers.sandbox_origin, self._servers.host_origin])
            self._idle.append(tab)
