"""The app under test, ready to have its widgets opened: loaded once, with fresh States for every test.

Without a browser nothing has to be exported for it. With current bundles a widget of a test may send the events that
occur in its own, as in a host; without, every event of the app, and the run ends with a line that says so.
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
from mcp_bridge.errors import BridgeError, ManifestError, ToolError
from mcp_bridge.events import Widgets
from mcp_bridge.manifest import Build, BuiltWidget, Manifest, Needs
from mcp_bridge.snapshots import Seals
from mcp_bridge.widgets import Registry, registry

from .exports import exported
from .matrix import saved
from .widget import OpenWidget

if TYPE_CHECKING:
    from reflex import App
    from starlette.applications import Starlette

    from mcp_bridge.scenes import Scene

_apps: dict[Path, App] = {}
_SECRET = b"the secret of all tests, which is none"

unchecked: dict[Path, str] = {}
"""Why events are not checked against bundles, by the app's folder."""


@dataclass
class Stage:
    """An app whose widgets can be opened.

    Attributes:
        app: The Reflex app.
        bridge: The app as hosts see it.
        folder: The folder of rxconfig.py.
        scene: The scene of the test, None if it has none.
        raised: What handlers have raised and no test has seen yet.
    """

    app: App
    bridge: Bridge
    folder: Path
    scene: Scene | None = None
    raised: list[BaseException] = field(default_factory=list[BaseException])

    @classmethod
    @contextlib.contextmanager
    def of(cls, folder: Path, *, is_exported: bool = False, scene: Scene | None = None) -> Generator[Stage]:
        """Give the stage of the app in a folder, with States in memory that end with the block.

        Args:
            folder: The folder of rxconfig.py.
            is_exported: Whether the bundles are needed too.
            scene: The scene of the test.

        Raises:
            BridgeError: If there is no app in the folder.
            ManifestError: If the bundles are needed, and are not those of the code as it is.
        """
        folder = folder.resolve()
        app = app_of(folder)
        with _reflex_run.fresh_states(app):
            stage = cls(app, _bridge(app, folder, Seals(_SECRET), is_exported=is_exported), folder, scene)
            stage._listen()
            yield stage

    def web_app(self) -> Starlette:
        """Return the app with its emulator, to be served."""
        from mcp_bridge.server import create_app, create_server

        return create_app(create_server(self.bridge, log_level="CRITICAL"), self.bridge, preview=True)

    async def __call__(self, tool: str | None = None, /, **arguments: Any) -> OpenWidget:
        """Open a widget by calling its tool.

        Args:
            tool: The tool's name; without one the scene of the test says it.
            arguments: The arguments of the call, as JSON data or as the Python values that the handler takes. Without
                a tool, `scene="name"` is a file of `tests/scenes`.

        Raises:
            ToolError: If the arguments do not fit, or the handler raised one.
            Exception: What else the handler raised.
        """
        if tool is None:
            tool, arguments = self._of_scene(arguments)
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
        self.bridge = _bridge(self.app, self.folder, self.bridge.widgets.seals, is_exported=False)
        self._listen()
        await self._stack.enter_async_context(self.bridge.running())

    def _of_scene(self, arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the tool and the input of a scene."""
        name = arguments.pop("scene", None)
        scene = saved(self.folder, [name])[name] if name is not None else self.scene
        if arguments or scene is None or scene.tool is None:
            msg = 'nothing says which widget to open. Write open_widget("tool", ...) or open_widget(scene="name").'
            raise BridgeError(msg)
        return scene.tool, dict(scene.input or {})

    def _listen(self) -> None:
        """Note what handlers raise."""
        self.bridge.widgets.on_error = self.raised.append


def app_of(folder: Path) -> App:
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


def _bridge(app: App, folder: Path, seals: Seals, *, is_exported: bool) -> Bridge:
    """Return the app as hosts see it, with what is exported of it, or with widgets that may send every event.

    Raises:
        ManifestError: If the bundles are needed, and are not those of the code as it is.
    """
    declared = registry()
    try:
        bundles, manifest = exported(folder)
        unchecked.pop(folder, None)
    except ManifestError as error:
        if is_exported:
            raise
        unchecked[folder] = str(error)
        bundles, manifest = Path(), _manifest(declared)
    # Without a browser nobody waits for what is not there yet.
    widgets = Widgets(app, seals=seals) if is_exported else Widgets(app, seals=seals, gather_seconds=0)
    return Bridge(name=_reflex.app_name(), folder=bundles, manifest=manifest, tools=declared, widgets=widgets)


def _manifest(declared: Registry) -> Manifest:
    """Return what an export would say of an app if every widget had every event in it."""
    events, states = tuple(_reflex_compile.event_handler_names()), tuple(_reflex_compile.state_names())
    build = Build(file="", sha256="0" * 64, bytes=0, gzip=0, events=events, states=states, csp=Needs())
    widgets = {
        name: BuiltWidget(name, each.title, each.description, (build,)) for name, each in declared.widgets.items()
    }
    return Manifest(app=_reflex.app_name(), widgets=widgets, retired={})
