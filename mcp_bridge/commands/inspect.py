"""`mcp-bridge inspect`: the tools and resources of the app, or of any MCP server, as hosts see them.

Read are the keys of both dialects, so that a missing one shows: MCP Apps 2026-01-26 (`_meta.ui`) and OpenAI's own.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import click

from mcp_bridge.schemas import NOTHING, as_object, fields
from mcp_bridge.values import find, uri_of

from .headers import HEADERS, headers_for
from .terminal import aside, console, grid, plain, title, told, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from mcp_bridge.client import Client, Listing

_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_NOT_SAID = "–"


@click.command()
@click.argument("url", required=False)
@click.option("--tool", "name", metavar="NAME", help="Show one tool and the resource of its widget.")
@HEADERS
@click.option("--json", "as_json", is_flag=True, help="Print the objects of the wire.")
def inspect(url: str | None, name: str | None, headers: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Show tools and resources as hosts see them.

    Without URL they are those of the app in the current folder; with one, such as http://127.0.0.1:8000/mcp, those of
    the MCP server there.
    """
    with told():
        from mcp_bridge.client import ask

        with aside():
            listing, contents = ask(url, lambda client: _read(client, name), headers_for(url, headers))
        if as_json:
            write_json({"tools": listing.tools, "resources": listing.resources})
            return
        _show(listing, contents)


async def _read(client: Client, name: str | None) -> tuple[Listing, dict[str, dict[str, Any] | str]]:
    """Return what a server lists, and the contents that its tools name by their URIs.

    Args:
        client: The server.
        name: The one tool to show, or None for all.
    """
    from mcp_bridge.client import read_content, read_listing

    listing = await read_listing(client)
    if name is not None:
        tool = find(listing.tools, name)
        resources = [each for each in listing.resources if each.get("uri") == uri_of(tool)]
        listing = dataclasses.replace(listing, tools=[tool], resources=resources)
    uris = dict.fromkeys(uri for tool in listing.tools if (uri := uri_of(tool)))
    return listing, {uri: await read_content(client, uri) for uri in uris}


def _show(listing: Listing, contents: dict[str, dict[str, Any] | str]) -> None:
    """Print the tools, the resources that they name, and the other resources."""
    out = console()
    server = plain(listing.name) or "the server gives no name"
    out.print(
        f"{server}, MCP {listing.protocol}: {_count(listing.tools, 'tool')}, {_count(listing.resources, 'resource')}"
    )
    for tool in listing.tools:
        _show_tool(out, tool)
    listed = {each["uri"]: each for each in listing.resources}
    for uri, content in contents.items():
        _show_resource(out, uri, listed.get(uri), content)
    others = [each for uri, each in listed.items() if uri not in contents]
    if others:
        out.print()
        out.rule("Resources that no tool names", align="left", style="dim")
        rows = [(plain(each["uri"]), each.get("title") or each["name"], _bytes(each.get("size"))) for each in others]
        out.print(grid(rows, indent=0))


def _count(entries: list[Any], noun: str) -> str:
    """Return how many there are."""
    return f"{len(entries)} {noun}" + ("" if len(entries) == 1 else "s")


def _show_tool(out: Console, tool: dict[str, Any]) -> None:
    """Print one tool."""
    meta, hints = as_object(tool.get("_meta")), as_object(tool.get("annotations"))
    title(out, f"Tool {tool['name']}", tool.get("title") or hints.get("title"))
    if tool.get("description"):
        out.print(plain(tool["description"]), style="italic")
    visibility: list[str] = as_object(meta.get("ui")).get("visibility") or ["model", "app"]
    callers = {"model": "the model", "app": "widgets"}
    status = [meta.get("openai/toolInvocation/invoking"), meta.get("openai/toolInvocation/invoked")]
    rows: list[tuple[str, ...]] = [
        ("called by", " and ".join(callers.get(each, each) for each in visibility)),
        ("hints", ", ".join(f"{hint} {_said(hints.get(hint))}" for hint in _HINTS)),
        ("widget", uri_of(tool) or "none"),
        ("status", ", then ".join(f"“{each}”" for each in status if each) or _NOT_SAID),
    ]
    output = [field.name for field in fields(as_object(tool.get("outputSchema")))]
    rows.append(("output", ", ".join(output) or ("no key" if "outputSchema" in tool else "no schema")))
    parameters = fields(as_object(tool.get("inputSchema")))
    rows.append(("input", "" if parameters else "no parameters"))
    out.print(grid(rows))
    if parameters:
        needs = ("required" if field.is_required else _default(field.default) for field in parameters)
        cells = zip(parameters, needs, strict=True)
        out.print(grid([(each.name, each.type, need, each.description) for each, need in cells], indent=4))


def _show_resource(out: Console, uri: str, listed: dict[str, Any] | None, content: dict[str, Any] | str) -> None:
    """Print the resource of a widget: what its content says, which hosts take before what the list says."""
    entry = listed or {}
    title(out, f"Resource {uri}", entry.get("title") or entry.get("name"))
    if isinstance(content, str):
        out.print(grid([("reading", f"The server refuses it: {content}")]))
        return
    meta = as_object(content.get("_meta") or entry.get("_meta"))
    ui = as_object(meta.get("ui"))
    text: str = content.get("text") or ""
    border = ui.get("prefersBorder"), meta.get("openai/widgetPrefersBorder")
    rows = [
        ("MIME", str(content.get("mimeType", _NOT_SAID))),
        ("size", _bytes(len(text.encode())) + ("" if listed else ", not in resources/list")),
        ("CSP of ui", _csp(ui.get("csp"))),
        ("CSP of openai", _csp(meta.get("openai/widgetCSP"))),
        ("domain", f"ui {_said(ui.get('domain'))}, openai {_said(meta.get('openai/widgetDomain'))}"),
        ("prefersBorder", f"ui {_said(border[0])}, openai {_said(border[1])}"),
    ]
    if ui.get("permissions"):
        rows.append(("permissions", ", ".join(ui["permissions"])))
    out.print(grid(rows))


def _csp(csp: Any) -> str:
    """Return the origins of a policy in the spelling of its dialect."""
    if csp is None:
        return _NOT_SAID
    return ", ".join(f"{key} {' '.join(origins) or 'none'}" for key, origins in as_object(csp).items()) or "no origin"


def _default(value: Any) -> str:
    """Return the default of a parameter that may be left out."""
    return "optional" if value is NOTHING else f"default {json.dumps(value, ensure_ascii=False)}"


def _said(value: Any) -> str:
    """Return a value that may be missing."""
    return _NOT_SAID if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _bytes(size: int | None) -> str:
    """Return a size in bytes."""
    return _NOT_SAID if size is None else f"{size:,} bytes"
