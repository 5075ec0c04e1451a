"""Run what a widget asks for: open it, run a batch of its events, wait for what is still running.

One batch is the `arguments` of one `reflex_event` call:

    {"session": "...", "mount": "m1", "since": 12, "events": [{"seq": 4, "name": "shop.add", "payload": {"id": 7}}]}

Events run through Reflex's own event processor, in order. A sequence number that was taken already is not run again,
so a call that a host repeats does nothing twice. The answer is what changed since the version that the widget has; it
comes when the chain of events has ended, or after a flush time with `pending`, and then the widget polls.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json
from reflex import App

from . import _reflex, host
from .errors import CallError, ToolError
from .mailbox import Mailbox
from .manifest import Build
from .sessions import Session, Sessions
from .widgets import ToolSpec, Widget

logger = logging.getLogger(__name__)

GENERAL_ERROR = "Something went wrong on the server. Try again; if it stays, tell the people who run this tool."

BATCH_EVENTS = 50
BATCH_BYTES = 256 * 1024
_LONGEST_ID = 128
_LONGEST_NAME = 512


class EventMessage(BaseModel):
    """One event of a widget."""

    model_config = ConfigDict(extra="ignore", strict=True)

    seq: int = Field(ge=1)
    name: str = Field(max_length=_LONGEST_NAME)
    payload: dict[str, Any] = Field(default_factory=dict)
    router_data: dict[str, Any] = Field(default_factory=dict)


class Question(BaseModel):
    """What a widget sends: who it is, the version that it has, and its events."""

    model_config = ConfigDict(extra="ignore", strict=True)

    session: str = Field(min_length=1, max_length=_LONGEST_ID)
    mount: str = Field(min_length=1, max_length=_LONGEST_ID)
    since: int = Field(ge=0)
    events: list[EventMessage] = Field(default_factory=list[EventMessage], max_length=BATCH_EVENTS)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Question:
        """Read the arguments of a call.

        Raises:
            CallError: If they are too large or not of this shape.
        """
        size = len(to_json(dict(raw), inf_nan_mode="constants", serialize_unknown=True))
        if size > BATCH_BYTES:
            msg = f"The call has {size} bytes, and the server takes {BATCH_BYTES}, so nothing was executed. Send less."
            raise CallError("too_large", msg)
        try:
            return cls.model_validate(dict(raw))
        except ValidationError as error:
            detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(str(part) for part in detail["loc"])
            msg = f"The call is malformed, so nothing was executed: `{where}`: {detail['msg']}."
            raise CallError("bad_request", msg) from error


@dataclass(frozen=True)
class Opened:
    """An opened widget.

    Attributes:
        session: Its session.
        text: What the handler replied with `host.reply`, or None.
        content: The value of the widget's content var, or None.
        visible: The values of the declared vars, by key, as JSON data.
        answer: The first, full update, as it goes on the wire.
    """

    session: Session
    text: str | None
    content: str | None
    visible: dict[str, Any]
    answer: dict[str, Any]


@dataclass
class Widgets:
    """The open widgets of one app: their sessions and the Reflex event processor behind them.

    Attributes:
        app: The Reflex app.
        opening_seconds: How long the handler that opens a widget may run before the call is answered.
        background_seconds: The same for a handler with `background=True`, which goes on after the answer.
        flush_seconds: How long an event call waits for the end of its chain.
        poll_seconds: How long a poll waits for news; below every host's limit for a call.
    """

    app: App
    opening_seconds: float = 40.0
    background_seconds: float = 0.5
    flush_seconds: float = 2.0
    poll_seconds: float = 25.0
    sessions: Sessions = field(init=False)
    _processor: _reflex.WidgetEventProcessor | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Keep sessions as long as Reflex keeps their State."""
        self.sessions = Sessions(lifetime=_reflex.token_lifetime())

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Run the event processor."""
        async with _reflex.running(self.app, self._on_delta, self._on_events, self._on_error) as processor:
            self._processor = processor
            try:
                yield
            finally:
                self._processor = None

    @property
    def is_running(self) -> bool:
        """Whether the event processor runs."""
        return self._processor is not None

    async def open(
        self, widget: Widget, tool: ToolSpec, build: Build, arguments: dict[str, Any], principal: str
    ) -> Opened:
        """Run the handler that opens a widget, in a fresh State.

        Args:
            widget: The widget.
            tool: The tool that was called.
            build: The bundle that the host will show.
            arguments: The validated arguments, as Python values.
            principal: The authenticated caller, "" if there is none.

        Raises:
            ToolError: If the handler raised; with its own text only if it was a ToolError.
        """
        mailbox = Mailbox(states=frozenset(build.states))
        session = self.sessions.open(
            widget=widget.name, tool=tool.name, build=build.version, principal=principal, mailbox=mailbox
        )
        try:
            future = await self._start(session, _reflex.handler_full_name(tool.handler), arguments, {})
            session.running[future.txid] = (None, future)
            is_background = _reflex.is_background(tool.handler)
            await _settled(future, self.background_seconds if is_background else self.opening_seconds, is_background)
            if future.done() and (error := future.exception()) is not None:
                # `_on_error` has logged it.
                raise error if isinstance(error, ToolError) else ToolError(GENERAL_ERROR) from error
            declared = [*widget.structured_content, *([widget.content] if widget.content else [])]
            values = await _reflex.read_vars(self.app, session.id, [(var.state, var.name) for var in declared])
        except BaseException:
            self.sessions.close(session.id)
            raise
        visible = {var.key: var.dump(value) for var, value in zip(widget.structured_content, values, strict=False)}
        content = str(values[-1]) if widget.content else None
        return Opened(session, session.reply, content, visible, self._answer(session, 0, mount=""))

    async def run(
        self, raw: Mapping[str, Any], builds: Mapping[str, Sequence[Build]], principal: str
    ) -> dict[str, Any]:
        """Run the events of a call and answer what changed.

        Args:
            raw: The arguments of the call, unchecked.
            builds: Every published bundle by widget; only events that occur in one of the widget's are run.
            principal: The authenticated caller, "" if there is none.

        Raises:
            CallError: If the call is refused; then none of its events was run.
        """
        question = Question.parse(raw)
        session = self.sessions.get(question.session, principal)
        self._refuse_foreign(question, session, builds.get(session.widget, ()))
        last = session.accepted.get(question.mount, 0)
        fresh = [event for event in question.events if event.seq > last]
        for expected, event in enumerate(fresh, start=last + 1):
            if event.seq != expected:
                msg = f"Event {event.seq} came where {expected} was due, so nothing was executed. Send them in order."
                raise CallError("bad_request", msg, retry=True)
        session.mailbox.acknowledge(question.since, question.mount)
        session.accept(question.mount, last)
        for event in fresh:
            session.accept(question.mount, event.seq)
            future = await self._start(session, event.name, event.payload, event.router_data)
            session.running[future.txid] = (event.seq, future)
        await self._ended(session, self.flush_seconds)
        return self._answer(session, question.since, question.mount)

    async def poll(self, raw: Mapping[str, Any], principal: str) -> dict[str, Any]:
        """Wait until something changes after the widget's version, or until nothing is running.

        Raises:
            CallError: If the call is refused.
        """
        question = Question.parse({**raw, "events": []})
        session = self.sessions.get(question.session, principal)
        session.mailbox.acknowledge(question.since, question.mount)
        if question.since <= session.mailbox.version and self._is_pending(session):
            waits = [
                asyncio.ensure_future(session.mailbox.wait_beyond(question.since)),
                asyncio.ensure_future(self._ended(session, self.poll_seconds)),
            ]
            try:
                await asyncio.wait(waits, timeout=self.poll_seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        return self._answer(session, question.since, question.mount)

    async def _start(self, session: Session, name: str, payload: dict[str, Any], client: dict[str, Any]) -> Any:
        """Hand one event to Reflex."""
        if self._processor is None:
            msg = "The server is starting or stopping, so nothing was executed. Try again in a moment."
            raise CallError("internal", msg, retry=True)
        page = f"/widgets/{session.widget}"
        routing = _reflex.router_data(self.app, session.id, page, client)
        return await _reflex.start_event(self.app, self._processor, session.id, name, payload, routing)

    def _refuse_foreign(self, question: Question, session: Session, builds: Sequence[Build]) -> None:
        """Refuse an event that does not occur in a bundle of the session's own widget."""
        allowed: set[str] = set()
        for build in builds:
            allowed.update(build.events)
        for event in question.events:
            if event.name not in allowed:
                msg = (
                    f"Event `{event.name}` does not occur in the widget `{session.widget}`, so nothing was executed. "
                    "If it should, run `reflex export` again."
                )
                raise CallError("unknown_event", msg)

    async def _ended(self, session: Session, seconds: float) -> None:
        """Wait until nothing of a session runs, or until the time is over."""
        deadline = asyncio.get_running_loop().time() + seconds
        for _, future in list(session.running.values()):
            left = deadline - asyncio.get_running_loop().time()
            await _settled(future, max(left, 0.0), background=True)

    def _is_pending(self, session: Session) -> bool:
        """Whether something of a session still runs; forgets what does not."""
        for transaction, (_, future) in list(session.running.items()):
            if not _reflex.has_pending(future, background=True):
                del session.running[transaction]
        return bool(session.running)

    def _answer(self, session: Session, since: int, mount: str) -> dict[str, Any]:
        """Return the update as it goes on the wire."""
        pending = self._is_pending(session)
        update = session.mailbox.since(since, mount)
        return {
            "version": update.version,
            "full": update.full,
            "vars": update.vars,
            "events": [[version, event] for version, event in update.events],
            "ack": session.accepted.get(mount, 0),
            "pending": pending,
        }

    def _on_delta(self, session_id: str, delta: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep what Reflex emits for a session."""
        session = self.sessions.find(session_id)
        if session is None:
            return
        kept = {state: values for state, values in delta.items() if state in session.mailbox.states}
        if kept:
            session.mailbox.put_delta(_reflex.jsonable(kept))

    def _on_events(self, session_id: str, events: list[dict[str, Any]]) -> None:
        """Keep the frontend events for a session; a reply is for the model, not for the widget."""
        session = self.sessions.find(session_id)
        if session is None:
            return
        for event in events:
            if event["name"] == host.REPLY:
                session.reply = str(event["payload"].get("text", ""))
            else:
                session.mailbox.put_event(event, session.mount)

    def _on_error(self, session_id: str, transaction: str, error: Exception) -> None:
        """Log what a handler raised, and tell the widget in a sentence that gives nothing away."""
        foreseen = isinstance(error, ToolError)
        if foreseen:
            logger.info("A handler of session %s… refused: %s", session_id[:6], error)
        else:
            logger.error("A handler of session %s… raised.", session_id[:6], exc_info=error)
        session = self.sessions.find(session_id)
        if session is not None:
            seq, _ = session.running.get(transaction, (None, None))
            payload = {"message": str(error) if foreseen else GENERAL_ERROR, "seq": seq}
            session.mailbox.put_event({"name": "_bridge_error", "payload": payload}, session.mount)


async def _settled(future: Any, seconds: float, background: bool) -> None:
    """Wait until an event and what it chained have ended, or until the time is over; failures are told elsewhere.

    Args:
        future: The event's future.
        seconds: The most to wait.
        background: Whether background handlers count.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while pending := _reflex.pending_futures(future, background=background):
        left = deadline - loop.time()
        if left <= 0:
            return
        await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
