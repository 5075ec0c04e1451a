"""What any MCP server answers, in the objects of the wire. Besides `server.py` nothing imports `mcp`.

    listing = ask(None, read_listing)                             # the app of rxconfig.py, in this process
    listing = ask("https://example.com/mcp", read_listing)        # a server, ours or not

The SDK's client speaks the protocol, both eras of it, and checks each answer; its models are not used for answers, as
they drop the keys that they do not know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from mcp import Client
from mcp.client import Transport
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    METHOD_NOT_FOUND,
    CallToolRequest,
    CallToolRequestParams,
    ListResourcesRequest,
    ListToolsRequest,
    PaginatedRequestParams,
    ReadResourceRequest,
    ReadResourceRequestParams,
)
from pydantic import RootModel

from .errors import BridgeError, CommandError
from .server import create_server

_SECONDS = 300.0  # for one answer: the longest that a host waits for a tool
_PAGES = 100
_T = TypeVar("_T")


class _Answer(RootModel[dict[str, Any]]):
    """The result of a request as it came."""


@dataclass(frozen=True)
class Listing:
    """What a server says of itself.

    Attributes:
        name: The server's name and version, "" if it does not say.
        protocol: The version of MCP that was agreed on.
        tools: The entries of `tools/list`.
        resources: The entries of `resources/list`.
    """

    name: str
    protocol: str
    tools: list[dict[str, Any]]
    resources: list[dict[str, Any]]


def ask(url: str | None, question: Callable[[Client], Awaitable[_T]], headers: Mapping[str, str] | None = None) -> _T:
    """Connect to a server, ask it, and return the answer.

    Args:
        url: The MCP endpoint, or None for the app of `rxconfig.py` in the current folder, which then runs in this
            process.
        question: Does the asking; requests only, since what it raises counts as the server's failure.
        headers: Further headers of each request to a URL, such as `authorization`.

    Raises:
        CommandError: If it is no URL, or what answers there does not speak MCP.
        ManifestError: If the app was not exported, or its bundles are stale or altered.
    """
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            msg = f"`{url}` is not the URL of an MCP server. Write it whole, for example http://127.0.0.1:8000/mcp."
            raise CommandError(msg)
    try:
        return asyncio.run(
            _ask_url(url, question, headers or {}) if url is not None else _ask(create_server(), question)
        )
    except (ExceptionGroup, MCPError) as error:
        cause = _first(error)
        if isinstance(cause, BridgeError):
            raise cause from error
        if url is None:
            raise
        msg = f"no MCP server answers at {url}: {cause}. Start it, or name its endpoint, which often ends in /mcp."
        raise CommandError(msg) from error


async def _ask_url(url: str, question: Callable[[Client], Awaitable[_T]], headers: Mapping[str, str]) -> _T:
    """Ask a server by HTTP."""
    async with create_mcp_http_client(headers=dict(headers)) as http:
        return await _ask(streamable_http_client(url, http_client=http), question)


async def _ask(server: MCPServer[Any] | Transport, question: Callable[[Client], Awaitable[_T]]) -> _T:
    """Ask a server that is not connected yet."""
    async with Client(server, read_timeout_seconds=_SECONDS) as client:
        return await question(client)


def _first(error: Exception) -> Exception:
    """Return what went wrong first in the SDK's tasks."""
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return error


async def read_listing(client: Client) -> Listing:
    """Return all tools and resources of a server; one that has no resources has none."""
    info = client.server_info
    return Listing(
        name=f"{info.name} {info.version}".strip() if info else "",
        protocol=client.protocol_version,
        tools=await read_tools(client),
        resources=await _list(client, ListResourcesRequest, "resources"),
    )


async def read_tools(client: Client) -> list[dict[str, Any]]:
    """Return the entries of `tools/list`."""
    return await _list(client, ListToolsRequest, "tools")


async def _list(client: Client, request: type[ListToolsRequest] | type[ListResourcesRequest], key: str) -> list[Any]:
    """Return the entries of all pages of a list."""
    entries: list[Any] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        try:
            answer = await client.session.send_request(request(params=PaginatedRequestParams(cursor=cursor)), _Answer)
        except MCPError as error:
            if error.code == METHOD_NOT_FOUND:
                break
            raise
        entries += answer.root.get(key, [])
        cursor = answer.root.get("nextCursor")
        if not cursor:
            break
    return entries


async def read_content(client: Client, uri: str) -> dict[str, Any] | str:
    """Return the first content of a resource, or the sentence with which the server refuses it."""
    request = ReadResourceRequest(params=ReadResourceRequestParams(uri=uri))
    try:
        answer = await client.session.send_request(request, _Answer)
    except MCPError as error:
        return error.message
    contents: list[dict[str, Any]] = answer.root.get("contents", [])
    return contents[0] if contents else "The answer has no contents."


async def call_tool(client: Client, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a tool call; a refusal by the protocol becomes an `isError` result, as hosts show it."""
    # The SDK sends arguments as headers too where a listed schema has `x-mcp-header`, so it has to have seen the list.
    await client.list_tools()
    request = CallToolRequest(params=CallToolRequestParams(name=name, arguments=arguments))
    try:
        return (await client.session.send_request(request, _Answer)).root
    except MCPError as error:
        return {"content": [{"type": "text", "text": error.message}], "isError": True}
