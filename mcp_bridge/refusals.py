"""What cannot work in a widget is refused by the export, which can name the place and the cure.

A host shows a widget under a policy that forbids `eval`, in a frame that reaches no server but through the host:

    refuse(widgets, bundles, exports)     # raises BundleError for a script that only `eval` runs, an upload, …

The compiled script is asked first: js/scripts.mjs leaves a mark in it for what it could not compile. What only a
handler says is looked for in the source of those handlers that the widget can reach.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from . import _reflex_compile as seam
from ._reflex_compile import HandlerSource
from .bundle import Bundle
from .errors import BundleError
from .manifest import Export
from .widgets import Widget

_MARK = re.compile(r"mcp-bridge-refused:([a-z]+):([^\"'`\\]*)")
_SCRIPTS = {"call_script", "call_function", "run_script"}
_LITERAL = 'Write the script as a literal, `on_click=rx.call_script("...")`, or use a component of your own.'

_SENTENCES = {
    "uploaded": (
        "it shows a file of the app's server (`rx.get_upload_url`), which is out of a widget's reach. Keep it in a var "
        "as a `data:` URL, or name a whole URL and declare its origin with `Csp(resource=[...])`."
    ),
    "plotly": (
        "it has a chart of Plotly, whose package makes a widget of several MB, more than hosts load. Use "
        "`rx.recharts`, or draw the chart on the server and show it with `rx.image`."
    ),
    "component": (
        "it shows a var that holds a component, which Reflex sends as a script for `eval`, and no host lets a widget "
        "run one. Write the alternatives in the component with `rx.cond` or `rx.match`."
    ),
    "script": (
        f"a trigger has an `rx.call_script` whose text a State decides, and no host lets a widget run it. {_LITERAL}"
    ),
    "syntax": f"the script `%s` of a trigger is not JavaScript that can be compiled. {_LITERAL}",
    "callback": (
        "the callback `%s` of an `rx.call_script` is not JavaScript that can be compiled. Give an event handler "
        "with one argument as the callback."
    ),
}


def refuse(widgets: Mapping[str, Widget], bundles: Mapping[str, Bundle], exports: Iterable[Export]) -> None:
    """Refuse widgets that have what cannot work in a host.

    Args:
        widgets: The widgets by name.
        bundles: What was compiled of each.
        exports: What is to be written of each.

    Raises:
        BundleError: With one sentence per refusal; each names the widget, the place and the cure.
    """
    found: list[str] = []
    for export in exports:
        handlers = seam.handler_names(widgets[export.name].handlers)
        sentences = [
            *_of_script(bundles[export.name].js),
            *_of_handlers({*export.events, *handlers}),
            *_of_uploads(export.events),
            *_of_vars(export.states),
        ]
        found += [f"widget `{export.name}`: {sentence}" for sentence in sentences]
    if found:
        raise BundleError("\n".join(found))


def _of_script(js: str) -> Iterator[str]:
    """Yield a sentence for every kind of mark in a compiled script."""
    for kind, text in sorted(set(_MARK.findall(js))):
        sentence = _SENTENCES[kind]
        yield sentence % unquote(text) if "%s" in sentence else sentence


def _of_handlers(events: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for every script in the source of the handlers that a widget can reach."""
    for handler in _reachable(events):
        for name, line in _scripts_in(handler.function):
            yield (
                f"handler `{handler.label}` sends `rx.{name}` ({_place(handler.function, line)}), and no host lets a "
                "widget run a script that comes from the server. Use it as a trigger with a literal, "
                '`on_click=rx.call_script("...")`, which the export compiles, or set a var.'
            )


def _of_uploads(events: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for every handler that takes a file while it is being sent."""
    for handler in filter(None, map(seam.handler_of, events)):
        if seam.takes_chunks(handler.function):
            yield (
                f"handler `{handler.label}` takes an `rx.UploadChunkIterator`, but a widget sends a file as a whole. "
                "Take `list[rx.UploadFile]`."
            )


def _of_vars(states: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for every var that cannot be written."""
    for name, value in seam.unwritable_vars(states):
        yield (
            f"the var `{name}` holds {value}, which cannot be written as JSON for the widget. Give it a type that "
            "Pydantic knows, write a serializer with `rx.serializer`, or start its name with `_`."
        )


def _reachable(events: Iterable[str]) -> Iterator[HandlerSource]:
    """Yield the handlers that the widget names and, by their source, those of the same State that these name."""
    pending = [seam.handler_of(name) for name in sorted(events)]
    seen: set[Any] = set()
    while pending:
        found = pending.pop()
        if found is None or found.function in seen:
            continue
        seen.add(found.function)
        yield found
        names = {node.attr for node in ast.walk(_tree(found.function)) if isinstance(node, ast.Attribute)}
        pending += [seam.handler_of(f"{found.state}.{name}") for name in sorted(names)]


def _scripts_in(function: Any) -> Iterator[tuple[str, int]]:
    """Yield name and line of every call of a script in a function's source."""
    for node in ast.walk(_tree(function)):
        match node:
            case ast.Call(func=(ast.Attribute(attr=name) | ast.Name(id=name)) as called) if name in _SCRIPTS:
                if _is_reflex(called, function):
                    yield name, node.lineno
            case _:
                pass


def _is_reflex(called: ast.expr, function: Any) -> bool:
    """Whether a call's name leads to Reflex: `rx.call_script`, or `call_script` imported from it."""
    while isinstance(called, ast.Attribute):
        called = called.value
    if not isinstance(called, ast.Name):
        return False
    value = getattr(function, "__globals__", {}).get(called.id)
    return str(getattr(value, "__module__", None) or getattr(value, "__name__", "")).startswith("reflex")


def _tree(function: Any) -> ast.AST:
    """Return a function's source as a tree; an empty one if there is no source."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module(body=[], type_ignores=[])


def _place(function: Any, line: int) -> str:
    """Return `file.py:12` of a line of a function, seen from the project's folder."""
    first = inspect.getsourcelines(function)[1]
    path = Path(inspect.getsourcefile(function) or "")
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path.name
    return f"{shown}:{first + line - 1}"
