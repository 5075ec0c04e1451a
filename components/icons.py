"""The three marks that the building blocks draw, as inline SVG: a CSP without images allows them."""

from __future__ import annotations

import reflex as rx

from .style import MIRRORED, Style


def chevron(*, to: str = "end") -> rx.Component:
    """A small angle that points onward, back or down.

    Args:
        to: "end" for onward, "start" for back, "down" for a list that unfolds.
    """
    path = {"end": "M6 3.5 10.5 8 6 12.5", "start": "M10 3.5 5.5 8 10 12.5", "down": "M3.5 6 8 10.5 12.5 6"}[to]
    return _line(path, MIRRORED)


def spinner() -> rx.Component:
    """A turning arc: something is under way. It stands still for those who asked for less motion."""
    turning: Style = {
        "@keyframes bridge-turn": {"to": {"transform": "rotate(360deg)"}},
        "animation": "bridge-turn 0.8s linear infinite",
        "@media (prefers-reduced-motion: reduce)": {"animation": "none"},
    }
    return _line("M8 2.5 A5.5 5.5 0 1 1 2.5 8", turning)


def _line(path: str, style: Style) -> rx.Component:
    """Draw one line of 16 by 16 px in the colour of the text."""
    return rx.el.svg(
        rx.el.path(d=path),
        view_box="0 0 16 16",
        width="16",
        height="16",
        fill="none",
        stroke="currentColor",
        stroke_width="1.75",
        stroke_linecap="round",
        stroke_linejoin="round",
        aria_hidden="true",
        style={"flex": "none", "display": "block", **style},
    )
