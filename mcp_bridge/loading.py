"""Page-load work: the events of a widget's `on_load`, and what they chain.

Reflex runs them after the handler that opens the widget, and again when the widget sends `ON_LOAD` because a
conversation was loaded again. They belong to a view that somebody looks at: when nothing is heard of the widget for a
while, what has not ended is cancelled, and the widget is told to ask for it again, should it come back. Background
handlers go on.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from . import _reflex_chains
from ._reflex_run import ON_LOAD

if TYPE_CHECKING:
    from ._reflex_run import Started
    from .sessions import Session

logger = logging.getLogger(__name__)


async def until_loaded(session: Session, started: Started, grace_seconds: float) -> None:
    """Wait for the page-load work of an event to end, or cancel it.

    Args:
        session: The session.
        started: The event that opened the widget, or `ON_LOAD`.
        grace_seconds: For how long nothing has to be heard of the widget.
    """
    left = grace_seconds
    while _reflex_chains.loading(started.future):
        await _reflex_chains.loaded(started.future, left)
        left = grace_seconds - await session.mailbox.quiet_seconds()
        if left <= 0 and _reflex_chains.loading(started.future):
            logger.info("Widget `%s` of session %s… was closed while it loaded.", session.widget, session.id[:6])
            _reflex_chains.cancel_loading(started.future)
            await session.mailbox.put_event({"name": ON_LOAD, "payload": {}}, "")
            return
