"""What has still to run for a session, noted in its record, so that another process can go on when this one dies.

A handler that returns another event is stored with it, in one step with its own effects; the other's entry goes in one
step with what that does. So of a chain each link runs once, wherever it is cut. A background handler stores as it goes
and may have done anything when it is cut: its entry says that it had begun, and it is not simply run again.
"""

# pyright: reportPrivateUsage=false
# The vars of the record are backend vars, so that they stay on the server.
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._reflex import jsonable, plain
from .record import WidgetSession

_held: dict[str, WidgetSession] = {}
"""The record of each handler that holds its session's lock, by transaction."""

_roots: dict[str, tuple[str, str]] = {}
"""The transaction that began the chain of each event that has not ended, and the mount that sent it."""

_noted: set[str] = set()
"""The transactions that this process has noted in records."""


def enqueued(future: Any, name: str, payload: Any, mount: str) -> None:
    """Note an event that a handler has chained.

    Args:
        future: Reflex's future of the event.
        name: The full name of its handler.
        payload: The handler's arguments.
        mount: The mount that sent it; what is chained has that of the event that chained it.
    """
    root = future
    while root.parent is not None:
        root = root.parent
    transaction = future.txid
    chained_by = _roots.get(future.parent.txid) if future.parent is not None else None
    _roots[transaction] = chained_by or (root.txid, mount)
    future.add_done_callback(_ended)
    record = _held.get(future.parent.txid) if future.parent is not None else None
    if record is not None:
        _note(record, transaction, name, payload, has_begun=False)


def entered(record: WidgetSession, transaction: str, name: str, payload: Any, *, is_background: bool) -> None:
    """Note that an event has its session's lock and is about to run.

    Args:
        record: The session's record.
        transaction: The event's transaction.
        name: The full name of its handler.
        payload: The handler's arguments.
        is_background: Whether the handler gives the lock back while it runs.
    """
    if is_background:
        _note(record, transaction, name, payload, has_begun=True)
        return
    if transaction in record._jobs:
        record._jobs = {each: job for each, job in plain(record._jobs).items() if each != transaction}
    _held[transaction] = record


def moved(noted: Mapping[str, list[Any]], moves: Mapping[str, str | None]) -> dict[str, list[Any]]:
    """Return a record's entries after some have ended (None), or begin a chain in another transaction."""
    result: dict[str, list[Any]] = {}
    for transaction, (name, payload, root, has_begun, mount) in noted.items():
        target = moves.get(transaction, transaction)
        if target is not None:
            result[target] = [name, payload, target if transaction in moves else root, has_begun, mount]
    _noted.update(target for target in moves.values() if target in result)
    return result


def take(transactions: Iterable[str]) -> list[str]:
    """Return which transactions this process has noted in a record, and forget them here."""
    taken = [each for each in transactions if each in _noted]
    _noted.difference_update(taken)
    return taken


def _ended(future: Any) -> None:
    """Forget an event that has ended."""
    _roots.pop(future.txid, None)
    _held.pop(future.txid, None)


def _note(record: WidgetSession, transaction: str, name: str, payload: Any, *, has_begun: bool) -> None:
    """Write an entry into a record."""
    root, mount = _roots.get(transaction, (transaction, ""))
    job = [name, jsonable(payload), root, has_begun, mount]
    record._jobs = {**plain(record._jobs), transaction: job}
    _noted.add(transaction)
