"""A short verdict in a coloured pill; the words say it all, so the colour is only a help."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from .style import TABULAR

Tone = Literal["good", "warn", "bad", "muted"]

_SCALES = {"good": "grass", "warn": "amber", "bad": "red", "muted": "gray"}


def badge(text: str | rx.Var[str], tone: Tone | rx.Var[Tone] | rx.Var[str] = "muted") -> rx.Component:
    """A pill such as "On time" or "25 min late".

    Args:
        text: One to four words.
        tone: What the words mean for the reader.
    """
    tones = {
        f"&[data-tone={name}]": {"background": f"var(--{scale}-3)", "color": f"var(--{scale}-12)"}
        for name, scale in _SCALES.items()
    }
    dots = {f"&[data-tone={name}]::before": {"background": f"var(--{scale}-9)"} for name, scale in _SCALES.items()}
    return rx.el.span(
        rx.el.bdi(text),
        data_tone=tone,
        style={
            "display": "inline-flex",
            "align_items": "center",
            "gap": "6px",
            "padding_block": "2px",
            "padding_inline": "8px 10px",
            "border_radius": "999px",
            "font_size": "13px",
            "line_height": "18px",
            "font_weight": "500",
            "white_space": "nowrap",
            "&::before": {"content": "''", "width": "6px", "height": "6px", "border_radius": "999px"},
            **TABULAR,
            **tones,
            **dots,
        },
    )
