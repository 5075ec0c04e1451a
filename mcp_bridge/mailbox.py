"""What a widget has to be told, kept until it has it.

Reflex emits a delta once and forgets it; over request and response a lost answer would lose it. A mailbox keeps the
newest value of every var with the version of its last change, and every frontend event until it is acknowledged:

    mailbox.put_delta({"shop": {"open_rx_state_": True}})
    mailbox.since(0)      # the full state
    mailbox.since(7)      # what changed after version 7: the newest values, then the events

So repeating a question repeats the answer, a slow reader gets the newest value and no more, and memory is bounded by
the size of the state.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_EVENTS_KEPT = 200


@dataclass(frozen=True)
class Update:
    """The changes since a version.

    Attributes:
        version: The version that the reader has after applying this.
        full: Whether `vars` is everything, not only what changed.
        vars: Absolute values by State and var.
        events: Frontend events with their versions, oldest first.
    """

    version: int
    full: bool
    vars: dict[str, dict[str, Any]]
    events: list[tuple[int, dict[str, Any]]]


@dataclass
class Mailbox:
    """The values and events of one session.

    Attributes:
        states: The full names of the States that the widget has; anything else is not kept.
        version: The version of the last change; 0 is an empty mailbox.
    """

    states: frozenset[str]
    version: int = 0
    _values: dict[str, dict[str, tuple[int, Any]]] = field(default_factory=dict[str, dict[str, tuple[int, Any]]])
    _events: deque[tuple[int, str, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=_EVENTS_KEPT))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def put_delta(self, delta: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep the values of a delta; they must be JSON data that nobody changes afterwards."""
        kept = {state: values for state, values in delta.items() if state in self.states}
        if not any(kept.values()):
            return
        self.version += 1
        for state, values in kept.items():
            known = self._values.setdefault(state, {})
            for name, value in values.items():
                known[name] = (self.version, value)
        self._announce()

    def put_event(self, event: dict[str, Any], mount: str) -> None:
        """Keep a frontend event, `{"name": ..., "payload": ...}`, for the mount whose event caused it.

        An effect belongs to the document that asked for it: a reload or a second copy must not repeat it. An event
        for the mount "" goes to whoever asks.
        """
        self.version += 1
        self._events.append((self.version, mount, event))
        self._announce()

    def since(self, version: int, mount: str = "") -> Update:
        """Return what changed after a version; the full state for version 0 or one that this mailbox never had."""
        full = version <= 0 or version > self.version
        after = 0 if full else version
        values = {
            state: {name: value for name, (at, value) in known.items() if at > after}
            for state, known in self._values.items()
        }
        return Update(
            version=self.version,
            full=full,
            vars={state: changed for state, changed in values.items() if changed},
            events=[(at, event) for at, owner, event in self._events if at > after and owner in ("", mount)],
        )

    def acknowledge(self, version: int, mount: str) -> None:
        """Forget the events that a mount has."""
        if 0 < version <= self.version:
            kept = [entry for entry in self._events if entry[0] > version or entry[1] not in ("", mount)]
            self._events.clear()
            self._events.extend(kept)

    async def wait_beyond(self, version: int) -> None:
        """Return when something changes after a version."""
        while self.version <= version:
            await self._changed.wait()

    def _announce(self) -> None:
        """Wake everyone who waits."""
        self._changed.set()
        self._changed = asyncio.Event()
