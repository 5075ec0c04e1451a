"""How values spread, as bars without a library: two SVG paths, so that a new shape is a few hundred bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx

from .style import SMALL, TABULAR, WIDE

_WIDTH, _HEIGHT, _GAP = 1000, 100, 3


@dataclass
class Histogram:
    """A histogram that is ready to be drawn.

    Attributes:
        inside: The SVG path of the bars in the range.
        outside: The SVG path of the others.
        low: Where the range begins, as a CSS percentage.
        mark: Where the mark is.
        high: Where the range ends.
    """

    inside: str = ""
    outside: str = ""
    low: str = "0%"
    mark: str = "0%"
    high: str = "0%"


def draw_histogram(counts: Sequence[float], *, low: float, mark: float, high: float) -> Histogram:
    """Draw bars of equal width, the highest as high as the chart.

    Args:
        counts: How often values fell into each bar; any unit.
        low: Where the range begins, 0 to 1 of the width.
        mark: Where the mark is.
        high: Where the range ends.
    """
    step, highest = _WIDTH / len(counts), max(counts) or 1.0
    paths: dict[bool, list[str]] = {True: [], False: []}
    for number, count in enumerate(counts):
        top = round(_HEIGHT * (1 - count / highest))
        if top < _HEIGHT:
            path = f"M{round(number * step)} {_HEIGHT}V{top}h{round(step - _GAP)}V{_HEIGHT}z"
            paths[low <= (number + 0.5) / len(counts) <= high].append(path)
    ends = (f"{min(max(share, 0.0), 1.0):.1%}" for share in (low, mark, high))
    return Histogram("".join(paths[True]), "".join(paths[False]), *ends)


def histogram(
    title: str | rx.Var[str],
    text: str | rx.Var[str],
    chart: rx.vars.ObjectVar[Histogram],
    *,
    low: str | rx.Var[str],
    mark: str | rx.Var[str],
    high: str | rx.Var[str],
) -> rx.Component:
    """A chart with the ends of its range and its mark written below.

    Args:
        title: What is counted.
        text: What the chart says, in a sentence or two, for those who do not see it.
        chart: The bars, from `draw_histogram`.
        low: The words at the lower end, "" for none.
        mark: The words at the mark.
        high: The words at the upper end, "" for none.
    """
    drawn = rx.el.svg(
        rx.el.path(d=chart.outside, fill="var(--gray-a7)"),
        rx.el.path(d=chart.inside, fill="var(--accent-9)"),
        view_box=f"0 0 {_WIDTH} {_HEIGHT}",
        preserve_aspect_ratio="none",
        role="img",
        aria_label=text,
        style={"display": "block", "width": "100%", "height": "96px"},
    )
    line = rx.el.div(
        style={
            "position": "absolute",
            "inset_block": "-6px 0",
            "left": chart.mark,
            "width": "2px",
            "margin_inline_start": "-1px",
            "background": "var(--gray-12)",
        },
    )
    return rx.el.figure(
        rx.el.figcaption(title, style={**SMALL, "margin_block_end": "10px"}),
        rx.el.div(
            rx.el.div(
                drawn,
                line,
                style={"position": "relative", "border_block_end": "1px solid var(--gray-a6)"},
            ),
            rx.el.div(
                _tick(low, f"max({chart.low}, 48px)", shift="-75%"),
                _tick(mark, chart.mark, shift="-50%", is_strong=True),
                _tick(high, f"min({chart.high}, calc(100% - 48px))", shift="-25%"),
                aria_hidden="true",
                style={"position": "relative", "height": "22px", "margin_block_start": "4px"},
            ),
            style={"direction": "ltr"},
        ),
        style={"margin": "0"},
    )


def _tick(words: str | rx.Var[str], place: str | rx.Var[str], *, shift: str, is_strong: bool = False) -> rx.Component:
    """Write words below a place of the chart; on a phone those of the ends are shifted outwards."""
    return rx.el.span(
        words,
        style={
            **SMALL,
            **TABULAR,
            "position": "absolute",
            "left": place,
            "transform": f"translateX({shift})",
            WIDE: {"transform": "translateX(-50%)"},
            "white_space": "nowrap",
            **({"color": "var(--gray-12)", "font_weight": "600"} if is_strong else {}),
        },
    )
