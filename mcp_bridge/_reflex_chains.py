"""What an event has chained: Reflex gives each event a future, and to that the futures of what its handler returned.

await _reflex_chains.settled(future, 0.5, background=False)      # its handler and all that it chained
_reflex_chains.cancel(future, "shop.search")                     # what runs of one handler
"""

from __future__ import annotations

import asyncio

from reflex_base.event.processor import EventFuture

_handlers: dict[str, tuple[str, bool]] = {}
"""The name of the handler behind each future that is not done, and whether it is a background handler."""


def enqueued(future: EventFuture, handler: str, *, is_background: bool) -> None:
    """Note the handler behind a future until that is done."""
    _handlers[future.txid] = (handler, is_background)
    future.add_done_callback(lambda _: _handlers.pop(future.txid, None))


def is_background(future: EventFuture) -> bool:
    """Whether a future is that of a background handler, as long as it is not done."""
    return _handlers.get(future.txid, ("", False))[1]


def pending(future: EventFuture, *, background: bool) -> list[EventFuture]:
    """Return the futures of a chain that are not done, in order.

    Args:
        future: The future of the event that began the chain.
        background: Whether background handlers count.
    """
    return [each for each in whole(future) if not each.done() and (background or not is_background(each))]


def cancel(future: EventFuture, handler: str) -> bool:
    """Cancel what runs of a handler in a chain; return whether anything did."""
    named = [each for each in pending(future, background=True) if _handlers.get(each.txid, ("",))[0] == handler]
    for each in named:
        each.cancel()
    return bool(named)


def whole(future: EventFuture) -> list[EventFuture]:
    """Return an event's future and those of all that it chained."""
    found: list[EventFuture] = []
    stack = [future]
    while stack:
        each = stack.pop()
        found.append(each)
        stack.extend(reversed(each.children))
    return found


def errors_of(future: EventFuture) -> list[tuple[str, BaseException]]:
    """Return what the handlers of a chain raised, with their transactions."""
    ended = [each for each in whole(future) if each.done() and not each.cancelled()]
    return [(each.txid, error) for each in ended if (error := each.exception()) is not None]


async def settled(future: EventFuture, seconds: float | None, *, background: bool) -> None:
    """Wait until an event and what it chained have ended, or until the time is over; failures are told elsewhere.

    Args:
        future: The event's future.
        seconds: The most to wait, None for ever.
        background: Whether background handlers count.
    """
    loop = asyncio.get_running_loop()
    deadline = None if seconds is None else loop.time() + seconds
    while unfinished := pending(future, background=background):
        left = None if deadline is None else deadline - loop.time()
        if left is not None and left <= 0:
            return
        await asyncio.wait(unfinished, timeout=left, return_when=asyncio.FIRST_COMPLETED)
