"""How far something is that takes its time, and a button that stops it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from .button import button
from .style import SMALL, TABULAR, Style


def progress(
    label: str,
    percent: rx.Var[int] | int,
    text: str | rx.Var[str],
    *,
    on_cancel: Any,
    cancel: str = "Cancel",
    has_focus: rx.Var[bool] | bool = False,
) -> rx.Component:
    """A bar that fills, words below it, and a button to stop.

    A screen reader reads the bar when it is asked to. What it shall say of itself belongs into a `role="status"` that
    stays on the page and changes rarely.

    Args:
        label: What is under way.
        percent: How much of it is done, 0 to 100.
        text: The same in words, with what is left: "8,400 of 30,000 rounds, about 50 s left".
        on_cancel: The event of the button.
        cancel: The button's words.
        has_focus: Whether the button takes the keyboard's focus when it appears.
    """
    filled: Style = {
        "height": "100%",
        "border_radius": "999px",
        "background": "var(--accent-9)",
        "transition": "width 1.2s ease-out",
        "@media (prefers-reduced-motion: reduce)": {"transition": "none"},
    }
    return rx.el.div(
        rx.el.div(
            rx.el.div(label, style={"font_weight": "500", "color": "var(--gray-12)"}),
            rx.el.div(
                rx.el.div(style={**filled, "width": f"{percent}%"}),
                role="progressbar",
                aria_label=label,
                aria_valuemin=0,
                aria_valuemax=100,
                aria_valuenow=percent,
                aria_valuetext=text,
                style={
                    "height": "6px",
                    "margin_block": "6px",
                    "border_radius": "999px",
                    "overflow": "hidden",
                    "background": "var(--gray-a4)",
                },
            ),
            rx.el.div(text, aria_hidden="true", style=TABULAR),
            style={**SMALL, "flex": "1 1 auto", "min_width": "0"},
        ),
        button(cancel, on_click=on_cancel, auto_focus=has_focus),
        style={"display": "flex", "align_items": "center", "gap": "14px"},
    )
