"""Private Reflex names that run with the server, each with the version it was checked on: 0.10.1.

An event runs through Reflex's own processor, in the lock of its session's State. A middleware writes the session's
record in that same lock, so that a sequence number is stored in one step with the effects of its event.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import logging
import os
import secrets
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import OnLoadInternalState, StateUpdate  # pyright: ignore
from reflex.utils import prerequisites
from reflex_base.constants import RouteVar
from reflex_base.environment import environment
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from reflex_base.event.processor import BaseStateEventProcessor, EventFuture
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from . import _reflex_chains, jobs
from ._reflex import jsonable
from ._reflex_shared import updates_of_others
from .record import Record, WidgetSession, begin_record, has_number, noted, numbers_of

logger = logging.getLogger(__name__)

ON_LOAD = format_event_handler(OnLoadInternalState.event_handlers["on_load_internal"])  # 0.10.1
"""Reflex's event that runs the `on_load` of the page that a session is on."""

EmitDelta = Callable[[str, Mapping[str, Mapping[str, Any]]], Awaitable[None]]
EmitEvents = Callable[[str, str, list[dict[str, Any]]], Awaitable[None]]


def load_app() -> rx.App:
    """Import the app that `rxconfig.py` in the current folder names, with its pages evaluated but not compiled.

    Evaluating pages matters to the server because components can create States (`rx.ComponentState`).
    """
    app = import_app()
    before = environment.REFLEX_SKIP_COMPILE.get()
    environment.REFLEX_SKIP_COMPILE.set(True)
    # It notes in `.web` which pages create States, for a faster start; a server may run where it can write nothing.
    vars(app)["_write_stateful_pages_marker"] = lambda: None  # 0.10.1
    try:
        app._compile(prerender_routes=False, use_rich=False)  # 0.10.1
    finally:
        environment.REFLEX_SKIP_COMPILE.set(before)
    return app


def import_app() -> rx.App:
    """Import the app that `rxconfig.py` in the current folder names, without its pages."""
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    # Reflex's disk manager writes after two seconds by default; what a widget was told is stored must be stored.
    os.environ.setdefault("REFLEX_STATE_MANAGER_DISK_DEBOUNCE", "0")
    return prerequisites.get_and_validate_app().app


@contextlib.contextmanager
def fresh_states(app: rx.App) -> Generator[None]:
    """Keep the States of an app in memory until the end of the block, apart from those that it has."""
    before, app._state_manager = app._state_manager, StateManagerMemory()  # 0.10.1
    try:
        yield
    finally:
        app._state_manager = before


def forget_states(app: rx.App) -> None:
    """Lose the States of an app, as a memory manager does when its process ends."""
    app._state_manager = StateManagerMemory()  # 0.10.1


def live_state(app: rx.App, session: str, state: type[Any]) -> Any:
    """Return a State of a session as a memory manager has it, to be read."""
    manager = app.state_manager
    assert isinstance(manager, StateManagerMemory)
    root: Any = manager._get_or_create_state(rx.BaseStateToken(ident=session, cls=rx.State))  # 0.10.1
    return root._get_state_from_cache(state)  # 0.10.1


# The event processor ----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class WidgetEventContext(EventContext):
    """The context of an event that came from a widget or opens one; events that it chains have a plain one.

    Attributes:
        mount: The mount that sent it, "" for none.
        number: Its sequence number, 0 for none.
        opening: What the session's record begins with, for the event that opens a widget.
        begun: Set when the event has the State's lock and its number is noted.
        lost: Set when the State is not that of a session any more, so that the event does not run.
    """

    mount: str = ""
    number: int = 0
    opening: Record | None = None
    begun: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    lost: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)


class RecordMiddleware(rx.Middleware):
    """Write the session's record in the lock in which its event runs."""

    async def preprocess(self, app: rx.App, state: rx.state.BaseState, event: Event) -> StateUpdate | None:  # noqa: ARG002
        """Note the event's number and job, or stop it if its number was committed before."""
        context = EventContext.get()
        handler = RegistrationContext.get().event_handlers.get(event.name)
        is_job = handler is not None and handler.handler.is_background
        widgets_own = context if isinstance(context, WidgetEventContext) else None
        if widgets_own is None and not is_job:
            return None
        record = await state.get_state(WidgetSession)
        if widgets_own is not None:
            widgets_own.begun.set()
            if widgets_own.opening is None and not record._widget:
                widgets_own.lost.set()
                return StateUpdate()
            if widgets_own.opening is not None:
                begin_record(record, widgets_own.opening)
            if widgets_own.number:
                if has_number(record._numbers.get(widgets_own.mount, []), widgets_own.number):
                    return StateUpdate()
                record._numbers = noted(numbers_of(record), widgets_own.mount, widgets_own.number)
        if record._widget:
            jobs.entered(record, context.txid, event.name, event.payload, is_background=is_job)
        return None


class WidgetEventProcessor(BaseStateEventProcessor):
    """Reflex's event processor, which also knows which handler is behind a future."""

    async def enqueue(self, token: str, event: Event, ev_ctx: EventContext | None = None) -> EventFuture:
        """Enqueue an event and note its handler."""
        future = await super().enqueue(token, event, ev_ctx)
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is not None and not future.done():
            _reflex_chains.enqueued(future, event.name, is_background=registered.handler.is_background)
            mount = ev_ctx.mount if isinstance(ev_ctx, WidgetEventContext) else ""
            jobs.enqueued(future, event.name, event.payload, mount)
        return future

    def _supersede_previous(self, *, token: str, event: Event, tracked: EventFuture) -> bool:  # 0.10.1
        """Note page-load work: what `on_load_internal` runs, whether a widget sends that or Reflex chains it."""
        if event.name == ON_LOAD:
            _reflex_chains.loads(tracked)
        return super()._supersede_previous(token=token, event=event, tracked=tracked)


@contextlib.asynccontextmanager
async def running(app: rx.App, emit_delta: EmitDelta, emit_events: EmitEvents) -> AsyncGenerator[WidgetEventProcessor]:
    """Run the app's event processor, sending what it emits for a session to the given functions.

    Args:
        app: The Reflex app.
        emit_delta: Called with a session and a delta, at once when Reflex emits it.
        emit_events: Called with a session, the mount that caused them, "" for none, and frontend events as
            `{"name", "payload"}`.
    """

    async def events(token: str, *events: Event, mount: str = "") -> None:
        told = [{"name": event.name, "payload": jsonable(event.payload)} for event in events]
        await emit_events(token, mount, told)

    def failed(error: Exception) -> Any:
        handler = app.backend_exception_handler
        return None if handler is _default_exception_handler else handler(error)

    if not any(isinstance(each, RecordMiddleware) for each in app._middlewares):  # 0.10.1
        app.add_middleware(RecordMiddleware(), index=0)
    with app.set_contexts(), updates_of_others(app, emit_delta):
        processor = WidgetEventProcessor(middleware=app, backend_exception_handler=failed)
        processor.configure(state_manager=app.state_manager)
        root = processor._root_context  # 0.10.1
        assert root is not None
        processor._root_context = dataclasses.replace(root, emit_delta_impl=emit_delta, emit_event_impl=events)
        app._event_processor = processor  # 0.10.1: `app.modify_state` and background tasks find it there
        async with processor:
            yield processor


_default_exception_handler: Any = rx.App.backend_exception_handler


@dataclasses.dataclass(frozen=True)
class Started:
    """An event that Reflex has taken.

    Attributes:
        future: Done when its own handler has ended.
        context: Says when it began, and whether it was a repetition.
        is_background: Whether its handler is a background handler.
    """

    future: EventFuture
    context: WidgetEventContext
    is_background: bool


async def start_event(
    app: rx.App,
    processor: WidgetEventProcessor,
    session: str,
    event: Event,
    *,
    mount: str = "",
    number: int = 0,
    opening: Record | None = None,
    transaction: str,
) -> Started:
    """Enqueue one event of a session; Reflex keeps the order of a session's events."""
    root = processor._root_context  # 0.10.1
    assert root is not None
    # What it chains has this too.
    emit_event: Any = root.emit_event_impl
    context = WidgetEventContext(
        token=session,
        state_manager=root.state_manager,
        enqueue_impl=root.enqueue_impl,
        emit_delta_impl=root.emit_delta_impl,
        emit_event_impl=functools.partial(emit_event, mount=mount),
        router_data=event.router_data,
        txid=transaction,
        mount=mount,
        number=number,
        opening=opening,
    )
    with app.set_contexts():
        future = await processor.enqueue(session, event, context)
    return Started(future, context, _reflex_chains.is_background(future))


async def handler_of_errors(processor: WidgetEventProcessor, transaction: str) -> None:
    """Wait until the app's exception handler has seen what a transaction raised."""
    task = processor._tasks.get(transaction)  # 0.10.1
    if task is not None and task is not asyncio.current_task():
        await asyncio.wait({task})


def new_transaction() -> str:
    """Return a name for a transaction, as Reflex makes it."""
    return secrets.token_hex(6)


def make_event(name: str, payload: dict[str, Any], router_data: dict[str, Any]) -> Event:
    """Return an event as the processor takes it."""
    return Event(name=name, payload=payload, router_data=router_data)


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
