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
    empty_state,
    error_state,
    row,
    row_list,
    segmented,
    select,
    skeleton,
    spinner,
    stat,
    stats,
)


def rendered(component: rx.Component) -> str:
    """Return what a component compiles to, as one text."""
    return str(component.render())


NOTHING = rx.noop()

EVERY_BLOCK: dict[str, rx.Component] = {
    "badge": badge("On time", "good"),
    "button": button("Go", kind="solid", on_click=NOTHING),
    "chevron": chevron(to="start"),
    "empty_state": empty_state("No pizzas", "There are none.", button("All", on_click=NOTHING)),
    "error_state": error_state("It broke.", on_retry=NOTHING),
    "row": row("One", on_open=NOTHING),
    "row_list": row_list("Pizzas", row("One", on_open=NOTHING)),
    "segmented": segmented("Sort by", [Choice("a", "A"), Choice("b", "B")], "a", lambda value: rx.console_log(value)),
    "select": select("City", rx.Var.create([Choice("r", "Rome")]), "r", lambda value: rx.console_log(value)),
    "skeleton": skeleton(),
    "spinner": spinner(),
    "stat": stat("Distance", "12 mi", note="planned 10"),
    "stats": stats(stat("Distance", "12 mi")),
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
        ("row", '"aria-busy":'),
        ("row_list", '"aria-label":"Pizzas"'),
        ("segmented", '"aria-pressed":'),
        ("select", '"aria-label":"City"'),
        ("skeleton", 'role:"status"'),
    ],
)
def test_a_block_says_what_it_is_to_a_screen_reader(name: str, promise: str) -> None:
    """spec: WAI-ARIA 1.2, roles and states."""
    assert promise in rendered(EVERY_BLOCK[name]).replace("\\", "")


@pytest.mark.parametrize("path", sorted(Path(components.__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_a_block_imports_reflex_and_its_neighbours_only(path: Path) -> None:
    """bridge: components know no app, so any app can use them."""
    allowed = {"__future__", "collections.abc", "dataclasses", "typing", "reflex"}
    assert {name for name in imported(ast.parse(path.read_text())) if name} <= allowed


def imported(tree: ast.AST) -> set[Any]:
    """Return the modules that a file imports from outside of its package."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
