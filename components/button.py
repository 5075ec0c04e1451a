"""Buttons that are 44 px high, since most chats are read on a phone."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from .style import FOCUS, TEXT, TOUCH, Style

Kind = Literal["solid", "soft", "plain"]

_KINDS: dict[Kind, Style] = {
    "solid": {
        "background": "var(--gray-12)",
        "color": "var(--gray-1)",
        "&:hover": {"background": "var(--gray-11)"},
    },
    "soft": {
        "background": "var(--gray-a3)",
        "&:hover": {"background": "var(--gray-a4)"},
        "&:active": {"background": "var(--gray-a5)"},
    },
    "plain": {
        "background": "transparent",
        "&:hover": {"background": "var(--gray-a3)"},
        "&:active": {"background": "var(--gray-a4)"},
    },
}


def button(*children: Any, kind: Kind = "soft", **props: Any) -> rx.Component:
    """A button.

    Args:
        children: Its words, and icons if any.
        kind: "solid" for the one thing that the widget is for, "soft" beside it, "plain" for the way back.
        props: What a button takes: `on_click`, `aria_pressed`, `style`, …
    """
    own: Style = {
        **TEXT,
        "display": "inline-flex",
        "align_items": "center",
        "justify_content": "center",
        "gap": "6px",
        "min_height": TOUCH,
        "padding_block": "0",
        "padding_inline": "14px",
        "border": "0",
        "border_radius": "10px",
        "font_weight": "500",
        "cursor": "pointer",
        **FOCUS,
        **_KINDS[kind],
        **props.pop("style", {}),
    }
    return rx.el.button(*children, type="button", style=own, **props)
