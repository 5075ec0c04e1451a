"""What a test is run with: `@pytest.mark.hosts` and `@pytest.mark.scenes`, as scenes with readable names.

combinations(("chatgpt", "claude"), themes=["light", "dark"], widths=[390])
# {"chatgpt-light-390": Scene(host="chatgpt", theme="light", width=390), ...}
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mcp_bridge.errors import BridgeError, SceneError
from mcp_bridge.scenes import FOLDER, Scene, hosts

ALL = "all"
"""Every host."""
INTERACTIVE = "interactive"
"""Every host that lets a widget call tools, so that its event handlers run."""

_DIMENSIONS = {
    "themes": "theme",
    "widths": "width",
    "locales": "locale",
    "time_zones": "time_zone",
    "directions": "direction",
    "devices": "device",
    "display_modes": "display_mode",
    "quirks": "quirks",
}


def combinations(names: Iterable[str], **lists: Iterable[Any]) -> dict[str, Scene]:
    """Return one scene for each combination, by a name that tells it.

    Args:
        names: Ids of hosts; `all` for every one, `interactive` for those in which event handlers run, none for the
            default.
        lists: `themes`, `widths`, `locales`, `time_zones`, `directions`, `devices`, `display_modes`, `quirks`.

    Raises:
        BridgeError: If a name or a value is unknown.
    """
    known = list(hosts())
    chosen: list[str] = []
    for name in names:
        if name not in (*known, ALL, INTERACTIVE):
            msg = (
                f"there is no host {name!r}. There are: {', '.join(known)}; or {ALL} for every one, {INTERACTIVE} for "
                "those in which event handlers run."
            )
            raise BridgeError(msg)
        chosen += [each for each in known if name in (each, ALL) or (name == INTERACTIVE and can_call_tools(each))]
    chosen = list(dict.fromkeys(chosen))
    for name, values in lists.items():
        if name not in _DIMENSIONS:
            msg = f"`hosts` knows no {name!r}. It takes names of hosts, and lists: {', '.join(_DIMENSIONS)}."
            raise BridgeError(msg)
        if isinstance(values, str) or not list(values):
            msg = f"`hosts` takes {name} as a list with at least one value, and this is {values!r}."
            raise BridgeError(msg)
    dimensions: dict[str, list[Any]] = {"host": chosen} if chosen else {}
    dimensions |= {_DIMENSIONS[name]: list(values) for name, values in lists.items()}
    found: dict[str, Scene] = {}
    for values in itertools.product(*dimensions.values()):
        given: dict[str, Any] = dict(zip(dimensions, values, strict=True))
        if "quirks" in given:
            given["quirks"] = [given["quirks"]]
        try:
            found["-".join(str(value) for value in values) or "plain"] = Scene(**given)
        except SceneError as error:
            raise BridgeError(str(error).replace("the scene's", "`hosts`: a")) from error
    return found


def can_call_tools(host: str) -> bool:
    """Whether a host lets a widget call tools, by MCP Apps or by `window.openai`."""
    profile = hosts()[host]
    return "serverTools" in profile["capabilities"] or "callTool" in profile.get("openai", ())


def saved(project: Path, names: Iterable[str] = ()) -> dict[str, Scene]:
    """Return the scenes of `tests/scenes`, by their names.

    Args:
        project: The folder of rxconfig.py.
        names: Those that are wanted; all without any.

    Raises:
        BridgeError: If there is none, or one is not there or is no scene.
    """
    folder = project / FOLDER
    known = {path.stem: path for path in sorted(folder.glob("*.json"))}
    wanted = list(names) or list(known)
    if not known:
        msg = f'there is no scene in {folder}. Save one from the emulator, or write a file such as {{"tool": ...}}.'
        raise BridgeError(msg)
    for name in wanted:
        if name not in known:
            msg = f"there is no scene {name!r} in {FOLDER}. There are: {', '.join(known)}."
            raise BridgeError(msg)
    return {name: Scene.read(known[name]) for name in wanted}


def merged(*scenes: Scene) -> Scene:
    """Return a scene with the values of all, the later before the earlier."""
    data: dict[str, Any] = {}
    for scene in scenes:
        data |= scene.data()
    return Scene.of(data)


def with_call(scene: Scene, tool: str, arguments: Mapping[str, Any]) -> Scene:
    """Return a scene with another tool and input."""
    return merged(scene, Scene(tool=tool, input=dict(arguments)))
