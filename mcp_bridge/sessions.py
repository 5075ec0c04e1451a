"""One open widget is one session.

The server mints the session's id when a tool opens the widget, and it is the Reflex client token. A widget that
comes with an id that the server did not mint is refused, never served with a fresh State. Where callers are
authenticated, a session answers only to the principal that opened it.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import CallError

if TYPE_CHECKING:
    from .mailbox import Mailbox

_TOKEN_BYTES = 24
_MOUNTS_KEPT = 32


@dataclass
class Session:
    """One open widget.

    Attributes:
        id: The Reflex client token, 192 random bits.
        widget: The widget's name.
        tool: The tool that opened it.
        build: The version of the bundle that was current when it was opened.
        principal: Who opened it, where callers are authenticated; else "".
        mailbox: What the widget has to be told.
        accepted: The highest sequence number taken from each mount of the widget; the newest mount is last.
        running: Sequence number (None for the opening) and future of each event that has not ended, by transaction.
        reply: What the opening handler gave as the model's text.
        used: When the widget was last heard of, on the monotonic clock, in seconds.
    """

    id: str
    widget: str
    tool: str
    build: str
    principal: str
    mailbox: Mailbox
    accepted: OrderedDict[str, int] = field(default_factory=OrderedDict[str, int])
    running: dict[str, tuple[int | None, Any]] = field(default_factory=dict[str, tuple[int | None, Any]])
    reply: str | None = None
    used: float = field(default_factory=time.monotonic)

    @property
    def mount(self) -> str:
        """The mount that was last heard of, "" if there was none yet."""
        return next(reversed(self.accepted), "")

    def accept(self, mount: str, number: int) -> None:
        """Note that an event with this sequence number was taken from a mount."""
        self.accepted[mount] = number
        self.accepted.move_to_end(mount)
        while len(self.accepted) > _MOUNTS_KEPT:
            self.accepted.popitem(last=False)


@dataclass
class Sessions:
    """The open sessions of this process.

    Attributes:
        lifetime: How long an idle session is kept, in seconds.
        capacity: How many are kept; the one idle for longest goes first.
    """

    lifetime: float
    capacity: int = 10_000
    _open: OrderedDict[str, Session] = field(default_factory=OrderedDict[str, Session])

    def open(self, *, widget: str, tool: str, build: str, principal: str, mailbox: Mailbox) -> Session:
        """Mint a session."""
        self._expire()
        session = Session(
            id=secrets.token_urlsafe(_TOKEN_BYTES),
            widget=widget,
            tool=tool,
            build=build,
            principal=principal,
            mailbox=mailbox,
        )
        self._open[session.id] = session
        while len(self._open) > self.capacity:
            self._open.popitem(last=False)
        return session

    def get(self, session_id: str, principal: str) -> Session:
        """Return an open session and note that it is in use.

        Raises:
            CallError: If there is none of this id, or another principal opened it; the caller cannot tell which.
        """
        self._expire()
        session = self._open.get(session_id)
        if session is None or not secrets.compare_digest(session.principal.encode(), principal.encode()):
            msg = "This view is no longer known to the server, so nothing was changed. Open it again from the chat."
            raise CallError("unknown_session", msg)
        session.used = time.monotonic()
        self._open.move_to_end(session_id)
        return session

    def find(self, session_id: str) -> Session | None:
        """Return an open session without noting that it is in use."""
        return self._open.get(session_id)

    def close(self, session_id: str) -> None:
        """Forget a session."""
        self._open.pop(session_id, None)

    def __len__(self) -> int:
        """Return how many sessions are open."""
        return len(self._open)

    def _expire(self) -> None:
        """Forget the sessions that have been idle for too long; Reflex forgets their State at the same age."""
        oldest_allowed = time.monotonic() - self.lifetime
        while self._open:
            session = next(iter(self._open.values()))
            if session.used >= oldest_allowed or session.running:
                return
            del self._open[session.id]
