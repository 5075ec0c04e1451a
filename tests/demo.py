"""A small app for the tests: one widget with every kind of handler, two tools without UI."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import reflex as rx
from pydantic import BaseModel, Field

from mcp_bridge import Csp, ToolError, host, manifest, tool, widget
from mcp_bridge.bridge import Bridge
from mcp_bridge.events import Widgets
from tests.registries import separate_registry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


class Item(BaseModel):
    """Something to buy."""

    name: str
    price: float
    due: date | None = None


class Elsewhere(rx.State):
    """A State that the widget does not show."""

    hidden_from_widget: str = "of another widget"


class Shop(rx.State):
    """The State of the widget."""

    city: str = ""
    items: list[Item] = []
    count: int = 0
    note: str = "for the widget only"
    _margin: str = "backend secret"

    @rx.var
    def summary(self) -> str:
        """The text for the model."""
        return f"{len(self.items)} items in {self.city}."

    @rx.event
    async def search(
        self,
        city: str,
        limit: Annotated[int, Field(ge=1, le=10)] = 2,
        kind: Literal["food", "books"] = "food",
    ) -> rx.event.EventSpec | None:
        """Find items.

        Args:
            city: Where to look.
        """
        if city == "Nowhere":
            msg = "There is no shop in Nowhere. Try Rome."
            raise ToolError(msg)
        if city == "Boom":
            msg = "database password is hunter2"
            raise RuntimeError(msg)
        self.city = city
        self.items = [
            Item(name=f"{kind} {number}", price=number, due=date(2026, 1, number)) for number in range(1, limit + 1)
        ]
        return host.reply(f"Replied for {city}.") if city == "Reply" else None

    @rx.event
    def add(self, by: int = 1) -> None:
        """Count."""
        self.count += by

    @rx.event
    async def stream(self) -> AsyncIterator[None]:
        """Count in steps."""
        for _ in range(3):
            self.count += 1
            yield
            await asyncio.sleep(0)

    @rx.event
    async def count_slowly(self) -> AsyncIterator[None]:
        """Count in steps that can be told apart."""
        for _ in range(4):
            self.count += 1
            yield
            await asyncio.sleep(0.06)

    @rx.event
    async def count_to_twenty(self) -> AsyncIterator[None]:
        """Count in steps, for as long as several polls take."""
        for _ in range(20):
            self.count += 1
            yield
            await asyncio.sleep(0.05)

    @rx.event
    def move(self, city: str) -> None:
        """Go to another city."""
        self.city = city

    @rx.event
    def fail(self) -> None:
        """Raise something that nobody foresaw."""
        self.count += 1000
        msg = "secret path /etc/shop"
        raise RuntimeError(msg)

    @rx.event
    def refuse(self) -> None:
        """Raise something foreseen."""
        msg = "The shop is closed on Sundays."
        raise ToolError(msg)

    @rx.event
    def chain(self) -> Iterator[rx.event.EventType[()]]:
        """Chain a handler and a host action."""
        yield Shop.add(10)
        yield host.send_message("Book it.")

    @rx.event(background=True)
    async def job(self) -> None:
        """Count in the background, when the test lets it."""
        await _gates[-1].wait()
        async with self:
            self.count += 100

    @rx.event
    def begin_job(self) -> rx.event.EventType[()]:
        """Chain a background handler that no component names."""
        return Shop.chained_job

    @rx.event(background=True)
    async def chained_job(self) -> None:
        """Count in the background, when the test lets it."""
        await _gates[-1].wait()
        async with self:
            self.count += 100

    @rx.event
    def not_in_the_bundle(self) -> None:
        """Never to be run by a widget."""
        self.count = -1


_gates: list[asyncio.Event] = []


def hold_job() -> asyncio.Event:
    """Make the background handler wait until the returned event is set."""
    _gates.append(asyncio.Event())
    return _gates[-1]


with separate_registry() as registry:

    @widget(
        on_call={"shop": Shop.search},
        structured_content=[Shop.city, Shop.items],
        content=Shop.summary,
        read_only=True,
        csp=Csp(resource=["https://img.example.com"]),
    )
    def shop() -> rx.Component:
        """Show the items of a shop."""
        return rx.text(Shop.city)

    @widget(on_call={"shop_job": Shop.job}, structured_content=[Shop.count])
    def job() -> rx.Component:
        """Show a long job."""
        return rx.text(Shop.count)

    @tool(read_only=True)
    async def total(prices: list[float], label: str | None = None) -> Item:
        """Add up prices.

        Args:
            prices: The prices in euros.
        """
        return Item(name=label or "total", price=sum(prices))

    @tool()
    async def broken() -> str:
        """Raise."""
        msg = "connection string postgres://secret"
        raise RuntimeError(msg)


REGISTRY = registry
STATE = Shop.get_full_name()
ROOT_STATE = rx.State.get_full_name()
HANDLERS = ("add", "stream", "count_slowly", "count_to_twenty", "move", "fail", "refuse", "chain", "job", "begin_job")


def event_name(handler: str) -> str:
    """Return the wire name of a handler of `Shop`."""
    return f"{STATE}.{handler}"


def var(name: str) -> str:
    """Return the wire name of a var."""
    return f"{name}_rx_state_"


def exports(html: bytes = b"<!doctype html><title>shop</title>") -> list[manifest.Export]:
    """Return what an export of the widgets would give."""
    return [
        manifest.Export(
            name=each.name,
            title=each.title,
            description=each.description,
            html=html,
            events=tuple(sorted(event_name(handler) for handler in HANDLERS)),
            states=(ROOT_STATE, STATE),
            csp=manifest.Needs(resource=tuple(each.csp.resource)),
        )
        for each in REGISTRY.widgets.values()
    ]


def demo_app() -> rx.App:
    """Return the Reflex app of this process, of which there is one: the reference app."""
    from app.app import app

    return app


def demo_bridge(folder: Path) -> Bridge:
    """Return a bridge over the app with bundles written to a folder."""
    written = manifest.write(folder, "demo", exports())
    return Bridge(name="demo", folder=folder, manifest=written, tools=REGISTRY, widgets=Widgets(demo_app()))
