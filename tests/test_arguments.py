"""A function's typed parameters are a tool's input schema."""

from __future__ import annotations

import dataclasses
import enum
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from mcp_bridge.arguments import Arguments
from mcp_bridge.errors import ToolError, WidgetError


class Cabin(enum.Enum):
    """Where to sit."""

    ECONOMY = "economy"
    FIRST = "first"


class Passenger(BaseModel):
    """Who travels."""

    name: str
    age: int = Field(default=30, ge=0)


@dataclasses.dataclass
class Bag:
    """What travels."""

    kilograms: float


class State:
    """Stands for the State; only the signature counts."""

    def book(
        self,
        route: Annotated[str, Field(pattern="^[A-Z]{3}$")],
        day: date,
        cabin: Cabin = Cabin.ECONOMY,
        meal: Literal["none", "vegan"] = "none",
        passengers: list[Passenger] = [],  # noqa: B006
        bag: Bag | None = None,
        note: str | None = None,
        schema: str = "a name that BaseModel has too",
    ) -> None:
        """Book.

        Args:
            route: The airport's code,
                three letters.
            note: A wish.
        """


def booking() -> Arguments:
    """Return the arguments of `State.book`."""
    return Arguments.of(State.book, owner="widget `w`", label="State.book", skip_first=True)


def test_the_schema_has_types_defaults_rules_and_descriptions() -> None:
    """bridge: a correct input schema from ordinary Python."""
    schema = booking().schema
    assert schema["type"] == "object"
    assert schema["required"] == ["route", "day"]
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert properties["route"] == {
        "type": "string",
        "pattern": "^[A-Z]{3}$",
        "description": "The airport's code, three letters.",
    }
    assert properties["day"] == {"type": "string", "format": "date"}
    assert properties["meal"] == {"type": "string", "enum": ["none", "vegan"], "default": "none"}
    assert properties["note"] == {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "default": None,
        "description": "A wish.",
    }
    assert properties["cabin"]["default"] == "economy"
    assert schema["$defs"]["Cabin"]["enum"] == ["economy", "first"]
    assert "title" not in str(schema)


def test_values_become_python_objects_with_defaults() -> None:
    """bridge: arguments are validated before the handler runs."""
    values = booking().validate(
        {
            "route": "JFK",
            "day": "2013-07-01",
            "cabin": "first",
            "passengers": [{"name": "Ada"}],
            "bag": {"kilograms": 3},
        }
    )
    assert values == {
        "route": "JFK",
        "day": date(2013, 7, 1),
        "cabin": Cabin.FIRST,
        "meal": "none",
        "passengers": [Passenger(name="Ada", age=30)],
        "bag": Bag(kilograms=3.0),
        "note": None,
        "schema": "a name that BaseModel has too",
    }


def test_a_nested_value_may_come_as_json_text() -> None:
    """bridge: some models send nested values as text."""
    values = booking().validate({"route": "JFK", "day": "2013-07-01", "passengers": '[{"name": "Ada"}]', "note": "[1]"})
    assert values["passengers"] == [Passenger(name="Ada")]
    assert values["note"] == "[1]"


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ({}, ["`route` is required", "`day` is required"]),
        ({"route": "jfk", "day": "2013-07-01"}, ["`route`", "'jfk'"]),
        ({"route": "JFK", "day": "soon"}, ["`day`", "'soon'"]),
        ({"route": "JFK", "day": "2013-07-01", "town": 1}, ["`town` is not a parameter", "`route`"]),
        ({"route": "JFK", "day": "2013-07-01", "passengers": [{"name": "A", "age": -1}]}, ["`passengers.0.age`"]),
    ],
)
def test_a_wrong_argument_is_named_with_its_rule(raw: dict[str, Any], parts: list[str]) -> None:
    """bridge: `isError` with the field and the rule."""
    with pytest.raises(ToolError) as refused:
        booking().validate(raw)
    for part in parts:
        assert part in str(refused.value)


def test_a_long_wrong_value_is_cut() -> None:
    """bridge: an error does not carry a book."""
    with pytest.raises(ToolError) as refused:
        booking().validate({"route": "x" * 5000, "day": "2013-07-01"})
    assert len(str(refused.value)) < 300


def no_annotation(city, limit: int = 5) -> None:  # noqa: ANN001
    """Lack an annotation."""


def variadic(*cities: str) -> None:
    """Take any number."""


def positional(city: str, /) -> None:
    """Take by position."""


def not_json(thing: Arguments) -> None:
    """Take what JSON has not."""


def unknown_name(thing: Missing) -> None:  # noqa: F821  # pyright: ignore
    """Name a type that does not exist."""


@pytest.mark.parametrize(
    ("function", "parts"),
    [
        (no_annotation, ["`city`", "no type annotation", "`city: str`"]),
        (variadic, ["`cities`", "variadic"]),
        (positional, ["`city`", "positional-only"]),
        (unknown_name, ["`Missing`", "TYPE_CHECKING"]),
    ],
)
def test_a_signature_that_no_schema_can_describe_is_refused(function: Any, parts: list[str]) -> None:
    """bridge: an author's mistake is found at import, with subject, value and cure."""
    with pytest.raises(WidgetError) as refused:
        Arguments.of(function, owner="widget `w`", label=function.__name__)
    assert str(refused.value).startswith("widget `w`: ")
    for part in parts:
        assert part in str(refused.value)


def test_a_type_that_json_cannot_carry_is_refused() -> None:
    """bridge: an author's mistake is found at import."""

    class Opaque:
        pass

    def handler(thing: Any) -> None:
        pass

    handler.__annotations__["thing"] = Opaque
    with pytest.raises(WidgetError, match="cannot be described as JSON"):
        Arguments.of(handler, owner="widget `w`", label="handler")
