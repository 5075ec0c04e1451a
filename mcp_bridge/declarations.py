"""What an author declares, checked at import: each mistake is refused with its subject, its value and the cure.

checked_name("my cart!", "widget")
WidgetError: widget name 'my cart!' does not fit: hosts accept a letter, then letters, digits, `_` and `-`, ...
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from . import _reflex
from .errors import WidgetError
from .outputs import VisibleVar, visible_var

EVENT_TOOL = "reflex_event"
"""The app-only tool that carries a widget's events to the server."""

POLL_TOOL = "reflex_poll"
"""The app-only tool that a widget waits on while something is still running."""

_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")
_STATUS_CHARACTERS = 64


def checked_name(name: str, kind: str) -> str:
    """Return a name that every host accepts."""
    if not _NAME.match(name):
        msg = (
            f"{kind} name {name!r} does not fit: hosts accept a letter, then letters, digits, `_` and `-`, 64 "
            "characters at most. Give another with name=..."
        )
        raise WidgetError(msg)
    if name in (EVENT_TOOL, POLL_TOOL):
        msg = f"{kind} name {name!r} is taken by the bridge itself. Give another with name=..."
        raise WidgetError(msg)
    return name


def title_of(name: str) -> str:
    """Return a name in words: `pizza_shops` is "Pizza shops"."""
    words = re.sub(r"[_-]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def described(text: str, owner: str, function: str) -> str:
    """Return a tool's description without its `Args:` section, which is in the schema already."""
    described = _reflex.summary_of(text)
    if not described:
        msg = (
            f"{owner}: `{function}` has no docstring, so the model is not told what the tool is for, and some hosts "
            "refuse it. Write one, or pass description=..."
        )
        raise WidgetError(msg)
    return described


def status(text: str | None, default: str, owner: str, where: str) -> str:
    """Return a status text of at most 64 characters (OpenAI Apps, tool descriptor)."""
    if text is None:
        return default if len(default) <= _STATUS_CHARACTERS else default[: _STATUS_CHARACTERS - 1] + "…"
    if len(text) > _STATUS_CHARACTERS:
        msg = f"{owner}: {where} has {len(text)} characters, and hosts show {_STATUS_CHARACTERS}. Shorten {text!r}."
        raise WidgetError(msg)
    return text


def checked_version(version: int, owner: str) -> int:
    """Return a `state_version`."""
    if version < 1:
        msg = f"{owner}: state_version is {version}, but versions begin with 1. Raise it by one with each change."
        raise WidgetError(msg)
    return version


def refuse_component(function: Callable[..., Any], owner: str) -> None:
    """Refuse what is not a component function without required parameters."""
    if not inspect.isfunction(function) or inspect.iscoroutinefunction(function):
        msg = f"{owner}: @widget stands above {function!r}, not above a function that returns a component."
        raise WidgetError(msg)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is parameter.empty and parameter.kind not in (
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        ):
            msg = (
                f"{owner}: the component function `{function.__name__}` takes `{parameter.name}`, but a component is "
                "built once, at export. What a call brings is a parameter of the event handler; keep it in the State."
            )
            raise WidgetError(msg)


def handlers_of(on_call: Any, widget_name: str, owner: str) -> dict[str, Any]:
    """Return the event handlers by tool name."""
    named: dict[str, Any] = {widget_name: on_call}
    if isinstance(on_call, Mapping):
        named = dict(cast("Mapping[str, Any]", on_call))
    elif isinstance(on_call, (list, tuple)):
        several = list(cast("Iterable[Any]", on_call))
        named = {_reflex.handler_name(each): each for each in several}
        if len(named) < len(several):
            msg = (
                f"{owner}: two handlers of on_call have the same name. Name the tools: "
                'on_call={"first_tool": A.load, "second_tool": B.load}.'
            )
            raise WidgetError(msg)
        if len(several) == 1:
            named = {widget_name: several[0]}
    if not named:
        msg = f"{owner}: on_call is empty, so no tool opens the widget. Name an event handler: on_call=State.handler."
        raise WidgetError(msg)
    for tool_name, handler in named.items():
        problem = _reflex.handler_problem(handler)
        if problem is not None:
            msg = f"{owner}: on_call of tool `{tool_name}` is {problem}"
            raise WidgetError(msg)
    return named


def load_events_of(on_load: Any, owner: str) -> tuple[Any, ...]:
    """Return the events that are to run when a widget is loaded."""
    given: Any = () if on_load is None else on_load
    events = tuple(cast("Iterable[Any]", given)) if isinstance(given, (list, tuple)) else (given,)
    for event in events:
        problem = _reflex.load_problem(event)
        if problem is not None:
            msg = f"{owner}: on_load is {problem}"
            raise WidgetError(msg)
    return events


def content_of(var: Any, owner: str) -> VisibleVar | None:
    """Return the var with the model's text."""
    if var is None:
        return None
    found = visible_var(var, None, owner, "content")
    if found.type is not str:
        msg = (
            f"{owner}: content is the var `{found.name}` of type {found.type!r}, but the model's text is a str. "
            "Write a computed var that returns one."
        )
        raise WidgetError(msg)
    return found
