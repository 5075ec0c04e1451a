"""Values that a person types, as the arguments of a tool call: the tool's schema says what a text means.

    given(tool, ["city=Rome", "limit=3", 'tags=["new"]'])          # {"city": "Rome", "limit": 3, "tags": ["new"]}

Here it is told what only the command line gets wrong: names, missing values, and texts that are no value of the type.
Bounds and patterns are the server's to check, in its own words.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from .errors import CommandError
from .schemas import NOTHING, Schema, as_object, choices, fields, options, words

_EXAMPLES = {"integer": "5", "number": "2.5", "boolean": "true", "array": '\'["a", "b"]\'', "object": "'{\"key\": 1}'"}


def find(tools: Iterable[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """Return the tool of a name.

    Raises:
        CommandError: If there is none; the text names the nearest, and all that there are.
    """
    known = {tool["name"]: tool for tool in tools}
    if name in known:
        return dict(known[name])
    msg = f"the server has no tool `{name}`.{_nearest(name, known)} It has: {_names(known)}."
    raise CommandError(msg)


def uri_of(tool: Mapping[str, Any]) -> str | None:
    """Return the URI of the widget that a tool opens, by the first of the keys that hosts read; None if it has none."""
    meta = as_object(tool.get("_meta"))
    ui = as_object(meta.get("ui"))
    return ui.get("resourceUri") or meta.get("ui/resourceUri") or meta.get("openai/outputTemplate")


def given(tool: Mapping[str, Any], typed: Sequence[str], whole: str | None = None) -> dict[str, Any]:
    """Return the `arguments` of a tool call.

    Args:
        tool: The tool, as in `tools/list`.
        typed: Texts such as "city=Rome".
        whole: The arguments as a JSON object; a typed value of the same name comes before it.

    Raises:
        CommandError: If a name is unknown, a required value is missing, or a text is no value of its type.
    """
    schema = as_object(tool.get("inputSchema"))
    known = {field.name: field for field in fields(schema)}
    arguments = _object(whole) if whole is not None else {}
    texts = dict(_split(tool["name"], each) for each in typed)
    takes_others = schema.get("additionalProperties") or schema.get("patternProperties")
    for name in (*arguments, *texts):
        if name not in known and not takes_others:
            has = f"It has: {_names(known)}." if known else "It has none."
            msg = f"tool `{tool['name']}` has no parameter `{name}`.{_nearest(name, known)} {has}"
            raise CommandError(msg)
    for name, text in texts.items():
        own = known[name].schema if name in known else as_object(schema.get("additionalProperties"))
        arguments[name] = _value(text, own, schema, f"parameter `{name}` of tool `{tool['name']}`", name)
    missing = [each for each in known.values() if each.is_required and each.name not in arguments]
    if missing:
        needed = ", ".join(f"`{each.name}` ({each.type})" for each in missing)
        example = " ".join(f"{each.name}=…" for each in missing)
        msg = f"tool `{tool['name']}` needs {needed}. Add {example}"
        raise CommandError(msg)
    return arguments


def _object(text: str) -> dict[str, Any]:
    """Return a JSON object."""
    try:
        value = json.loads(text)
    except ValueError as error:
        msg = f'--args is `{text}`, which is not JSON: {error}. Write it as \'{{"name": "value"}}\'.'
        raise CommandError(msg) from error
    if not isinstance(value, dict):
        msg = f'--args is `{text}`, which is not a JSON object. Write it as \'{{"name": "value"}}\'.'
        raise CommandError(msg)
    return cast("dict[str, Any]", value)


def _split(tool: str, text: str) -> tuple[str, str]:
    """Return the name and the text of a typed value."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        msg = f"`{text}` names no parameter of tool `{tool}`. Write it as name=value."
        raise CommandError(msg)
    return name, value


def _value(text: str, schema: Schema, root: Schema, subject: str, name: str) -> Any:
    """Return the value that a text is by a schema."""
    allowed = options(schema, root)
    # Any text is a string, so the other types come first.
    for option in sorted(allowed, key=lambda each: each.get("type") == "string" and choices(each) is None):
        value = _of(text, option)
        if value is not NOTHING:
            return value
    listed = [each for option in allowed for each in choices(option) or () if isinstance(each, str)]
    kind = next((str(option["type"]) for option in allowed if option.get("type") in _EXAMPLES), "")
    example = f" Write it as {name}={_EXAMPLES[kind]}." if kind and not listed else ""
    msg = f"{subject} is `{text}`, but its type is {words(schema, root)}.{example}{_nearest(text, listed)}"
    raise CommandError(msg)


def _of(text: str, schema: Schema) -> Any:
    """Return a text as a value of a schema that is no union, or `NOTHING` if it is none."""
    parsed = _json(text)
    allowed = choices(schema)
    if allowed is not None:
        # 1 == True in Python, and not in JSON.
        same = [each for each in allowed if each == text or (type(each) is type(parsed) and each == parsed)]
        return same[0] if same else NOTHING
    kind = schema.get("type")
    if kind == "string":
        return text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), NOTHING)
    if kind is None and "properties" not in schema:
        return text if parsed is NOTHING else parsed
    is_kind = {
        "integer": isinstance(parsed, int) and not isinstance(parsed, bool),
        "number": isinstance(parsed, (int, float)) and not isinstance(parsed, bool),
        "array": isinstance(parsed, list),
        "null": parsed is None,
    }.get(str(kind), isinstance(parsed, dict))
    return parsed if is_kind else NOTHING


def _json(text: str) -> Any:
    """Return the JSON value of a text, or `NOTHING`; NaN and Infinity are not JSON."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        return NOTHING


def _refuse(constant: str) -> Any:
    """Refuse a constant that Python's reader of JSON takes and others do not."""
    raise ValueError(constant)


def _nearest(name: str, known: Iterable[str]) -> str:
    """Return a question for the nearest name, or nothing if none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean `{near[0]}`?" if near else ""


def _names(known: Iterable[str]) -> str:
    """Return names in a row."""
    return ", ".join(f"`{name}`" for name in known) or "none"
