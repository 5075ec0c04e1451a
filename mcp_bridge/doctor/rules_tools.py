"""Rules for tools: what they say of themselves, and what a call of them gives.

Only a tool that reads, needs no arguments and is for the model is called.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mcp_bridge.metadata import APP_MIME_TYPE

from .evidence import Evidence, Json, Reply, has_results, has_tools, items, mapping, strings, text, tool_uris
from .findings import Problem, Rule, rule

DEFINITION_TOKENS = 10_000
RESULT_TOKENS = 5_000
RESULT_CHARACTERS = 150_000
STATUS_CHARACTERS = 64

_NAME = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_HINTS = ("readOnlyHint", "destructiveHint", "openWorldHint")
_AUDIENCES = ("model", "app")
_STATUS = ("openai/toolInvocation/invoking", "openai/toolInvocation/invoked")
_CHARACTERS_PER_TOKEN = 4

_DIRECTORIES = "OpenAI, App review; Claude, Connectors Directory"


def _has_ui_tools(evidence: Evidence) -> bool:
    """Whether a tool opens a widget."""
    return any(any(tool_uris(tool).values()) for tool in evidence.tools)


def _has_output_schemas(evidence: Evidence) -> bool:
    """Whether a tool promises the shape of its results."""
    return any("outputSchema" in tool for tool in evidence.tools)


def _has_promised_results(evidence: Evidence) -> bool:
    """Whether a result was got whose shape was promised."""
    return any("outputSchema" in tool for tool, _ in _results(evidence))


def _results(evidence: Evidence) -> Iterator[tuple[Json, Json]]:
    """Yield the tools that gave a result without `isError`, with it."""
    for tool in evidence.tools:
        result = evidence.calls.get(tool["name"], Reply()).result
        if result is not None and not result.get("isError"):
            yield tool, result


def tokens(value: Any) -> int:
    """Return about how many tokens JSON costs: a fourth of its characters."""
    return len(json.dumps(value, ensure_ascii=False)) // _CHARACTERS_PER_TOKEN


# Names and words ---------------------------------------------------------------------------------------------------


@rule("error", source="Claude, Connectors Directory; MCP 2025-11-25, Tool Names", applies=has_tools, is_cached=True)
def tool_name(evidence: Evidence) -> Iterator[Problem]:
    """A tool's name has 1 to 64 letters, digits, `_` and `-`."""
    for tool in evidence.tools:
        name = tool["name"]
        if not _NAME.match(name):
            why = f"it has {len(name)} characters" if len(name) > 64 else "it has other characters"
            cause = f"hosts do not take the name, because {why}"
            yield Problem(f"tool {name}", cause, "Rename it to at most 64 letters, digits, _ and -")


@rule("error", source="MCP 2025-11-25, Tool Names", applies=has_tools, is_cached=True)
def tool_unique(evidence: Evidence) -> Iterator[Problem]:
    """No two tools have the same name."""
    for name, count in Counter(tool["name"] for tool in evidence.tools).items():
        if count > 1:
            yield Problem(f"tool {name}", f"{count} tools have this name", "Rename all but one of them")


@rule("error", source=_DIRECTORIES, applies=has_tools, is_cached=True)
def tool_title(evidence: Evidence) -> Iterator[Problem]:
    """A tool has a title."""
    for tool in evidence.tools:
        if not text(tool.get("title")) and not text(mapping(tool.get("annotations")).get("title")):
            yield Problem(f"tool {tool['name']}", "it has no title", "Give it a title of one to four words")


@rule("error", source=_DIRECTORIES, applies=has_tools, is_cached=True)
def tool_description(evidence: Evidence) -> Iterator[Problem]:
    """A tool has a description."""
    for tool in evidence.tools:
        if not text(tool.get("description")):
            cause = "it has no description, so the model does not know when to call it"
            yield Problem(f"tool {tool['name']}", cause, "Say in a sentence or two what it does and when it helps")


@rule("error", source=_DIRECTORIES, applies=has_tools, is_cached=True)
def tool_hints(evidence: Evidence) -> Iterator[Problem]:
    """A tool says whether it reads only, may destroy, and reaches beyond your systems."""
    for tool in evidence.tools:
        annotations = mapping(tool.get("annotations"))
        missing = [hint for hint in _HINTS if not isinstance(annotations.get(hint), bool)]
        if missing:
            cause = f"its annotations lack {', '.join(missing)}"
            yield Problem(f"tool {tool['name']}", cause, "Give each of the three hints as true or false")


@rule("warning", source="MCP 2025-11-25, ToolAnnotations", applies=has_tools, is_cached=True)
def tool_hints_agree(evidence: Evidence) -> Iterator[Problem]:
    """A tool that reads only does not destroy."""
    for tool in evidence.tools:
        annotations = mapping(tool.get("annotations"))
        if annotations.get("readOnlyHint") is True and annotations.get("destructiveHint") is True:
            cause = "readOnlyHint and destructiveHint are both true"
            yield Problem(f"tool {tool['name']}", cause, "Set the one that is not so to false")


@rule("warning", source="OpenAI, Plugins reference, tool descriptor", applies=has_tools, is_cached=True)
def tool_status(evidence: Evidence) -> Iterator[Problem]:
    """Status texts have at most 64 characters."""
    for tool in evidence.tools:
        for key in _STATUS:
            length = len(text(mapping(tool.get("_meta")).get(key)))
            if length > STATUS_CHARACTERS:
                cause = f"`{key}` has {length} characters"
                yield Problem(f"tool {tool['name']}", cause, f"Shorten it to {STATUS_CHARACTERS} characters")


@rule("warning", source="mcp-bridge, budgets: hosts send every definition to the model", applies=has_tools)
def tool_tokens(evidence: Evidence) -> Iterator[Problem]:
    """All definitions together have at most 10000 tokens, as estimated."""
    sizes = {
        tool["name"]: tokens({key: value for key, value in tool.items() if key != "_meta"}) for tool in evidence.tools
    }
    if (total := sum(sizes.values())) > DEFINITION_TOKENS:
        largest = max(sizes, key=lambda name: sizes[name])
        cause = f"the definitions have about {total} tokens, {sizes[largest]} of them in `{largest}`"
        yield Problem("tools/list", cause, "Shorten descriptions and schemas, or offer fewer tools")


# Schemas -----------------------------------------------------------------------------------------------------------


@rule("error", source="MCP 2025-11-25, Tool", applies=has_tools, is_cached=True)
def input_schema(evidence: Evidence) -> Iterator[Problem]:
    """The root of an input schema is an object."""
    for tool in evidence.tools:
        if mapping(tool.get("inputSchema")).get("type") != "object":
            cause = "the root of its inputSchema has no `type` of `object`"
            yield Problem(f"tool {tool['name']}", cause, 'Give it {"type": "object", "properties": {...}}')


@rule("error", source="MCP 2025-11-25, Tool; claude-ai-mcp issue 485", applies=_has_output_schemas, is_cached=True)
def output_schema(evidence: Evidence) -> Iterator[Problem]:
    """The root of an output schema is an object."""
    for tool in evidence.tools:
        if "outputSchema" in tool and mapping(tool["outputSchema"]).get("type") != "object":
            cause = "the root of its outputSchema has no `type` of `object`, which breaks the whole connector in Claude"
            yield Problem(f"tool {tool['name']}", cause, "Put what it is into a property of an object")


@rule("error", source="JSON Schema 2020-12, $ref", applies=has_tools, is_cached=True)
def schema_refs(evidence: Evidence) -> Iterator[Problem]:
    """Each `$ref` of a schema leads to a place in the same schema."""
    for tool in evidence.tools:
        for key in ("inputSchema", "outputSchema"):
            schema = mapping(tool.get(key))
            for ref in dict.fromkeys(_values(schema, "$ref")):
                if not _leads(schema, ref):
                    cause = f"{ref!r} in its {key} leads nowhere"
                    yield Problem(f"tool {tool['name']}", cause, "Define it under $defs, or write the schema out")


def _values(schema: Any, keyword: str) -> Iterator[str]:
    """Yield each string that a keyword has anywhere in a schema."""
    for each in items(schema):
        yield from _values(each, keyword)
    for key, value in mapping(schema).items():
        if key == keyword and isinstance(value, str):
            yield value
        elif key not in ("const", "default", "enum", "examples"):
            yield from _values(value, keyword)


def _leads(schema: Json, ref: str) -> bool:
    """Whether a `$ref` leads to a place in the schema."""
    if not ref.startswith("#"):
        return False
    if ref != "#" and not ref.startswith("#/"):
        return ref[1:] in set(_values(schema, "$anchor"))
    place: Any = schema
    for part in ref[1:].split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(place, list):
            entries = items(place)
            place = entries[int(name)] if name.isdigit() and int(name) < len(entries) else None
        else:
            place = mapping(place).get(name)
    return isinstance(place, (dict, bool))


# Metadata of UI ----------------------------------------------------------------------------------------------------


@rule(
    "error",
    source="MCP Apps 2026-01-26, tool metadata; OpenAI, Plugins reference",
    applies=_has_ui_tools,
    is_cached=True,
)
def tool_dialects(evidence: Evidence) -> Iterator[Problem]:
    """A tool with UI names the same URI under all three keys."""
    for tool in evidence.tools:
        uris = tool_uris(tool)
        if not any(uris.values()):
            continue
        missing = [key for key, uri in uris.items() if not uri]
        if missing:
            cause = f"its _meta lacks {' and '.join(missing)}, so hosts that read only this show no widget"
            yield Problem(f"tool {tool['name']}", cause, f"Give _meta the same URI under {', '.join(uris)}")
        elif len(set(uris.values())) > 1:
            cause = f"its _meta names different URIs: {', '.join(sorted(set(uris.values())))}"
            yield Problem(f"tool {tool['name']}", cause, "Name one URI under all three keys")


@rule("error", source="MCP Apps 2026-01-26, UI Resource Format", applies=_has_ui_tools, is_cached=True)
def tool_resource(evidence: Evidence) -> Iterator[Problem]:
    """The URI of a tool begins with `ui://` and is in `resources/list`."""
    listed = {each["uri"] for each in evidence.resources}
    for tool in evidence.tools:
        for uri in dict.fromkeys(each for each in tool_uris(tool).values() if each):
            if not uri.startswith("ui://"):
                cause = f"{uri} does not begin with ui://"
                yield Problem(f"tool {tool['name']}", cause, "Give the resource a URI that begins with ui://")
            elif uri not in listed:
                cause = f"{uri} is not in resources/list"
                yield Problem(f"tool {tool['name']}", cause, f"List it there with the type {APP_MIME_TYPE}")


@rule("error", source="MCP Apps 2026-01-26, tool visibility", applies=has_tools, is_cached=True)
def tool_visibility(evidence: Evidence) -> Iterator[Problem]:
    """Visibility is a list of `model` and `app`, and not empty."""
    for tool in evidence.tools:
        ui = mapping(mapping(tool.get("_meta")).get("ui"))
        if "visibility" not in ui:
            continue
        visibility = strings(ui["visibility"])
        if not visibility or len(visibility) != len(items(ui["visibility"])) or set(visibility) - set(_AUDIENCES):
            cause = f"its visibility is {json.dumps(ui['visibility'])}"
            yield Problem(f"tool {tool['name']}", cause, 'Write ["model", "app"], ["model"] or ["app"]')


# Results -----------------------------------------------------------------------------------------------------------


@rule("warning", source="MCP 2025-11-25, Calling Tools", applies=lambda evidence: bool(evidence.calls))
def result_given(evidence: Evidence) -> Iterator[Problem]:
    """A tool that reads and needs no arguments gives a result without them."""
    for name, reply in evidence.calls.items():
        if reply.result is None:
            cause = f"a call without arguments got {reply.said}"
        elif reply.result.get("isError"):
            said = next((text(mapping(each).get("text")) for each in items(reply.result.get("content"))), "")
            cause = f"a call without arguments is an error: {said[:200] or 'without a text'}"
        else:
            continue
        yield Problem(f"tool {name}", cause, "Correct the tool, or declare as required what it needs")


@rule("error", source="MCP Apps 2026-01-26, hosts without UI", applies=has_results)
def result_text(evidence: Evidence) -> Iterator[Problem]:
    """A result has a text for hosts without UI."""
    for tool, result in _results(evidence):
        if not any(text(mapping(each).get("text")) for each in items(result.get("content"))):
            cause = "a result of it has no text in `content`, so a host without UI has nothing to show"
            yield Problem(f"tool {tool['name']}", cause, "Put a short text into `content`")


@rule("error", source="MCP 2025-11-25, Output Schema", applies=_has_promised_results)
def result_schema(evidence: Evidence) -> Iterator[Problem]:
    """A result matches the output schema."""
    for tool, result in _results(evidence):
        if "outputSchema" not in tool:
            continue
        if "structuredContent" not in result:
            cause = "it has an outputSchema, and a result of it has no structuredContent"
        elif mismatch := _mismatch(mapping(tool["outputSchema"]), result["structuredContent"]):
            cause = f"structuredContent does not match its outputSchema: {mismatch}"
        else:
            continue
        yield Problem(
            f"tool {tool['name']}", cause, "Correct the schema or the result, for clients refuse such results"
        )


def _mismatch(schema: Json, value: Any) -> str:
    """Return where a value does not match a schema, "" if it does."""
    import jsonschema
    from jsonschema import validators

    checker: Any = validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        error: Any = next(iter(checker(schema).iter_errors(value)), None)
    except Exception as problem:  # noqa: BLE001  A schema of a stranger fails in ways that nobody can list.
        return f"the schema cannot be applied ({type(problem).__name__})"
    return f"{error.json_path}: {str(error.message)[:200]}" if error is not None else ""


@rule("warning", source="mcp-bridge, budgets: the model reads every token of a result", applies=has_results)
def result_tokens(evidence: Evidence) -> Iterator[Problem]:
    """What the model reads of a result has at most 5000 tokens, as estimated."""
    for tool, result in _results(evidence):
        size = tokens([result.get("content"), result.get("structuredContent")])
        if size > RESULT_TOKENS:
            cause = f"a result of it has about {size} tokens for the model"
            yield Problem(
                f"tool {tool['name']}", cause, "Give the model a summary, and the rest in _meta to the widget"
            )


@rule("error", source="Claude, MCP Apps troubleshooting", applies=has_results)
def result_limit(evidence: Evidence) -> Iterator[Problem]:
    """A result has at most 150000 characters."""
    for tool, _ in _results(evidence):
        size = evidence.calls[tool["name"]].characters
        if size > RESULT_CHARACTERS:
            cause = f"a result of it has {size} characters, and Claude gives a widget no more than {RESULT_CHARACTERS}"
            yield Problem(f"tool {tool['name']}", cause, "Send less, and let the widget ask for the rest")


RULES: tuple[Rule, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Rule))
