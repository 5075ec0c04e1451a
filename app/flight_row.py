"""One flight in the list: two lines beside each other where there is room, three below each other on a phone."""

from __future__ import annotations

import reflex as rx

from components import badge, row
from components.style import HIDDEN, ONE_LINE, SMALL, TABULAR, WIDE

from .flight_models import FlightRow
from .flight_state import Flights

_PHONE = '"tile times verdict" "tile actual actual" "tile airline took"'
_DESK = '"tile times airline took verdict" "tile actual name took verdict"'
_VERDICT = {"grid_area": "verdict", "justify_self": "end", "display": "flex"}
_PHONE_ONLY = {WIDE: {"display": "none"}}
_DESK_ONLY = {**SMALL, "display": "none", WIDE: {"display": "block"}}
_NAME = {**SMALL, WIDE: {"color": "var(--gray-12)", "font_size": "15px"}}


def flight_row(flight: rx.vars.ObjectVar[FlightRow]) -> rx.Component:
    """A row that opens the flight.

    Args:
        flight: The flight of `Flights.rows`.
    """
    return row(
        rx.el.div(
            _part("airline", flight.code, rx.el.span(f" · {flight.airline}", style=_PHONE_ONLY), **_NAME),
            _part("name", flight.airline, **_DESK_ONLY),
            _part(
                "times",
                rx.el.span("scheduled ", style=HIDDEN),
                f"{flight.leaves} – {flight.lands}",
                font_weight="600",
                font_size="16px",
                line_height="22px",
                text_decoration=rx.cond(flight.is_cancelled, "line-through", "none"),
            ),
            _part("actual", flight.actual, **SMALL),
            rx.el.div(badge(flight.verdict, flight.tone), style=_VERDICT),
            _part(
                "took",
                flight.took,
                rx.cond(flight.took != "", rx.el.span(" in the air", style=HIDDEN)),
                **SMALL,
                text_align="end",
            ),
            _tile(flight.carrier),
            style={
                "display": "grid",
                "grid_template_areas": _PHONE,
                "grid_template_columns": "36px minmax(0, 1fr) auto",
                "column_gap": "12px",
                "align_items": "center",
                WIDE: {
                    "grid_template_areas": _DESK,
                    "grid_template_columns": "36px minmax(0, 1fr) minmax(0, 1fr) 88px 124px",
                },
            },
        ),
        on_open=Flights.open_flight(flight.key),
        is_busy=Flights.opening == flight.key,
        has_focus=Flights.focused == flight.key,
        key=flight.key,
    )


def _part(area: str, *content: str | rx.Var[str] | rx.Component, **style: object) -> rx.Component:
    """One line of text in its place of the grid."""
    return rx.el.div(rx.el.bdi(*content), style={"grid_area": area, "min_width": "0", **ONE_LINE, **TABULAR, **style})


def _tile(code: rx.Var[str]) -> rx.Component:
    """The airline's code on a square, so that the eye finds an airline in a long list."""
    return rx.el.div(
        code,
        aria_hidden="true",
        style={
            "grid_area": "tile",
            "align_self": "start",
            "margin_block_start": "3px",
            "display": "grid",
            "place_items": "center",
            "width": "36px",
            "height": "36px",
            "border_radius": "8px",
            "background": "var(--gray-a3)",
            "font_size": "13px",
            "font_weight": "600",
            WIDE: {"align_self": "center", "margin_block_start": "0"},
        },
    )
