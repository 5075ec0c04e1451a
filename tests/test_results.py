"""What the model reads: never empty, never a placeholder."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pydantic import BaseModel

from mcp_bridge import host
from mcp_bridge.errors import ToolError
from mcp_bridge.results import Result, from_tool, readable


class Answer(BaseModel):
    """A model."""

    average: float
    worst: str | None = None


@dataclasses.dataclass
class Plain:
    """A dataclass."""

    value: int


def test_scalars_become_lines_and_records_a_table() -> None:
    """bridge: a readable text is made from the declared vars."""
    text = readable("Flights", {"route": "JFK → SFO", "late": True, "flights": [{"no": 1, "gate": "A|B"}, {"no": 2}]})
    assert text == (
        "**Flights**\n- Route: JFK → SFO\n- Late: yes\n\nFlights:\n\n| no | gate |\n|---|---|\n| 1 | A\\|B |\n| 2 | – |"
    )


def test_an_empty_list_is_said() -> None:
    """bridge: never empty."""
    assert readable("Flights", {"flights": []}) == "**Flights**\n\nFlights: none"


def test_without_declared_vars_the_text_says_what_was_opened() -> None:
    """bridge: never a placeholder."""
    assert readable("Flights", {}, {"origin": "JFK", "days": 2}) == "**Flights** is open for origin JFK, days 2."
    assert readable("Clock", {}) == "**Clock** is open."


def test_long_lists_and_values_are_cut() -> None:
    """bridge: a text costs tokens."""
    text = readable("Rows", {"rows": [{"n": n, "text": "x" * 500} for n in range(100)]})
    assert "…and 80 more." in text
    assert len(text) < 6000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Fine.", Result(text="Fine.")),
        (host.reply("Said."), Result(text="Said.")),
        (
            Answer(average=1.5),
            Result(text="**T**\n- Average: 1.5\n- Worst: –", structured={"average": 1.5, "worst": None}),
        ),
        (Plain(3), Result(text="**T**\n- Value: 3", structured={"value": 3})),
        (("Three.", Plain(3)), Result(text="Three.", structured={"value": 3})),
        ({"a": [1, 2]}, Result(text="**T**\n- A: 1, 2", structured={"a": [1, 2]})),
        ([1, 2], Result(text="**T**\n- Result: 1, 2", structured={"result": [1, 2]})),
        (None, Result(text="T: done.")),
    ],
)
def test_what_a_tool_returns_is_its_result(value: Any, expected: Result) -> None:
    """bridge: text, data, or both."""
    assert from_tool("T", value) == expected


def test_an_empty_text_is_an_error() -> None:
    """bridge: never empty."""
    with pytest.raises(ToolError, match="empty text"):
        from_tool("T", " ")
