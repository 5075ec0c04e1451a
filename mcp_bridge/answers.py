"""What is told after an event: to the widget what changed, to the model what it may see of that, and a sealed snapshot.

A lost answer loses nothing: the next one has everything that the asker has not, by the version that it names.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any

from reflex import App

from . import _reflex_state, results
from .outputs import MODEL_BYTES
from .sessions import Session
from .snapshots import LARGEST, Seals, Snapshot
from .widgets import Registry, Widget

logger = logging.getLogger(__name__)

SEAL_SECONDS = 5.0
"""How old a snapshot may be while background handlers run, if no event has come since."""


@dataclass
class Answers:
    """Makes answers.

    Attributes:
        app: The Reflex app.
        registry: The app's widgets and tools.
        seals: Seals snapshots.
    """

    app: App
    registry: Registry
    seals: Seals
    _told_of: set[str] = field(default_factory=set[str], init=False)

    async def answer(
        self, session: Session, since: int, mount: str, *, is_pending: bool, is_busy: bool
    ) -> dict[str, Any]:
        """Return the update as it goes on the wire.

        Args:
            session: The session.
            since: The version that the asker has.
            mount: Who asks, "" for the answer of the opening call.
            is_pending: Whether something still runs.
            is_busy: Whether some of that holds the State's lock; what is in the State is told when it has ended.
        """
        update = await session.mailbox.since(since, mount)
        context = await self._context(session, mount, since, update.version) if mount and not is_busy else None
        answer: dict[str, Any] = {
            "version": update.version,
            "full": update.full,
            "vars": update.vars,
            "events": [[version, event] for version, event in update.events],
            "ack": update.ack,
            "pending": is_pending,
        }
        if update.steps:
            answer["steps"] = [[milliseconds, delta] for milliseconds, delta in update.steps]
        if context is not None:
            answer["context"] = context
        if not is_busy and not self._is_sealed(session, update.version, is_pending=is_pending):
            await self._seal(session, update.version, within=_reflex_state.PATIENCE if is_pending else None)
        if since < session.sealed.version or (session.sealed.is_second and since == session.sealed.version):
            answer["seal"] = session.sealed.text
        if is_pending and session.sealed.text:
            # What the snapshot does not have is not acknowledged: were the State lost now, it would have to come again.
            answer["ack"] = min(update.ack, session.sealed.numbers.get(mount, [0])[0])
        return answer

    async def _context(self, session: Session, mount: str, since: int, version: int) -> dict[str, Any] | None:
        """Return what the model should be told, None if the mount has it: it was told, and has had the answer."""
        widget = self.registry.widgets.get(session.widget)
        if widget is None or not (widget.structured_content or widget.content):
            return None
        visible, content = await self.visible(session, widget)
        told = context_json(visible, content)
        before, at = session.told.get(mount) or session.told.get("") or ("", 0)
        if told == before and since >= at:
            return None
        if told != before:
            session.told[mount] = (told, version)
        if len(told) > MODEL_BYTES:
            self._warn_once(
                f"context {widget.name}",
                f"Widget `{widget.name}` has {len(told)} bytes for the model, and {MODEL_BYTES} are sent; its "
                "text is cut. Declare less in structured_content, or a shorter content.",
            )
            text = content or results.readable(widget.title, visible)
            return {"structuredContent": None, "text": text[: MODEL_BYTES // 4]}
        return {
            "structuredContent": visible if widget.structured_content else None,
            "text": content or results.readable(widget.title, visible),
        }

    def _is_sealed(self, session: Session, version: int, *, is_pending: bool) -> bool:
        """Whether the last snapshot will do; while something runs, one that is a little older will."""
        sealed = session.sealed
        if sealed.numbers != session.numbers:
            return False
        return version <= sealed.version or (is_pending and sealed.age < SEAL_SECONDS)

    async def _seal(self, session: Session, version: int, *, within: float | None) -> None:
        """Make a snapshot of a session, an empty one where there cannot be any.

        Args:
            session: The session.
            version: The mailbox's version that the widget is told of.
            within: The most seconds to wait for the State's lock, None for ever; without the lock there is none.
        """
        widget = self.registry.widgets.get(session.widget)
        if widget is None:
            return
        try:
            copy = await _reflex_state.copy_states(self.app, session.id, within=within)
        except _reflex_state.BusyError:
            return
        except ValueError as error:
            self._warn_once(
                f"seal {widget.name}",
                f"Widget `{widget.name}` cannot be restored after the server has lost it: {error}. Give the var a type "
                "that Pydantic can write, or keep the value elsewhere.",
            )
            session.sealed = session.sealed.followed_by("", version, session.numbers)
            return
        copied = (copy.values, copy.numbers, copy.jobs)
        seal = self.seals.seal(Snapshot(session.widget, session.tool, session.principal, widget.state_version, *copied))
        if len(seal) > LARGEST:
            self._warn_once(
                f"seal {widget.name}",
                f"Widget `{widget.name}` has a State of {len(seal)} characters, and a snapshot may have {LARGEST}, so "
                "it cannot be restored after the server has lost it. Keep large data outside of the State.",
            )
            seal = ""
        # Other processes may have run some of them.
        session.numbers = copy.numbers
        session.sealed = session.sealed.followed_by(seal, version, copy.numbers)

    def _warn_once(self, subject: str, message: str) -> None:
        """Log a warning, the first time that its subject comes up."""
        if subject not in self._told_of:
            self._told_of.add(subject)
            logger.warning("%s", message)

    async def visible(self, session: Session, widget: Widget) -> tuple[dict[str, Any], str | None]:
        """Return what the model may see of a session: the declared vars as JSON data, and the text."""
        declared = [*widget.structured_content, *([widget.content] if widget.content else [])]
        if not declared:
            return {}, None
        values = await _reflex_state.read_vars(self.app, session.id, [(var.state, var.name) for var in declared])
        shown = {var.key: var.dump(value) for var, value in zip(widget.structured_content, values, strict=False)}
        return shown, str(values[-1]) if widget.content else None


def context_json(visible: dict[str, Any], content: str | None) -> str:
    """Return what a model is told, in a form that can be compared."""
    return json.dumps([visible, content], sort_keys=True, ensure_ascii=False)
