"""A small MCP server by hand, in which a test can break any one thing.

with serving(Spoilt()) as url:
    ...

It has one widget that opens without arguments, and the tool that marks a server of this package.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

HTML = (
    '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width,initial-scale=1">'
    "<title>Shop</title><style>p{color:red}</style></head><body><div id=root></div>"
    '<script>document.title="Shop";const ns="http://www.w3.org/2000/svg"</script></body></html>'
)
OLD_HTML = "<!doctype html><html lang=en><title>Old</title></html>"
PUBLIC = "https://pizza.example.com/mcp"
HINTS = {"readOnlyHint": True, "destructiveHint": False, "openWorldHint": False}


def uri_of(html: str) -> str:
    """Return the URI of a widget with some HTML."""
    return f"ui://pizza/shop.html?v={sha(html)[:8]}"


def sha(html: str) -> str:
    """Return the sha256 of some HTML."""
    return hashlib.sha256(html.encode()).hexdigest()


def shop(uri: str) -> dict[str, Any]:
    """Return a tool with a widget, without a fault."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"city": {"$ref": "#/$defs/City"}},
        "required": ["city"],
        "$defs": {"City": {"type": "string"}},
    }
    return {
        "name": "shop",
        "title": "Shop",
        "description": "Show a shop.",
        "inputSchema": {"type": "object", "properties": {"limit": {"type": "integer", "default": 3}}},
        "outputSchema": schema,
        "annotations": dict(HINTS),
        "_meta": {
            "ui": {"resourceUri": uri, "visibility": ["model", "app"]},
            "ui/resourceUri": uri,
            "openai/outputTemplate": uri,
            "openai/toolInvocation/invoking": "Opening…",
        },
    }


def app_tool() -> dict[str, Any]:
    """Return a tool for widgets only, which marks a server of this package."""
    return {
        "name": "reflex_event",
        "title": "Event",
        "description": "For widgets only.",
        "inputSchema": {"type": "object"},
        "annotations": {**HINTS, "readOnlyHint": False},
        "_meta": {"ui": {"visibility": ["app"]}},
    }


def resource_meta() -> dict[str, Any]:
    """Return the metadata of a UI resource, without a fault."""
    return {
        "ui": {"csp": {"connectDomains": [], "resourceDomains": ["https://img.example.com"], "frameDomains": []}},
        "openai/widgetCSP": {
            "connect_domains": [],
            "resource_domains": ["https://img.example.com"],
            "frame_domains": [],
        },
    }


@dataclass
class Spoilt:
    """What the server answers; each field is one thing that can be broken.

    Attributes:
        capabilities: Those of the handshake.
        discovered: Those of the stateless era, None if it is not served.
        tools: `tools/list`.
        html: The widget.
        meta: The metadata of its resource, also in the list unless `listed_meta` has another.
        listed_meta: The metadata in the list.
        openai_domain: The domain for ChatGPT.
        claude_domain: The domain for Claude.
        mime: The type of the resource.
        resources: Changes `resources/list` after it was made.
        old: Whether the earlier build still answers.
        result: `tools/call`.
        errors: Methods that are answered with an error.
        http: HTTP answers by probe that replace the right ones.
        challenge: `WWW-Authenticate` of a 401; None if no credentials are asked for.
        protected: What is at `/.well-known/oauth-protected-resource`.
        is_stream: Whether JSON-RPC is answered by events.
    """

    capabilities: dict[str, Any] = field(default_factory=lambda: {"extensions": {"io.modelcontextprotocol/ui": {}}})
    discovered: dict[str, Any] | None = field(
        default_factory=lambda: {"extensions": {"io.modelcontextprotocol/ui": {}}}
    )
    html: str = HTML
    uri: str = ""
    tools: list[Any] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=resource_meta)
    listed_meta: dict[str, Any] | None = None
    openai_domain: str = "https://pizza.example.com"
    claude_domain: str = f"{hashlib.sha256(PUBLIC.encode()).hexdigest()[:32]}.claudemcpcontent.com"
    mime: str = "text/html;profile=mcp-app"
    is_listed: bool = True
    old: str | None = OLD_HTML
    result: dict[str, Any] = field(
        default_factory=lambda: {
            "content": [{"type": "text", "text": "A shop."}],
            "structuredContent": {"city": "Rome"},
            "isError": False,
        }
    )
    errors: set[str] = field(default_factory=set)
    http: dict[str, Response] = field(default_factory=dict)
    challenge: str | None = None
    protected: dict[str, Any] | None = None
    is_stream: bool = False

    def __post_init__(self) -> None:
        """Make the tools, unless they are given."""
        self.write(self.html, uri=self.uri)

    def write(self, html: str, *, uri: str = "") -> None:
        """Give the widget other HTML, and everything that names it the URI of that."""
        self.html, self.uri = html, uri or uri_of(html)
        self.tools = [shop(self.uri), app_tool()]

    @property
    def ledger(self) -> dict[str, str]:
        """What was published."""
        return {uri_of(OLD_HTML): sha(OLD_HTML)}

    def csp(self, **lists: list[str]) -> None:
        """Declare origins in both dialects, by `connect`, `resource` and `frame`."""
        for kind, origins in lists.items():
            self.meta["ui"]["csp"][f"{kind}Domains"] = origins
            self.meta["openai/widgetCSP"][f"{kind}_domains"] = origins

    # Answers ----------------------------------------------------------------------------------------------------

    def answer(self, method: str, params: dict[str, Any], agent: str) -> dict[str, Any] | None:
        """Return the result of a request, or None for an error."""
        if method in self.errors:
            return None
        match method:
            case "initialize":
                info = {"name": "pizza", "version": "1"}
                return {"protocolVersion": "2025-11-25", "capabilities": self.capabilities, "serverInfo": info}
            case "server/discover":
                return None if self.discovered is None else {"capabilities": self.discovered}
            case "ping":
                return {}
            case "tools/list":
                return {"tools": self.tools}
            case "resources/list":
                meta = self.meta if self.listed_meta is None else self.listed_meta
                listed = [{"uri": self.uri, "name": "shop", "mimeType": self.mime, "_meta": meta}]
                return {"resources": listed if self.is_listed else []}
            case "resources/read":
                return self.read(params["uri"], agent)
            case "tools/call":
                return self.result
        return None

    def read(self, uri: str, agent: str) -> dict[str, Any] | None:
        """Return the content of a resource."""
        html = self.html if uri == self.uri else self.old
        if html is None:
            return None
        meta = json.loads(json.dumps(self.meta))
        if "openai" in agent and self.openai_domain:
            meta["ui"]["domain"] = self.openai_domain
        if "Claude" in agent and self.claude_domain:
            meta["ui"]["domain"] = self.claude_domain
        return {"contents": [{"uri": uri, "mimeType": self.mime, "text": html, "_meta": meta}]}

    async def endpoint(self, request: Request) -> Response:
        """Answer a request to `/mcp` by the rules of HTTP, unless a test says otherwise."""
        probe, right = await self._judge(request)
        if probe in self.http:
            return self.http[probe]
        if right is not None:
            return right
        message = await request.json()
        if "id" not in message:
            return Response(status_code=202)
        result = self.answer(message["method"], message.get("params") or {}, request.headers.get("user-agent", ""))
        error = {"code": -32601, "message": "Method not found"}
        body = {"jsonrpc": "2.0", "id": message["id"], **({"error": error} if result is None else {"result": result})}
        if self.is_stream:
            return Response(f"event: message\ndata: {json.dumps(body)}\n\n", media_type="text/event-stream")
        return JSONResponse(body)

    async def _judge(self, request: Request) -> tuple[str, Response | None]:
        """Return which probe a request is, and the right answer to it if it is not a plain one."""
        headers = request.headers
        if request.method == "OPTIONS":
            allowed = {
                "access-control-allow-origin": "*",
                "access-control-allow-headers": "content-type, mcp-protocol-version",
            }
            return "preflight", PlainTextResponse("OK", headers=allowed)
        if request.method == "GET":
            return "get", PlainTextResponse("This endpoint takes POST.", status_code=405)
        if headers["host"] == "doctor.example":
            return "foreign_host", PlainTextResponse("Not this host.", status_code=421)
        if headers["content-type"] != "application/json":
            return "octet_stream", PlainTextResponse("Send JSON.", status_code=415)
        if headers["accept"] == "text/plain":
            return "text_only", PlainTextResponse("Accept JSON.", status_code=406)
        if await request.body() == b"{not json":
            return "not_json", PlainTextResponse("That is no JSON.", status_code=400)
        if self.challenge is not None and "authorization" not in headers:
            given = {"www-authenticate": self.challenge} if self.challenge else None
            return "challenge", PlainTextResponse("Log in.", status_code=401, headers=given)
        return ("foreign_origin" if "origin" in headers else "plain"), None

    async def well_known(self, _: Request) -> Response:
        """Answer at `/.well-known/oauth-protected-resource`."""
        return PlainTextResponse("", status_code=404) if self.protected is None else JSONResponse(self.protected)

    async def elsewhere(self, _: Request) -> Response:
        """Answer at any other path."""
        return self.http.get("no_path", PlainTextResponse("Not Found", status_code=404))


def application(spoilt: list[Spoilt]) -> Starlette:
    """Return an application that answers as the last of the given ones says."""

    async def endpoint(request: Request) -> Response:
        return await spoilt[-1].endpoint(request)

    async def well_known(request: Request) -> Response:
        return await spoilt[-1].well_known(request)

    async def elsewhere(request: Request) -> Response:
        return await spoilt[-1].elsewhere(request)

    return Starlette(
        routes=[
            Route("/mcp", endpoint, methods=["GET", "POST", "OPTIONS"]),
            Route("/.well-known/oauth-protected-resource", well_known),
            Route("/.well-known/oauth-protected-resource/mcp", well_known),
            Route("/{rest:path}", elsewhere),
        ]
    )
