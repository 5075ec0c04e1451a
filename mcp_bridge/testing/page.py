"""A widget that a test has opened in a browser: Playwright's locators, and the host that it is in.

    page = widget_page("flights", origin="JFK", destination="SFO", date="2013-07-01")
    page.get_by_role("button", name="Price").click()
    expect(page.get_by_role("row")).to_have_count(8)
    assert page.host.messages == []
    page.check_accessibility()

What the browser or the server complained of is in `errors`, `violations` and `lost_events`; a test that leaves
something there fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from mcp_bridge.browser import accessibility, layout
from mcp_bridge.results import META_KEY
from mcp_bridge.widgets import EVENT_TOOL

from .hosting import HostSide

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Keyboard, Locator

    from mcp_bridge.browser.accessibility import Barrier
    from mcp_bridge.browser.emulator import Emulator
    from mcp_bridge.browser.layout import Shift

    from .albums import Album

KINDS = ("errors", "violations", "lost_events")
"""What a test fails for, unless it takes it."""

_FINAL = ("unknown_event", "bad_request", "too_large", "internal")
_LOOP_FRAMES = 40
_EXCEPTION = ".handle_frontend_exception"


class WidgetPage:
    """One widget in one browser page.

    Attributes:
        host: The host that it is in: what it was asked for, and what can be changed.
        console: What was written to the console, as `level: text`.
    """

    def __init__(self, emulator: Emulator, album: Album, raised: list[BaseException]) -> None:
        self._emulator = emulator
        self._album = album
        self._raised = raised
        self.host = HostSide(emulator)
        self.console = emulator.console
        self._violations: list[str] = []
        self._lost: list[str] = []
        self._known = {"violations": 0, "calls": 0}

    # What it shows ------------------------------------------------------------------------------------------------

    @property
    def frame(self) -> FrameLocator:
        """The widget's document, as Playwright's `FrameLocator`."""
        return self._emulator.frame

    @property
    def get_by_role(self) -> Callable[..., Locator]:
        """Find an element by its role and name, as a screen reader does."""
        return self.frame.get_by_role

    @property
    def get_by_text(self) -> Callable[..., Locator]:
        """Find an element by its text."""
        return self.frame.get_by_text

    @property
    def get_by_label(self) -> Callable[..., Locator]:
        """Find a field by its label."""
        return self.frame.get_by_label

    @property
    def get_by_placeholder(self) -> Callable[..., Locator]:
        """Find a field by its placeholder."""
        return self.frame.get_by_placeholder

    @property
    def get_by_alt_text(self) -> Callable[..., Locator]:
        """Find an image by its text."""
        return self.frame.get_by_alt_text

    @property
    def get_by_title(self) -> Callable[..., Locator]:
        """Find an element by its title."""
        return self.frame.get_by_title

    @property
    def get_by_test_id(self) -> Callable[..., Locator]:
        """Find an element by its `data-testid`."""
        return self.frame.get_by_test_id

    @property
    def locator(self) -> Callable[..., Locator]:
        """Find elements by a CSS selector."""
        return self.frame.locator

    @property
    def keyboard(self) -> Keyboard:
        """The keyboard."""
        return self._emulator.page.keyboard

    @property
    def text(self) -> str:
        """All text that it shows."""
        return self.frame.locator("body").inner_text()

    def evaluate(self, script: str, argument: Any = None) -> Any:
        """Run a JavaScript function in the widget's document, and return what it gives, as JSON data."""
        return self._emulator.document.evaluate(script, argument)

    def settle(self) -> None:
        """Wait until nothing has changed for a quarter of a second, five seconds at most."""
        self._emulator.settle()

    def reload(self) -> None:
        """Show it in a new document, as a chat does that is scrolled back to."""
        self._emulator.do("reload")

    def remount(self) -> None:
        """Replace its frame without a word, as hosts do that move a message."""
        self._emulator.do("remount")

    def screenshot(self) -> bytes:
        """Return a PNG of the whole widget."""
        self.settle()
        return self._emulator.picture()

    # What went wrong ----------------------------------------------------------------------------------------------

    @property
    def errors(self) -> list[str]:
        """Uncaught errors: of the widget's scripts, and of handlers on the server of this test."""
        self._read_calls()
        while self._raised:
            error = self._raised.pop(0)
            self._emulator.errors.append(f"a handler raised {type(error).__name__}: {error}")
        return self._emulator.errors

    @property
    def violations(self) -> list[str]:
        """What the Content-Security-Policy refused, each with its cure."""
        for each in self._new("violations"):
            self._violations.append(f"{each['directive']} refused {each['blocked'] or 'inline code'}. {each['cure']}")
        return self._violations

    @property
    def lost_events(self) -> list[str]:
        """Events that it has sent and the server has refused for good, each with the reason."""
        self._read_calls()
        return self._lost

    def _read_calls(self) -> None:
        """Note what calls tell of errors."""
        for each in self._new("calls"):
            if each["name"] != EVENT_TOOL:
                continue
            if reason := _refusal(each):
                named = [str(event.get("name")) for event in _sent(each)]
                self._lost.append(f"{', '.join(named) or 'an event'}: {reason}")
            for event in _sent(each):
                if str(event.get("name")).endswith(_EXCEPTION):
                    self._note(_first_line(event.get("payload") or {}))

    def _note(self, error: str) -> None:
        """Keep what Reflex's error boundary caught, unless the browser has told it too."""
        if error not in self._emulator.errors:
            self._emulator.errors.append(error)

    def _new(self, name: str) -> list[dict[str, Any]]:
        """Return the entries of a record that were not there the last time."""
        found = cast("list[dict[str, Any]]", self._emulator.record(name) or [])
        start = self._known[name] if self._known[name] <= len(found) else 0
        self._known[name] = len(found)
        return found[start:]

    # Checks -------------------------------------------------------------------------------------------------------

    def accessibility(self, *, ignore: Iterable[str] = ()) -> list[Barrier]:
        """Return what axe-core finds by its rules for WCAG 2.2, levels A and AA.

        Args:
            ignore: Rules of axe-core to leave out.
        """
        self.settle()
        return accessibility.barriers(self._emulator.document, ground=self._emulator.ground(), ignore=ignore)

    def check_accessibility(self, *, ignore: Iterable[str] = ()) -> None:
        """Fail if someone could not use the widget as it is now.

        Args:
            ignore: Rules of axe-core to leave out.

        Raises:
            AssertionError: With the rule, the element, what is wrong, and the cure.
        """
        __tracebackhide__ = True
        _fail("the widget cannot be used by everyone", [str(each) for each in self.accessibility(ignore=ignore)])

    @property
    def layout_shifts(self) -> list[Shift]:
        """What has moved since it was opened, without what answered an input."""
        return layout.shifts(self._emulator.document)

    def check_layout(self, *, most_shift: float = layout.MOST_SHIFT) -> None:
        """Fail if the widget does not keep still, or sticks out of its frame at a side.

        Args:
            most_shift: How much may have moved in all, 0 to 1.

        Raises:
            AssertionError: With what moved, or sticks out.
        """
        __tracebackhide__ = True
        self.settle()
        layout.pass_frames(self._emulator.document, _LOOP_FRAMES)
        shifts = self.layout_shifts
        moved = [str(each) for each in shifts] if sum(each.value for each in shifts) > most_shift else []
        overhangs = [str(each) for each in layout.overhangs(self._emulator.document)]
        heights = self.host.heights
        loops = [f"its height never rests: {_listed(heights)} px"] if layout.is_loop(heights) else []
        _fail("the widget does not keep still, or does not fit", [*moved, *overhangs, *loops])

    def check_screenshot(
        self, name: str = "", *, tolerance: int | None = None, pixels: int = 0, mask: Iterable[Locator] = ()
    ) -> None:
        """Compare the widget with the picture that is kept beside the test.

        Args:
            name: What to call the picture, if a test has several.
            tolerance: By how much a pixel's red, green or blue may differ, of 255; 24 by default.
            pixels: How many pixels may differ more than that.
            mask: What is different each time, and is covered.

        Raises:
            AssertionError: If it differs, with the path of a report; or if none is kept.
        """
        __tracebackhide__ = True
        self.settle()
        self._album.check(self._emulator.picture(mask=list(mask)), name, tolerance, pixels)


def _sent(call: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events that a call of the widget carried."""
    arguments = cast("dict[str, Any]", call.get("arguments") or {})
    return cast("list[dict[str, Any]]", arguments.get("events") or [])


def _first_line(payload: dict[str, Any]) -> str:
    """Return what Reflex's error boundary caught, without the stack."""
    return str(payload.get("info") or payload).strip().partition("\n")[0]


def _refusal(call: dict[str, Any]) -> str:
    """Return why the server refused a call of the widget for good, "" if it did not."""
    result = cast("dict[str, Any]", call.get("result") or {})
    carried = cast("dict[str, Any]", result.get("_meta") or result.get("structuredContent") or {})
    answer = cast("dict[str, Any]", carried.get(META_KEY) or {})
    error = cast("dict[str, Any]", answer.get("error") or {})
    return str(error["message"]) if error.get("code") in _FINAL and not error.get("retry") else ""


def _fail(subject: str, found: list[str]) -> None:
    """Fail if something was found.

    Raises:
        AssertionError: With all of it.
    """
    __tracebackhide__ = True
    if found:
        raise AssertionError(f"{subject}:\n" + "\n".join(f"  {each}" for each in found))


def _listed(heights: list[float]) -> str:
    """Return the last heights, in words."""
    return " → ".join(f"{height:g}" for height in heights[-layout.LOOP_STEPS :])
