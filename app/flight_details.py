"""One flight with all that the data knows of it, and the button that asks the model to book it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import badge, button, chevron, stat, stats
from components.style import FOCUS, HIDDEN, ONE_LINE, SMALL, TABULAR, TEXT, WIDE
from mcp_bridge import host

from .flight_models import DayMark
from .flight_state import Flights

_HEADING = "flight-heading"

_MARKS = {"good": "grass", "warn": "amber", "bad": "red", "muted": "gray"}


def flight_details() -> rx.Component:
    """The open flight; its heading takes the focus when it appears."""
    flight: Any = Flights.details
    return rx.el.article(
        button(
            chevron(to="start"),
            "All flights",
            kind="plain",
            on_click=Flights.close_flight,
            style={
                "justify_self": "start",
                "padding_inline": "6px 12px",
                "margin_inline_start": "-6px",
                "margin_block": "-8px",
            },
        ),
        rx.el.header(
            rx.el.div(
                _heading(flight.row.airline, " ", flight.row.code),
                rx.el.p(Flights.long_date, style={**SMALL, "margin": "0"}),
            ),
            badge(flight.row.verdict, flight.row.tone),
            style={
                "display": "flex",
                "flex_wrap": "wrap",
                "gap": "4px 12px",
                "align_items": "baseline",
                "justify_content": "space-between",
            },
        ),
        rx.el.div(
            _stop("Departure", flight.departure, align="start"),
            _leg(flight.row.took),
            _stop("Arrival", flight.arrival, align="end"),
            style={
                "display": "grid",
                "grid_template_columns": "minmax(0, auto) minmax(88px, 1fr) minmax(0, auto)",
                "gap": "12px",
            },
        ),
        stats(
            stat("Left", flight.left),
            stat("Distance", flight.distance),
            stat("Aircraft", flight.aircraft),
        ),
        rx.el.section(
            rx.el.h3(
                "This flight all week, minutes late on arrival",
                style={**SMALL, "margin": "0", "font_weight": "400", "margin_block_end": "6px"},
            ),
            rx.el.ol(
                rx.foreach(flight.week, _day),
                role="list",
                style={
                    "display": "grid",
                    "grid_template_columns": "repeat(7, minmax(0, 1fr))",
                    "gap": "4px",
                    "list_style": "none",
                    "margin": "0",
                    "padding": "0",
                },
            ),
        ),
        rx.cond(
            host.can_send_message & ~flight.row.is_cancelled,
            button(
                "Book it",
                kind="solid",
                on_click=host.send_message(flight.booking),
                style={WIDE: {"justify_self": "start", "min_width": "180px"}},
            ),
        ),
        style={"display": "grid", "gap": "16px"},
    )


def _heading(*words: Any) -> rx.Component:
    """The heading, which a program may focus and the Tab key may not."""
    return rx.el.h2(
        *words,
        id=_HEADING,
        tab_index=-1,
        on_mount=rx.set_focus(_HEADING),
        style={
            "margin": "0",
            "font_size": "20px",
            "line_height": "26px",
            "font_weight": "650",
            "letter_spacing": "-0.01em",
            "border_radius": "4px",
            **FOCUS,
        },
    )


def _leg(took: Any) -> rx.Component:
    """The line between the two ends, with the time in the air above it."""
    dot = {"content": "''", "width": "6px", "height": "6px", "border_radius": "999px", "background": "var(--gray-8)"}
    line = rx.el.div(
        aria_hidden="true",
        style={
            "display": "flex",
            "align_items": "center",
            "justify_content": "space-between",
            "margin_block_start": "2px",
            "background": "linear-gradient(var(--gray-6), var(--gray-6)) center / 100% 2px no-repeat",
            "&::before": dot,
            "&::after": dot,
        },
    )
    return rx.el.div(
        rx.el.bdi(rx.cond(took != "", took, "\u00a0")),
        rx.cond(took != "", rx.el.span(" in the air", style=HIDDEN)),
        line,
        style={
            **SMALL,
            **TABULAR,
            "align_self": "start",
            "text_align": "center",
            "padding_block_start": "16px",
        },
    )


def _stop(name: str, stop: Any, *, align: str) -> rx.Component:
    """One end of the flight: when it really was, and when it was planned."""
    return rx.el.div(
        rx.el.div(name, " ", stop.code, style=SMALL),
        rx.el.div(
            rx.cond(stop.time != "", stop.time, "–"),
            style={"font_size": "26px", "line_height": "32px", "font_weight": "600", **TABULAR},
        ),
        rx.el.div(stop.plan, style={**SMALL, **TABULAR}),
        rx.el.div(stop.airport, style={**SMALL, **ONE_LINE}),
        style={"text_align": align, "min_width": "0"},
    )


def _day(day: rx.vars.ObjectVar[DayMark]) -> rx.Component:
    """One day of the week."""
    tones = {
        f"&[data-tone={name}]": {"background": f"var(--{scale}-a3)", "color": f"var(--{scale}-12)"}
        for name, scale in _MARKS.items()
    }
    return rx.el.li(
        rx.el.div(day.day, aria_hidden="true", style={**SMALL, "font_size": "12px", "white_space": "nowrap"}),
        rx.el.div(
            day.mark,
            role="img",
            aria_label=day.label,
            data_tone=day.tone,
            style={
                **TEXT,
                **TABULAR,
                "font_size": "14px",
                "font_weight": "600",
                "padding_block": "7px",
                "border_radius": "8px",
                **tones,
            },
        ),
        aria_current=rx.cond(day.is_this, "date", "false"),
        style={
            "text_align": "center",
            "&[aria-current=date] > div:last-child": {"box_shadow": "inset 0 0 0 1.5px currentColor"},
        },
    )
