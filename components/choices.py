"""Ways to choose one of several: side by side when they are few, in a native list when they are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from .icons import chevron
from .style import FOCUS, TEXT, TOUCH, Style


@dataclass
class Choice:
    """One thing to choose.

    Attributes:
        value: What the handler receives.
        label: What people read.
    """

    value: str
    label: str


def segmented(
    label: str, choices: Sequence[Choice], chosen: rx.Var[str] | str, on_choose: Callable[[str], Any]
) -> rx.Component:
    """Two to four choices side by side, one of them pressed.

    Args:
        label: What is chosen, for a screen reader: "Sort by".
        choices: The choices in order.
        chosen: The value of the pressed one.
        on_choose: Gives the event of a choice from its value, for example `Shop.sort`.
    """
    segment: Style = {
        **TEXT,
        "flex": "1 1 0",
        "min_height": TOUCH,
        "padding_block": "0",
        "padding_inline": "12px",
        "border": "2px solid transparent",
        "border_radius": "10px",
        "background": "transparent",
        "background_clip": "padding-box",
        "color": "var(--gray-11)",
        "font_weight": "500",
        "white_space": "nowrap",
        "cursor": "pointer",
        "&:hover": {"color": "var(--gray-12)"},
        "&[aria-pressed=true]": {
            "background_color": "var(--gray-1)",
            "color": "var(--gray-12)",
            "font_weight": "600",
            "filter": "drop-shadow(0 0 0.5px var(--gray-a9)) drop-shadow(0 1px 1px var(--gray-a4))",
        },
        ".dark &[aria-pressed=true]": {"background_color": "var(--gray-6)"},
        **FOCUS,
    }
    return rx.el.div(
        *[
            rx.el.button(
                choice.label,
                type="button",
                aria_pressed=rx.cond(chosen == choice.value, "true", "false"),
                on_click=on_choose(choice.value),
                style=segment,
            )
            for choice in choices
        ],
        role="group",
        aria_label=label,
        style={
            "display": "flex",
            "border_radius": "10px",
            "background": "var(--gray-a3)",
        },
    )


def select(
    label: str, choices: rx.Var[list[Choice]], chosen: rx.Var[str] | str, on_choose: Callable[[Any], Any]
) -> rx.Component:
    """A native list of any length; it opens as the device likes.

    Args:
        label: What is chosen, for a screen reader: "Airline".
        choices: The choices in order.
        chosen: The value of the chosen one.
        on_choose: The event handler, which receives the value.
    """
    field: Style = {
        **TEXT,
        "appearance": "none",
        "width": "100%",
        "min_height": TOUCH,
        "padding_block": "0",
        "padding_inline": "14px 36px",
        "border": "0",
        "border_radius": "10px",
        "background": "var(--gray-a3)",
        "font_weight": "500",
        "text_overflow": "ellipsis",
        "cursor": "pointer",
        "& option": {"color": "var(--gray-12)", "background": "var(--color-panel-solid)"},
        **FOCUS,
    }
    return rx.el.div(
        rx.el.select(
            rx.foreach(choices, lambda choice: rx.el.option(choice.label, value=choice.value)),
            value=chosen,
            on_change=on_choose,
            aria_label=label,
            style=field,
        ),
        rx.el.span(
            chevron(to="down"),
            style={
                "position": "absolute",
                "inset_inline_end": "12px",
                "inset_block_start": "14px",
                "pointer_events": "none",
            },
        ),
        style={"position": "relative", "min_width": "0"},
    )
