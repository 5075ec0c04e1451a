"""A saved view is one HTML file: the bundle, the result that it paints from, and no server behind it.

    scene = await saved_scene(bridge, Scene.read(Path("tests/scenes/flights-dark.json")))
    Path("flights.html").write_text(saved_page(bundle.html, scene, bundle.csp), encoding="utf-8")

Only what the widget shows goes into the file: no session, no sealed snapshot, nothing that was for the model alone.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from html import escape
from typing import Any

from .bridge import Bridge
from .csp import Csp
from .errors import SceneError
from .pages import in_head, standing_alone
from .preview import csp_header
from .results import META_KEY
from .scenes import Scene
from .schemas import as_object
from .widgets import POLL_TOOL

_SECONDS = 60
"""How long handlers may run before the view is taken as it is."""


async def saved_scene(bridge: Bridge, scene: Scene) -> Scene:
    """Return a scene with its result, for a page without a server.

    A scene without a result has its tool called, and what its handlers go on to do is waited for.

    Raises:
        SceneError: If the tool fails, or the saved result has no state of the widget.
    """
    if scene.result is None:
        part = await _opened(bridge, scene)
    else:
        part = _part(scene.result)
        if not as_object(part.get("update")).get("vars"):
            place = f'_meta["{META_KEY}"]'
            msg = (
                f"the scene's `result` has no state of the widget in `{place}`, so there is nothing to "
                "show. Save it again from the emulator, or leave it out to have the tool called."
            )
            raise SceneError(msg)
    update = as_object(part["update"])
    version, values = int(update.get("version") or 0), as_object(update["vars"])
    # What the host had kept is what the person last saw.
    kept = as_object(as_object(scene.widget_state).get("privateContent"))
    if int(kept.get("version") or 0) > version:
        version, values = int(kept["version"]), _merged(values, as_object(kept.get("vars")))
    shown = {"version": version, "full": True, "vars": values, "ack": 0, "pending": False}
    answer = {"session": "saved", "widget": part.get("widget"), "tool": scene.tool, "update": shown}
    return dataclasses.replace(scene, result={"content": [], "_meta": {META_KEY: answer}})


def saved_page(html: str, scene: Scene, csp: Csp) -> str:
    """Return the file.

    Args:
        html: The widget's bundle.
        scene: What `saved_scene` gave.
        csp: The origins that the widget declares; the file reaches no other, and connects to none of its own.
    """
    policy = csp_header(csp, sandbox=False, connect_self=False)
    # A browser takes no `frame-ancestors` from an element.
    policy = policy.partition("; frame-ancestors")[0]
    element = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
    return in_head(standing_alone(html, scene.data()), element)


async def _opened(bridge: Bridge, scene: Scene) -> dict[str, Any]:
    """Call the tool of a scene, and return the bridge's part of its result when nothing runs any more.

    Raises:
        SceneError: With the tool's own words, if it fails.
    """
    async with bridge.running():
        result = await bridge.call_tool(scene.tool or "", dict(scene.input or {}), "")
        part = as_object(result.meta.get(META_KEY))
        if result.is_error or not part:
            msg = f"tool `{scene.tool}` opened no widget: {result.text}"
            raise SceneError(msg)
        update = as_object(part["update"])
        try:
            async with asyncio.timeout(_SECONDS):
                while update["pending"]:
                    asked = {"session": part["session"], "mount": "page", "since": update["version"]}
                    answer = await bridge.call_tool(POLL_TOOL, asked, "")
                    newer = as_object(as_object(answer.meta[META_KEY])["update"])
                    values = as_object(newer["vars"])
                    update = {**newer, "vars": values if newer["full"] else _merged(update["vars"], values)}
        except TimeoutError:
            pass
    return {**part, "update": update}


def _part(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bridge's part of a result, wherever a host kept it."""
    metadata, structured = as_object(result.get("_meta")), as_object(result.get("structuredContent"))
    return as_object(metadata.get(META_KEY)) or as_object(structured.get(META_KEY))


def _merged(values: Mapping[str, Any], newer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of States with newer ones over them."""
    return {state: {**as_object(values.get(state)), **as_object(newer.get(state))} for state in {**values, **newer}}
