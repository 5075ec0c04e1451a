"""What a tool call answers: a text for the model, structured content for model and widget, `_meta` for the widget.

The text is never empty and never a placeholder, since a host without a UI shows nothing else. In this order it is what
the handler replied, the widget's `content` var, or a text made from the declared data:

    **Flights**
    - Route: JFK → SFO
    - Flights: 14

    | number | departure |
    |---|---|
    | B6 915 | 20:29 |
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter

from . import host
from .errors import ToolError

META_KEY = "mcp-bridge"
"""The key in a result's `_meta` under which everything for the widget lies."""

_ROWS = 20
_COLUMNS = 8
_CHARACTERS = 200


@dataclass(frozen=True)
class Result:
    """The result of a tool call, before it has a wire shape.

    Attributes:
        text: What the model reads.
        structured: `structuredContent`, or None.
        meta: What the widget reads.
        is_error: Whether the call failed.
    """

    text: str
    structured: dict[str, Any] | None = None
    meta: dict[str, Any] = field(default_factory=dict[str, Any])
    is_error: bool = False


def from_tool(title: str, value: Any) -> Result:
    """Return the result that a `@tool` function's return value means.

    Args:
        title: The tool's title, for a text made from data.
        value: A str, data (Pydantic model, dataclass, dict), `(str, data)`, or `host.reply(...)`.

    Raises:
        ToolError: If the function returned nothing that a model could read.
    """
    text: str | None = None
    if isinstance(value, tuple) and len(cast("tuple[Any, ...]", value)) == 2:
        text, value = cast("tuple[Any, Any]", value)
    if (reply := host.reply_text(value)) is not None:
        return Result(text=reply)
    if isinstance(value, str):
        if not value.strip():
            msg = f"{title} returned an empty text."
            raise ToolError(msg)
        return Result(text=value)
    data = to_data(value)
    if data is None:
        return Result(text=text or f"{title}: done.")
    structured: dict[str, Any] = cast("dict[str, Any]", data) if isinstance(data, dict) else {"result": data}
    return Result(
        text=text if isinstance(text, str) and text.strip() else readable(title, structured), structured=structured
    )


def to_data(value: Any) -> Any:
    """Return a value as JSON data."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return TypeAdapter(type(value)).dump_python(value, mode="json")
    return TypeAdapter(Any).dump_python(value, mode="json")


def readable(title: str, data: Mapping[str, Any], arguments: Mapping[str, Any] | None = None) -> str:
    """Return data as a short Markdown text.

    Args:
        title: The heading.
        data: JSON data by key.
        arguments: What the tool was called with; said when there is no data.
    """
    lines = [f"**{title}**"]
    blocks: list[str] = []
    for key, value in data.items():
        if _is_table(value):
            blocks.append(f"{_words(key)}:\n\n{_table(value)}" if value else f"{_words(key)}: none")
        else:
            lines.append(f"- {_words(key)}: {_inline(value)}")
    if not data:
        given = ", ".join(f"{name} {_inline(value)}" for name, value in (arguments or {}).items())
        lines = [f"**{title}** is open" + (f" for {given}." if given else ".")]
    return "\n\n".join(["\n".join(lines), *blocks])


def _words(key: str) -> str:
    """Return a key in words."""
    words = key.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _is_table(value: Any) -> bool:
    """Whether a value is a list of records, or an empty list."""
    if not isinstance(value, list):
        return False
    return all(isinstance(row, dict) for row in cast("list[Any]", value))


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return records as a Markdown table of bounded size."""
    columns = list(dict.fromkeys(key for row in rows[:_ROWS] for key in row))[:_COLUMNS]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_inline(row.get(column)) for column in columns) + " |" for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        lines.append(f"\n…and {len(rows) - _ROWS} more.")
    return "\n".join(lines)


def _inline(value: Any) -> str:
    """Return a value on one line."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in cast("list[Any]", value)):
        text = ", ".join(_inline(item) for item in cast("list[Any]", value)) or "none"
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…"
