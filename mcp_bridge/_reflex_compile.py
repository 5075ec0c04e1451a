"""The compiler of Reflex keeps what a page needs in a `PageContext`; a widget's entry is made from it.

Every private name of Reflex's build that the bridge uses is in this module, each with the version it was checked on.
A test marked `reflex-seam:` fails when Reflex moves one.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args, get_type_hints

# 0.10.1: the module is re-exported by reflex.compiler, its functions have no leading underscore but no docs either.
import reflex as rx
from reflex_base.compiler import templates as _templates
from reflex_base.config import get_config
from reflex_base.registry import RegistrationContext

from ._reflex import var_name
from ._reflex_run import import_app
from .errors import BundleError

# 0.10.1: untyped returns; loaded by name so that the unknown types stay at this seam.
_compiler: Any = importlib.import_module("reflex.compiler.compiler")
_compiler_utils: Any = importlib.import_module("reflex.compiler.utils")

_format: Any = importlib.import_module("reflex_base.utils.format")
_serializers: Any = importlib.import_module("reflex_base.utils.serializers")

_SUPPLIED_BY_BRIDGE = {"ErrorBoundary", "Overlay", "StickyBadge"}
"""0.10.1: names in `App.app_wraps` that speak of Reflex's own backend; mount.jsx has the bridge's own."""

_TOASTER = "ToasterProvider"
"""0.10.1: the name under which `_resolve_app_wrap_components` adds sonner to every app."""


@dataclass(frozen=True)
class CompiledPage:
    """What the compiler knows about one page.

    Attributes:
        page: Reflex's `PageContext`; its `output_code` is set once the whole app is compiled.
        compile: Reflex's `CompileContext` of the run.
    """

    page: Any
    compile: Any

    @property
    def code(self) -> str:
        """The page as a JS module with the component as its default export."""
        return str(self.page.output_code)

    @property
    def wraps(self) -> dict[tuple[int, str], Any]:
        """The providers that the page's components ask for, by priority and name."""
        # 0.10.1: PageContext.app_wrap_components
        return dict(self.page.app_wrap_components)


def root_code(compiled: CompiledPage, *, toasts: bool) -> str:
    """Return the JS module with the providers around one widget (its `EmbedLayout`).

    Args:
        compiled: The widget's page.
        toasts: Whether the widget can show a toast, which needs a provider of 9 KB (gzip).
    """
    app = compiled.compile.app
    # 0.10.1: _resolve_app_wrap_components adds StrictMode, the toaster and the app's own wraps to those of the page.
    wraps: dict[tuple[int, str], Any] = _compiler._resolve_app_wrap_components(app, compiled.wraps)
    dropped = _SUPPLIED_BY_BRIDGE if toasts else _SUPPLIED_BY_BRIDGE | {_TOASTER}
    # 0.10.1: App._app_root nests them by priority.
    root = app._app_root({key: wrap for key, wrap in wraps.items() if key[1] not in dropped})
    known = set(compiled.compile.auto_memo_components)
    # 0.10.1: _memoize_stateful_app_wraps moves hooks below the state provider. Reflex has done the same for the app's
    # root, which has every wrap of every page, so the modules that it refers to exist already.
    root = _compiler._memoize_stateful_app_wraps(root, compiled.compile)
    added = set(compiled.compile.auto_memo_components) - known
    if added:
        names = ", ".join(sorted(tag for tag, _ in added))
        msg = f"Reflex compiled {names} for a widget only, so no module of the app has it."
        raise RuntimeError(msg)
    imports = root._get_all_imports()
    _compiler._apply_common_imports(imports)  # 0.10.1
    # 0.10.1: app_root_template; without window_libraries, whose `import *` would defeat tree shaking.
    return _templates.app_root_template(
        imports=_compiler_utils.compile_imports(imports),
        custom_codes=root._get_all_custom_code(),
        hooks=root._get_all_hooks(),
        window_libraries=[],
        render=root.render(),
        dynamic_imports=root._get_all_dynamic_imports(),
    )


def context_code(compiled: CompiledPage) -> str:
    """Return Reflex's `utils/context` with no state in it: a widget's first state comes with the tool result."""
    theme = compiled.wraps.get((20, "Theme"))  # 0.10.1: RadixThemesPlugin.compile_page
    # 0.10.1: _resolve_default_color_mode, context_template
    color_mode: str = _compiler._resolve_default_color_mode(theme)
    return _templates.context_template(
        is_dev_mode=False,
        default_color_mode=json.dumps(color_mode),
        initial_state_json="{}",
        state_name=root_state_name(compiled),
        client_storage={},
    )


def root_state_name(compiled: CompiledPage) -> str:
    """Return the full name of the app's root state."""
    state = compiled.compile.app._state  # 0.10.1: App._state, None for an app without any
    return "reflex___state____state" if state is None else str(state.get_full_name())


def exception_event(root: str) -> str:
    """Return the handler to which a page reports its errors; utils/state.js puts the name together at run time."""
    # 0.10.1: CompileVars.FRONTEND_EXCEPTION_STATE, FrontendEventExceptionState.handle_frontend_exception
    return f"{root}.reflex___state____frontend_event_exception_state.handle_frontend_exception"


def load_event() -> str:
    """Return the event that runs the `on_load` of a page."""
    state: Any = importlib.import_module("reflex.state")
    return str(_format.format_event_handler(state.OnLoadInternalState.event_handlers["on_load_internal"]))  # 0.10.1


def client_storage(compiled: CompiledPage) -> dict[str, dict[str, Any]]:
    """Return the vars kept in the browser: {"cookies": {...}, "local_storage": {...}, "session_storage": {...}}."""
    state = compiled.compile.app._state
    if state is None:
        return {}
    return cast("dict[str, dict[str, Any]]", _compiler_utils.compile_client_storage(state))  # 0.10.1


def event_handler_names() -> list[str]:
    """Return the full name of every event handler of a State of the app, Reflex's own included."""
    names = RegistrationContext.ensure_context().event_handlers  # 0.10.1
    return sorted(name for name in names if not name.startswith("_"))


def state_names() -> list[str]:
    """Return the full name of every State of the app, Reflex's own included."""
    return sorted(RegistrationContext.ensure_context().base_states)  # 0.10.1


def state_modules(names: Iterable[str]) -> set[str]:
    """Return the Python modules in which the named States are written."""
    states = RegistrationContext.ensure_context().base_states
    return {base.__module__ for name in names if name in states for base in states[name].__mro__}


@dataclass(frozen=True)
class HandlerSource:
    """An event handler: its full State name, the name that its author writes, and its function."""

    state: str
    label: str
    function: Any


def handler_of(name: str) -> HandlerSource | None:
    """Return the event handler of a full name; None for one that Reflex or a package brings, and for none at all."""
    registered = RegistrationContext.ensure_context().event_handlers.get(name)  # 0.10.1
    if registered is None:
        return None
    handler: Any = registered.handler
    function = inspect.unwrap(getattr(handler.fn, "func", handler.fn))
    module = str(getattr(function, "__module__", ""))
    if module.partition(".")[0].startswith("reflex") or handler.state is None:
        return None
    return HandlerSource(handler.state.get_full_name(), f"{handler.state.__name__}.{function.__name__}", function)


def takes_chunks(function: Any) -> bool:
    """Whether a handler takes a file in chunks, as `rx.upload_files_chunk` sends it."""
    try:
        hints = get_type_hints(function)
    except (NameError, TypeError):
        return False
    upload: Any = importlib.import_module("reflex_components_core.core._upload")  # 0.10.1
    return upload.UploadChunkIterator in hints.values()


def handler_names(handlers: Iterable[Any]) -> set[str]:
    """Return the full names of event handlers, given with or without their arguments."""
    return {str(_format.format_event_handler(getattr(each, "handler", each))) for each in handlers}  # 0.10.1


def initial_values(compiled: CompiledPage) -> dict[str, dict[str, Any]]:
    """Return the vars of a fresh session, by full State name and by their names in Python."""
    state = compiled.compile.app._state
    if state is None:
        return {}
    values: dict[str, dict[str, Any]] = _compiler_utils.compile_state(state)  # 0.10.1
    return {name: {var_name(key): value for key, value in own.items()} for name, own in values.items()}


def unwritable_vars(states: Iterable[str]) -> list[tuple[str, str]]:
    """Return the vars of the named States that no serializer writes: `State.name` and what is wrong, in words."""
    known = cast("Mapping[str, Any]", RegistrationContext.ensure_context().base_states)
    found: list[tuple[str, str]] = []
    for full_name in states:
        state = known.get(full_name)
        if state is None:
            continue
        for name, var in sorted(state.base_vars.items()):
            field: Any = state.get_fields().get(name)
            problem = _unwritable_type(var._var_type)
            if problem is None and field is not None:
                problem = _unwritable_value(field.default_value())  # 0.10.1
            if problem is not None:
                found.append((f"{state.__name__}.{name}", problem))
        for name, var in sorted(state.computed_vars.items()):
            problem = None if name.startswith("_") else _unwritable_type(var._var_type)
            if problem is not None:
                found.append((f"{state.__name__}.{name}", problem))
    return found


def _unwritable_type(var_type: Any) -> str | None:
    """Return which part of an annotation no serializer writes, in words; None if all can be written."""
    arguments = get_args(var_type)
    if arguments:
        problems = (_unwritable_type(each) for each in arguments if each is not Ellipsis)
        return next((problem for problem in problems if problem is not None), None)
    if not isinstance(var_type, type) or var_type in {object, type(None)} or var_type.__module__ == "typing":
        return None
    return None if _is_written(var_type) else f"`{var_type.__name__}`"


def _unwritable_value(value: Any) -> str | None:
    """Return which part of a default value no serializer writes, in words."""
    value = getattr(value, "__wrapped__", value)
    if isinstance(value, Mapping):
        parts: list[Any] = [*cast("Mapping[Any, Any]", value).values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = [*cast("Iterable[Any]", value)]
    else:
        kind = cast("type[Any]", type(value))
        return None if value is None or _is_written(kind) else f"a value of type `{kind.__name__}`"
    return next((problem for part in parts if (problem := _unwritable_value(part)) is not None), None)


def _is_written(kind: type[Any]) -> bool:
    """Whether Reflex's JSON writer has something to write for a type."""
    if issubclass(kind, (str, int, float, bool, list, tuple, set, frozenset, Mapping)):
        return True
    # 0.10.1: Pydantic models, dataclasses, dates, enums, … are all serializers.
    return bool(_serializers.has_serializer(kind)) or dataclasses.is_dataclass(kind) or kind.__name__ == "Component"


def find_node() -> None:
    """Have Reflex look for Node and ask its version, which it does once in a process and before it compiles."""
    importlib.import_module("reflex.utils.js_runtimes").get_node_version()  # 0.10.1


def compile_app() -> rx.App:
    """Import the app and compile its pages for development, as `reflex run` does.

    The first time in a project it prepares `.web` and installs the packages.
    """
    # Before Reflex looks for Node: WidgetsPlugin, which rxconfig.py makes, has it take that of the package, and npm.
    get_config()
    prerequisites: Any = importlib.import_module("reflex.utils.prerequisites")
    if prerequisites.needs_reinit():  # 0.10.1
        prerequisites.initialize_reflex_user_directory()
        prerequisites.initialize_frontend_dependencies()
    app = import_app()
    shown, _compiler.console.PoorProgress = _compiler.console.PoorProgress, _NoProgress  # 0.10.1
    try:
        app._compile(prerender_routes=False, use_rich=False)  # pyright: ignore[reportPrivateUsage]
    finally:
        _compiler.console.PoorProgress = shown
    return app


class _NoProgress:
    """A progress bar that shows nothing, with the methods that the compiler calls."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def add_task(self, name: str, total: int) -> int: ...  # pyright: ignore[reportReturnType]

    def advance(self, task: int, advance: int = 1) -> None: ...

    def update(self, task: int, total: int | None = None) -> None: ...


def widgets_plugin() -> Any:
    """Return the `WidgetsPlugin` of rxconfig.py.

    Raises:
        BundleError: If there is none.
    """
    for plugin in get_config().plugins:
        if type(plugin).__name__ == "WidgetsPlugin":
            return plugin
    msg = "rxconfig.py has no WidgetsPlugin(), which compiles the widgets. Add it: `plugins=[WidgetsPlugin(), ...]`."
    raise BundleError(msg)


def app_name() -> str:
    """Return the name in rxconfig.py."""
    return get_config().app_name


def hide_badge() -> None:
    """Turn "Built with Reflex" off, unless rxconfig.py says that it is wanted."""
    config = get_config()
    if config.show_built_with_reflex is None:
        config.show_built_with_reflex = False


def is_production() -> bool:
    """Return whether this is a production build, as in `reflex export`."""
    exec_module: Any = importlib.import_module("reflex.utils.exec")
    return bool(exec_module.is_prod_mode())  # 0.10.1


def web_folder() -> Path:
    """Return the absolute path of `.web`."""
    prerequisites: Any = importlib.import_module("reflex.utils.prerequisites")
    return Path(prerequisites.get_web_dir()).absolute()  # 0.10.1
