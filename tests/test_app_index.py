"""The ordinary page of the reference app."""

from __future__ import annotations

import inspect
import sys
from typing import get_type_hints

import pytest
import reflex as rx

from app.app import index
from app.flight_state import Flights
from app.valuation_state import Valuation
from tests.own_process import run
from tests.served import PROJECT


def test_the_index_links_to_the_page_of_every_widget() -> None:
    """bridge: ordinary pages stand beside the widgets."""
    text = str(index().render())
    assert [name for name in ("hello", "flights", "valuation") if f"/widgets/{name}" in text] == [
        "hello",
        "flights",
        "valuation",
    ]


def test_the_app_adds_the_index_and_leaves_the_widgets_to_the_plugin() -> None:
    """bridge: nothing but the plugin is needed for a widget's page."""
    shown = run([sys.executable, "-c", "from app.app import app; print(*app._unevaluated_pages)"], PROJECT)
    assert shown.stdout.split() == ["index"], shown.stderr


@pytest.mark.parametrize("state", [Flights, Valuation])
def test_every_event_handler_is_annotated(state: type[rx.State]) -> None:
    """bridge: handlers are the author's API, and the parameters of one are a tool's schema."""
    for handler in state.event_handlers.values():
        if handler.fn.__module__ == state.__module__:
            assert set(get_type_hints(handler.fn)) >= {*list(inspect.signature(handler.fn).parameters)[1:], "return"}
