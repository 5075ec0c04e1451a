"""Pictures of widgets, taken by Chromium on the pages that a server of ours has for browsers.

    png = take("http://127.0.0.1:8000", Shot("flights", "flights", {"origin": "JFK", ...}, host="plain", ...))

`plain` is `/widgets/<name>`, where the widget itself calls its tool. `frame` is the preview, which runs the tool and
gives the widget the sandboxed frame and the colors of a host. Neither page has parameters for theme and locale: both
ask the browser, and the browser is told.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import quote, urlencode

from .errors import CommandError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType, Frame, Page

Theme = Literal["light", "dark"]
Host = Literal["plain", "frame"]

CHROMIUM_VARIABLE = "CHROMIUM"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_HEIGHT = 900
_PREVIEW_WIDTH = 1400
_MILLISECONDS = 70_000  # a widget waits 60 s for its tool, and then says so

_PAINTED = "() => document.querySelector('#root > *') && !document.querySelector('.mcpb-bone')"
_PANELS = """() => [...document.querySelectorAll('.mcpb[role=alert]')]
    .map((panel) => [...panel.querySelectorAll('h2, p')].map((each) => each.textContent.trim()).join(': '))"""
# Until nothing has changed for 0.3 s; what never rests, such as a clock, is waited for 5 s.
_SETTLED = """async () => {
  const quiet = new Promise((resolve) => {
    let timer = 0;
    const observer = new MutationObserver(() => again());
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(() => (document.querySelector('[aria-busy=true]') ? again() : resolve()), 300);
    };
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    again();
  });
  const loaded = [...document.images].map((image) => image.decode().catch(() => undefined));
  const limit = new Promise((resolve) => setTimeout(resolve, 5000));
  await Promise.race([Promise.all([quiet, document.fonts.ready, ...loaded]), limit]);
}"""
# Over everything else of the preview, which has no room for each width.
_LIFT = """(stage, width) => {
  const place = { position: 'fixed', inset: '0 auto auto 0', zIndex: 9999 };
  Object.assign(stage.style, { ...place, inlineSize: `${width}px`, background: 'Canvas' });
}"""
# Alone, a widget fills the window; the picture ends where the widget does.
_CONTENT_HEIGHT = """() => {
  const root = document.documentElement;
  root.removeAttribute('data-fill');
  root.style.height = 'max-content';
  return Math.max(1, Math.ceil(root.getBoundingClientRect().height));
}"""


@dataclass(frozen=True)
class Shot:
    """What to take a picture of, and how.

    Attributes:
        widget: The widget's name.
        tool: The tool that opens it.
        arguments: The arguments of the call.
        theme: Light or dark.
        width: Of the widget, in CSS pixels.
        locale: A BCP 47 tag.
        host: Alone in the window, or in the frame of the preview.
    """

    widget: str
    tool: str
    arguments: dict[str, Any]
    theme: Theme
    width: int
    locale: str
    host: Host


def take(origin: str, shot: Shot) -> bytes:
    """Return the picture as PNG.

    Raises:
        CommandError: If there is no browser, or the widget shows an error or nothing.
    """
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        try:
            return _picture(browser, origin, shot)
        except Error as error:
            msg = f"widget `{shot.widget}` could not be shown: {error.message.partition(chr(10))[0]}"
            raise CommandError(msg) from error
        finally:
            browser.close()


def launch(chromium: BrowserType) -> Browser:
    """Start the Chromium of the system, or else Playwright's own.

    Raises:
        CommandError: If neither is there.
    """
    from playwright.sync_api import Error

    named = os.environ.get(CHROMIUM_VARIABLE)
    path = named or next((found for name in BROWSERS if (found := shutil.which(name))), None)
    try:
        return chromium.launch(executable_path=path)
    except Error as error:
        start = f"`{path}` cannot be started" if path else "there is no Chromium on PATH, and none of Playwright's own"
        msg = f"{start}. Run `playwright install chromium`, or name a Chromium in the environment variable CHROMIUM."
        raise CommandError(msg) from error


def _picture(browser: Browser, origin: str, shot: Shot) -> bytes:
    """Open the widget, wait until it is painted, and take the picture."""
    is_framed = shot.host == "frame"
    wide = max(_PREVIEW_WIDTH, shot.width) if is_framed else shot.width
    context = browser.new_context(
        viewport={"width": wide, "height": _HEIGHT},
        color_scheme=shot.theme,
        locale=shot.locale,
        reduced_motion="reduce",
    )
    context.set_default_timeout(_MILLISECONDS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    query = urlencode({"tool": shot.tool, "args": json.dumps(shot.arguments)}, quote_via=quote)
    if is_framed:
        page.goto(f"{origin}/#{query}")
        _run_in_preview(page, shot.width)
        element = page.wait_for_selector("#viewport iframe")
        frame = element.content_frame() if element else None
    else:
        page.goto(f"{origin}/widgets/{shot.widget}?{query}")
        element, frame = None, page.main_frame
    if frame is None:
        msg = f"widget `{shot.widget}` got no frame in the preview. Take it with --host plain."
        raise CommandError(msg)
    _wait(frame, shot.widget, errors)
    if element is not None:
        box = element.bounding_box()
        page.set_viewport_size({"width": wide, "height": max(_HEIGHT, math.ceil(box["height"]) if box else 0)})
        return element.screenshot(animations="disabled")
    height = cast("int", frame.evaluate(_CONTENT_HEIGHT))
    clip: Any = {"x": 0, "y": 0, "width": shot.width, "height": height}
    return page.screenshot(full_page=True, clip=clip, animations="disabled")


def _run_in_preview(page: Page, width: int) -> None:
    """Give the stage of the preview a width, and run the tool that the address names."""
    page.wait_for_selector("body[data-state=ready] #form button[type=submit]")
    page.eval_on_selector("#viewport", _LIFT, width)
    page.click("#form button[type=submit]")


def _wait(frame: Frame, widget: str, errors: list[str]) -> None:
    """Wait until a widget is painted and rests.

    Args:
        frame: Its document.
        widget: Its name.
        errors: The uncaught errors of the page until now.

    Raises:
        CommandError: If it shows an error, or nothing.
    """
    from playwright.sync_api import TimeoutError as Late

    try:
        frame.wait_for_function(_PAINTED)
    except Late as error:
        reason = f" The browser says: {errors[0]}" if errors else " Its tool may be too slow; `mcp-bridge call` tells."
        msg = f"widget `{widget}` showed nothing in {_MILLISECONDS // 1000} s.{reason}"
        raise CommandError(msg) from error
    frame.evaluate(_SETTLED)
    if panels := cast("list[str]", frame.evaluate(_PANELS)):
        raise CommandError(panels[0])
