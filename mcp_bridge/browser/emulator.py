"""A widget in the bare emulator, in a real browser: what it shows, what it asked of its host, what the browser said.

    with browsing() as browser:
        emulator = Emulator(browser, origin)
        emulator.open(Scene(tool="flights", input={"origin": "JFK", ...}, host="claude", theme="dark"))
        emulator.frame.get_by_role("button", name="Price").click()
        emulator.record("messages")
        emulator.close()

It drives `/?bare` through `window.emulator`, which is the emulator's interface for programs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, cast

from mcp_bridge.errors import CommandError
from mcp_bridge.shots import launch

from .colors import first_pixel
from .layout import WATCH

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Frame, FrameLocator, Locator

    from mcp_bridge.scenes import Scene

MILLISECONDS = 10_000
"""How long a click or a wait may take."""

_OPENING_MILLISECONDS = 70_000  # a widget waits 60 s for its tool, and then says so
_HEIGHT = 900
_WIDTH = 1280
_ROOM = 24
_FRAME = "iframe[src*='preview/frame']"
_HELD = "() => !!window.emulator"
_ENDED = "() => ['open', 'silent', 'failed'].includes(window.emulator.state)"
# Playwright's `wait_for_function` makes code from text, which the page's policy refuses.
_UNTIL = """([name, count, limit]) => new Promise((resolve) => {{
  const holds = {condition};
  const end = performance.now() + limit;
  const look = () => {{
    if (holds(name, count)) resolve(true);
    else if (performance.now() > end) resolve(false);
    else setTimeout(look, 30);
  }};
  look();
}})"""
_TOOLS = """async () => {
  await window.emulator.ready;
  const opens = ({ _meta }) => _meta?.ui?.resourceUri ?? _meta?.['ui/resourceUri'] ?? _meta?.['openai/outputTemplate'];
  return window.emulator.tools().filter(opens).map(({ name }) => name);
}"""
_HAS = "(name, count) => (window.emulator[name] ?? []).length >= count"
# Widgets keep small changes of their height to themselves, so that of the frame depends on what it was before.
_TOLERANCE = 4
_NATURAL = """() => {
  const root = document.documentElement;
  const before = root.style.height;
  root.style.height = 'max-content';
  const { height } = root.getBoundingClientRect();
  root.style.height = before;
  return Math.ceil(height);
}"""
_FIT = """(frame, [height, tolerance]) => {
  if (Math.abs(frame.offsetHeight - height) <= tolerance) frame.style.blockSize = `${height}px`;
}"""
_HIDDEN = "body { visibility: hidden !important; } * { transition: none !important; }"
_QUIET = """() => new Promise((resolve) => {
  let timer = 0;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (document.querySelector('[aria-busy=true]') ? again() : done()), 250);
  };
  const observer = new MutationObserver(again);
  const limit = setTimeout(() => done(), 5000);
  const done = () => {
    observer.disconnect();
    clearTimeout(timer);
    clearTimeout(limit);
    const loaded = [...document.images].map((image) => image.decode().catch(() => undefined));
    Promise.all([document.fonts.ready, ...loaded]).then(() => resolve());
  };
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  again();
})"""


@contextlib.contextmanager
def browsing() -> Generator[Browser]:
    """Start Chromium until the end of the block.

    Raises:
        CommandError: If Playwright or a browser is not installed.
    """
    require_playwright()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        try:
            yield browser
        finally:
            browser.close()


def require_playwright() -> None:
    """Check that Playwright is installed.

    Raises:
        CommandError: If it is not.
    """
    try:
        import playwright.sync_api  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        msg = 'Playwright is not installed, and it drives the browser. Run `pip install "reflex-mcp-bridge[testing]"`.'
        raise CommandError(msg) from error


class Emulator:
    """The bare emulator in a page of its own.

    Attributes:
        page: The emulator's page, of Playwright.
        errors: The uncaught errors of the page and of the widget.
        console: What was written to the console, as `level: text`.
    """

    def __init__(
        self, browser: Browser, origin: str, *, locale: str | None = None, time_zone: str | None = None
    ) -> None:
        self._origin = origin
        self._context = browser.new_context(
            viewport={"width": _WIDTH, "height": _HEIGHT},
            reduced_motion="reduce",
            locale=locale,
            timezone_id=time_zone,
        )
        self._context.set_default_timeout(MILLISECONDS)
        self._context.add_init_script(WATCH)
        self.page = self._context.new_page()
        self.errors: list[str] = []
        self.console: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(f"{error.name}: {error.message}"))
        self.page.on("console", self._note)

    def open(self, scene: Scene) -> None:
        """Show a scene: call its tool, or replay its result, and wait until the widget rests.

        Raises:
            CommandError: If the emulator could not be shown, the tool is not there, or the call failed.
        """
        __tracebackhide__ = True
        if isinstance(scene.width, int) and scene.width > _WIDTH - _ROOM:
            self.page.set_viewport_size({"width": scene.width + _ROOM, "height": _HEIGHT})
        self.page.goto(f"{self._origin}/?bare")
        self._until(_HELD)
        known = cast("list[str]", self.page.evaluate(_TOOLS))
        if scene.tool not in known:
            msg = f"no tool {scene.tool!r} opens a widget. Those that do: {', '.join(known) or 'none'}."
            raise CommandError(msg)
        self.page.evaluate("(scene) => window.emulator.set(scene)", scene.data())
        self.run()

    def run(self) -> None:
        """Call the tool of the scene, and wait until its widget rests.

        Raises:
            CommandError: If the emulator says so.
        """
        from playwright.sync_api import Error

        try:
            self.page.evaluate("() => window.emulator.run()")
            self._until(_ENDED, limit=_OPENING_MILLISECONDS)
        except Error as error:
            raise CommandError(_first_line(error.message)) from error
        self.settle()

    def settle(self) -> None:
        """Wait until nothing has changed in the widget for a quarter of a second, five seconds at most."""
        if self.page.locator(_FRAME).count():
            self.document.evaluate(_QUIET)

    @property
    def state(self) -> str:
        """Whether the widget is `open`, `silent`, or its call has `failed`."""
        return str(self.record("state"))

    @property
    def frame(self) -> FrameLocator:
        """The widget's document, for locators; it stays valid over a reload."""
        return self.page.frame_locator(_FRAME)

    @property
    def document(self) -> Frame:
        """The widget's document as it is now, to run scripts in.

        Raises:
            CommandError: If there is none.
        """
        handle = self.page.locator(_FRAME).element_handle()
        found = handle.content_frame()
        if found is None:
            msg = "the widget has no document. Open it before it is looked at."
            raise CommandError(msg)
        return found

    def record(self, name: str) -> Any:
        """Return a record of `window.emulator`, as JSON data."""
        return self.page.evaluate("(name) => window.emulator[name]", name)

    def wait_for(self, name: str, count: int, *, limit: int = MILLISECONDS) -> Any:
        """Wait until a record of `window.emulator` has so many entries; gives it, complete or not.

        Args:
            name: The record.
            count: How many entries.
            limit: How many milliseconds it waits at most.
        """
        self._until(_HAS, name, count, limit=limit)
        return self.record(name)

    def change(self, change: dict[str, Any]) -> None:
        """Change the scene, and wait until the widget rests."""
        self.page.evaluate("(change) => window.emulator.set(change)", change)
        self.settle()

    def do(self, action: str) -> None:
        """Carry out an action of `window.emulator`, such as `remount`, and wait until the widget rests."""
        self.page.evaluate("(action) => window.emulator[action]()", action)
        self._until(_ENDED, limit=_OPENING_MILLISECONDS)
        self.settle()

    def picture(self, mask: Sequence[Locator] = ()) -> bytes:
        """Return a PNG of the widget, at its full height, without caret and animations; of the page if there is none.

        Args:
            mask: What is covered.
        """
        element = self.page.locator(_FRAME)
        if not element.count():
            return self.page.screenshot()
        natural = float(self.document.evaluate(_NATURAL))
        element.evaluate(_FIT, [natural, _TOLERANCE])
        box = element.bounding_box()
        size = self.page.viewport_size or {"width": _WIDTH, "height": _HEIGHT}
        if box and box["height"] > size["height"]:
            self.page.set_viewport_size({"width": size["width"], "height": round(box["height"]) + _ROOM})
        return element.screenshot(animations="disabled", caret="hide", mask=list(mask))

    def ground(self) -> str:
        """Return the color that one sees where the widget is transparent, as `#rrggbb`.

        Raises:
            CommandError: If Pillow is not installed.
        """
        document = self.document
        style = document.add_style_tag(content=_HIDDEN)
        self.page.locator(_FRAME).scroll_into_view_if_needed()
        box = self.page.locator(_FRAME).bounding_box() or {"x": 0, "y": 0, "width": 2, "height": 2}
        # No picture of the full page: it would give the widget another width for a moment.
        middle = min(max(box["y"], 0) + box["height"] / 2, _HEIGHT - 2)
        clip: Any = {"x": box["x"] + box["width"] / 2, "y": middle, "width": 1, "height": 1}
        png = self.page.screenshot(clip=clip)
        style.evaluate("(element) => element.remove()")
        return first_pixel(png)

    def close(self) -> None:
        """Close the page."""
        self._context.close()

    def _until(self, condition: str, name: str = "", count: int = 0, *, limit: int = MILLISECONDS) -> bool:
        """Wait until a JS function of the emulator's page gives true; gives whether it did in so many milliseconds."""
        return bool(self.page.evaluate(_UNTIL.format(condition=condition), [name, count, limit]))

    def _note(self, message: ConsoleMessage) -> None:
        """Keep a line of the console."""
        self.console.append(f"{message.type}: {message.text}")


def _first_line(text: str) -> str:
    """Return what a script said, without the stack and the words before it."""
    line = text.partition("\n")[0]
    return line.removeprefix("Page.evaluate: ").removeprefix("Error: ")
