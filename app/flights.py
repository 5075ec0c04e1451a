"""The flights of a route on a day: a list to sort and filter, the details of one, and a message that books it.

flights(origin="JFK", destination="SFO", date="2013-07-01")
"""

from __future__ import annotations

import reflex as rx

from components import Choice, button, empty_state, error_state, row_list, segmented, select, skeleton
from components.style import HIDDEN, MIRRORED, SMALL, TABULAR, WIDE
from mcp_bridge import widget

from .flight_details import flight_details
from .flight_row import flight_row
from .flight_state import Flights

_ORDERS = [Choice("departure", "Departure"), Choice("delay", "Delay"), Choice("duration", "Duration")]


@widget(
    on_call=Flights.search,
    content=Flights.summary,
    structured_content={
        "origin": Flights.origin,
        "destination": Flights.destination,
        "date": Flights.date,
        "count": Flights.count,
        "flights": Flights.flights,
    },
    read_only=True,
    idempotent=True,
    invoking="Looking up flights…",
    invoked="Flights found",
)
def flights() -> rx.Component:
    """Show the flights from a New York airport (EWR, JFK, LGA) on a day of 1-7 July 2013.

    The user can sort and filter them, open one, and ask to book it.
    """
    return rx.el.section(
        rx.cond(Flights.details, flight_details(), flight_list()),
        aria_label="Flights",
        style={
            "box_sizing": "border-box",
            "width": "100%",
            "max_width": "768px",
            "margin_inline": "auto",
            "padding": "12px",
            WIDE: {"padding": "16px"},
        },
    )


def flight_list() -> rx.Component:
    """The list with its heading, or what stands in its place."""
    return rx.el.div(
        _heading(),
        rx.cond(Flights.problem != "", error_state(Flights.problem, on_retry=Flights.open_flight(Flights.failed))),
        rx.cond(
            Flights.is_moving,
            skeleton(),
            rx.cond(Flights.count > 0, rx.fragment(_controls(), _matches()), _empty_day()),
        ),
        style={"display": "grid", "gap": "10px"},
    )


def _heading() -> rx.Component:
    """The route, its airports and the day."""
    return rx.el.header(
        rx.el.h2(
            Flights.origin,
            rx.el.span(" to ", style=HIDDEN),
            rx.el.span("→", aria_hidden="true", style={"color": "var(--gray-10)", "font_weight": "400", **MIRRORED}),
            Flights.destination,
            style={
                "display": "flex",
                "gap": "8px",
                "margin": "0",
                "font_size": "22px",
                "line_height": "28px",
                "font_weight": "650",
                "letter_spacing": "-0.01em",
            },
        ),
        rx.el.p(Flights.airports, style={**SMALL, "margin": "0"}),
        rx.el.p(Flights.long_date, style={**SMALL, "margin": "0", WIDE: {"text_align": "end"}}),
        style={WIDE: {"display": "grid", "grid_template_columns": "1fr auto", "& h2": {"grid_column": "1 / -1"}}},
    )


def _controls() -> rx.Component:
    """The order and the filters."""
    return rx.el.div(
        segmented("Sort by", _ORDERS, Flights.order, Flights.sort),
        rx.el.div(
            select("Airline", Flights.airlines, Flights.airline, Flights.choose_airline),
            button(
                "On time",
                on_click=Flights.toggle_punctual,
                aria_pressed=rx.cond(Flights.is_punctual_only, "true", "false"),
                style={
                    "white_space": "nowrap",
                    "&[aria-pressed=true]": {"background": "var(--gray-12)", "color": "var(--gray-1)"},
                },
            ),
            style={"display": "grid", "grid_template_columns": "minmax(0, 1fr) auto", "gap": "8px"},
        ),
        style={"display": "grid", "gap": "8px", WIDE: {"grid_template_columns": "300px minmax(0, 1fr)"}},
    )


def _matches() -> rx.Component:
    """The rows that pass the filters, with their number."""
    return rx.fragment(
        rx.el.p(
            rx.el.bdi(Flights.status),
            rx.el.span(f", {Flights.order_text}", style=HIDDEN),
            role="status",
            style={**SMALL, "margin": "0", **TABULAR},
        ),
        rx.cond(
            Flights.rows.length() > 0,
            row_list("Flights", rx.foreach(Flights.rows, flight_row)),
            empty_state(
                "No flights match",
                "No flight of this day passes both filters.",
                button("Clear filters", on_click=Flights.clear_filters),
            ),
        ),
        rx.cond(Flights.more > 0, button(f"Show {Flights.more} more", on_click=Flights.show_all)),
    )


def _empty_day() -> rx.Component:
    """What stands in place of the list on a day without flights."""
    return empty_state(
        "No flights on this day",
        f"The nearest day with flights from {Flights.origin} to {Flights.destination} is {Flights.nearest_day}.",
        button(f"Show {Flights.nearest_day}", on_click=Flights.show_nearest_day),
    )
