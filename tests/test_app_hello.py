"""The smallest widget, which the README shows."""

from __future__ import annotations

from pathlib import Path

from app import hello
from app.hello import Hello


def test_python_greets_and_counts() -> None:
    """bridge: the handler of the tool, and the handler of a click."""
    state = Hello(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    Hello.greet.fn(state, "Ada")
    Hello.count.fn(state)
    Hello.count.fn(state)
    assert (state.name, state.clicks) == ("Ada", 2)


def test_the_whole_widget_has_at_most_25_lines() -> None:
    """bridge: "live in minutes" is 25 lines."""
    assert len(Path(hello.__file__).read_text().splitlines()) <= 25
