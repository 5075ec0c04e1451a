"""Private Reflex names around the State of a session, each with the version it was checked on: 0.10.1.

Everything here reads or writes a session's State outside of an event: its vars, its record, and the copy of it that a
snapshot has.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import reflex as rx
from pydantic import TypeAdapter
from reflex.state import BaseState, _resolve_delta  # pyright: ignore
from reflex_base.registry import RegistrationContext

from . import jobs
from ._reflex import jsonable, plain
from ._reflex_run import router_data
from .errors import BridgeError
from .record import Record, WidgetSession, begin_record, jobs_of, noted, numbers_of

PATIENCE = 0.2
"""Seconds to wait for the lock of a State where there is a way to go on without it."""


class BusyError(BridgeError):
    """A handler holds the lock of a session's State for longer than somebody was ready to wait."""


@contextlib.asynccontextmanager
async def _locked(
    app: rx.App, session: str, *, within: float | None = None
) -> AsyncGenerator[tuple[rx.State, Mapping[str, type[Any]]]]:
    """Hold the lock of a session's State; gives its root and the State classes by name.

    Raises:
        BusyError: If the lock could not be had within that many seconds.
    """
    with app.set_contexts():
        states = RegistrationContext.get().base_states
        async with contextlib.AsyncExitStack() as stack:
            token = rx.BaseStateToken(ident=session, cls=rx.State)
            try:
                async with asyncio.timeout(within):
                    root = await stack.enter_async_context(app.state_manager.modify_state(token))
            except TimeoutError as error:
                raise BusyError from error
            yield cast("rx.State", root), states


async def read_vars(app: rx.App, session: str, wanted: list[tuple[str, str]]) -> list[Any]:
    """Return the values of vars, given as (full State name, attribute).

    Where a handler holds the lock for longer than a moment, they are as that handler has shown them until now.
    """
    try:
        async with _locked(app, session, within=PATIENCE) as (root, states):
            return await _values(root, states, wanted)
    except BusyError:
        pass
    with app.set_contexts():
        root = await app.state_manager.get_state(rx.BaseStateToken(ident=session, cls=rx.State))
        return await _values(root, RegistrationContext.get().base_states, wanted)


async def _values(root: BaseState, states: Mapping[str, type[Any]], wanted: list[tuple[str, str]]) -> list[Any]:
    """Return the values of vars of a State."""
    values: list[Any] = []
    for state_name, name in wanted:
        substate = await root.get_state(states[state_name])
        value = getattr(substate, name)
        values.append(plain(await value if inspect.isawaitable(value) else value))
    return values


async def read_states(
    app: rx.App, session: str, names: frozenset[str], *, recompute: bool = False
) -> dict[str, dict[str, Any]]:
    """Return everything that a browser would be sent of the named States, as JSON data.

    Args:
        app: The Reflex app.
        session: The session.
        names: The full names of the States.
        recompute: Whether computed vars are computed anew. Reflex stores what they were, also where other code
            computed it.
    """
    async with _locked(app, session) as (root, _):
        if recompute:
            _forget_computed(root)
        everything = await _resolve_delta(root.dict())  # 0.10.1
    return jsonable({state: values for state, values in everything.items() if state in names})


def _forget_computed(state: BaseState) -> None:
    """Have the computed vars of a State and of those below it computed when they are read next."""
    for computed in state.computed_vars.values():
        computed.mark_dirty(state)  # 0.10.1
    for substate in state.substates.values():
        _forget_computed(substate)


async def read_record(app: rx.App, session: str) -> Record | None:
    """Return the record of a session as it was stored last, None if the state manager has no such session.

    Nor has it one whose widget shows a State of which the vars are declared otherwise now: Reflex begins such a State
    anew, and what was in it is only in the widget's snapshot. It does not wait for the lock, which a running handler
    may hold for long.
    """
    with app.set_contexts():
        state = await app.state_manager.get_state(rx.BaseStateToken(ident=session, cls=WidgetSession))
        record = await state.get_state(WidgetSession)
    shape = cast("dict[str, str]", plain(record._shape))
    if not record._widget or shape != shape_of(app, shape):
        return None
    opening = (record._widget, record._tool, record._build, record._principal)
    return Record(*opening, numbers_of(record), jobs_of(record), shape)


def shape_of(app: rx.App, states: Iterable[str]) -> dict[str, str]:
    """Return a hash of the vars of each State, as they are declared now; a State that there is not has none."""
    with app.set_contexts():
        known = RegistrationContext.get().base_states
    return {name: known[name]._to_schema() for name in sorted(states) if name in known}  # 0.10.1


async def wait_for_lock(app: rx.App, session: str) -> None:
    """Return once the lock of a session's State could be had, so that what was done in it before is stored."""
    async with _locked(app, session):
        pass


async def write_record(app: rx.App, session: str, opened: Record) -> None:
    """Begin the record of a session whose State was not made by an event."""
    async with _locked(app, session) as (root, _):
        begin_record(await root.get_state(WidgetSession), opened)


async def commit_number(app: rx.App, session: str, mount: str, number: int) -> None:
    """Note a sequence number whose event has ended without committing it, because its handler raised."""
    async with _locked(app, session) as (root, _):
        record = await root.get_state(WidgetSession)
        record._numbers = noted(numbers_of(record), mount, number)


async def move_jobs(app: rx.App, session: str, moves: Mapping[str, str | None]) -> list[str]:
    """Note that jobs have ended, or are to run in another transaction.

    Args:
        app: The Reflex app.
        session: The session.
        moves: The new transaction of each, None for one that has ended.

    Returns:
        Those that were noted until now.
    """
    async with _locked(app, session) as (root, _):
        record = await root.get_state(WidgetSession)
        known = plain(record._jobs)
        moved = [each for each in moves if each in known]
        if moved:
            record._jobs = jobs.moved(jobs_of(record), moves)
    return moved


# Snapshots --------------------------------------------------------------------------------------------------------


def _own_fields(state: type[Any]) -> dict[str, Any]:
    """Return the declared types of the vars that a State itself stores, backend vars included."""
    return {
        name: field.annotated_type
        for name, field in state.get_fields().items()
        # 0.10.1; what the browser stores is not the server's to restore
        if field._owner is state and field._tracked and not state._is_client_storage(name)
    }


_adapters: dict[int, tuple[Any, TypeAdapter[Any]]] = {}
"""Pydantic's types by the identity of the annotation, which lives as long; they are costly to make."""


def _adapter(annotation: Any) -> TypeAdapter[Any]:
    """Return what reads and writes values of an annotated type."""
    known = _adapters.get(id(annotation))
    if known is None:
        known = _adapters[id(annotation)] = (annotation, TypeAdapter(annotation))
    return known[1]


def _authors_states() -> dict[str, type[Any]]:
    """Return the States of the app by name, without Reflex's own and the session's record."""
    states = RegistrationContext.get().base_states
    return {
        name: state
        for name, state in states.items()
        if not state.__module__.startswith(("reflex.state", "reflex.istate.shared")) and state is not WidgetSession
    }


@dataclass(frozen=True)
class Copy:
    """What a session's State has at one moment.

    Attributes:
        values: The stored vars of the app's States as JSON data.
        numbers: The sequence numbers whose effects are in them.
        jobs: What has still to run.
    """

    values: dict[str, dict[str, Any]]
    numbers: dict[str, list[int]]
    jobs: dict[str, list[Any]]


async def copy_states(app: rx.App, session: str, *, within: float | None = None) -> Copy:
    """Return a copy of a session's State, its vars written by their types.

    Args:
        app: The Reflex app.
        session: The session.
        within: The most seconds to wait for the State's lock, None for ever.

    Raises:
        BusyError: If the lock could not be had.
        ValueError: If a value has no JSON form; the text names the var.
    """
    dumped: dict[str, dict[str, Any]] = {}
    async with _locked(app, session, within=within) as (root, _):
        record = await root.get_state(WidgetSession)
        numbers, unfinished = numbers_of(record), jobs_of(record)
        for state_name, state_class in _authors_states().items():
            substate = await root.get_state(state_class)
            for name, annotation in _own_fields(state_class).items():
                if name not in vars(substate):  # 0.10.1: nobody has read or set it, so it has its default
                    continue
                try:
                    value = _adapter(annotation).dump_python(plain(getattr(substate, name)), mode="json")
                except Exception as error:
                    msg = f"`{state_class.__name__}.{name}` has no JSON form ({type(error).__name__})"
                    raise ValueError(msg) from error
                dumped.setdefault(state_name, {})[name] = value
    return Copy(dumped, numbers, unfinished)


async def load_states(
    app: rx.App, session: str, page: str, values: Mapping[str, Mapping[str, Any]], *, is_lenient: bool = False
) -> None:
    """Set the stored vars of the app's States from JSON data.

    Args:
        app: The Reflex app.
        session: The session.
        page: The page that it is on, such as "/widgets/flights".
        values: The vars by State.
        is_lenient: Whether what does not fit is left out.

    Raises:
        ValueError: If a State or var is not there any more, or a value is not of its var's type; nothing is set then.
    """
    async with _locked(app, session) as (root, _):
        known = _authors_states()
        checked: list[tuple[type[Any], str, Any]] = []
        for state_name, stored in values.items():
            state_class = known.get(state_name)
            fields = _own_fields(state_class) if state_class is not None else {}
            for name, value in stored.items():
                try:
                    if state_class is None or name not in fields:
                        msg = f"`{state_name}.{name}` is not a var any more"
                        raise ValueError(msg)
                    checked.append((state_class, name, _adapter(fields[name]).validate_python(value)))
                except ValueError:
                    if not is_lenient:
                        raise
        for state_class, name, value in checked:
            setattr(await root.get_state(state_class), name, value)
        # Else Reflex would begin its first event with a page load.
        root.router_data = root._update_router_vars(router_data(app, session, page, {}), {})  # 0.10.1
        root.is_hydrated = True
