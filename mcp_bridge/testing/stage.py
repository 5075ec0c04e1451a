"""The app under test, ready to have its widgets opened: loaded once, with fresh States for every test.

Nothing has to be exported for it: a widget of a test may send every event of the app.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp_bridge import _reflex, _reflex_compile, _reflex_run
from mcp_bridge.bridge import Bridge
from mcp_bridge.errors import BridgeError, ToolError
from mcp_bridge.events import Widgets
from mcp_bridge.manifest import Build, BuiltWidget, Manifest, Needs
from mcp_bridge.snapshots import Seals
from mcp_bridge.widgets import registry

from .widget import OpenWidget

if TYPE_CHECKING:
    from reflex import App

_apps: dict[Path, App] = {}


@dataclass
class Stage:
    """An app whose widgets can be opened.

    Attributes:
        app: The Reflex app.
        bridge: The app as hosts see it.
        raised: What handlers have raised and no test has seen yet.
    """

    app: App
    bridge: Bridge
    raised: list[BaseException] = field(default_factory=list[BaseException])

    @classmethod
    @contextlib.contextmanager
    def of(cls, folder: Path) -> Generator[Stage]:
        """Give the stage of the app in a folder, with States in memory that end with the block.

        Raises:
            BridgeError: If there is no app in the folder.
        """
        app = _app_of(folder.resolve())
        with _reflex_run.fresh_states(app):
            stage = cls(app, _bridge(app, Seals(b"the secret of all tests, which is none")))
            stage._listen()
            yield stage

    async def __call__(self, tool: str, /, **arguments: Any) -> OpenWidget:
        """Open a widget by calling its tool.

        Args:
            tool: The tool's name.
            arguments: The arguments of the call, as JSON data or as the Python values that the handler takes.

        Raises:
            ToolError: If the arguments do not fit, or the handler raised one.
            Exception: What else the handler raised.
        """
        known = self.bridge.tools.tools
        spec = known.get(tool)
        if spec is None or spec.widget is None:
            named = ", ".join(sorted(name for name, each in known.items() if each.widget)) or "none"
            msg = f"no tool {tool!r} opens a widget. Those that do: {named}."
            raise BridgeError(msg)
        plain = {name: _reflex.jsonable(value) for name, value in arguments.items()}
        checked = spec.arguments.validate(plain)
        try:
            result = await self.bridge.open(spec, checked, "")
        except ToolError as error:
            self.raised.clear()
            raise error.__cause__ or error from None
        return OpenWidget(self, spec, plain, result)

    async def call(self, tool: str, /, **arguments: Any) -> Any:
        """Call a tool without UI, and return what it gives the model: `text`, `structured` and `is_error`."""
        return await self.bridge.call_tool(tool, {name: _reflex.jsonable(each) for name, each in arguments.items()}, "")

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Run the app's events until the end of the block."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self.bridge.running())
            self._stack = stack
            yield

    async def restart(self, *, keeps_states: bool) -> None:
        """Have another server process take the place of this one, as in a deployment."""
        await self._stack.aclose()
        if not keeps_states:
            _reflex_run.forget_states(self.app)
        self.bridge = _bridge(self.app, self.bridge.widgets.seals)
        self._listen()
        await self._stack.enter_async_context(self.bridge.running())

    def _listen(self) -> None:
        """Note what handlers raise."""
        self.bridge.widgets.on_error = self.raised.append


def _app_of(folder: Path) -> App:
    """Return the app of a folder, imported once.

    Raises:
        BridgeError: If there is none.
    """
    if folder not in _apps:
        if not (folder / "rxconfig.py").is_file():
            msg = (
                f"{folder} has no rxconfig.py, so there is no app to test. Run pytest in the project's folder, or name "
                "it in pytest's settings: mcp_bridge_app = the folder."
            )
            raise BridgeError(msg)
        before = Path.cwd()
        os.chdir(folder)
        try:
            _apps[folder] = _reflex_run.load_app()
        finally:
            os.chdir(before)
    return _apps[folder]


def _bridge(app: App, seals: Seals) -> Bridge:
    """Return the app as hosts see it, with widgets that may send every event."""
    events, states = tuple(_reflex_compile.event_handler_names()), tuple(_reflex_compile.state_names())
    build = Build(file="", sha256="0" * 64, bytes=0, gzip=0, events=events, states=states, csp=Needs())
    declared = registry()
    widgets = {
        name: BuiltWidget(name, each.title, each.description, (build,)) for name, each in declared.widgets.items()
    }
    manifest = Manifest(app=_reflex.app_name(), widgets=widgets, retired={})
    # Nobody waits for what is not there yet.
    running = Widgets(app, seals=seals, gather_seconds=0)
    return Bridge(name=_reflex.app_name(), folder=Path(), manifest=manifest, tools=declared, widgets=running)
