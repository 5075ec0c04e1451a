"""The MCP server: widgets and tools of a Reflex app, on the official SDK. Besides `client.py` nothing imports `mcp`.

    server = create_server()                  # the SDK's MCPServer; add tools of your own to it
    attach(my_server)                         # or add the widgets to an MCPServer that you have

    uvicorn mcp_bridge.server:app             # the whole ASGI application: /mcp, /health, /ready, the preview

Both protocol eras are served on one endpoint. Nothing is keyed on the MCP session or on what a client says that it
supports: hosts open a new MCP session for each exchange, and some render widgets without announcing it.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from mcp.server import MCPServer
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    TextContent,
    TextResourceContents,
)
from mcp_types import Resource as MCPResource
from mcp_types import Tool as MCPTool
from starlette.applications import Starlette

from . import _reflex, metadata
from ._version import __version__
from .bridge import Bridge
from .proxies import checked_prefix, configured_prefix, configured_proxies
from .results import Result

__all__ = ["attach", "create_app", "create_server"]

logger = logging.getLogger(__name__)

SCENES = "tests/scenes"
"""Where the emulator finds and saves the scenes of a project, in its folder."""

_VERSIONED_SECONDS = 365 * 24 * 3600


def create_server(bridge: Bridge | None = None, **options: Any) -> MCPServer[Any]:
    """Return an MCP server with the app's widgets and tools.

    Args:
        bridge: The app to serve; by default the one that `rxconfig.py` in the current folder names.
        options: Further arguments of the SDK's `MCPServer`, such as `instructions`, `auth` or `lifespan`.

    Raises:
        ManifestError: If the app was not exported, or its bundles are stale or altered.
    """
    bridge = bridge or Bridge.load()
    options.setdefault("name", bridge.name)
    options.setdefault("version", __version__)
    options.setdefault("log_level", "WARNING")
    server: MCPServer[Any] = MCPServer(**options)
    attach(server, bridge)
    return server


def attach(server: MCPServer[Any] | Server[Any], bridge: Bridge | None = None) -> Bridge:
    """Add the app's widgets and tools to an MCP server that exists.

    The server's own tools and resources stay; a tool of the same name is the app's.

    Args:
        server: The SDK's `MCPServer`, or its low-level `Server`.
        bridge: The app to serve; by default the one that `rxconfig.py` in the current folder names.

    Returns:
        The bridge, for `create_app(server, bridge)`.

    Raises:
        ManifestError: If the app was not exported, or its bundles are stale or altered.
    """
    bridge = bridge or Bridge.load()
    # mcp 2.3.0: the one private name. Middleware could do it too, but its results miss the SDK's era stamps.
    lowlevel: Server[Any] = server._lowlevel_server if isinstance(server, MCPServer) else server  # pyright: ignore[reportPrivateUsage]
    _extend(lowlevel, "tools/list", PaginatedRequestParams, lambda inner: _list_tools(bridge, inner))
    _extend(lowlevel, "tools/call", CallToolRequestParams, lambda inner: _call_tool(bridge, inner))
    _extend(lowlevel, "resources/list", PaginatedRequestParams, lambda inner: _list_resources(bridge, inner))
    _extend(lowlevel, "resources/read", ReadResourceRequestParams, lambda inner: _read_resource(bridge, inner))
    lowlevel.extensions[metadata.EXTENSION_ID] = {}
    lowlevel.middleware.append(_announce_extension)
    inner_lifespan = lowlevel.lifespan

    @contextlib.asynccontextmanager
    async def lifespan(owner: Server[Any]) -> AsyncGenerator[Any]:
        async with bridge.running(), inner_lifespan(owner) as context:
            yield context

    lowlevel.lifespan = lifespan
    return bridge


_Handler = Callable[[ServerRequestContext[Any, Any], Any], Awaitable[Any]]


def _extend(server: Server[Any], method: str, params: Any, wrap: Callable[[_Handler | None], _Handler]) -> None:
    """Put a handler before the one that a server has for a method."""
    entry = server.get_request_handler(method)
    server.add_request_handler(method, params, wrap(cast("_Handler", entry.handler) if entry else None))


async def _announce_extension(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Name the extension in the handshake's answer, from which the SDK 2.3.0 drops it."""
    result = await call_next(ctx)
    if ctx.method == "initialize" and isinstance(result, dict):
        capabilities = result.setdefault("capabilities", {})
        capabilities.setdefault("extensions", {}).setdefault(metadata.EXTENSION_ID, {})
    return result


def _list_tools(bridge: Bridge, inner: _Handler | None) -> _Handler:
    """Return a `tools/list` handler with the app's tools first."""

    async def handle(context: ServerRequestContext[Any, Any], params: PaginatedRequestParams) -> ListToolsResult:
        result: ListToolsResult = await inner(context, params) if inner else ListToolsResult(tools=[])
        if params.cursor:
            return result
        ours = [MCPTool.model_validate(tool) for tool in bridge.list_tools()]
        names = {tool.name for tool in ours}
        return result.model_copy(update={"tools": [*ours, *(each for each in result.tools if each.name not in names)]})

    return handle


def _call_tool(bridge: Bridge, inner: _Handler | None) -> _Handler:
    """Return a `tools/call` handler that answers the app's tools itself."""

    async def handle(context: ServerRequestContext[Any, Any], params: CallToolRequestParams) -> Any:
        if not bridge.has_tool(params.name):
            if inner is not None:
                return await inner(context, params)
            return _wire(Result(text=f"Unknown tool: {params.name}", is_error=True))
        return _wire(await bridge.call_tool(params.name, params.arguments or {}, _principal()))

    return handle


def _wire(result: Result) -> CallToolResult:
    """Return a result in the SDK's shape."""
    return CallToolResult(
        content=[TextContent(type="text", text=result.text)],
        structured_content=result.structured,
        is_error=result.is_error,
        _meta=result.meta or None,
    )


def _principal() -> str:
    """Return who is calling, where callers are authenticated."""
    token = get_access_token()
    return "" if token is None else f"{token.client_id}\n{token.subject or ''}"


def _list_resources(bridge: Bridge, inner: _Handler | None) -> _Handler:
    """Return a `resources/list` handler with every published bundle."""

    async def handle(context: ServerRequestContext[Any, Any], params: PaginatedRequestParams) -> ListResourcesResult:
        result: ListResourcesResult = await inner(context, params) if inner else ListResourcesResult(resources=[])
        if params.cursor:
            return result
        ours = [MCPResource.model_validate(each) for each in bridge.list_resources(_requester(context))]
        return result.model_copy(update={"resources": [*ours, *result.resources]})

    return handle


def _read_resource(bridge: Bridge, inner: _Handler | None) -> _Handler:
    """Return a `resources/read` handler that answers the `ui://` URIs of the app itself."""

    async def handle(context: ServerRequestContext[Any, Any], params: ReadResourceRequestParams) -> Any:
        uri = str(params.uri)
        found = bridge.read_resource(uri, _requester(context))
        if found is not None:
            content = TextResourceContents.model_validate({**found.content, "uri": uri})
            age = _VERSIONED_SECONDS * 1000 if found.is_versioned else 0
            return ReadResourceResult(contents=[content], ttl_ms=age, cache_scope="public")
        if inner is not None:
            return await inner(context, params)
        raise MCPError(code=INVALID_PARAMS, message=f"Unknown resource: {uri}", data={"uri": uri})

    return handle


def _requester(context: ServerRequestContext[Any, Any]) -> metadata.Requester:
    """Return which family of hosts asks."""
    headers = getattr(context.request, "headers", None)
    return metadata.requester_of(headers.get("user-agent", "") if headers is not None else "")


def create_app(
    server: MCPServer[Any] | None = None,
    bridge: Bridge | None = None,
    *,
    preview: bool | None = None,
    allowed_hosts: list[str] | None = None,
    prefix: str | None = None,
    trusted_proxies: list[str] | None = None,
    live: bool = False,
) -> Starlette:
    """Return the ASGI application: `/mcp`, `/health`, `/ready` and the preview at `/`.

    Args:
        server: A server that `attach` was called on; by default one is made.
        bridge: What `attach` returned; by default the app that `rxconfig.py` names.
        preview: Whether to serve the preview and the standalone pages; by default unless `REFLEX_ENV_MODE` is `prod`.
        allowed_hosts: Host names that requests may name besides localhost; "*" for any. By default those of the
            environment variable `MCP_ALLOWED_HOSTS`, separated by commas, and of the public URL.
        prefix: The path that a proxy puts before all others, whether it takes it off again or not. By default that of
            the environment variable `MCP_BRIDGE_PREFIX`, else that of the public URL, else what a known proxy names
            in `X-Forwarded-Prefix`.
        trusted_proxies: Addresses and networks whose `X-Forwarded-*` headers are believed; "*" for any. By default
            those of the environment variable `FORWARDED_ALLOW_IPS`, else this machine.
        live: Whether pages follow the source, as `mcp-bridge dev` has them do.

    Raises:
        BridgeError: If the prefix is none.
        ManifestError: If the app was not exported, or its bundles are stale or altered.
    """
    from .web import web_app

    bridge = bridge or Bridge.load()
    server = server or create_server(bridge)
    is_production = _reflex.is_production()
    inner = server.streamable_http_app(
        streamable_http_path=metadata.MCP_PATH,
        stateless_http=True,
        # Its origin check has no wildcard, and a 403 to an unknown Origin breaks hosts; web.py checks the Host.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return web_app(
        bridge,
        inner,
        lambda: server.session_manager.run(),
        preview=not is_production if preview is None else preview,
        # Whoever sees the preview could write files of the project.
        scenes=None if is_production else Path.cwd() / SCENES,
        allowed_hosts=allowed_hosts,
        prefix=configured_prefix(bridge.public_url) if prefix is None else checked_prefix(prefix),
        trusted_proxies=configured_proxies() if trusted_proxies is None else trusted_proxies,
        live=live,
    )


def __getattr__(name: str) -> Any:
    """Make the ASGI application when an ASGI server asks for `mcp_bridge.server:app`."""
    if name == "app":
        return create_app()
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
