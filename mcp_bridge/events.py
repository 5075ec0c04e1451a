"""Run what a widget asks for: open it, run a batch of its events, wait for what is still running.

Events run through Reflex's own event processor, in order. A sequence number is committed in the State together with
the effects of its event, so a call that a host repeats does nothing twice, in whatever process it arrives. The answer
is what changed since the version that the widget has; it comes when the chain of events has ended, or after a short
flush time with `pending`, and then the widget polls.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from reflex import App

from . import _reflex, _reflex_chains, _reflex_run, _reflex_state, emitted, jobs, loading, recovery, uploads
from .answers import Answers, context_json
from .errors import CallError, ToolError
from .mailbox import Mailboxes, MemoryMailboxes
from .manifest import Build
from .questions import EventMessage, Question
from .record import Record, has_number, noted
from .sessions import Running, Session, Sessions
from .snapshots import Seals
from .widgets import Registry, ToolSpec, Widget

logger = logging.getLogger(__name__)

GENERAL_ERROR = "Something went wrong on the server. Try again; if it stays, tell the people who run this tool."
UNKNOWN = "This view is no longer known to the server, so nothing was changed. Open it again from the chat."


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
        registry: The app's widgets and tools.
        seals: Mints session ids and seals snapshots.
        states: The States that the newest bundle of each widget shows.
        mailboxes: Where what a widget has to be told is kept.
        opening_seconds: How long the handler that opens a widget may run before the call is answered.
        background_seconds: The same for a handler with `background=True`, which goes on after the answer.
        flush_seconds: How long an event call waits for the end of its chain.
        gather_seconds: How long a poll gathers further changes after the first.
        poll_seconds: How long a poll waits for news; below every host's limit for a call.
        grace_seconds: How long nothing has to be heard of a widget before its page-load work is cancelled; longer
            than a poll.
        on_error: Called with what a handler raised that was not foreseen.
        is_lenient: Whether the code changes all the time: what does not fit it is left out, and the rest shown anew.
        leaving: Set when the process is asked to stop; polls are then answered at once.
    """

    app: App
    registry: Registry = field(default_factory=Registry)
    seals: Seals = field(default_factory=lambda: Seals(secrets.token_bytes(32)))
    states: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    mailboxes: Mailboxes = field(default_factory=MemoryMailboxes)
    opening_seconds: float = 40.0
    background_seconds: float = 0.5
    flush_seconds: float = 0.5
    gather_seconds: float = 1.4
    poll_seconds: float = 25.0
    grace_seconds: float = 60.0
    on_error: Callable[[BaseException], None] | None = None
    is_lenient: bool = False
    leaving: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    sessions: Sessions = field(init=False)
    answers: Answers = field(init=False)
    _processor: _reflex_run.WidgetEventProcessor | None = field(default=None, init=False)
    _is_stopping: bool = field(default=False, init=False)
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        """Keep sessions as long as Reflex keeps their State."""
        self.sessions = Sessions(lifetime=_reflex.token_lifetime())
        self.answers = Answers(self.app, self.registry, self.seals)
        self.mailboxes.on_cancel(self._cancel)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Run the event processor; what still runs at the end is interrupted, not ended."""
        self._is_stopping, self.leaving = False, asyncio.Event()
        take = (partial(emitted.take_delta, self), partial(emitted.take_events, self))
        async with _reflex_run.running(self.app, *take) as processor:
            self._processor = processor
            try:
                yield
            finally:
                self._is_stopping = True
                self._processor = None
        for session in self.sessions:
            for entry in list(session.running.values()):
                await asyncio.wait({entry.watch})
        await self.mailboxes.close()

    @property
    def is_running(self) -> bool:
        """Whether the event processor runs."""
        return self._processor is not None

    # What a host or a widget asks -------------------------------------------------------------------------------

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
        shape = _reflex_state.shape_of(self.app, build.states)
        record = Record(widget.name, tool.name, build.version, principal, {}, {}, shape)
        session = await self.add_session(record, frozenset(build.states))
        try:
            name = _reflex.handler_full_name(tool.handler)
            entry = await self.start(session, EventMessage(seq=1, name=name), arguments, opening=record)
            future = entry.started.future
            is_background = entry.started.is_background
            limit = self.background_seconds if is_background else self.opening_seconds
            await _reflex_chains.settled(future, limit, background=is_background, page_load=False)
            if future.done() and (error := future.exception()) is not None:
                # The watch has logged it.
                raise error if isinstance(error, ToolError) else ToolError(GENERAL_ERROR) from error
            if not is_background:
                # Page-load work is shown at once if it is quick.
                await _reflex_chains.settled(future, self.flush_seconds, background=False)
            visible, content = await self.answers.visible(session, widget)
        except BaseException:
            self.sessions.forget(session.id)
            raise
        session.told[""] = (context_json(visible, content), 0)
        if not is_background:
            await self._ended(session, 0.05)
        return Opened(session, session.reply, content, visible, await self._answer(session, 0, ""))

    async def run(self, session: Session, question: Question, builds: Sequence[Build]) -> dict[str, Any]:
        """Run the events of a call and answer what changed.

        Args:
            session: The session that the call is of.
            question: The call.
            builds: Every published bundle of the widget; only events that occur in one of them are run.

        Raises:
            CallError: If the call is refused; then none of its events was run.
        """
        await self._refuse_foreign(question, session, builds)
        async with session.lock:
            fresh = await self._fresh(session, question)
            payloads = [await uploads.payload_of(session, event) for event in fresh]
            # What is cancelled ran before this call; what the call brings is not meant.
            for name in question.cancel:
                self._cancel(session.id, name)
                await session.mailbox.cancel(name)
            await session.mailbox.acknowledge(question.since, question.mount)
            session.take(question.mount, max(session.taken.get(question.mount, 0), *(each.seq for each in fresh), 0))
            entries = [
                await self.start(session, event, payload, mount=question.mount, number=event.seq)
                for event, payload in zip(fresh, payloads, strict=True)
            ]
        await self._ended(session, self.flush_seconds)
        if any(entry.started.context.lost.is_set() for entry in entries):
            self.sessions.forget(session.id)
            raise CallError("unknown_session", UNKNOWN)
        return await self._answer(session, question.since, question.mount)

    async def poll(self, session: Session, question: Question) -> dict[str, Any]:
        """Wait until something changes after the widget's version, or until nothing is running."""
        await session.mailbox.acknowledge(question.since, question.mount)
        widget = self.registry.widgets.get(session.widget)
        is_live = widget is not None and widget.live
        if is_live or await self._is_pending(session):
            await self._news(session, question.since, is_live=is_live)
        return await self._answer(session, question.since, question.mount)

    async def _news(self, session: Session, since: int, *, is_live: bool) -> None:
        """Return some time after something changes after a version, or at once when nothing is running."""
        changed = asyncio.ensure_future(session.mailbox.wait_beyond(since))
        idle = asyncio.ensure_future(self._idle(session, is_live=is_live))
        leaving = asyncio.ensure_future(self.leaving.wait())
        try:
            await asyncio.wait({changed, idle, leaving}, timeout=self.poll_seconds, return_when="FIRST_COMPLETED")
            if changed.done() and not idle.done() and not is_live:
                await asyncio.wait({idle, leaving}, timeout=self.gather_seconds, return_when="FIRST_COMPLETED")
        finally:
            for each in (changed, idle, leaving):
                each.cancel()

    def _cancel(self, session_id: str, handler: str) -> None:
        """Cancel what this process runs of a handler."""
        session = self.sessions.find(session_id)
        for entry in list(session.running.values()) if session is not None else ():
            _reflex_chains.cancel(entry.started.future, handler)

    # Sessions ---------------------------------------------------------------------------------------------------

    async def session(self, session_id: str, principal: str) -> Session:
        """Return an open session, from this process or from the state manager.

        Raises:
            CallError: If there is none of this id, or another principal opened it; the caller cannot tell which.
        """
        found = self.sessions.use(session_id, principal)
        if found is not None:
            return found
        if not self.seals.is_minted(session_id) or self.sessions.find(session_id) is not None:
            raise CallError("unknown_session", UNKNOWN)
        async with self._loading:
            # Whoever came first has loaded it for all.
            if self.sessions.find(session_id) is None:
                record = await _reflex_state.read_record(self.app, session_id)
                widget = self.registry.widgets.get(record.widget) if record is not None else None
                if record is None or widget is None or not secrets.compare_digest(record.principal, principal):
                    raise CallError("unknown_session", UNKNOWN)
                return await self.add_session(record, self.states.get(widget.name, frozenset()), session_id)
        if (found := self.sessions.use(session_id, principal)) is None:
            raise CallError("unknown_session", UNKNOWN)
        return found

    async def add_session(self, record: Record, states: frozenset[str], session_id: str = "") -> Session:
        """Begin a session in this process, minting its id unless it has one already.

        Args:
            record: What is known of it.
            states: The States that its widget shows.
            session_id: The id of a session whose State exists.
        """
        minted = session_id or self.seals.mint()
        session = Session(
            id=minted,
            widget=record.widget,
            tool=record.tool,
            build=record.build,
            principal=record.principal,
            mailbox=await self.mailboxes.open(minted, states),
            is_loaded=bool(session_id),
            numbers=record.numbers,
        )
        if session_id and (await session.mailbox.begin(time.time_ns() // 1000) or self.is_lenient):
            await recovery.show_stored(self, session, recompute=True)
        await recovery.acknowledge(session)
        # From here on calls find it, so it is complete.
        self.sessions.add(session)
        if session_id:
            await recovery.go_on(self, session, record.jobs)
        return session

    # Events -----------------------------------------------------------------------------------------------------

    async def _refuse_foreign(self, question: Question, session: Session, builds: Sequence[Build]) -> None:
        """Refuse an event that does not occur in a bundle of the session's own widget."""
        allowed = {name for build in builds for name in build.events}
        if any(event.name not in allowed for event in question.events):
            allowed |= await session.mailbox.offered()
        for event in question.events:
            if event.name not in allowed:
                msg = (
                    f"Event `{event.name}` does not occur in the widget `{session.widget}`, so nothing was executed. "
                    "If it should, run `reflex export` again."
                )
                raise CallError("unknown_event", msg)

    async def _fresh(self, session: Session, question: Question) -> list[EventMessage]:
        """Return the events of a call that were not taken before.

        Raises:
            CallError: If a number is missing before the first of them.
        """
        for attempt in range(3):
            committed = session.numbers.get(question.mount, [])
            last = max(session.taken.get(question.mount, 0), committed[0] if committed else 0)
            fresh = [each for each in question.events if each.seq > last and not has_number(committed, each.seq)]
            wrong = next((each for number, each in enumerate(fresh, start=last + 1) if each.seq != number), None)
            if wrong is None:
                return fresh
            if attempt == 0:
                # Another process may have run what is missing here.
                record = await _reflex_state.read_record(self.app, session.id)
                session.numbers = record.numbers if record is not None else session.numbers
                continue
            if session.is_loaded and not self.mailboxes.is_shared and question.mount not in session.taken:
                # The widget was told of more than the state manager has stored; it goes on from there.
                logger.warning("Session %s… was stored without its last events.", session.id[:6])
                session.take(question.mount, fresh[0].seq - 1)
                continue
            msg = f"Event {wrong.seq} came where {last + 1} was due, so nothing was executed. Send them in order."
            raise CallError("bad_request", msg, retry=True)
        return []

    async def start(
        self,
        session: Session,
        event: EventMessage,
        payload: dict[str, Any],
        *,
        mount: str = "",
        number: int = 0,
        opening: Record | None = None,
        transaction: str = "",
    ) -> Running:
        """Hand one event to Reflex and watch it to its end; it gets a new transaction unless it has one."""
        if self._processor is None:
            msg = "The server is starting or stopping, so nothing was executed. Try again in a moment."
            raise CallError("internal", msg, retry=True)
        routing = _reflex_run.router_data(self.app, session.id, session.page, event.router_data)
        made = _reflex_run.make_event(event.name, payload, routing)
        started = await _reflex_run.start_event(
            self.app,
            self._processor,
            session.id,
            made,
            mount=mount,
            number=number,
            opening=opening,
            transaction=transaction or _reflex_run.new_transaction(),
        )
        transaction = started.future.txid
        await session.mailbox.started(transaction, event.name)
        watch = asyncio.create_task(self._watch(session, transaction, started, mount, number, event))
        entry = session.running[transaction] = Running(started, watch)
        return entry

    async def _watch(
        self,
        session: Session,
        transaction: str,
        started: _reflex_run.Started,
        mount: str,
        number: int,
        event: EventMessage,
    ) -> None:
        """Follow an event to the end of all that it chained; acknowledge it as soon as its effects are committed."""
        future = started.future
        try:
            begun = asyncio.ensure_future(started.context.begun.wait())
            await asyncio.wait({future, begun} if started.is_background else {future}, return_when="FIRST_COMPLETED")
            begun.cancel()
            if self._is_stopping:
                return
            if number and not started.context.lost.is_set():
                await self._commit(session, started, mount, number)
                await uploads.forget(session, event)
            await loading.until_loaded(session, started, self.grace_seconds)
            await _reflex_chains.settled(future, None, background=True)
            if self._is_stopping:
                return
            await self._report_errors(session, future, mount, number)
            if noted_jobs := jobs.take(each.txid for each in _reflex_chains.whole(future)):
                await _reflex_state.move_jobs(self.app, session.id, dict.fromkeys(noted_jobs))
        except Exception:
            logger.exception("The end of an event of session %s… could not be noted.", session.id[:6])
        finally:
            session.running.pop(transaction, None)
            if not self._is_stopping:
                await session.mailbox.ended(transaction)

    async def _commit(self, session: Session, started: _reflex_run.Started, mount: str, number: int) -> None:
        """Acknowledge an event whose effects are stored; where its handler raised, store at least its number."""
        future = started.future
        if not future.done():
            # A background handler: once its lock can be had again, its beginning is stored.
            await _reflex_state.wait_for_lock(self.app, session.id)
        elif future.cancelled() or future.exception() is not None:
            await _reflex_state.commit_number(self.app, session.id, mount, number)
        session.numbers = noted(session.numbers, mount, number)
        await session.mailbox.set_ack(mount, session.numbers[mount][0])

    async def _report_errors(self, session: Session, future: Any, mount: str, number: int) -> None:
        """Log what handlers of a chain raised, and tell the widget in a sentence that gives nothing away."""
        if self._processor is None:
            return
        errors = _reflex_chains.errors_of(future)
        if errors and self.mailboxes.is_shared:
            # Redis has nothing of a handler that raised, whatever it has shown.
            await recovery.show_stored(self, session)
        for transaction, error in errors:
            foreseen = isinstance(error, ToolError)
            if foreseen:
                logger.info("A handler of session %s… refused: %s", session.id[:6], error)
            else:
                logger.error("A handler of session %s… raised.", session.id[:6], exc_info=error)
                if self.on_error is not None:
                    self.on_error(error)
            await _reflex_run.handler_of_errors(self._processor, transaction)
            payload = {"message": str(error) if foreseen else GENERAL_ERROR, "seq": number or None}
            await session.mailbox.put_event({"name": "_bridge_error", "payload": payload}, mount or session.mount)

    async def _ended(self, session: Session, seconds: float) -> None:
        """Wait until nothing of a session runs in this process, or until the time is over."""
        watches = {entry.watch for entry in session.running.values()}
        if watches:
            await asyncio.wait(watches, timeout=seconds)

    async def _idle(self, session: Session, *, is_live: bool) -> None:
        """Return when nothing of a session runs in any process; never for a live widget."""
        while True:
            await self._ended(session, self.poll_seconds)
            if not await self._is_pending(session) and not is_live:
                return
            if not session.running:
                await asyncio.sleep(1)

    async def _is_pending(self, session: Session) -> bool:
        """Whether something of a session still runs, in any process; what a dead one has left is mended first."""
        await recovery.mend(self, session)
        return bool(session.running) or bool(await session.mailbox.running())

    async def _answer(self, session: Session, since: int, mount: str) -> dict[str, Any]:
        """Return the update as it goes on the wire."""
        await recovery.mend(self, session)
        elsewhere = (await session.mailbox.running()).keys() - session.running.keys()
        own = [entry.started.future for entry in session.running.values()]
        is_pending = bool(own or elsewhere)
        is_busy = bool(elsewhere) or any(_reflex_chains.pending(future, background=False) for future in own)
        return await self.answers.answer(session, since, mount, is_pending=is_pending, is_busy=is_busy)
