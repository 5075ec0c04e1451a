"""What a widget shows when it has nothing, not yet, or not any more."""

from __future__ import annotations

from typing import Any

import reflex as rx

from .button import button
from .style import SMALL, TEXT, Style


def empty_state(title: str | rx.Var[str], text: str | rx.Var[str], action: rx.Component | None = None) -> rx.Component:
    """Nothing to show, and the way on.

    Args:
        title: What there is none of.
        text: Why, in one sentence.
        action: A button that leads somewhere.
    """
    return rx.el.div(
        rx.el.p(title, style={**TEXT, "margin": "0", "font_weight": "600"}),
        rx.el.p(text, style={**SMALL, "margin": "0", "max_width": "44ch", "text_wrap": "balance"}),
        *([] if action is None else [rx.el.div(action, style={"margin_block_start": "10px"})]),
        style={
            "display": "flex",
            "flex_direction": "column",
            "align_items": "center",
            "gap": "2px",
            "padding_block": "28px",
            "text_align": "center",
        },
    )


def error_state(text: str | rx.Var[str], on_retry: Any, retry: str = "Try again") -> rx.Component:
    """What went wrong, and a button to try again; a screen reader says it at once.

    Args:
        text: What went wrong, in one sentence.
        on_retry: The event of the button.
        retry: The button's words.
    """
    return rx.el.div(
        rx.el.p(text, style={**TEXT, "margin": "0", "color": "var(--red-12)", "flex": "1 1 180px"}),
        button(retry, on_click=on_retry),
        role="alert",
        style={
            "display": "flex",
            "flex_wrap": "wrap",
            "align_items": "center",
            "gap": "8px 12px",
            "padding_block": "8px",
            "padding_inline": "14px 8px",
            "border_radius": "10px",
            "background": "var(--red-a3)",
        },
    )


def skeleton(rows: int = 4, label: str = "Loading") -> rx.Component:
    """The shape of a list that is on its way.

    Args:
        rows: How many rows it shows.
        label: What a screen reader says.
    """
    bar: Style = {
        "height": "12px",
        "border_radius": "6px",
        "background": "var(--gray-a4)",
        "@keyframes bridge-breathe": {"50%": {"opacity": "0.45"}},
        "animation": "bridge-breathe 1.6s ease-in-out infinite",
        "@media (prefers-reduced-motion: reduce)": {"animation": "none"},
    }
    line = rx.el.div(
        rx.el.div(style={**bar, "width": "42%"}),
        rx.el.div(style={**bar, "width": "70%", "opacity": "0.7"}),
        style={"display": "grid", "gap": "10px", "padding_block": "14px", "padding_inline": "8px"},
    )
    return rx.el.div(*[line for _ in range(rows)], role="status", aria_label=label, aria_busy="true")
