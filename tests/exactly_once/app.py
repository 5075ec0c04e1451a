"""An app that keeps a log of what ran: one widget, and a handler of each kind that appends to it.

Every event has an id of its own, so the log tells how often and in which order events ran.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import reflex as rx

from mcp_bridge import ToolError, host, manifest, widget
from tests.registries import separate_registry


class Diary(rx.State):
    """What ran, in order."""

    entries: list[str] = []
    _refused: list[str] = []

    @rx.event
    def begin(self) -> None:
        """Open the widget."""

    @rx.event
    def add(self, entry: str) -> None:
        """Append."""
        self.entries.append(entry)

    @rx.event
    async def steps(self, entry: str) -> AsyncIterator[None]:
        """Append three times, with time between."""
        self.entries.append(entry)
        yield
        await asyncio.sleep(0.4)
        self.entries.append(f"{entry}.1")
        yield
        await asyncio.sleep(0.4)
        self.entries.append(f"{entry}.2")

    @rx.event
    def chain(self, entry: str) -> rx.event.EventSpec:
        """Append, and have another handler append."""
        self.entries.append(entry)
        return Diary.chained(entry)

    @rx.event
    async def chained(self, entry: str) -> rx.event.EventSpec:
        """Append as the second of a chain, after a while, and cause something in the browser."""
        await asyncio.sleep(0.2)
        self.entries.append(f"{entry}.chained")
        return host.send_message(f"{entry}.chained")

    @rx.event
    def effect(self, entry: str) -> Iterator[rx.event.EventSpec]:
        """Append, and cause something in the browser."""
        self.entries.append(entry)
        yield host.send_message(entry)

    @rx.event(background=True)
    async def job(self, entry: str) -> AsyncIterator[rx.event.EventSpec]:
        """Append at the beginning and at the end of a job, and cause something in the browser."""
        async with self:
            self.entries.append(entry)
        await asyncio.sleep(3)
        async with self:
            self.entries.append(f"{entry}.done")
        yield host.send_message(f"{entry}.done")

    @rx.event(background=True)
    async def silent(self, entry: str) -> None:
        """Append after a time in which nothing is to be seen."""
        await asyncio.sleep(4)
        async with self:
            self.entries.append(entry)

    @rx.event
    def refuse(self, entry: str) -> None:
        """Note it where no view sees it, since Reflex emits nothing of a handler that raises, and raise."""
        self._refused.append(entry)
        raise ToolError(entry)


with separate_registry() as registry:

    @widget(on_call={"diary": Diary.begin}, structured_content=[Diary.entries], read_only=True)
    def diary() -> rx.Component:
        """Show what ran."""
        return rx.foreach(Diary.entries, rx.text)


UNORDERED = ("job", "silent", "refuse")
"""Kinds that run beside the others, or leave nothing in the log."""

STATE = Diary.get_full_name()
VAR = "entries_rx_state_"
KINDS = ("add", "steps", "chain", "effect", "job", "silent", "refuse")


def event(kind: str, entry: str) -> dict[str, object]:
    """Return the event that the component sends to have one of the handlers run."""
    return {"name": f"{STATE}.{kind}", "payload": {"entry": entry}}


def logged(kind: str, entry: str) -> list[str]:
    """Return what one run of a handler leaves in the log, in order."""
    if kind == "refuse":
        return []
    more = {"steps": [f"{entry}.1", f"{entry}.2"], "chain": [f"{entry}.chained"], "job": [f"{entry}.done"]}
    return [entry, *more.get(kind, [])]


def caused(kind: str, entry: str) -> list[tuple[str, str]]:
    """Return the frontend events of one run of a handler: name and text."""
    return {
        "effect": [("_host_send_message", entry)],
        "chain": [("_host_send_message", f"{entry}.chained")],
        "job": [("_host_send_message", f"{entry}.done")],
        "refuse": [("_bridge_error", entry)],
    }.get(kind, [])


def write_bundles(folder: Path) -> manifest.Manifest:
    """Write a bundle of the widget to a folder."""
    exports = [
        manifest.Export(
            name=each.name,
            title=each.title,
            description=each.description,
            html=b"<!doctype html><title>diary</title>",
            events=tuple(sorted(f"{STATE}.{kind}" for kind in KINDS)),
            states=(rx.State.get_full_name(), STATE),
            csp=manifest.Needs(),
        )
        for each in registry.widgets.values()
    ]
    return manifest.write(folder, "diary", exports)
