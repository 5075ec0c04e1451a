"""Pictures of widgets, taken by Chromium on the pages that a server of ours has for browsers.

    scene = Scene(tool="flights", input={"origin": "JFK", ...}, host="chatgpt", theme="dark", width=390)
    png = take("http://127.0.0.1:8000", Shot("flights", scene))

The emulator without its panels, `/?bare`, shows the scene. Alone, on `/widgets/<name>`, a widget calls its tool by
itself; that page has no parameters for theme and locale, so it asks the browser, and the browser is told.
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
from .scenes import Scene, hosts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType, Frame, Page

Theme = Literal["light", "dark"]
Part = Literal["widget", "chat", "alone"]

CHROMIUM_VARIABLE = "CHROMIUM"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_HEIGHT = 900
_WIDTH = 390
_CHAT_WIDTH = 1000  # of a desktop's chat around its column
_PHONE_WIDTH = 430
_MILLISECONDS = 70_000  # a widget waits 60 s for its tool, and then says so

# `wait_for_function` evaluates in the page, where hosts' policies forbid it.
_PAINTED = """async (milliseconds) => {
  const isPainted = () => document.querySelector('#root > *') && !document.querySelector('.mcpb-bone');
  const until = performance.now() + milliseconds;
  while (!isPainted() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 30));
  return Boolean(isPainted());
}"""
_SHOW = """async ([scene, milliseconds]) => {
  const { emulator } = window;
  await emulator.ready;
  await emulator.set(scene);
  const run = emulator.run().then(() => '', (error) => error.message);
  const isSeen = () => ['open', 'silent', 'failed'].includes(emulator.state);
  await emulator.until(isSeen, milliseconds).catch(() => undefined);
  return isSeen() ? '' : await run;
}"""
# A frame of another origin is drawn by another process: its new size is seen some frames later.
_DRAWN = """() => new Promise((resolve) => {
  const next = (count) => (count ? requestAnimationFrame(() => next(count - 1)) : resolve());
  next(10);
})"""
_PANELS = """() => [...document.querySelectorAll('.mcpb[role=alert]')]
    .map((panel) => [...panel.querySelectorAll('h2, p')].map((each) => each.textContent.trim()).join(': '))"""
# The page of a tool that may change something asks first; who takes the picture has asked for it.
_ASKS = ".mcpb-panel[role=status] button"
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
# Alone, a widget fills the window; the picture ends where the widget does.
_CONTENT_HEIGHT = """() => {
  const root = document.documentElement;
  root.removeAttribute('data-fill');
  root.style.height = 'max-content';
  return Math.max(1, Math.ceil(root.getBoundingClientRect().height));
}"""


@dataclass(frozen=True)
class Shot:
    """What to take a picture of.

    Attributes:
        widget: The widget's name.
        scene: The tool that opens it, its input, the host and its settings. Alone there is no host: theme, width and
            locale count.
        part: The widget in a host, the chat of the host around it too, or the widget alone in a browser.
    """

    widget: str
    scene: Scene
    part: Part = "widget"


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
    scene = shot.scene
    width = scene.width if isinstance(scene.width, int) else _WIDTH
    context = browser.new_context(
        viewport={"width": _window_width(shot, width), "height": _HEIGHT},
        color_scheme="dark" if scene.theme == "dark" else "light",
        locale=scene.locale or "en-US",
        reduced_motion="reduce",
    )
    context.set_default_timeout(_MILLISECONDS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    if shot.part == "alone":
        given = json.dumps(dict(scene.input or {}))
        query = urlencode({"tool": scene.tool or "", "args": given}, quote_via=quote)
        page.goto(f"{origin}/widgets/{shot.widget}?{query}")
        _wait(page.main_frame, shot.widget, errors)
        if page.query_selector(_ASKS):
            page.click(_ASKS)
            _wait(page.main_frame, shot.widget, errors)
        height = cast("int", page.evaluate(_CONTENT_HEIGHT))
        clip: Any = {"x": 0, "y": 0, "width": width, "height": height}
        return page.screenshot(full_page=True, clip=clip, animations="disabled")
    return _emulated(page, origin, shot, errors)


def _window_width(shot: Shot, width: int) -> int:
    """Return how wide the window must be for a widget of a width."""
    if shot.part == "alone":
        return width
    is_phone = "mobile" in (shot.scene.device, shot.scene.host and hosts()[shot.scene.host]["device"])
    return max(_PHONE_WIDTH if is_phone and shot.part == "chat" else _CHAT_WIDTH, width + 40)


def _emulated(page: Page, origin: str, shot: Shot, errors: list[str]) -> bytes:
    """Return the picture of a widget, or of the chat around it, in a host of the emulator."""
    page.goto(f"{origin}/?bare")
    if failure := cast("str", page.evaluate(_SHOW, [shot.scene.data(), _MILLISECONDS])):
        msg = f"widget `{shot.widget}` could not be opened: {failure}"
        raise CommandError(msg)
    element = page.wait_for_selector("#viewport iframe")
    frame = element.content_frame() if element else None
    if element is None or frame is None:
        msg = f"widget `{shot.widget}` got no frame in the emulator. Take it with --part alone."
        raise CommandError(msg)
    _wait(frame, shot.widget, errors)
    pictured = page.wait_for_selector("#shell") if shot.part == "chat" else element
    box = pictured.bounding_box() if pictured else None
    wide = (page.viewport_size or {"width": _CHAT_WIDTH})["width"]
    bottom = math.ceil(box["y"] + box["height"]) if box else 0
    page.set_viewport_size({"width": wide, "height": max(_HEIGHT, bottom)})
    page.evaluate(_DRAWN)
    return (pictured or element).screenshot(animations="disabled")


def _wait(frame: Frame, widget: str, errors: list[str]) -> None:
    """Wait until a widget is painted and rests.

    Args:
        frame: Its document.
        widget: Its name.
        errors: The uncaught errors of the page until now.

    Raises:
        CommandError: If it shows an error, or nothing.
    """
    if not frame.evaluate(_PAINTED, _MILLISECONDS):
        reason = f" The browser says: {errors[0]}" if errors else " Its tool may be too slow; `mcp-bridge call` tells."
        msg = f"widget `{widget}` showed nothing in {_MILLISECONDS // 1000} s.{reason}"
        raise CommandError(msg)
    frame.evaluate(_SETTLED)
    if panels := cast("list[str]", frame.evaluate(_PANELS)):
        raise CommandError(panels[0])
