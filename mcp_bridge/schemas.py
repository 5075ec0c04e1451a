"""A tool's JSON Schema as a person reads it: parameters with their types in words.

    fields(tool["inputSchema"])[0]            # Field("city", "string", is_required=True, ...)
    words({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}, root)     # "integer from 1, or null"

Any server's schema is taken, so what is missing, odd or refers to itself is read as far as it goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

Schema = Mapping[str, Any]

NOTHING: Any = object()
"""The default of a parameter that has none; `None` is a default too."""

_DEPTH = 8
_CHOICES = 12


@dataclass(frozen=True)
class Field:
    """One property of an object's schema.

    Attributes:
        name: Its key.
        type: Its type in words.
        is_required: Whether it has to be given.
        default: Its default, or `NOTHING`.
        description: What the schema says of it, on one line.
        schema: The property's own schema.
    """

    name: str
    type: str
    is_required: bool
    default: Any
    description: str
    schema: Schema


def fields(schema: Schema) -> list[Field]:
    """Return the properties of an object's schema, in order."""
    required = as_list(schema.get("required"))
    properties = as_object(schema.get("properties"))
    return [
        Field(
            name=name,
            type=words(as_object(each), schema),
            is_required=name in required,
            default=as_object(each).get("default", NOTHING),
            description=" ".join(str(resolve(as_object(each), schema).get("description", "")).split()),
            schema=as_object(each),
        )
        for name, each in properties.items()
    ]


def as_object(value: Any) -> dict[str, Any]:
    """Return a JSON object; what is none is empty. As a schema, that allows anything."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list; what is none is empty."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def resolve(schema: Schema, root: Schema) -> Schema:
    """Return a schema with its `$ref` into `root` followed, and its own keys over those of the target."""
    for _ in range(_DEPTH):
        pointer = schema.get("$ref")
        if not isinstance(pointer, str) or not pointer.startswith("#/"):
            break
        target: Any = root
        for part in pointer[2:].split("/"):
            target = as_object(target).get(part.replace("~1", "/").replace("~0", "~"))
        schema = {**as_object(target), **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def options(schema: Schema, root: Schema, depth: int = 0) -> list[Schema]:
    """Return the schemas of which a value has to fit one: those of a union or of a list of types, else itself."""
    schema = resolve(schema, root)
    if depth < _DEPTH:
        for key in ("anyOf", "oneOf"):
            if union := as_list(schema.get(key)):
                return [each for option in union for each in options(as_object(option), root, depth + 1)]
        if len(parts := as_list(schema.get("allOf"))) == 1:
            own = {key: value for key, value in schema.items() if key != "allOf"}
            return options({**as_object(parts[0]), **own}, root, depth + 1)
    return [{**schema, "type": each} for each in as_list(schema.get("type"))] or [schema]


def words(schema: Schema, root: Schema, depth: int = 0) -> str:
    """Return the type that a schema describes, such as "integer 1 to 8" or "list of string, or null".

    Args:
        schema: The schema.
        root: The schema that has its `$defs`.
        depth: How deep inside a type this one is.
    """
    named = list(dict.fromkeys(_words(each, root, depth) for each in options(schema, root)))
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])}, or {named[-1]}"


def choices(schema: Schema) -> list[Any] | None:
    """Return the only values that a schema allows, or None."""
    if "const" in schema:
        return [schema["const"]]
    return as_list(schema.get("enum")) or None


def _words(schema: Schema, root: Schema, depth: int) -> str:
    """Return the type of a schema that is no union."""
    if (allowed := choices(schema)) is not None:
        shown = [json.dumps(value, ensure_ascii=False) for value in allowed[:_CHOICES]]
        return " | ".join([*shown, *(["…"] if len(allowed) > _CHOICES else [])])
    kind = schema.get("type")
    if kind == "array":
        items = as_object(schema.get("items"))
        return f"list of {words(items, root, depth + 1)}" if items and depth < _DEPTH else "list"
    if kind == "object" or (kind is None and "properties" in schema):
        keys = list(as_object(schema.get("properties")))
        return f"object ({', '.join(keys)})" if keys else "object"
    if kind is None:
        return "any JSON"
    detail = schema.get("format") or schema.get("pattern")
    return " ".join([str(kind), *([f"({detail})"] if detail else []), *_bounds(schema)])


def _bounds(schema: Schema) -> list[str]:
    """Return the bounds of a number or of the length of a text."""
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    found = [f"{low} to {high}"] if low is not None and high is not None else []
    if not found:
        found += [f"from {low}"] if low is not None else []
        found += [f"to {high}"] if high is not None else []
    found += [f"over {over}"] if over is not None else []
    found += [f"under {under}"] if under is not None else []
    least, most = schema.get("minLength"), schema.get("maxLength")
    if least or most is not None:
        found.append(f"of {least or 0} to {most} characters" if most is not None else f"of {least} or more characters")
    return found
