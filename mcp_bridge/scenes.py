"""A scene is everything that decides what one sees of a widget: tool and input, host, settings, quirks.

    scene = Scene.read(Path("tests/scenes/flights-dark.json"))
    page.goto(f"{origin}/?bare#{scene.fragment()}")

The same keys stand in the file, in the fragment of the emulator's address and in `mcp_bridge/preview/scene.js`. A key
that is absent is the host's or the browser's to decide. Files have two more, which no address has room for: `result`, a
saved CallToolResult that is shown in place of calling the tool, and `widgetState`.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self, cast
from urllib.parse import quote

from .errors import SceneError

DEFAULT_HOST = "plain"
FOLDER = "tests/scenes"
"""Where a project keeps its scenes."""

_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("light", "dark", "auto"),
    "direction": ("ltr", "rtl"),
    "device": ("desktop", "mobile"),
    "displayMode": ("inline", "fullscreen", "pip"),
}
_SIDES = ("top", "right", "bottom", "left")
_PIXELS = 20_000
_ONLY_IN_FILES = ("result", "widgetState")


@functools.cache
def hosts() -> dict[str, dict[str, Any]]:
    """Return the hosts that the emulator can play, by id: what each says of itself and what it offers to widgets."""
    return json.loads(files("mcp_bridge").joinpath("preview/profiles.json").read_text())


@functools.cache
def quirks() -> dict[str, dict[str, Any]]:
    """Return the quirks of the emulator by id: `title`, `sentence`, `thread`, and `milliseconds` if it has some."""
    rows = json.loads(files("mcp_bridge").joinpath("preview/quirks.json").read_text())
    return {row["id"]: row for row in rows}


@dataclass(frozen=True)
class Scene:
    """What one sees. All values but the tool's may be absent.

    Attributes:
        tool: The tool that opens the widget.
        input: The arguments of its call.
        host: An id of `hosts()`; `plain` if it is absent.
        theme: `light`, `dark`, or `auto` for the browser's.
        locale: A BCP 47 tag.
        time_zone: An IANA name.
        direction: Of the text; as the locale is written, if it is absent.
        device: What the person holds.
        width: Of the widget in CSS pixels, or "full" for that of the host's column.
        display_mode: `inline`, `fullscreen` or `pip`.
        max_height: Of an inline widget, in CSS pixels.
        safe_area: The insets `top`, `right`, `bottom`, `left`, in CSS pixels.
        quirks: Ids of `quirks()`; `late-result:500` gives the milliseconds.
        result: A saved CallToolResult, shown in place of calling the tool.
        widget_state: What the host has kept for the widget.

    Raises:
        SceneError: If a value is none that the emulator can show.
    """

    tool: str | None = None
    input: Mapping[str, Any] | None = None
    host: str | None = None
    theme: Literal["light", "dark", "auto"] | None = None
    locale: str | None = None
    time_zone: str | None = None
    direction: Literal["ltr", "rtl"] | None = None
    device: Literal["desktop", "mobile"] | None = None
    width: int | Literal["full"] | None = None
    display_mode: Literal["inline", "fullscreen", "pip"] | None = None
    max_height: int | None = None
    safe_area: Mapping[str, int] | None = None
    quirks: Iterable[str] | None = None
    result: Mapping[str, Any] | None = None
    widget_state: Any = None

    def __post_init__(self) -> None:
        """Check every value."""
        if self.quirks is not None and not isinstance(self.quirks, str):
            object.__setattr__(self, "quirks", tuple(self.quirks))
        for key, value in self.data().items():
            if fault := _fault(key, value):
                msg = f"the scene's `{key}` is {_shown(value)}, {fault}"
                raise SceneError(msg)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the scene of a JSON file.

        Raises:
            SceneError: If there is no such file, or something else in it; the text names the file.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            msg = f"the scene {path} cannot be read: {error.strerror}. Save it from the emulator, or name another file."
            raise SceneError(msg) from error
        except ValueError as error:
            msg = f'{path.name} is not JSON: {error}. A scene is an object such as {{"tool": "hello"}}.'
            raise SceneError(msg) from error
        try:
            return cls.of(data)
        except SceneError as error:
            msg = f"{path.name}: {error}"
            raise SceneError(msg) from error

    @classmethod
    def of(cls, data: Any) -> Self:
        """Return the scene of a JSON object, with the keys of a file.

        Raises:
            SceneError: If it is no object, or has a key that no scene has.
        """
        if not isinstance(data, dict):
            msg = f'a scene is a JSON object, and this is {_shown(data)}. Write it such as {{"tool": "hello"}}.'
            raise SceneError(msg)
        names = _names()
        given = cast("dict[str, Any]", data)
        for key in given:
            if key not in names:
                msg = f"a scene has no key `{key}`.{_nearest(key, names)} It has: {', '.join(names)}."
                raise SceneError(msg)
        return cls(**{names[key]: value for key, value in given.items()})

    def data(self) -> dict[str, Any]:
        """Return the scene as JSON, with the keys of a file, absent ones left out."""
        values: dict[str, Any] = {key: getattr(self, name) for key, name in _names().items()}
        if isinstance(self.quirks, tuple):
            values["quirks"] = list(self.quirks)
        return {key: value for key, value in values.items() if value is not None}

    def write(self, path: Path) -> None:
        """Write the scene to a JSON file; its folder is made if it is not there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.data(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def fragment(self) -> str:
        """Return the part of the emulator's address after `#`; `result` and `widgetState` have no place in it."""
        parts = {key: _spelled(key, value) for key, value in self.data().items() if key not in _ONLY_IN_FILES}
        return "&".join(
            f"{'args' if key == 'input' else key}={quote(text, safe='')}" for key, text in parts.items() if text
        )


@functools.cache
def _names() -> dict[str, str]:
    """Return the attribute of each key."""
    return {re.sub(r"_(\w)", lambda found: found[1].upper(), each.name): each.name for each in fields(Scene)}


def _spelled(key: str, value: Any) -> str:
    """Return a value as the address has it."""
    if key == "input":
        return json.dumps(value, ensure_ascii=False)
    if key == "safeArea":
        return ",".join(str(value.get(side, 0)) for side in _SIDES)
    return ",".join(value) if key == "quirks" else str(value)


def _fault(key: str, value: Any) -> str:
    """Return what is wrong with a value, as the end of a sentence, and the cure; empty if nothing is."""
    if key in _CHOICES and value not in _CHOICES[key]:
        return f"which is none of {_listed(_CHOICES[key])}.{_nearest(str(value), _CHOICES[key])}"
    if key == "host" and value not in hosts():
        return f"which is no host of the emulator.{_nearest(str(value), hosts())} It has: {', '.join(hosts())}."
    if key == "tool" and not (isinstance(value, str) and value):
        return "which is not the name of a tool."
    if key in ("input", "result") and not isinstance(value, Mapping):
        return "which is not a JSON object."
    if key == "locale" and not (isinstance(value, str) and _LOCALE.fullmatch(value)):
        return "which is not a BCP 47 tag. Write it as language and region, such as de-DE."
    if key == "timeZone" and value not in zoneinfo.available_timezones():
        near = _nearest(f"{value}", zoneinfo.available_timezones())
        return f"which is not an IANA time zone.{near} One is Europe/Berlin."
    if key in ("width", "maxHeight") and value != "full" and not _is_pixels(value):
        return f"which is not a number of pixels from 1 to {_PIXELS:,}."
    if key == "maxHeight" and value == "full":
        return "which is not a number of pixels. Leave it out for the host's own."
    if key == "safeArea":
        return _insets_fault(value)
    return _quirks_fault(value) if key == "quirks" else ""


def _insets_fault(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "which is not a JSON object with the insets top, right, bottom and left."
    for side, pixels in cast("Mapping[str, Any]", value).items():
        if side not in _SIDES:
            return f"and it has no side `{side}`.{_nearest(side, _SIDES)} It has: {', '.join(_SIDES)}."
        if pixels != 0 and not _is_pixels(pixels):
            return f"and its `{side}` is not a number of pixels."
    return ""


def _quirks_fault(value: Any) -> str:
    if not isinstance(value, list):
        return 'which is not a list of ids. Write ["offline"], for example.'
    for each in cast("list[Any]", value):
        name, _, milliseconds = str(each).partition(":")
        quirk = quirks().get(name)
        if quirk is None:
            return f"and there is no quirk `{name}`.{_nearest(name, quirks())} There are: {', '.join(quirks())}."
        if milliseconds and "milliseconds" not in quirk:
            return f"and the quirk `{name}` takes no milliseconds. Write `{name}` alone."
        if ":" in str(each) and not milliseconds.isdigit():
            return f"and `{milliseconds}` is no number of milliseconds. Write `{name}:500`, for example."
    return ""


def _is_pixels(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _PIXELS


def _nearest(name: str, known: Iterable[str]) -> str:
    """Return a question that names the nearest known name, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean `{near[0]}`?" if near else ""


def _listed(names: Iterable[str]) -> str:
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} or {last}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f"`{text if len(text) <= 80 else text[:79] + '…'}`"
