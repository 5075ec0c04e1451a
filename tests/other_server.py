"""A server of somebody else: it has no bridge, names its widget by the flat key only, and lists no resource for it.

python -m tests.other_server        prints the URL of the endpoint

With the environment variable OTHER_TOKEN it answers only to requests with that bearer token.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.context import CallNext, ServerRequestContext
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

URI = "ui://other/view.html"
ESCAPE = "\x1b[31m"


def other_server() -> MCPServer[Any]:
    """Return the server."""
    server: MCPServer[Any] = MCPServer("Other", version="7", log_level="WARNING")

    @server.tool(
        description=f"Draw.{ESCAPE}", annotations=ToolAnnotations(read_only_hint=True), meta={"ui/resourceUri": URI}
    )
    async def draw(
        sides: Annotated[int, Field(ge=3, le=9)],
        scale: float = 1.0,
        colors: list[str] | None = None,
        *,
        filled: bool = False,
    ) -> CallToolResult:
        return CallToolResult(
            content=[TextContent(type="text", text=f"{sides} sides, {scale}, {colors}, {filled}{ESCAPE}")],
            structured_content={"sides": sides},
            _meta={"note": "for the widget"},
        )

    @server.tool(description="Count.", meta={"ui": {"visibility": ["app"]}})
    async def count() -> CallToolResult:
        return CallToolResult(content=[TextContent(type="text", text="One.")])

    async def add_key(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> Any:
        """Give a tool a key that the SDK does not know, as OpenAI's `securitySchemes`."""
        result = await call_next(ctx)
        if ctx.method == "tools/list" and isinstance(result, dict):
            result["tools"][0]["securitySchemes"] = [{"type": "noauth"}]
        return result

    server._lowlevel_server.middleware.append(add_key)  # pyright: ignore[reportPrivateUsage]
    return server


def _guarded(app: ASGIApp, credentials: str) -> ASGIApp:
    """Return an application that refuses requests without the credentials."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        is_known = scope["type"] != "http" or Headers(scope=scope).get("authorization") == credentials
        await (app if is_known else Response(status_code=401))(scope, receive, send)

    return guard


def main() -> None:
    """Serve on a free port of 127.0.0.1 until stopped."""
    app: ASGIApp = other_server().streamable_http_app(stateless_http=True)
    if token := os.environ.get("OTHER_TOKEN"):
        app = _guarded(app, f"Bearer {token}")
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
    listener = config.bind_socket()
    print(f"MCP endpoint  http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
