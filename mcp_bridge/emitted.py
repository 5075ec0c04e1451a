"""What Reflex emits for a session goes into its mailbox, until the widget asks for it.

A State that several sessions share emits for all of them, whichever process has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _reflex, _reflex_state, actions, host

if TYPE_CHECKING:
    from .events import Widgets
    from .mailbox import Mailbox


async def take_delta(widgets: Widgets, session_id: str, delta: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what of a delta the widget shows."""
    mailbox = await _mailbox(widgets, session_id)
    kept = {state: values for state, values in delta.items() if mailbox and state in mailbox.states}
    if mailbox is not None and kept:
        await mailbox.put_delta(_reflex.jsonable(kept))


async def take_events(widgets: Widgets, session_id: str, mount: str, events: list[dict[str, Any]]) -> None:
    """Keep the frontend events for the mount that caused them; a reply is for the model, not for the widget."""
    session = widgets.sessions.find(session_id)
    if session is None:
        return
    for event in events:
        if event["name"] == host.REPLY:
            session.reply = str(event["payload"].get("text", ""))
        elif (action := actions.translate(event)) is not None:
            await session.mailbox.offer(set(actions.handlers_in(action)))
            await session.mailbox.put_event(action, mount or session.mount)


async def _mailbox(widgets: Widgets, session_id: str) -> Mailbox | None:
    """Return the mailbox of a session, also of one that only another process has: States can be shared."""
    session = widgets.sessions.find(session_id)
    if session is not None or not widgets.mailboxes.is_shared or not widgets.seals.is_minted(session_id):
        return session.mailbox if session is not None else None
    record = await _reflex_state.read_record(widgets.app, session_id)
    if record is None:
        return None
    return await widgets.mailboxes.open(session_id, widgets.states.get(record.widget, frozenset()))
