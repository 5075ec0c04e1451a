"""What the export refuses; the sentences are tested with a real export in `test_features.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import reflex as rx
from pydantic import BaseModel
from reflex import call_script

from mcp_bridge.bundle import Bundle
from mcp_bridge.errors import BundleError
from mcp_bridge.manifest import Export, Needs
from mcp_bridge.refusals import refuse
from mcp_bridge.widgets import registry, widget
from tests.registries import separate_registry


class Client:
    """Something else that has a method of that name."""

    def call_function(self) -> None:
        """Do nothing of Reflex's."""


CLIENT = Client()


class Model(BaseModel):
    """A value that Pydantic writes."""

    day: date


@dataclass
class Point:
    """A value that Reflex writes."""

    x: int


def refusals(state: type[rx.State], js: str = "") -> list[str]:
    """Return the sentences for a widget that opens with `state.open_it`."""
    widget(on_call=getattr(state, "open_it"))(refused)  # noqa: B009 (no attribute of rx.State)
    export = Export(
        name="refused",
        title="Refused",
        description="",
        html=b"",
        events=(f"{state.get_full_name()}.act",),
        states=(state.get_full_name(),),
        csp=Needs(),
    )
    try:
        refuse(registry().widgets, {"refused": Bundle(js=js, css="")}, [export])
    except BundleError as error:
        return str(error).splitlines()
    return []


def refused() -> rx.Component:
    """Show nothing."""
    return rx.el.div()


def test_what_can_work_is_not_refused() -> None:
    """bridge: a refusal is never a guess."""
    with separate_registry():

        class Works(rx.State):
            model: Model | None = None
            points: list[Point] = [Point(1)]
            anything: list[Any] = [None, {"a": [1.5]}]
            _backend: Any = CLIENT

            @rx.event
            def open_it(self) -> None:
                """Open."""

            @rx.event
            def act(self) -> None:
                """Call another's `call_function`."""
                CLIENT.call_function()

            @rx.event
            def elsewhere(self) -> Any:
                """Of another page: the widget cannot reach it."""
                return rx.call_script("1")

        assert refusals(Works) == []


def test_a_script_is_found_by_any_name(request: pytest.FixtureRequest) -> None:
    """bridge: the widget, the handler and its line are named."""
    with separate_registry():

        class Scripting(rx.State):
            @rx.event
            def open_it(self) -> Any:
                """Open."""
                return call_script("1")

            @rx.event
            def act(self) -> None:
                """Do nothing."""

        (sentence,) = refusals(Scripting)
        line = next(
            number
            for number, text in enumerate(request.path.read_text().splitlines(), start=1)
            if text.strip() == 'return call_script("1")'
        )

    assert sentence.startswith(
        f"widget `refused`: handler `Scripting.open_it` sends `rx.call_script` (tests/test_refusals.py:{line}), and no"
    )


def test_each_mark_of_the_bundle_is_a_sentence() -> None:
    """bridge: scripts.mjs marks what it could not compile."""
    with separate_registry():

        class Marked(rx.State):
            @rx.event
            def open_it(self) -> None:
                """Open."""

        found = refusals(Marked, 'a("mcp-bridge-refused:script:");b(`mcp-bridge-refused:syntax:const%20%3D%201`)')

    assert [sentence.partition(" whose")[0].partition(" that")[0] for sentence in found] == [
        "widget `refused`: a trigger has an `rx.call_script`",
        "widget `refused`: the script `const = 1` of a trigger is not JavaScript",
    ]
