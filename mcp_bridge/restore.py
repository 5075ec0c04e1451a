"""A widget whose session the server does not know any more, from the best of what is left.

1. The session itself: the state manager may have it, after a restart or in another process.
2. The sealed snapshot that the widget carries.
3. The opening tool once more, if it only reads.

With none of them the widget shows a panel with a Reopen button. Nothing is lost silently: each rung below the first
comes with a notice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from . import _reflex_state
from .errors import CallError, ToolError
from .events import UNKNOWN, Widgets
from .manifest import Manifest
from .questions import Restore
from .record import Record
from .recovery import go_on, show_stored
from .sessions import Sealed, Session
from .snapshots import SnapshotError
from .widgets import ToolSpec

logger = logging.getLogger(__name__)

_FROM_SNAPSHOT = "The server was restarted. This view is as you left it."
_OPENED_ANEW = "This view was opened again from its beginning, because what was done in it could not be restored."


@dataclass(frozen=True)
class Restored:
    """A session that was found again.

    Attributes:
        session: The session; another than before, unless the rung is "session".
        rung: "session", "snapshot" or "rerun".
        notice: What the user should know, or None.
    """

    session: Session
    rung: str
    notice: str | None


async def restore(widgets: Widgets, manifest: Manifest, asked: Restore, principal: str) -> Restored:
    """Return the session that a widget had, or one that takes its place.

    Raises:
        CallError: If nothing is left to restore it from.
    """
    try:
        return Restored(await widgets.session(asked.session, principal), "session", None)
    except CallError:
        pass
    tool = widgets.registry.tools.get(asked.tool or "")
    if tool is None or tool.widget is None:
        raise CallError("unknown_session", UNKNOWN)
    if asked.seal is not None:
        try:
            return await _from_snapshot(widgets, manifest, asked.seal, tool, principal)
        except (SnapshotError, ValueError) as error:
            logger.warning("A snapshot of widget `%s` was not used: %s.", tool.widget, error)
    if tool.read_only and asked.arguments is not None:
        return await _from_start(widgets, manifest, tool, asked.arguments, principal)
    raise CallError("unknown_session", UNKNOWN)


async def _from_snapshot(widgets: Widgets, manifest: Manifest, seal: str, tool: ToolSpec, principal: str) -> Restored:
    """Begin a session with the State of a snapshot.

    Raises:
        SnapshotError: If it cannot be used.
        ValueError: If its values do not fit the State any more.
    """
    widget = widgets.registry.widgets[tool.widget or ""]
    snapshot = widgets.seals.unseal(seal, widget=widget.name, principal=principal, version=widget.state_version)
    build = manifest.widgets[widget.name].current
    shape = _reflex_state.shape_of(widgets.app, build.states)
    record = Record(widget.name, snapshot.tool, build.version, principal, snapshot.numbers, snapshot.jobs, shape)
    session = await widgets.add_session(record, frozenset(build.states))
    try:
        place, is_lenient = (session.id, session.page), widgets.is_lenient
        await _reflex_state.load_states(widgets.app, *place, snapshot.values, is_lenient=is_lenient)
        await _reflex_state.write_record(widgets.app, session.id, record)
        await show_stored(widgets, session)
        # Until there is a newer one, the widget keeps it.
        session.sealed = Sealed(seal, await session.mailbox.version(), record.numbers)
        await go_on(widgets, session, record.jobs)
    except ValueError:
        widgets.sessions.forget(session.id)
        raise
    return Restored(session, "snapshot", None if widgets.is_lenient else _FROM_SNAPSHOT)


async def _from_start(
    widgets: Widgets, manifest: Manifest, tool: ToolSpec, arguments: dict[str, Any], principal: str
) -> Restored:
    """Open the widget once more.

    Raises:
        CallError: If the tool fails now.
    """
    widget = widgets.registry.widgets[tool.widget or ""]
    try:
        checked = tool.arguments.validate(arguments)
        opened = await widgets.open(widget, tool, manifest.widgets[widget.name].current, checked, principal)
    except ToolError as error:
        raise CallError("unknown_session", f"This view could not be opened again: {error}") from error
    return Restored(opened.session, "rerun", _OPENED_ANEW)
