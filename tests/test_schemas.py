"""JSON Schemas in words."""

from __future__ import annotations

from typing import Any

import pytest

from mcp_bridge.schemas import NOTHING, Field, fields, words

ROOT: dict[str, Any] = {
    "$defs": {
        "Tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}},
        "List": {"type": "array", "items": {"$ref": "#/$defs/List"}},
        "a/b": {"type": "boolean"},
    }
}


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"type": "string", "pattern": "^[A-Z]$", "maxLength": 3}, "string (^[A-Z]$) of 0 to 3 characters"),
        ({"type": "integer", "minimum": 1, "maximum": 8}, "integer 1 to 8"),
        ({"type": "number", "exclusiveMinimum": 0}, "number over 0"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number, or null"),
        ({"type": ["string", "integer", "null"]}, "string, integer, or null"),
        ({"enum": ["a", None]}, '"a" | null'),
        ({"const": 3}, "3"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"type": "array"}, "list"),
        ({"properties": {"a": {}, "b": {}}}, "object (a, b)"),
        ({"$ref": "#/$defs/Tree"}, "object (left)"),
        ({"allOf": [{"$ref": "#/$defs/Tree"}], "default": None}, "object (left)"),
        ({"$ref": "#/$defs/a~1b"}, "boolean"),
        ({"$ref": "#/$defs/gone"}, "any JSON"),
        ({}, "any JSON"),
    ],
)
def test_a_type_is_told_in_words(schema: dict[str, Any], text: str) -> None:
    """spec: JSON Schema 2020-12, which MCP uses for tools."""
    assert words(schema, ROOT) == text


def test_a_schema_that_refers_to_itself_comes_to_an_end() -> None:
    """bridge: any server's schema is taken."""
    assert words({"$ref": "#/$defs/List"}, ROOT).endswith("list of list")


def test_the_fields_of_a_schema_have_all_that_a_person_needs() -> None:
    """bridge: name, type, default and description; a default of null is one."""
    city = {"type": "string", "description": "Where\n  to look."}
    limit = {"type": "integer", "default": None}
    assert fields({"properties": {"city": city, "limit": limit, "any": True}, "required": ["city"]}) == [
        Field("city", "string", is_required=True, default=NOTHING, description="Where to look.", schema=city),
        Field("limit", "integer", is_required=False, default=None, description="", schema=limit),
        Field("any", "any JSON", is_required=False, default=NOTHING, description="", schema={}),
    ]
