"""Typed values as the arguments of a tool call."""

from __future__ import annotations

from typing import Any

import pytest

from mcp_bridge.errors import CommandError
from mcp_bridge.values import find, given, uri_of

TOOL: dict[str, Any] = {
    "name": "book",
    "inputSchema": {
        "type": "object",
        "$defs": {"Cabin": {"enum": ["economy", "first"], "type": "string"}, "Seat": {"type": "object"}},
        "properties": {
            "city": {"type": "string"},
            "seats": {"type": "integer", "minimum": 1},
            "price": {"type": "number"},
            "insured": {"type": "boolean"},
            "stops": {"type": "array", "items": {"type": "string"}},
            "lead": {"$ref": "#/$defs/Seat"},
            "cabin": {"$ref": "#/$defs/Cabin"},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "code": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "row": {"type": ["integer", "null"]},
            "level": {"enum": [1, 2, True]},
            "free": {},
        },
    },
}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("city=Rome", "Rome"),
        ("city=5", "5"),
        ("city=a=b", "a=b"),
        ("city=", ""),
        ("seats=5", 5),
        ("price=5", 5),
        ("price=-2.5", -2.5),
        ("insured=true", True),
        ("insured=False", False),
        ('stops=["ORD"]', ["ORD"]),
        ('lead={"row": 3}', {"row": 3}),
        ("cabin=first", "first"),
        ("note=null", None),
        ("note=late", "late"),
        ("code=7", 7),
        ("code=B7", "B7"),
        ("row=null", None),
        ("level=1", 1),
        ("level=true", True),
        ("free=[1]", [1]),
        ("free=word", "word"),
    ],
)
def test_a_text_becomes_the_value_that_its_schema_means(typed: str, value: Any) -> None:
    """bridge: numbers, booleans and null by the schema, JSON for objects and lists, otherwise text."""
    name = typed.partition("=")[0]
    found = given(TOOL, [typed])
    assert found == {name: value}
    assert type(found[name]) is type(value)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "seats=five",
            "parameter `seats` of tool `book` is `five`, but its type is integer from 1. Write it as seats=5.",
        ),
        (
            "seats=2.5",
            "parameter `seats` of tool `book` is `2.5`, but its type is integer from 1. Write it as seats=5.",
        ),
        (
            "seats=true",
            "parameter `seats` of tool `book` is `true`, but its type is integer from 1. Write it as seats=5.",
        ),
        ("price=NaN", "parameter `price` of tool `book` is `NaN`, but its type is number. Write it as price=2.5."),
        (
            "stops=ORD",
            (
                "parameter `stops` of tool `book` is `ORD`, but its type is list of string. "
                """Write it as stops='["a", "b"]'."""
            ),
        ),
        (
            "cabin=frist",
            'parameter `cabin` of tool `book` is `frist`, but its type is "economy" | "first". Did you mean `first`?',
        ),
        ("city", "`city` names no parameter of tool `book`. Write it as name=value."),
    ],
)
def test_a_text_that_is_no_value_of_its_type_is_refused(typed: str, sentence: str) -> None:
    """bridge: subject, what is wrong with the value, cure."""
    with pytest.raises(CommandError) as caught:
        given(TOOL, [typed])
    assert str(caught.value) == sentence


def test_an_unknown_parameter_is_refused_with_the_nearest_name() -> None:
    """bridge: a typing error is told before the call."""
    with pytest.raises(
        CommandError, match=r"tool `book` has no parameter `citty`\. Did you mean `city`\? It has: `city`"
    ):
        given(TOOL, ["citty=Rome"])
    with pytest.raises(CommandError, match="tool `book` has no parameter `sets`"):
        given(TOOL, [], '{"sets": 1}')


def test_a_tool_that_takes_any_name_takes_an_unknown_one() -> None:
    """spec: JSON Schema, additionalProperties with a schema."""
    tool = {"name": "tag", "inputSchema": {"type": "object", "additionalProperties": {"type": "integer"}}}
    assert given(tool, ["color=3"]) == {"color": 3}


def test_a_missing_parameter_is_named_with_its_type() -> None:
    """bridge: what has to be given is told before the call."""
    schema = {**TOOL["inputSchema"], "required": ["city", "seats"]}
    with pytest.raises(CommandError) as caught:
        given({"name": "book", "inputSchema": schema}, ["price=1"])
    assert str(caught.value) == "tool `book` needs `city` (string), `seats` (integer from 1). Add city=… seats=…"


def test_typed_values_come_before_those_of_the_whole_object() -> None:
    """bridge: --args with name=value."""
    assert given(TOOL, ["seats=2"], '{"seats": 1, "city": "Rome"}') == {"seats": 2, "city": "Rome"}


@pytest.mark.parametrize("whole", ["{", "[1]", "1"])
def test_a_whole_that_is_no_json_object_is_refused(whole: str) -> None:
    """bridge: --args takes an object."""
    with pytest.raises(CommandError, match=r"--args is `.*`, which is not (JSON|a JSON object)"):
        given(TOOL, [], whole)


def test_an_unknown_tool_is_refused_with_the_nearest_name() -> None:
    """bridge: a typing error is told before the call."""
    assert find([TOOL], "book") == TOOL
    with pytest.raises(CommandError) as caught:
        find([TOOL, {"name": "cancel"}], "boook")
    assert str(caught.value) == "the server has no tool `boook`. Did you mean `book`? It has: `book`, `cancel`."


def test_the_uri_of_a_widget_is_found_by_each_of_the_keys_that_hosts_read() -> None:
    """spec: MCP Apps 2026-01-26, its older flat key, and OpenAI's."""
    nested, flat, openai = (
        {"ui": {"resourceUri": "ui://a"}},
        {"ui/resourceUri": "ui://b"},
        {"openai/outputTemplate": "ui://c"},
    )
    found = [uri_of({"_meta": meta}) for meta in ({**openai, **flat, **nested}, {**openai, **flat}, openai, {"ui": {}})]
    assert [*found, uri_of({})] == ["ui://a", "ui://b", "ui://c", None, None]
