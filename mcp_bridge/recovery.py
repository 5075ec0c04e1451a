"""Go on with what a process has left that was killed, that crashed or that was restarted.

Its foreground handlers have stored nothing: what they showed is taken back, and the widget sends their events again.
What they had chained is run. Background handlers that had begun are reported, or started again where the widget says
so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _reflex_state
from ._reflex_run import new_transaction
from .questions import EventMessage
from .sessions import Session

if TYPE_CHECKING:
    from .events import Widgets

logger = logging.getLogger(__name__)

_MESSAGE = "The server was restarted while this was running."


async def show_stored(widgets: Widgets, session: Session, *, recompute: bool = False) -> None:
    """Tell the widget what is stored, and so take back what was shown and is not.

    Args:
        widgets: The open widgets.
        session: The session.
        recompute: Whether computed vars are computed anew, because other code may have stored them.
    """
    names = session.mailbox.states
    stored = await _reflex_state.read_states(widgets.app, session.id, names, recompute=recompute)
    await session.mailbox.put_delta(stored)


async def acknowledge(session: Session) -> None:
    """Tell the mailbox of the sequence numbers that are committed."""
    for mount, numbers in session.numbers.items():
        await session.mailbox.set_ack(mount, numbers[0])


async def mend(widgets: Widgets, session: Session) -> None:
    """Go on with what other processes have left of a session, if any has died."""
    if not await session.mailbox.take_lost():
        return
    await show_stored(widgets, session)
    record = await _reflex_state.read_record(widgets.app, session.id)
    if record is None:
        return
    session.numbers = record.numbers
    await acknowledge(session)
    await go_on(widgets, session, record.jobs)


async def go_on(widgets: Widgets, session: Session, jobs: Mapping[str, list[Any]]) -> None:
    """Run what had been chained and not begun; report background handlers that had, or start them again.

    Args:
        widgets: The open widgets.
        session: The session.
        jobs: What its record has, by transaction: handler, payload, the transaction that began the chain, has_begun,
            and the mount that sent what began it.
    """
    alive = await session.mailbox.running()
    lost = [transaction for transaction, (_, _, root, _, _) in jobs.items() if root not in alive]
    if not lost:
        return
    is_restarted = widgets.registry.widgets[session.widget].on_interrupted == "restart"
    # Noted until it has run: this process may be killed, too.
    moves = {each: new_transaction() if is_restarted or not jobs[each][3] else None for each in lost}
    for transaction in await _reflex_state.move_jobs(widgets.app, session.id, moves):
        name, payload, _, has_begun, mount = jobs[transaction]
        if has_begun:
            logger.warning("Job `%s` of session %s… was interrupted by a restart.", name, session.id[:6])
        if again := moves[transaction]:
            await widgets.start(session, EventMessage(seq=1, name=name), payload, mount=mount, transaction=again)
        else:
            await session.mailbox.offer({name})
            told = {"handler": name, "message": _MESSAGE, "event": {"name": name, "payload": payload}}
            await session.mailbox.put_event({"name": "_bridge_interrupted", "payload": told}, "")
