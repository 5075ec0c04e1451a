"""A server tells its application that it stops only after the last answer, and a poll takes its time to answer.

    async with stopping_in_time(bridge.widgets):         # while the application serves
        ...

So the signal is listened to here as well. Polls are answered at once, with what there is, and handlers in the
foreground have a few seconds to end. What does not end by then is interrupted: its event was not acknowledged, so the
widget sends it again, to whoever serves it then. The server's own handler of the signal is called as before.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from types import FrameType
from typing import TYPE_CHECKING

from . import _reflex_chains

if TYPE_CHECKING:
    from .events import Widgets

STOP_SECONDS = 5
"""How long answers and handlers in the foreground may take to end, together; platforms kill after ten or more."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextlib.asynccontextmanager
async def stopping_in_time(widgets: Widgets, seconds: float = STOP_SECONDS) -> AsyncGenerator[None]:
    """End polls as soon as the process is asked to stop, and wait for handlers at the end of the block.

    Args:
        widgets: The open widgets.
        seconds: How long after the signal, or after the end of the block if there was none, handlers may take.
    """
    loop = asyncio.get_running_loop()
    deadline: float | None = None

    def tell() -> None:
        nonlocal deadline
        deadline = deadline or loop.time() + seconds
        widgets.leaving.set()

    with _on_signal(lambda: loop.call_soon_threadsafe(tell)):
        yield
    tell()
    left = max(0.0, (deadline or 0.0) - loop.time())
    begun = [entry.started.future for session in widgets.sessions for entry in session.running.values()]
    await asyncio.gather(*(_reflex_chains.settled(each, left, background=False, page_load=False) for each in begun))


@contextlib.contextmanager
def _on_signal(tell: Callable[[], object]) -> Generator[None]:
    """Call a function when the process is asked to stop, and then the handler that was there before.

    Where there was none, or in a thread that signals do not reach, the process ends as it always did.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: own for number in _SIGNALS if callable(own := signal.getsignal(number))}

    def handle(number: int, frame: FrameType | None) -> None:
        tell()
        before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, own in before.items():
            if signal.getsignal(number) is handle:
                signal.signal(number, own)
