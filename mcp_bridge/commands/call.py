"""`mcp-bridge call`: one tool call, and what of its result each of the three gets.

MCP Apps 2026-01-26, "Data Passing": the model reads `content` and `structuredContent`, the widget both and `_meta`, and
the person sees the widget.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import click

from mcp_bridge.results import META_KEY
from mcp_bridge.schemas import as_list, as_object
from mcp_bridge.values import find, given, uri_of

from .headers import HEADERS, headers_for
from .terminal import aside, console, grid, plain, title, told, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from mcp_bridge.client import Client

_BYTES_PER_TOKEN = 4  # of English text and JSON, in the tokenizers of today's models
_VALUE_CHARACTERS = 160
_NAME = re.compile(r"([^/]+)\.html(?:\?|$)")
_SERVED = "http://127.0.0.1:8000"  # where `mcp-bridge serve` listens by default


@click.command()
@click.argument("tool")
@click.argument("values", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--args", "whole", metavar="JSON", help="The arguments as a JSON object; KEY=VALUE comes before it.")
@click.option("--url", help="The MCP server to call, by default the app in the current folder.")
@HEADERS
@click.option("--json", "as_json", is_flag=True, help="Print the result of the wire.")
def call(
    tool: str,
    values: tuple[str, ...],
    whole: str | None,
    url: str | None,
    headers: tuple[tuple[str, str], ...],
    as_json: bool,
) -> None:
    """Call a tool and show what the model, the widget and the person get.

    A VALUE is text, a number, true or false as the tool's schema wants it; objects and lists are JSON.
    """
    with told():
        from mcp_bridge.client import ask

        with aside():
            question = functools.partial(_call, name=tool, values=values, whole=whole)
            found, arguments, result = ask(url, question, headers_for(url, headers))
    is_error = result.get("isError") is True
    if as_json:
        write_json(result)
    elif not is_error:
        _show(found, arguments, result, url)
    if is_error:
        raise click.ClickException(plain("\n".join(_texts(result))) or f"tool `{tool}` failed and does not say why.")


async def _call(
    client: Client, name: str, values: tuple[str, ...], whole: str | None
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the tool, the arguments that were typed, and the result."""
    from mcp_bridge.client import call_tool, read_tools

    tool = find(await read_tools(client), name)
    arguments = given(tool, values, whole)
    return tool, arguments, await call_tool(client, name, arguments)


def _texts(result: dict[str, Any]) -> Iterator[str]:
    """Yield the content blocks of a result as text; of one that has none, its type."""
    for each in as_list(result.get("content")):
        block = as_object(each)
        text = block.get("text")
        yield (
            text
            if isinstance(text, str)
            else f"[{block.get('type')}] {block.get('uri') or block.get('mimeType') or ''}"
        )


def _show(tool: dict[str, Any], arguments: dict[str, Any], result: dict[str, Any], url: str | None) -> None:
    """Print a result in three sections."""
    out = console()
    _show_model(out, tool, result)
    meta = as_object(result.get("_meta"))
    _show_widget(out, meta)
    _show_person(out, tool, arguments, meta, url)


def _show_model(out: Console, tool: dict[str, Any], result: dict[str, Any]) -> None:
    """Print what the model reads."""
    visibility = as_object(as_object(tool.get("_meta")).get("ui")).get("visibility") or ["model"]
    title(out, "The model", None if "model" in visibility else "does not see this tool; only widgets call it")
    text = plain("\n".join(_texts(result)))
    structured = result.get("structuredContent")
    if result.get("resultType") == "input_required":
        out.print("The tool asks for more input, which a host gets from the person and a command cannot give.")
    out.print(grid([("content", _size(text.encode()))]))
    out.print(text, soft_wrap=True)
    if structured is None:
        out.print(grid([("structuredContent", "none")]))
        return
    out.print(grid([("structuredContent", _size(_wire(structured)))]))
    out.print(plain(json.dumps(structured, indent=2, ensure_ascii=False)), soft_wrap=True)


def _show_widget(out: Console, meta: dict[str, Any]) -> None:
    """Print what the widget reads besides: of a widget of ours its first state, var by var."""
    title(out, "The widget only", "_meta")
    if not meta:
        out.print(grid([("_meta", "none")]))
        return
    opened = as_object(meta.get(META_KEY))
    rows = [(key, _short(value)) for key, value in meta.items() if key != META_KEY]
    rows.append(("size", _bytes(_wire(meta))))
    update = as_object(opened.get("update"))
    if opened:
        rows += [("session", str(opened.get("session"))), ("version", str(update.get("version")))]
        rows += [("snapshot", _bytes(update["seal"].encode()))] if update.get("seal") else []
        rows += [("pending", "a handler still runs, and the widget asks for what it changes")] * bool(
            update.get("pending")
        )
    out.print(grid(rows))
    from mcp_bridge._reflex import var_name

    for state, values in as_object(update.get("vars")).items():
        out.print(f"  {plain(_state(state))}", style="bold")
        own = as_object(values)
        shown = [(key, value) for key, value in own.items() if not key.startswith("rx_router_")]
        rows = [(plain(var_name(key)), _short(value)) for key, value in shown]
        rows += [("router", f"{len(own) - len(shown)} vars of Reflex's own")] if len(shown) < len(own) else []
        out.print(grid(rows, indent=4))


def _show_person(
    out: Console, tool: dict[str, Any], arguments: dict[str, Any], meta: dict[str, Any], url: str | None
) -> None:
    """Print which widget a host shows, and where to look at it."""
    uri = uri_of(tool)
    title(out, "The person")
    out.print("  sees       ", f"the widget of {uri}" if uri else "no widget, but what the model writes", sep="")
    name = _NAME.search(uri or "")
    # Only servers of ours have a preview.
    if name is None or (META_KEY not in meta and url is not None):
        return
    origin = _SERVED if url is None else url.removesuffix("/").removesuffix("/mcp")
    query = urlencode({"tool": tool["name"], "args": _wire(arguments)}, quote_via=quote)
    out.print("  in a host  ", f"{origin}/#{query}", sep="", soft_wrap=True)
    out.print("  alone      ", f"{origin}/widgets/{name[1]}?{query}", sep="", soft_wrap=True)
    if url is None:
        out.print("  Both work while `mcp-bridge serve` runs.")


def _state(name: str) -> str:
    """Return the full name of a State as modules and class: `reflex___state____state.app___hello____hello`."""
    return name.rpartition(".")[2].replace("____", ".").replace("___", ".")


def _wire(value: Any) -> bytes:
    """Return a value as it is on the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _bytes(data: bytes) -> str:
    """Return a size in bytes."""
    return f"{len(data):,} bytes"


def _size(data: bytes) -> str:
    """Return a size in bytes, and what it costs a model, roughly."""
    tokens = -(-len(data) // _BYTES_PER_TOKEN)
    return f"{_bytes(data)}, about {tokens:,} token{'' if tokens == 1 else 's'}"


def _short(value: Any) -> str:
    """Return a value on one line, and how much it is if that is not all of it."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _VALUE_CHARACTERS:
        return text
    items = f"{len(as_list(value)):,} items, " if isinstance(value, list) else ""
    return f"{text[:_VALUE_CHARACTERS]}…  ({items}{len(text.encode()):,} bytes)"
