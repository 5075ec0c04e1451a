"""A widget that notes what ran, in its State and in files that outlive a killed process."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import reflex as rx

from mcp_bridge import widget

FOLDER = Path(os.environ["COUNTER_FOLDER"])


async def pass_gate(name: str) -> None:
    """Say in a file that a handler has come this far, and wait until the test lets it go on."""
    (FOLDER / f"{name}.{os.getpid()}").touch()
    while not (FOLDER / f"{name}.open").exists():
        await asyncio.sleep(0.02)


class Counter(rx.State):
    """What ran, in order."""

    entries: list[str] = []
    progress: int = 0

    @rx.event
    def begin(self) -> None:
        """Open the widget."""

    @rx.event
    def add(self, entry: str) -> None:
        """Append."""
        self.entries.append(entry)

    @rx.event
    async def add_slowly(self, entry: str) -> AsyncIterator[None]:
        """Append, show it, wait for the test, and append again."""
        self.entries.append(entry)
        yield
        await pass_gate(entry)
        self.entries.append(f"{entry}, done")

    @rx.event
    def chain(self, entry: str) -> rx.event.EventSpec:
        """Append, and have another handler append."""
        self.entries.append(entry)
        return Counter.add_slowly(f"{entry}, chained")

    @rx.event
    async def refuse(self, entry: str) -> AsyncIterator[None]:
        """Append, show it, and raise."""
        self.entries.append(entry)
        yield
        (FOLDER / f"{entry}.{os.getpid()}").touch()
        msg = "This handler always raises."
        raise RuntimeError(msg)

    @rx.event
    async def hold(self, seconds: float) -> None:
        """Take longer than Reflex's lock lasts."""
        await asyncio.sleep(seconds)
        self.entries.append("held")

    @rx.event(background=True)
    async def work(self, name: str, steps: int) -> None:
        """Make progress, step by step, each when the test allows it."""
        for step in range(1, steps + 1):
            await pass_gate(f"{name}{step}")
            async with self:
                self.progress = step


class Room(rx.SharedState):
    """What two open widgets share."""

    said: int = 0

    @rx.event
    async def join(self) -> None:
        """Share it from now on."""
        await self._link_to("room")

    @rx.event
    def say(self) -> None:
        """Count for everybody."""
        self.said += 1


@widget(on_call=Counter.begin, structured_content=[Counter.entries])
def counter() -> rx.Component:
    """Show what ran."""
    return rx.text(Counter.progress, Room.said)


app = rx.App()
