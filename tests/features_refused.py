"""Widgets that the export refuses, one for each reason, for `test_features.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import EventSpec

from mcp_bridge import widget


class Plain:
    """A value that nobody can write as JSON."""


class Refused(rx.State):
    """The State of the widgets but one."""

    text: str = "1 + 1"

    @rx.event
    def open_refused(self) -> None:
        """Open."""

    @rx.event
    def send(self) -> Any:
        """Send a script, by way of another handler."""
        return Refused.sent

    @rx.event
    def sent(self) -> EventSpec:
        """Send a script."""
        return rx.call_script("document.title = 'no'")

    @rx.event(background=True)
    async def take_chunks(self, chunks: rx.UploadChunkIterator) -> None:
        """Take a file while it is being sent."""

    @rx.var
    def shown(self) -> rx.Component:
        """A component that the State makes."""
        return rx.text("made")


class Unwritable(rx.State):
    """A State with a var that cannot be written."""

    things: list[Any] = [Plain()]

    @rx.event
    def open_unwritable(self) -> None:
        """Open."""


class Plot(rx.Component):
    """A component of Plotly's packages."""

    library = "plotly.js-basic-dist-min@3.1.0"
    tag = "Plotly"
    is_default = True


@widget(on_call=Refused.open_refused)
def upload() -> rx.Component:
    """Send a file in chunks."""
    return rx.upload(rx.text("Drop"), id="files", on_drop=Refused.take_chunks(rx.upload_files_chunk("files")))


@widget(on_call=Refused.open_refused)
def uploaded() -> rx.Component:
    """Show a file that was uploaded."""
    return rx.image(src=rx.get_upload_url("cat.png"))


@widget(on_call=Refused.open_refused)
def dynamic() -> rx.Component:
    """Show a component of a var."""
    return rx.box(Refused.shown)


@widget(on_call=Refused.open_refused)
def state_script() -> rx.Component:
    """Run what the State holds."""
    return rx.button("Run", on_click=rx.call_script(Refused.text))


@widget(on_call=Refused.open_refused)
def broken_script() -> rx.Component:
    """Run what is no JavaScript."""
    return rx.button("Run", on_click=rx.call_script("const = 1"))


@widget(on_call=Refused.open_refused)
def handler_script() -> rx.Component:
    """Run what a handler sends."""
    return rx.button("Run", on_click=Refused.send)


@widget(on_call=Unwritable.open_unwritable)
def unwritable() -> rx.Component:
    """Show a var that cannot be written."""
    return rx.text(rx.Var.create(Unwritable.things).to_string())


@widget(on_call=Refused.open_refused)
def plotly() -> rx.Component:
    """Show a chart of Plotly."""
    return rx.box(Plot.create())


def index() -> rx.Component:
    """An ordinary page."""
    return rx.text("An ordinary page")


app = rx.App()
app.add_page(index)
