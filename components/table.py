"""A small table of figures: what they are of, the figure, and what is to be known of it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from .style import HIDDEN, SMALL, TABULAR, TEXT, Style

_CELL: Style = {"padding_block": "8px", "padding_inline": "0", "text_align": "start", "font_weight": "400"}
_FIGURE: Style = {**_CELL, "text_align": "end", "padding_inline_start": "12px", "vertical_align": "top"}


def table(label: str | rx.Var[str], columns: tuple[str, str], *rows: Any) -> rx.Component:
    """A table of two columns with hairlines between its rows.

    Args:
        label: What the table shows, for a screen reader.
        columns: The names of the columns, for a screen reader.
        rows: What `table_row` makes, or one `rx.foreach` over them.
    """
    return rx.el.table(
        rx.el.caption(label, style=HIDDEN),
        rx.el.thead(
            rx.el.tr(*[rx.el.th(name, scope="col") for name in columns]),
            style={**HIDDEN, "display": "block"},
        ),
        rx.el.tbody(*rows, style={"& > tr + tr > *": {"border_block_start": "1px solid var(--gray-a4)"}}),
        style={**TEXT, "width": "100%", "border_collapse": "collapse"},
    )


def table_row(
    name: str | rx.Var[str], figure: str | rx.Var[str], *, about: Any = None, note: Any = None
) -> rx.Component:
    """One row.

    Args:
        name: What the figure is of.
        figure: The figure with its unit.
        about: A smaller line below the name.
        note: A smaller line below the figure.
    """
    return rx.el.tr(
        rx.el.th(rx.el.bdi(name), *_below(about), scope="row", style=_CELL),
        rx.el.td(
            rx.el.bdi(figure, style={"font_weight": "600"}),
            *_below(note),
            style={**_FIGURE, **TABULAR, "white_space": "nowrap"},
        ),
    )


def _below(words: Any) -> list[rx.Component]:
    """Return a smaller line, or nothing."""
    return [] if words is None else [rx.el.div(rx.el.bdi(words), style=SMALL)]
