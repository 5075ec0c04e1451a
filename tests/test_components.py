"""The building blocks: what they render, and that they know nothing of an app."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import reflex as rx

import components
from components import (
    Choice,
    badge,
    button,
    chevron,
    disclosure,
    empty_state,
    error_state,
    histogram,
    progress,
    row,
    row_list,
    segmented,
    select,
    skeleton,
    spinner,
    stat,
    stats,
    table,
    table_row,
)
from components.histogram import Histogram, draw_histogram


def rendered(component: rx.Component) -> str:
    """Return what a component compiles to, as one text."""
    return str(component.render())


NOTHING = rx.noop()

EVERY_BLOCK: dict[str, rx.Component] = {
    "badge": badge("On time", "good"),
    "button": button("Go", kind="solid", on_click=NOTHING),
    "chevron": chevron(to="start"),
    "disclosure": disclosure("How", rx.el.p("So.")),
    "empty_state": empty_state("No pizzas", "There are none.", button("All", on_click=NOTHING)),
    "error_state": error_state("It broke.", on_retry=NOTHING),
    "histogram": histogram(
        "Prices",
        "Most are at $5.",
        rx.Var.create(draw_histogram([1, 3, 2], low=0.3, mark=0.5, high=0.7)).to(Histogram),
        low="$3",
        mark="$5",
        high="$7",
    ),
    "progress": progress("Baking", 40, "4 of 10 pizzas", on_cancel=NOTHING),
    "row": row("One", on_open=NOTHING),
    "row_list": row_list("Pizzas", row("One", on_open=NOTHING)),
    "segmented": segmented("Sort by", [Choice("a", "A"), Choice("b", "B")], "a", lambda value: rx.console_log(value)),
    "select": select("City", rx.Var.create([Choice("r", "Rome")]), "r", lambda value: rx.console_log(value)),
    "skeleton": skeleton(),
    "spinner": spinner(),
    "stat": stat("Distance", "12 mi", note="planned 10"),
    "stats": stats(stat("Distance", "12 mi")),
    "table": table("Prices", ("Pizza", "Price"), table_row("Margherita", "$5")),
    "table_row": table_row("Margherita", "$5", about="tomato", note="since 1889"),
}


def test_every_public_block_is_tried_here() -> None:
    """bridge: `__all__` is the list of blocks, and the one class they take."""
    assert set(components.__all__) == {*EVERY_BLOCK, "Choice"}


@pytest.mark.parametrize("name", sorted(EVERY_BLOCK))
def test_a_block_renders_without_an_app(name: str) -> None:
    """bridge: a block needs no State and no page."""
    assert EVERY_BLOCK[name].render()["name"]


@pytest.mark.parametrize("name", sorted(EVERY_BLOCK))
def test_a_block_imports_no_library_of_components(name: str) -> None:
    """bridge: plain elements only, since each library costs bytes in every bundle."""
    libraries = {library for library in EVERY_BLOCK[name]._get_all_imports() if library and not library.startswith("$")}
    assert libraries <= {"react", "@emotion/react"}


@pytest.mark.parametrize(
    ("name", "promise"),
    [
        ("badge", '"data-tone":"good"'),
        ("button", 'type:"button"'),
        ("chevron", '"aria-hidden":"true"'),
        ("error_state", 'role:"alert"'),
        ("histogram", 'role:"img"'),
        ("histogram", '"aria-label":"Most are at $5."'),
        ("progress", 'role:"progressbar"'),
        ("progress", '"aria-valuetext":"4 of 10 pizzas"'),
        ("row", '"aria-busy":'),
        ("row_list", '"aria-label":"Pizzas"'),
        ("segmented", '"aria-pressed":'),
        ("select", '"aria-label":"City"'),
        ("skeleton", 'role:"status"'),
        ("table_row", 'scope:"row"'),
    ],
)
def test_a_block_says_what_it_is_to_a_screen_reader(name: str, promise: str) -> None:
    """spec: WAI-ARIA 1.2, roles and states."""
    assert promise in rendered(EVERY_BLOCK[name]).replace("\\", "")


def test_a_histogram_tells_the_bars_of_its_range_from_the_others() -> None:
    """bridge: three bars, the highest fills the chart, the middle one is in the range."""
    assert draw_histogram([1, 4, 2], low=0.4, mark=0.5, high=0.6) == Histogram(
        inside="M333 100V0h330V100z",
        outside="M0 100V75h330V100zM667 100V50h330V100z",
        low="40.0%",
        mark="50.0%",
        high="60.0%",
    )


def test_a_histogram_of_nothing_has_no_bars() -> None:
    """bridge: no division by nothing."""
    empty = draw_histogram([0, 0], low=-1, mark=0.5, high=2)
    assert empty == Histogram(low="0.0%", mark="50.0%", high="100.0%")


@pytest.mark.parametrize("path", sorted(Path(components.__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_a_block_imports_reflex_and_its_neighbours_only(path: Path) -> None:
    """bridge: components know no app, so any app can use them."""
    allowed = {"__future__", "collections.abc", "dataclasses", "typing", "reflex"}
    assert {name for name in imported(ast.parse(path.read_text())) if name} <= allowed


def imported(tree: ast.AST) -> set[Any]:
    """Return the modules that a file imports from outside of its package."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
