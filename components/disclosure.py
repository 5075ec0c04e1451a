"""What is there for those who ask: a line that unfolds, made by the browser itself."""

from __future__ import annotations

from typing import Any

import reflex as rx

from .icons import chevron
from .style import FOCUS, SMALL, TOUCH


def disclosure(title: str | rx.Var[str], *content: Any) -> rx.Component:
    """A line that shows what is behind it when it is pressed.

    Args:
        title: What is behind it.
        content: That.
    """
    return rx.el.details(
        rx.el.summary(
            title,
            chevron(to="down"),
            style={
                **SMALL,
                "display": "flex",
                "align_items": "center",
                "gap": "6px",
                "min_height": TOUCH,
                "font_weight": "500",
                "border_radius": "8px",
                "cursor": "pointer",
                "list_style": "none",
                "&::-webkit-details-marker": {"display": "none"},
                "&:hover": {"color": "var(--gray-12)"},
                "details[open] > & > svg": {"transform": "rotate(180deg)"},
                **FOCUS,
            },
        ),
        *content,
    )
