"""What a home is worth: a price at once, and the range around it by a minute of work that shows how far it is.

valuation(bedrooms=3, baths=1.75, square_feet=1440, year_built=1956, lot_acres=0.28)
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import (
    badge,
    button,
    disclosure,
    empty_state,
    histogram,
    progress,
    table,
    table_row,
)
from components.style import HIDDEN, SMALL, TABULAR, TEXT, WIDE, Style
from mcp_bridge import host, widget

from .homes_data import LAST_YEAR
from .valuation_state import Valuation

_HEADING: Style = {**TEXT, "margin": "0", "font_weight": "600"}
# On a phone, room for the second line that a sentence gets while the widget works, so that nothing below it moves.
_TWO_LINES: Style = {"@media (max-width: 480px)": {"min_height": "2lh"}}


@widget(
    on_call=Valuation.value,
    content=Valuation.summary,
    structured_content={
        "home": Valuation.home,
        "status": Valuation.status,
        "progress_percent": Valuation.progress_quarters,
        "estimate": Valuation.estimate,
        "sale_price_80_percent": Valuation.sale_price_range,
        "estimate_95_percent_confidence": Valuation.estimate_range,
        "comparable_sales": Valuation.comparable_sales,
    },
    read_only=True,
    idempotent=True,
    on_interrupted="restart",
    invoking="Valuing the home…",
    invoked="Valuation started",
)
def valuation() -> rx.Component:
    """Value a home in Grinnell, Iowa, from all sales of 2005-2015: a price at once, then a range that takes a minute.

    The widget shows the progress and the result. It also lists the sales that are most alike.
    """
    return rx.el.section(
        rx.cond(Valuation.status == "empty", _nothing_yet(), _result()),
        aria_label="Valuation",
        style={
            "box_sizing": "border-box",
            "width": "100%",
            "max_width": "768px",
            "margin_inline": "auto",
            "padding": "12px",
            WIDE: {"padding": "16px"},
        },
    )


def _nothing_yet() -> rx.Component:
    """What stands there before a home was named."""
    example = Valuation.value(3, 2, 1440, 1956, None, "quick")
    return empty_state(
        "No home to value yet",
        "Ask for a valuation in the chat: rooms, size and year are enough.",
        button("Value an example", on_click=example),
    )


def _result() -> rx.Component:
    """The price, how far the work is, and what the price rests on."""
    return rx.el.div(
        _header(),
        _work(),
        histogram(
            "What such homes sell for; blue are eight of ten",
            f"Eight of ten sales are at {Valuation.likely}, the middle one is at {Valuation.price}.",
            Valuation.chart,
            low=Valuation.ends[0],
            mark=Valuation.price,
            high=Valuation.ends[1],
        ),
        rx.el.div(
            _part("What would change the price", _effects()),
            _part("Sales most alike", _sales()),
            style={"display": "grid", "gap": "16px 32px", WIDE: {"grid_template_columns": "1fr 1fr"}},
        ),
        disclosure("How this is worked out", rx.foreach(Valuation.method, _sentence)),
        style={"display": "grid", "gap": "16px"},
    )


def _header() -> rx.Component:
    """The home, its price and the range."""
    return rx.el.header(
        rx.el.p(Valuation.home, style={**SMALL, "margin": "0"}),
        rx.el.div(
            rx.el.h2(
                "About ",
                Valuation.price,
                style={
                    "margin": "0",
                    "font_size": "26px",
                    "line_height": "32px",
                    "font_weight": "650",
                    "letter_spacing": "-0.01em",
                    **TABULAR,
                },
            ),
            rx.match(
                Valuation.status,
                ("stopped", badge("Partial", "warn")),
                ("failed", badge("Partial", "bad")),
                ("done", rx.cond(Valuation.is_rough, badge("Rough"), badge("Complete", "good"))),
                rx.fragment(),
            ),
            style={"display": "flex", "flex_wrap": "wrap", "align_items": "center", "gap": "4px 12px"},
        ),
        rx.el.p(
            rx.cond(
                Valuation.likely != "",
                rx.fragment("Eight of ten such homes sell for ", rx.el.strong(Valuation.likely), "."),
                "The range of prices is on its way.",
            ),
            style={
                **TEXT,
                **TABULAR,
                **_TWO_LINES,
                "margin_block": "4px 0",
                "& strong": {"font_weight": "600", "white_space": "nowrap"},
            },
        ),
        rx.el.p(
            rx.cond(Valuation.sure != "", f"The middle price is {Valuation.sure} with 95 % confidence. ", ""),
            rx.cond((Valuation.status == "done") & ~Valuation.is_rough, f"From {Valuation.rounds_text} rounds. ", ""),
            f"Grinnell, Iowa, at {LAST_YEAR} prices.",
            style={**SMALL, **TABULAR, **_TWO_LINES, "margin": "0"},
        ),
        rx.el.span(Valuation.said, role="status", style=HIDDEN),
        style={"position": "relative"},
    )


def _work() -> rx.Component:
    """How far the work is and what can be done about it."""
    return rx.match(
        Valuation.status,
        (
            "running",
            progress(
                "Working out the range",
                Valuation.percent,
                Valuation.progress,
                on_cancel=[Valuation.stop, host.cancel(Valuation.run)],
                has_focus=Valuation.has_focus,
            ),
        ),
        (
            "stopped",
            "failed",
            _offer(
                rx.cond(
                    Valuation.status == "failed",
                    f"Broke off after {Valuation.done} rounds. What there is stays.",
                    f"Stopped after {Valuation.done} rounds. The range is a first one.",
                ),
                button("Continue", kind="solid", on_click=Valuation.run, auto_focus=Valuation.has_focus),
                button("Start over", on_click=Valuation.start_over),
            ),
        ),
        (
            "done",
            rx.cond(
                Valuation.is_rough,
                _offer(
                    f"From {Valuation.rounds_text} rounds. More make the range surer and take about a minute.",
                    button("Work it out fully", on_click=Valuation.refine),
                ),
            ),
        ),
        rx.fragment(),
    )


def _offer(text: Any, *actions: rx.Component) -> rx.Component:
    """What there is, and the ways on."""
    return rx.el.div(
        rx.el.p(text, style={**SMALL, **TABULAR, "margin": "0", "flex": "1 1 200px"}),
        rx.el.div(*actions, style={"display": "flex", "gap": "8px"}),
        style={"display": "flex", "flex_wrap": "wrap", "align_items": "center", "gap": "8px 14px"},
    )


def _part(title: str, content: rx.Component) -> rx.Component:
    """A part with its heading."""
    return rx.el.section(rx.el.h3(title, style=_HEADING), content, style={"min_width": "0"})


def _effects() -> rx.Component:
    """What changes of the home do to its price."""
    return table(
        "What changes of the home would do to its price",
        ("Change", "Difference"),
        rx.foreach(
            Valuation.effects,
            # The line is there before what it says, so that the rows stay where they are.
            lambda row: table_row(row.change, row.amount, note=rx.cond(row.between != "", row.between, "\u00a0")),
        ),
    )


def _sales() -> rx.Component:
    """The sales that are most alike."""
    return table(
        "The five sales that are most alike",
        ("Home", "Price"),
        rx.foreach(Valuation.sales, lambda row: table_row(row.address, row.price, about=row.features, note=row.sold)),
    )


def _sentence(text: rx.Var[str]) -> rx.Component:
    """One sentence of the method."""
    return rx.el.p(text, style={**SMALL, "margin_block": "0 8px", "max_width": "72ch", "text_wrap": "pretty"})
