"""Every private Reflex name that runs with the server, each with the version it was checked on: 0.10.1.

Nothing else in this package imports Reflex internals (`_reflex_compile.py` has those of the export). When Reflex
moves, the tests marked `reflex-seam:` fail, and this is the file to mend.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import contextlib
import dataclasses
import inspect
import json
import logging
import math
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Any, cast

import docstring_parser
import reflex as rx
from reflex.utils import prerequisites
from reflex_base.constants import RouteVar
from reflex_base.event import Event, EventHandler, EventSpec, server_side
from reflex_base.event.context import EventContext
from reflex_base.event.processor import BaseStateEventProcessor, EventFuture
from reflex_base.registry import RegistrationContext
from reflex_base.utils import format as reflex_format
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import Var, VarData
from reflex_base.vars.base import Field

logger = logging.getLogger(__name__)

State = rx.State
HOST_CONTEXT_MODULE = "$/mcp_bridge/js/host-vars"

EmitDelta = Callable[[str, Mapping[str, Mapping[str, Any]]], None]
EmitEvents = Callable[[str, list[dict[str, Any]]], None]
OnError = Callable[[str, str, Exception], None]


# What an author declares ------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class VarSource:
    """Where a plain var comes from."""

    state: str
    name: str
    type: Any


def is_var(value: Any) -> bool:
    """Whether a value is a Reflex Var."""
    return isinstance(value, Var)


def var_source(value: Any) -> VarSource | None:
    """Return the State and attribute that a Var reads, or None if it is no plain var of a State."""
    if not isinstance(value, Var):
        return None
    data = value._get_all_var_data()  # 0.10.1
    if data is None or not data.field_name or not data.state:
        return None
    state_class = RegistrationContext.ensure_context().base_states.get(data.state)
    if state_class is None or str(getattr(state_class, data.field_name, "")) != str(value):
        return None
    return VarSource(state=data.state, name=data.field_name, type=value._var_type)


def backend_var_name(value: Any) -> str | None:
    """Return the name of a backend var given in place of a Var, else None."""
    if isinstance(value, Field) and value._backend:  # 0.10.1
        return value._name
    return None


def host_var(name: str, var_type: Any) -> Any:
    """Return a Var that reads one key of the host's context in the browser."""
    data = VarData(
        imports={HOST_CONTEXT_MODULE: [ImportVar(tag="useHostContext", install=False)]},
        hooks={"const hostContext = useHostContext()": None},
    )
    return Var(_js_expr=f"hostContext.{name}", _var_type=var_type, _var_data=data).guess_type()


def host_event(name: str, signature: inspect.Signature, **payload: Any) -> EventSpec:
    """Return an event that the browser handles, for a trigger or to return from a handler."""
    return server_side(name, signature, **payload)  # 0.10.1


def handler_problem(value: Any) -> str | None:
    """Return what is wrong with a value given as an event handler, ready to follow "is"; None if nothing is."""
    if isinstance(value, EventSpec):
        label = handler_label(value.handler)
        return f"a call of `{label}`, but the call's arguments come from the model. Name the handler: `{label}`."
    if not isinstance(value, EventHandler):
        kind = "a function" if inspect.isfunction(value) else f"{value!r} ({type(value).__name__})"
        return f"{kind}, not an event handler. Name a method of a State, for example `Shop.search`."
    if value.state is None:
        return f"{value!r}, an event handler without a State. Name a method of a State, for example `Shop.search`."
    return None


def handler_name(value: Any) -> str:
    """Return the bare name of an event handler."""
    return getattr(getattr(value, "fn", None), "__name__", "")


def handler_label(handler: EventHandler) -> str:
    """Return an event handler as its author writes it: "Pizza.search"."""
    state = handler.state.__name__ if handler.state is not None else ""
    return f"{state}.{handler_name(handler)}"


def handler_full_name(handler: EventHandler) -> str:
    """Return the name of an event handler on the wire."""
    return reflex_format.format_event_handler(handler)


def is_background(handler: EventHandler) -> bool:
    """Whether a handler is declared with `background=True`."""
    return handler.is_background


def summary_of(docstring: str) -> str:
    """Return the prose of a docstring, without its sections of parameters, returns and errors."""
    parsed = docstring_parser.parse(inspect.cleandoc(docstring))
    parts = [part.strip() for part in (parsed.short_description, parsed.long_description) if part and part.strip()]
    return "\n\n".join(parts)


# Values -----------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Return a value without Reflex's change-tracking proxy."""
    return getattr(value, "__wrapped__", value)


def jsonable(value: Any) -> Any:
    """Return a value as JSON data, written by Reflex's own serializers; NaN and infinities become None."""
    return _finite(json.loads(reflex_format.json_dumps(value)))


def _finite(value: Any) -> Any:
    """Replace numbers that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_finite(item) for item in cast("list[Any]", value)]
    return value


def frontend_event(event: Any) -> tuple[str, dict[str, Any]]:
    """Return name and payload of an `Event` or an `EventSpec`; ("", {}) for anything else."""
    if isinstance(event, EventSpec):
        event = Event.from_event_type(event)[0]
    if isinstance(event, Event):
        return event.name, dict(event.payload)
    return "", {}


# The running app --------------------------------------------------------------------------------------------------


def load_app() -> rx.App:
    """Import the app that `rxconfig.py` in the current folder names, with its pages evaluated but not compiled.

    Evaluating pages matters to the server because components can create States (`rx.ComponentState`).
    """
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    from reflex_base.environment import environment

    info = prerequisites.get_and_validate_app()
    before = environment.REFLEX_SKIP_COMPILE.get()
    environment.REFLEX_SKIP_COMPILE.set(True)
    try:
        info.app._compile(prerender_routes=False, use_rich=False)  # 0.10.1
    finally:
        environment.REFLEX_SKIP_COMPILE.set(before)
    return info.app


class WidgetEventProcessor(BaseStateEventProcessor):
    """Reflex's event processor, which also knows of every future whether a background handler is behind it."""

    async def enqueue(self, token: str, event: Event, ev_ctx: EventContext | None = None) -> EventFuture:
        """Enqueue an event and mark the future of a background handler."""
        future = await super().enqueue(token, event, ev_ctx)
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is not None and registered.handler.is_background:
            _background.add(future.txid)
            future.add_done_callback(lambda _: _background.discard(future.txid))
        return future


_background: set[str] = set()


@contextlib.asynccontextmanager
async def running(
    app: rx.App, emit_delta: EmitDelta, emit_events: EmitEvents, on_error: OnError
) -> AsyncGenerator[WidgetEventProcessor]:
    """Run the app's event processor, sending what it emits for a session to the given functions.

    Args:
        app: The Reflex app.
        emit_delta: Called with a session and a delta, at once when Reflex emits it.
        emit_events: Called with a session and frontend events as `{"name", "payload"}`.
        on_error: Called with a session, a transaction id and the exception of a handler that raised.
    """

    async def delta(token: str, delta: Mapping[str, Mapping[str, Any]]) -> None:
        emit_delta(token, delta)

    async def events(token: str, *events: Event) -> None:
        emit_events(token, [{"name": event.name, "payload": jsonable(event.payload)} for event in events])

    def failed(error: Exception) -> Any:
        context = EventContext.get()
        on_error(context.token, context.txid, error)
        handler = app.backend_exception_handler
        return None if handler is _default_exception_handler else handler(error)

    with app.set_contexts():
        processor = WidgetEventProcessor(middleware=app, backend_exception_handler=failed)
        processor.configure(state_manager=app.state_manager)
        root = processor._root_context  # 0.10.1
        assert root is not None
        processor._root_context = dataclasses.replace(root, emit_delta_impl=delta, emit_event_impl=events)
        app._event_processor = processor  # 0.10.1: `app.modify_state` and background tasks find it there
        async with processor:
            yield processor


_default_exception_handler: Any = rx.App.backend_exception_handler


async def start_event(
    app: rx.App,
    processor: WidgetEventProcessor,
    session: str,
    name: str,
    payload: dict[str, Any],
    router_data: dict[str, Any],
) -> EventFuture:
    """Enqueue one event of a session; Reflex keeps the order of a session's events."""
    root = processor._root_context  # 0.10.1
    assert root is not None
    event = Event(name=name, payload=payload, router_data=router_data)
    with app.set_contexts():
        return await processor.enqueue(session, event, root.fork(token=session, router_data=router_data))


def has_pending(future: EventFuture, *, background: bool) -> bool:
    """Whether an event or anything it chained still runs.

    Args:
        future: The future of the event.
        background: Whether background handlers count.
    """
    return bool(pending_futures(future, background=background))


def pending_futures(future: EventFuture, *, background: bool) -> list[EventFuture]:
    """Return the futures of a chain that are not done, in order."""
    found: list[EventFuture] = []
    stack = [future]
    while stack:
        each = stack.pop()
        if not each.done() and (background or each.txid not in _background):
            found.append(each)
        stack.extend(reversed(each.children))
    return found


def router_data(app: rx.App, session: str, path: str, client: Mapping[str, Any]) -> dict[str, Any]:
    """Return the routing data of an event as Reflex's websocket would have made it.

    Args:
        app: The Reflex app, which resolves the path to a route.
        session: The session.
        path: The page that the event comes from, such as "/widgets/flights".
        client: What the widget said of its location: `asPath` and `query`.
    """
    query = client.get("query")
    as_path = client.get("asPath")
    return {
        RouteVar.PATH: "/" + (app.router(path) or "404").removeprefix("/"),
        RouteVar.ORIGIN: as_path if isinstance(as_path, str) else path,
        RouteVar.QUERY: query if isinstance(query, dict) else {},
        RouteVar.CLIENT_TOKEN: session,
        RouteVar.HEADERS: {},
    }


async def read_vars(app: rx.App, session: str, wanted: list[tuple[str, str]]) -> list[Any]:
    """Return the values of vars, given as (full State name, attribute), under the session's lock."""
    values: list[Any] = []
    with app.set_contexts():
        states = RegistrationContext.get().base_states
        async with app.state_manager.modify_state(rx.BaseStateToken(ident=session, cls=State)) as root:
            for state_name, name in wanted:
                substate = await root.get_state(states[state_name])
                value = getattr(substate, name)
                values.append(plain(await value if inspect.isawaitable(value) else value))
    return values


def token_lifetime() -> float:
    """Return how long Reflex keeps the state of an idle session, in seconds."""
    return float(rx.config.get_config().redis_token_expiration)


def app_name() -> str:
    """Return the app's name from `rxconfig.py`."""
    return rx.config.get_config().app_name


def configured_output() -> str | None:
    """Return the output folder that `WidgetsPlugin(output=...)` names in `rxconfig.py`, or None."""
    for plugin in rx.config.get_config().plugins:
        if type(plugin).__name__ == "WidgetsPlugin":
            return cast("str | None", getattr(plugin, "output", None))
    return None
