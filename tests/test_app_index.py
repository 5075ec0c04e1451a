"""The ordinary page of the reference app."""

from __future__ import annotations

import inspect
from typing import get_type_hints

from app.app import app, index
from app.flight_state import Flights


def test_the_index_links_to_the_page_of_every_widget() -> None:
    """bridge: ordinary pages stand beside the widgets."""
    text = str(index().render())
    assert [name for name in ("hello", "flights") if f"/widgets/{name}" in text] == ["hello", "flights"]


def test_the_app_adds_the_index_and_leaves_the_widgets_to_the_plugin() -> None:
    """bridge: nothing but the plugin is needed for a widget's page."""
    assert list(app._unevaluated_pages) == ["index"]


def test_every_event_handler_of_the_flights_is_annotated() -> None:
    """bridge: handlers are the author's API, and the parameters of one are a tool's schema."""
    for handler in Flights.event_handlers.values():
        if handler.fn.__module__ == Flights.__module__:
            assert set(get_type_hints(handler.fn)) >= {*list(inspect.signature(handler.fn).parameters)[1:], "return"}
