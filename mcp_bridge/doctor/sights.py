"""What widgets are like in a browser: `browse` looks, and rules read what it saw.

evidence = dataclasses.replace(evidence, sights=browse(url, evidence.tools))
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from mcp_bridge.errors import CommandError
from mcp_bridge.scenes import Scene
from mcp_bridge.shots import BROWSERS, CHROMIUM_VARIABLE

from .evidence import Json, items, mapping, text, tool_uris
from .seen import WIDTH, Barrier, Sight
from .survey import is_harmless

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SETTINGS = (("chatgpt", "light"), ("claude", "dark"))
"""The hosts and themes that each widget is looked at in."""

_WIDGETS = 10
_LOOP_FRAMES = 40
_PACKAGES = ("playwright", "axe_playwright_python", "PIL")


def can_browse() -> bool:
    """Whether all that looking takes is installed."""
    if any(importlib.util.find_spec(name) is None for name in _PACKAGES):
        return False
    if os.environ.get(CHROMIUM_VARIABLE) or any(shutil.which(name) for name in BROWSERS):
        return True
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return os.path.exists(playwright.chromium.executable_path)  # noqa: PTH110


def browse(
    url: str,
    tools: Iterable[Json],
    *,
    scenes: Mapping[str, Scene] | None = None,
    headers: Mapping[str, str] | None = None,
    settings: Iterable[tuple[str, str]] = SETTINGS,
) -> tuple[Sight, ...]:
    """Look at the widgets of a server that can be opened: by a scene, or by a tool that reads and needs no arguments.

    Args:
        url: The MCP endpoint.
        tools: The entries of `tools/list`.
        scenes: Scenes by name, for tools that need arguments.
        headers: Further headers of each request, such as `Authorization`.
        settings: Pairs of a host and a theme.

    Raises:
        CommandError: If Playwright or a browser is not installed.
    """
    wanted = list(_wanted(list(tools), scenes or {}))[:_WIDGETS]
    if not wanted:
        return ()
    from mcp_bridge.browser.emulator import browsing
    from mcp_bridge.browser.relay import relaying

    with relaying(url, headers) as origin, browsing() as browser:
        return tuple(
            _look(browser, origin, subject, scene, host, theme) for subject, scene in wanted for host, theme in settings
        )


def _wanted(tools: list[Json], scenes: Mapping[str, Scene]) -> Iterator[tuple[str, Scene]]:
    """Yield what to look at: each widget by its harmless tools, the others by scenes."""
    opened = {tool["name"] for tool in tools if any(tool_uris(tool).values())}
    harmless = [tool["name"] for tool in tools if tool["name"] in opened and is_harmless(tool)]
    for name in harmless:
        yield f"tool {name}", Scene(tool=name, input={})
    for name, scene in scenes.items():
        if scene.tool in opened and scene.tool not in harmless:
            yield f"scene {name}", Scene(tool=scene.tool, input=scene.input, result=scene.result)


def _look(browser: Browser, origin: str, subject: str, scene: Scene, host: str, theme: str) -> Sight:
    """Look at one widget in one host."""
    from mcp_bridge.browser import accessibility, layout
    from mcp_bridge.browser.emulator import Emulator

    emulator = Emulator(browser, origin)
    try:
        emulator.open(Scene.of({**scene.data(), "host": host, "theme": theme, "width": WIDTH}))
        result = mapping(emulator.record("result"))
        if result.get("isError"):
            said = " ".join(text(mapping(each).get("text")) for each in items(result.get("content")))
            return Sight(subject, host, theme, problem=f"the tool answers with an error ({said[:300]})")
        document = emulator.document
        layout.pass_frames(document, _LOOP_FRAMES)
        heights = [float(each["height"]) for each in emulator.record("sizes") if each.get("height") is not None]
        found = accessibility.barriers(document, ground=emulator.ground())
        violations = emulator.record("violations")
        return Sight(
            tool=subject,
            host=host,
            theme=theme,
            state=emulator.state,
            errors=tuple(dict.fromkeys(emulator.errors)),
            violations=tuple(
                (f"its {each['directive']} of {each['blocked'] or 'inline code'} is refused", str(each["cure"]))
                for each in violations
            ),
            barriers=tuple(Barrier(each.rule, f"`{each.element}`: {each.cause}", each.cure) for each in found),
            overhangs=tuple(str(each) for each in layout.overhangs(document)),
            heights=tuple(heights),
            is_loop=layout.is_loop(heights),
        )
    except CommandError as error:
        return Sight(subject, host, theme, problem=str(error))
    finally:
        emulator.close()
