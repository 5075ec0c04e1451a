"""A list whose rows open something: real list items with one real button each."""

from __future__ import annotations

from typing import Any

import reflex as rx

from .icons import chevron, spinner
from .style import FOCUS, Style


def row_list(label: str | rx.Var[str], *rows: Any) -> rx.Component:
    """A list of rows with hairlines between them.

    Args:
        label: What is listed, for a screen reader.
        rows: Rows, or one `rx.foreach` over them.
    """
    return rx.el.ul(
        *rows,
        role="list",
        aria_label=label,
        style={
            "list_style": "none",
            "margin_block": "0",
            "margin_inline": "-8px",
            "padding": "0",
            "& > li + li": {"border_block_start": "1px solid var(--gray-a4)"},
        },
    )


def row(
    *content: Any,
    on_open: Any,
    is_busy: rx.Var[bool] | bool = False,
    has_focus: rx.Var[bool] | bool = False,
    key: rx.Var[str] | str | None = None,
) -> rx.Component:
    """One row that opens something when it is pressed.

    Args:
        content: What the row shows; a screen reader says it in this order as the button's name.
        on_open: The event of a press.
        is_busy: Whether what it opens is on its way; a spinner shows it.
        has_focus: Whether the row takes the keyboard's focus when the list appears.
        key: What tells the row from the others, so that it survives sorting.
    """
    look: Style = {
        "font": "inherit",
        "color": "inherit",
        "text_align": "start",
        "display": "flex",
        "align_items": "center",
        "gap": "10px",
        "width": "100%",
        "box_sizing": "border-box",
        "min_height": "60px",
        "padding_block": "10px",
        "padding_inline": "8px",
        "border": "0",
        "border_radius": "10px",
        "background": "transparent",
        "cursor": "pointer",
        "&:hover": {"background": "var(--gray-a2)"},
        "&:active, &[aria-busy=true]": {"background": "var(--gray-a3)"},
        **FOCUS,
        "&:focus-visible": {"outline": "2px solid var(--accent-11)", "outline_offset": "-2px"},
    }
    props: dict[str, Any] = {} if key is None else {"key": key}
    return rx.el.li(
        rx.el.button(
            rx.el.div(*content, style={"flex": "1 1 auto", "min_width": "0"}),
            rx.el.span(rx.cond(is_busy, spinner(), chevron()), style={"color": "var(--gray-10)"}),
            type="button",
            aria_busy=rx.cond(is_busy, "true", "false"),
            auto_focus=has_focus,
            on_click=on_open,
            style=look,
        ),
        **props,
    )
