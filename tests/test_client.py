"""What any MCP server answers, in the objects of the wire."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client
from mcp.server.context import CallNext, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND

from mcp_bridge.client import call_tool, read_content, read_listing
from tests.other_server import URI, other_server

pytestmark = pytest.mark.anyio


async def in_pages(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> Any:
    """Give one tool a page, and have no resources."""
    if ctx.method == "resources/list":
        raise MCPError(code=METHOD_NOT_FOUND, message="Method not found")
    result = await call_next(ctx)
    if ctx.method == "tools/list" and isinstance(result, dict):
        at = int((ctx.params or {}).get("cursor") or 0)
        if at + 1 < len(result["tools"]):
            result["nextCursor"] = str(at + 1)
        result["tools"] = result["tools"][at : at + 1]
    return result


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_all_pages_of_a_list_are_read(era: Any) -> None:
    """spec: MCP, pagination by an opaque cursor; a server without resources has none, in both eras."""
    server = other_server()
    server._lowlevel_server.middleware.append(in_pages)  # pyright: ignore[reportPrivateUsage]
    async with Client(server, mode=era) as client:
        listing = await read_listing(client)
    assert [tool["name"] for tool in listing.tools] == ["draw", "count"]
    version = {"auto": "2026-07-28", "legacy": "2025-11-25"}[era]
    assert (listing.name, listing.protocol, listing.resources) == ("Other 7", version, [])


async def refuse(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> Any:
    """Answer a call of a tool as the TypeScript SDK answers one of an unknown tool."""
    if ctx.method == "tools/call":
        raise MCPError(code=INVALID_PARAMS, message="Unknown tool: nothing")
    return await call_next(ctx)


async def test_what_the_protocol_refuses_is_told() -> None:
    """bridge: a refusal is a sentence, not an exception."""
    server = other_server()
    server._lowlevel_server.middleware.append(refuse)  # pyright: ignore[reportPrivateUsage]
    async with Client(server) as client:
        content, result = await read_content(client, URI), await call_tool(client, "nothing", {})
    assert content == f"Unknown resource: {URI}"
    assert result == {"content": [{"type": "text", "text": "Unknown tool: nothing"}], "isError": True}
