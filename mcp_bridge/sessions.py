"""One open widget is one session.

The server mints the session's id when a tool opens the widget, and it is the Reflex client token. A widget that
comes with an id that the server did not mint is refused, never served with a fresh State. Where callers are
authenticated, a session answers only to the principal that opened it.

What is here is what this process knows of a session while it is in use; what has to last is in its record
(`record.py`), in the State itself.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .mailbox import Mailbox, now

_MOUNTS_KEPT = 32


@dataclass
class Running:
    """An event that has not ended.

    Attributes:
        started: What Reflex took.
        watch: Ends when the event and all that it chained have ended.
    """

    started: Any
    watch: asyncio.Task[None]


@dataclass(frozen=True)
class Sealed:
    """A snapshot that was made.

    Attributes:
        text: The snapshot, "" if there cannot be one.
        version: The mailbox's version that it has at least.
        numbers: The committed sequence numbers that it has.
        is_second: Whether there was one of the same version before it, which the widget may have in its place.
        made: When, on the monotonic clock, in seconds.
    """

    text: str = ""
    version: int = -1
    numbers: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    is_second: bool = False
    made: float = field(default_factory=now)

    def followed_by(self, text: str, version: int, numbers: dict[str, list[int]]) -> Sealed:
        """Return the next one."""
        return Sealed(text, version, numbers, is_second=version == self.version)

    @property
    def age(self) -> float:
        """How old it is, in seconds."""
        return time.monotonic() - self.made


@dataclass
class Session:
    """One open widget, as this process knows it.

    Attributes:
        id: The Reflex client token.
        widget: The widget's name.
        tool: The tool that opened it.
        build: The version of the bundle that was current when it was opened.
        principal: Who opened it, where callers are authenticated; else "".
        mailbox: What the widget has to be told.
        is_loaded: Whether it began in another process, or before a restart of this one.
        numbers: The committed sequence numbers per mount, as in the record.
        taken: The highest sequence number taken from each mount; the newest mount is last.
        running: The events that have not ended, by transaction.
        reply: What the opening handler gave as the model's text.
        told: What each mount was last told for the model, as JSON, and the mailbox's version then.
        sealed: The last snapshot.
        used: When the widget was last heard of, on the monotonic clock, in seconds.
        lock: Held while a call's events are taken, so that two calls at once keep their order.
    """

    id: str
    widget: str
    tool: str
    build: str
    principal: str
    mailbox: Mailbox
    is_loaded: bool = False
    numbers: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    taken: OrderedDict[str, int] = field(default_factory=OrderedDict[str, int])
    running: dict[str, Running] = field(default_factory=dict[str, Running])
    reply: str | None = None
    told: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    sealed: Sealed = field(default_factory=Sealed)
    used: float = field(default_factory=now)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def page(self) -> str:
        """The path of the widget's page."""
        return f"/widgets/{self.widget}"

    @property
    def mount(self) -> str:
        """The mount that was last heard of, "" if there was none yet."""
        return next(reversed(self.taken), "")

    def take(self, mount: str, number: int) -> None:
        """Note that an event with this sequence number was taken from a mount."""
        self.taken[mount] = number
        self.taken.move_to_end(mount)
        while len(self.taken) > _MOUNTS_KEPT:
            forgotten, _ = self.taken.popitem(last=False)
            self.told.pop(forgotten, None)


@dataclass
class Sessions:
    """The sessions that this process knows.

    Attributes:
        lifetime: How long an idle session is kept, in seconds.
        capacity: How many are kept; the one idle for longest goes first.
    """

    lifetime: float
    capacity: int = 10_000
    _known: OrderedDict[str, Session] = field(default_factory=OrderedDict[str, Session])

    def add(self, session: Session) -> None:
        """Keep a session; the one idle for longest is forgotten where there are too many."""
        self._expire()
        self._known[session.id] = session
        while len(self._known) > self.capacity:
            self._known.popitem(last=False)

    def use(self, session_id: str, principal: str) -> Session | None:
        """Return a session and note that it is in use; None if it is not known or another principal opened it."""
        self._expire()
        session = self._known.get(session_id)
        if session is None or not secrets.compare_digest(session.principal.encode(), principal.encode()):
            return None
        session.used = time.monotonic()
        self._known.move_to_end(session_id)
        return session

    def find(self, session_id: str) -> Session | None:
        """Return a session without noting that it is in use."""
        return self._known.get(session_id)

    def forget(self, session_id: str) -> None:
        """Forget a session."""
        self._known.pop(session_id, None)

    def __len__(self) -> int:
        """Return how many sessions are known."""
        return len(self._known)

    def __iter__(self) -> Iterator[Session]:
        """Return the known sessions."""
        return iter(list(self._known.values()))

    def _expire(self) -> None:
        """Forget the sessions that have been idle for too long; Reflex forgets their State at the same age."""
        oldest_allowed = time.monotonic() - self.lifetime
        while self._known:
            session = next(iter(self._known.values()))
            if session.used >= oldest_allowed or session.running:
                return
            del self._known[session.id]
