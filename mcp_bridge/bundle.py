"""One widget becomes one HTML file with everything in it, because a host loads a single document.

    data = html(bundle, title="Flights", config={...})
    literals_in(bundle.js, event_handler_names)

The compiled script also tells what a widget can do: an event handler or a State whose full name is not a string in
it cannot be reached from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

_QUOTES = "\"'`"


@dataclass(frozen=True)
class Bundle:
    """What Vite made of one widget.

    Attributes:
        js: The script, ready to be inlined.
        css: The stylesheet.
        origins: Origins that literal URLs of the app's own code need: {"resource": ["https://..."], ...}.
    """

    js: str
    css: str
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def literals_in(js: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return those names that are a whole string literal of a script, sorted."""
    return tuple(sorted(name for name in set(names) if any(f"{quote}{name}{quote}" in js for quote in _QUOTES)))


def with_parents(states: Iterable[str], root: str) -> tuple[str, ...]:
    """Return the States with every State above them and the root, sorted: `a.b.c` needs `a.b` and `a`."""
    found = {root}
    for state in states:
        parts = state.split(".")
        found.update(".".join(parts[: i + 1]) for i in range(len(parts)))
    return tuple(sorted(found))


def html(bundle: Bundle, *, title: str, config: Mapping[str, Any]) -> bytes:
    """Return the document of one widget.

    Args:
        bundle: Its script and stylesheet.
        title: The document's title.
        config: What the runtime reads from `#mcp-bridge-config`.
    """
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_inline_css(bundle.css)}</style></head>"
        '<body><div id="root"></div>'
        f'<script type="application/json" id="mcp-bridge-config">{_inline_json(config)}</script>'
        f"<script>{_inline_js(bundle.js)}</script></body></html>\n"
    )
    return text.encode()


def _inline_js(js: str) -> str:
    r"""Return a script without the character sequences that would end or confuse its element.

    Inside a string, a template or a regular expression, `\\x3c` and `<` are the same character; `</script` and
    `<!--` cannot occur outside of them in minified code.
    """
    return re.sub(r"<(?=/script|script|!--)", r"\\x3c", js.rstrip("\n"), flags=re.IGNORECASE)


def _inline_css(css: str) -> str:
    """Return a stylesheet that cannot end its element."""
    return re.sub(r"</(?=style)", r"<\\/", css.rstrip("\n"), flags=re.IGNORECASE)


def _inline_json(data: Mapping[str, Any]) -> str:
    """Return JSON that cannot end its element, with sorted keys."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
