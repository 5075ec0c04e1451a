"""An event loop whose clock jumps to the next timer when nothing is left to do.

So a poll that is held for 25 seconds takes none, and the same schedule always gives the same run:

    with virtual_loop() as loop:
        loop.run_until_complete(asyncio.sleep(3600))   # at once

What another thread or process does takes real time, and the clock does not know of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
from collections.abc import Callable, Generator, Mapping
from typing import Any

_REAL_SECONDS = 30


class _Selector(selectors.BaseSelector):
    """Polls; where it would have to wait for a timer, it moves the clock on."""

    def __init__(self) -> None:
        """Take the clock's zero."""
        self._real = selectors.DefaultSelector()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; after it has moved the clock, nothing."""
        ready = self._real.select(0)
        if ready:
            return ready
        if timeout is None:
            ready = self._real.select(_REAL_SECONDS)
            if not ready:
                msg = "everything waits, and no timer is set."
                raise RuntimeError(msg)
        else:
            self.now += max(timeout, 0)
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Watch a file."""
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Watch a file no longer."""
        return self._real.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return what is watched."""
        return self._real.get_map()

    def close(self) -> None:
        """Watch nothing."""
        self._real.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on a clock of its own, in seconds."""

    def __init__(self) -> None:
        """Start the clock at 0."""
        self._clock = _Selector()
        self.thread_seconds = 0.0
        """How long what runs in a thread takes, for example the write of a file."""
        super().__init__(self._clock)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # noqa: ARG002
        """Run a function here, since the clock would not wait for a thread."""
        future = self.create_future()

        def run() -> None:
            if future.cancelled():
                return
            try:
                future.set_result(func(*args))
            except Exception as error:  # noqa: BLE001
                future.set_exception(error)

        if self.thread_seconds:
            self.call_later(self.thread_seconds, run)
        else:
            run()
        return future

    def time(self) -> float:
        """Return the clock's seconds."""
        return self._clock.now


@contextlib.contextmanager
def virtual_loop() -> Generator[VirtualLoop]:
    """Give a loop; at the end cancel what still runs on it, and close it."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()
