"""One figure with its name."""

from __future__ import annotations

import reflex as rx

from .style import ONE_LINE, SMALL, TABULAR


def stats(*figures: rx.Component) -> rx.Component:
    """A description list of figures, as many side by side as fit.

    Args:
        figures: What `stat` makes.
    """
    return rx.el.dl(
        *figures,
        style={
            "display": "flex",
            "flex_wrap": "wrap",
            "gap": "12px 28px",
            "margin": "0",
        },
    )


def stat(label: str, value: str | rx.Var[str], note: str | rx.Var[str] | None = None) -> rx.Component:
    """A figure under its name.

    Args:
        label: What the figure is: "Distance".
        value: The figure with its unit: "2,586 mi".
        note: A smaller line below, such as what was planned.
    """
    return rx.el.div(
        rx.el.dt(label, style=SMALL),
        rx.el.dd(
            rx.el.bdi(value),
            style={
                "margin": "0",
                "font_size": "17px",
                "line_height": "24px",
                "font_weight": "600",
                **TABULAR,
                **ONE_LINE,
            },
        ),
        *([] if note is None else [rx.el.dd(rx.el.bdi(note), style={"margin": "0", **SMALL, **TABULAR})]),
        style={"min_width": "0"},
    )
