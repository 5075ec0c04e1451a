"""What an event has chained: Reflex gives each event a future, and to that the futures of what its handler returned.

await _reflex_chains.settled(future, 0.5, background=False)      # its handler and all that it chained
_reflex_chains.cancel(future, "shop.search")                     # what runs of one handler

Of what the event that opens a widget chains, some is page-load work: the events of `on_load`, and what they chain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reflex_base.event.processor import EventFuture

_handlers: dict[str, tuple[str, bool]] = {}
"""The name of the handler behind each future that is not done, and whether it is a background handler."""

_loads: set[str] = set()
"""The transactions of the events that a page load began, as long as they or what they chained have not ended."""


def loads(future: EventFuture) -> None:
    """Note that a future is that of page-load work."""
    _loads.add(future.txid)
    future.add_done_callback(_forget_load)


def _forget_load(future: EventFuture) -> None:
    """Forget page-load work that has ended; what it chained may take longer."""
    if left := pending(future, background=True):
        left[0].add_done_callback(lambda _: _forget_load(future))
    else:
        _loads.discard(future.txid)


def enqueued(future: EventFuture, handler: str, *, is_background: bool) -> None:
    """Note the handler behind a future until that is done."""
    _handlers[future.txid] = (handler, is_background)
    future.add_done_callback(lambda _: _handlers.pop(future.txid, None))


def is_background(future: EventFuture) -> bool:
    """Whether a future is that of a background handler, as long as it is not done."""
    return _handlers.get(future.txid, ("", False))[1]


def pending(future: EventFuture, *, background: bool, page_load: bool = True) -> list[EventFuture]:
    """Return the futures of a chain that are not done, in order.

    Args:
        future: The future of the event that began the chain.
        background: Whether background handlers count.
        page_load: Whether page-load work counts.
    """
    chain = whole(future, page_load=page_load)
    return [each for each in chain if not each.done() and (background or not is_background(each))]


def loading(future: EventFuture) -> list[EventFuture]:
    """Return the page-load work of a chain that is not done, without background handlers."""
    begun = [each for each in whole(future) if each.txid in _loads]
    return list({each.txid: each for load in begun for each in pending(load, background=False)}.values())


def cancel_loading(future: EventFuture) -> None:
    """Cancel the page-load work of a chain; background handlers that it has chained go on."""
    for each in loading(future):
        jobs = [job for job in pending(each, background=True) if is_background(job)]
        for holder in whole(each):
            # A future that is cancelled takes its children with it.
            holder.children[:] = [child for child in holder.children if child not in jobs]
        future.children.extend(jobs)
        each.cancel()


def cancel(future: EventFuture, handler: str) -> bool:
    """Cancel what runs of a handler in a chain; return whether anything did."""
    named = [each for each in pending(future, background=True) if _handlers.get(each.txid, ("",))[0] == handler]
    for each in named:
        each.cancel()
    return bool(named)


def whole(future: EventFuture, *, page_load: bool = True) -> list[EventFuture]:
    """Return an event's future and those of all that it chained, with or without page-load work."""
    found: list[EventFuture] = []
    stack = [future]
    while stack:
        each = stack.pop()
        found.append(each)
        stack.extend(child for child in reversed(each.children) if page_load or child.txid not in _loads)
    return found


def errors_of(future: EventFuture) -> list[tuple[str, BaseException]]:
    """Return what the handlers of a chain raised, with their transactions."""
    ended = [each for each in whole(future) if each.done() and not each.cancelled()]
    return [(each.txid, error) for each in ended if (error := each.exception()) is not None]


async def settled(future: EventFuture, seconds: float | None, *, background: bool, page_load: bool = True) -> None:
    """Wait until an event and what it chained have ended, or until the time is over; failures are told elsewhere.

    Args:
        future: The event's future.
        seconds: The most to wait, None for ever.
        background: Whether background handlers count.
        page_load: Whether page-load work counts.
    """
    await _until_none(lambda: pending(future, background=background, page_load=page_load), seconds)


async def loaded(future: EventFuture, seconds: float) -> None:
    """Wait until the page-load work of a chain has ended, or until the time is over."""
    await _until_none(lambda: loading(future), seconds)


async def _until_none(unfinished_of: Callable[[], list[EventFuture]], seconds: float | None) -> None:
    """Wait until nothing is unfinished, or until the time is over."""
    loop = asyncio.get_running_loop()
    deadline = None if seconds is None else loop.time() + seconds
    while unfinished := unfinished_of():
        left = None if deadline is None else deadline - loop.time()
        if left is not None and left <= 0:
            return
        await asyncio.wait(unfinished, timeout=left, return_when=asyncio.FIRST_COMPLETED)
