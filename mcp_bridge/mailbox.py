"""What a widget has to be told, kept until it has it.

Reflex emits a delta once and forgets it; over request and response a lost answer would lose it. A mailbox keeps the
newest value of every var with the version of its last change, and every frontend event until it is acknowledged:

    await mailbox.put_delta({"shop": {"open_rx_state_": True}})
    await mailbox.since(0)      # the full state
    await mailbox.since(7)      # what changed after version 7: the newest values, then the events

So repeating a question repeats the answer, a slow reader gets the newest value and no more, and memory is bounded by
the size of the state. What changed within the last moments is also kept step by step, so that a reader who asks every
second or so can still show each of them.

`MemoryMailbox` is for one process. `redis_mailbox.py` has the one that several processes share.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

EVENTS_KEPT = 200
MOUNTS_KEPT = 32
STEPS_KEPT = 40
STEPS_SECONDS = 2.0
STEPS_BYTES = 64 * 1024
STEP_GAP = 0.03
"""Seconds below which two changes are one view: nobody sees the first."""

Delta = Mapping[str, Mapping[str, Any]]


def now() -> float:
    """Return seconds on the monotonic clock, also if a test has set another since this module was imported."""
    return time.monotonic()


@dataclass(frozen=True)
class Update:
    """The changes since a version.

    Attributes:
        version: The version that the reader has after applying this.
        full: Whether `vars` is everything, not only what changed.
        vars: Absolute values by State and var.
        events: Frontend events with their versions, oldest first.
        steps: The same changes view by view, oldest first, each with the milliseconds since the one before it; empty
            if there was only one view.
        ack: The highest sequence number of the mount up to which every event's effects are committed.
    """

    version: int
    full: bool
    vars: dict[str, dict[str, Any]]
    events: list[tuple[int, dict[str, Any]]]
    steps: list[tuple[int, dict[str, dict[str, Any]]]]
    ack: int


class Mailbox(Protocol):
    """The values and events of one session."""

    @property
    def states(self) -> frozenset[str]:
        """The full names of the States that the widget has; anything else is not kept."""
        ...

    async def version(self) -> int:
        """Return the version of the last change; 0 is an empty mailbox."""
        ...

    async def begin(self, version: int) -> bool:
        """Have an empty mailbox begin at a version that none of a server before can have had; whether it has no value.

        A widget may still have a version from before a restart. It must be older than all that is put in from now on.
        """
        ...

    async def put_delta(self, delta: Delta) -> None:
        """Keep the values of a delta; they must be JSON data that nobody changes afterwards."""
        ...

    async def put_event(self, event: dict[str, Any], mount: str) -> None:
        """Keep a frontend event, `{"name": ..., "payload": ...}`, for the mount whose event caused it.

        An effect belongs to the document that asked for it: a reload or a second copy must not repeat it. An event
        for the mount "" goes to whoever asks.
        """
        ...

    async def since(self, version: int, mount: str = "") -> Update:
        """Return what changed after a version; the full state for version 0 or one that this mailbox never had."""
        ...

    async def acknowledge(self, version: int, mount: str) -> None:
        """Forget the events that a mount has, and note that it was heard of."""
        ...

    async def quiet_seconds(self) -> float:
        """Return for how long no mount was heard of, in whatever process."""
        ...

    async def set_ack(self, mount: str, number: int) -> None:
        """Note up to which sequence number a mount's events are committed; a lower one changes nothing."""
        ...

    async def wait_beyond(self, version: int) -> None:
        """Return when something changes after a version."""
        ...

    async def started(self, transaction: str, handler: str) -> None:
        """Note that a handler runs for the session."""
        ...

    async def ended(self, transaction: str) -> None:
        """Note that it has ended, with all that it chained."""
        ...

    async def running(self) -> dict[str, str]:
        """Return the handlers that run for the session, in whatever process, by transaction."""
        ...

    async def take_lost(self) -> dict[str, str]:
        """Return what had begun in a process that has died, by transaction; only one asker gets each."""
        ...

    async def cancel(self, handler: str) -> None:
        """Have the other processes cancel what they run of a handler."""
        ...

    async def offer(self, handlers: set[str]) -> None:
        """Note handlers that an action has offered to the widget, such as that of a toast's button."""
        ...

    async def offered(self) -> set[str]:
        """Return the handlers that actions have offered to the widget."""
        ...

    async def put_chunk(self, upload: str, part: str, data: bytes, limit: int) -> bool:
        """Keep a part of an upload.

        Args:
            upload: The upload.
            part: Which part of it; one that is there already is replaced.
            data: Its bytes.
            limit: The most bytes of all uploads; those of earlier ones that were never used make room.

        Returns:
            False if the upload itself has too many; then nothing of it is kept.
        """
        ...

    async def chunks(self, upload: str) -> dict[str, bytes]:
        """Return the parts of an upload that are there."""
        ...

    async def drop_chunks(self, upload: str) -> None:
        """Forget an upload."""
        ...

    async def close(self) -> None:
        """Forget everything."""
        ...


class Mailboxes(Protocol):
    """Where mailboxes come from."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes have them too, and Reflex's states likewise."""
        ...

    def on_cancel(self, cancel: Callable[[str, str], None]) -> None:
        """Call a function with a session and a handler when another process is asked to cancel it."""
        ...

    async def open(self, session: str, states: frozenset[str]) -> Mailbox:
        """Return the mailbox of a session, with what it holds already if another process has filled it."""
        ...

    async def answers(self) -> bool:
        """Whether they can be reached."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass
class MemoryMailbox:
    """The values and events of one session, in this process."""

    states: frozenset[str]
    _version: int = 0
    _first: int = 0
    _values: dict[str, dict[str, tuple[int, Any]]] = field(default_factory=dict[str, dict[str, tuple[int, Any]]])
    _events: deque[tuple[int, str, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))
    _steps: deque[tuple[int, float, dict[str, dict[str, Any]]]] = field(
        default_factory=lambda: deque(maxlen=STEPS_KEPT)
    )
    _acks: OrderedDict[str, int] = field(default_factory=OrderedDict[str, int])
    _running: dict[str, str] = field(default_factory=dict[str, str])
    _offered: set[str] = field(default_factory=set[str])
    _chunks: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])
    _heard: float = field(default_factory=now)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def version(self) -> int:
        """Return the version of the last change; 0 is an empty mailbox."""
        return self._version

    async def begin(self, version: int) -> bool:
        """Have an empty mailbox begin at a version; whether it has no value."""
        if not self._version:
            self._version = self._first = version
        return not self._values

    async def put_delta(self, delta: Delta) -> None:
        """Keep the values of a delta; they must be JSON data that nobody changes afterwards."""
        kept = {state: dict(values) for state, values in delta.items() if state in self.states and values}
        if not kept:
            return
        self._version += 1
        for state, values in kept.items():
            known = self._values.setdefault(state, {})
            for name, value in values.items():
                known[name] = (self._version, value)
        self._steps.append((self._version, time.monotonic(), kept))
        self._announce()

    async def put_event(self, event: dict[str, Any], mount: str) -> None:
        """Keep a frontend event for the mount whose event caused it."""
        self._version += 1
        self._events.append((self._version, mount, event))
        self._announce()

    async def since(self, version: int, mount: str = "") -> Update:
        """Return what changed after a version."""
        full = version <= 0 or not self._first <= version <= self._version
        after = 0 if full else version
        values = {
            state: {name: value for name, (at, value) in known.items() if at > after}
            for state, known in self._values.items()
        }
        return Update(
            version=self._version,
            full=full,
            vars={state: changed for state, changed in values.items() if changed},
            events=[(at, event) for at, owner, event in self._events if at > after and owner in ("", mount)],
            steps=[] if full else steps_of([(at, delta) for number, at, delta in self._steps if number > after]),
            ack=self._acks.get(mount, 0),
        )

    async def acknowledge(self, version: int, mount: str) -> None:
        """Forget the events that a mount has, and note that it was heard of."""
        self._heard = time.monotonic()
        if 0 < version <= self._version:
            kept = [entry for entry in self._events if entry[0] > version or entry[1] not in ("", mount)]
            self._events.clear()
            self._events.extend(kept)

    async def quiet_seconds(self) -> float:
        """Return for how long no mount was heard of."""
        return time.monotonic() - self._heard

    async def set_ack(self, mount: str, number: int) -> None:
        """Note up to which sequence number a mount's events are committed."""
        self._acks[mount] = max(number, self._acks.get(mount, 0))
        self._acks.move_to_end(mount)
        while len(self._acks) > MOUNTS_KEPT:
            self._acks.popitem(last=False)

    async def wait_beyond(self, version: int) -> None:
        """Return when something changes after a version."""
        while self._version <= version:
            await self._changed.wait()

    async def started(self, transaction: str, handler: str) -> None:
        """Note that a handler runs for the session."""
        self._running[transaction] = handler

    async def ended(self, transaction: str) -> None:
        """Note that it has ended, with all that it chained."""
        self._running.pop(transaction, None)

    async def running(self) -> dict[str, str]:
        """Return the handlers that run for the session, by transaction."""
        return dict(self._running)

    async def take_lost(self) -> dict[str, str]:
        """Return nothing: what runs in this process ends with it."""
        return {}

    async def cancel(self, handler: str) -> None:
        """Do nothing; there is no other process."""

    async def offer(self, handlers: set[str]) -> None:
        """Note handlers that an action has offered to the widget."""
        self._offered |= handlers

    async def offered(self) -> set[str]:
        """Return the handlers that actions have offered to the widget."""
        return set(self._offered)

    async def put_chunk(self, upload: str, part: str, data: bytes, limit: int) -> bool:
        """Keep a part of an upload; False if that has too many bytes."""
        own = self._chunks[upload] = {**self._chunks.pop(upload, {}), part: data}
        if sum(map(len, own.values())) > limit:
            del self._chunks[upload]
            return False
        while sum(len(each) for parts in self._chunks.values() for each in parts.values()) > limit:
            del self._chunks[next(iter(self._chunks))]
        return True

    async def chunks(self, upload: str) -> dict[str, bytes]:
        """Return the parts of an upload that are there."""
        return dict(self._chunks.get(upload, {}))

    async def drop_chunks(self, upload: str) -> None:
        """Forget an upload."""
        self._chunks.pop(upload, None)

    async def close(self) -> None:
        """Forget everything."""
        self._chunks.clear()
        self._values.clear()
        self._events.clear()
        self._steps.clear()

    def _announce(self) -> None:
        """Wake everyone who waits."""
        self._changed.set()
        self._changed = asyncio.Event()


class MemoryMailboxes:
    """Mailboxes of this process; a session has one for as long as it is open here."""

    is_shared = False

    def on_cancel(self, cancel: Callable[[str, str], None]) -> None:
        """Do nothing; there is no other process."""

    async def open(self, session: str, states: frozenset[str]) -> Mailbox:  # noqa: ARG002
        """Return an empty mailbox."""
        return MemoryMailbox(states=states)

    async def answers(self) -> bool:
        """Whether they can be reached, as memory always can."""
        return True

    async def close(self) -> None:
        """Do nothing; memory needs no closing."""


def steps_of(deltas: list[tuple[float, dict[str, dict[str, Any]]]]) -> list[tuple[int, dict[str, dict[str, Any]]]]:
    """Return the views that led to the newest one, and that one too, as they are played back.

    Args:
        deltas: The changes in order, each with its time in seconds on any clock.

    Returns:
        Each view with the milliseconds since the one before it. Changes that were too close to see are one view; what
        is older than the playback may take, or too large to be worth sending, is left out. One view needs no playback.
    """
    if len(deltas) < 2:
        return []
    newest = deltas[-1][0]
    recent = [(at, delta) for at, delta in deltas if newest - at <= STEPS_SECONDS]
    views: list[tuple[float, dict[str, dict[str, Any]]]] = []
    gathered: dict[str, dict[str, Any]] = {}
    for index, (at, delta) in enumerate(recent):
        for state, values in delta.items():
            gathered.setdefault(state, {}).update(values)
        if index + 1 == len(recent) or recent[index + 1][0] - at >= STEP_GAP:
            views.append((at, gathered))
            gathered = {}
    if len(views) < 2 or len(json.dumps([delta for _, delta in views])) > STEPS_BYTES:
        return []
    before = views[0][0]
    steps: list[tuple[int, dict[str, dict[str, Any]]]] = []
    for at, delta in views:
        steps.append((round((at - before) * 1000), delta))
        before = at
    return steps
