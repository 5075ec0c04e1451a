"""What tools and resources say of themselves, in both dialects; every spelling of the wire is here.

MCP Apps 2026-01-26 is the standard: `_meta.ui`. Some hosts read only the older flat key or OpenAI's own keys
(`openai/...`), so a tool carries all of them, with one value behind.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal
from urllib.parse import urlsplit

from .csp import Csp
from .widgets import EVENT_TOOL, POLL_TOOL, Hints, ToolSpec, Widget

EXTENSION_ID = "io.modelcontextprotocol/ui"
APP_MIME_TYPE = "text/html;profile=mcp-app"
MCP_PATH = "/mcp"

Requester = Literal["openai", "claude", "other"]
"""Which family of hosts asks; told by the User-Agent, since a stateless request has no client info."""


def tool_meta(tool: ToolSpec, uri: str | None) -> dict[str, Any]:
    """Return a tool's `_meta`.

    Args:
        tool: The tool.
        uri: The `ui://` URI of its widget's newest bundle, or None for a tool without UI.
    """
    meta: dict[str, Any] = {
        "openai/toolInvocation/invoking": tool.invoking,
        "openai/toolInvocation/invoked": tool.invoked,
    }
    if uri is not None:
        meta |= {
            "ui": {"resourceUri": uri, "visibility": ["model", "app"]},
            "ui/resourceUri": uri,
            "openai/outputTemplate": uri,
            "openai/widgetAccessible": True,
        }
    return meta


def tool_annotations(hints: Hints, title: str) -> dict[str, Any]:
    """Return a tool's annotations; ChatGPT requires all three of read-only, destructive and open-world."""
    return {
        "title": title,
        "readOnlyHint": hints.read_only,
        "destructiveHint": hints.destructive,
        "idempotentHint": hints.idempotent,
        "openWorldHint": hints.open_world,
    }


def app_tools() -> list[dict[str, Any]]:
    """Return the two tools that only widgets call, in wire shape.

    Nothing rests on their being hidden, since some hosts do not hide them: a call needs a session that the server
    minted, and runs only events that occur in that session's widget.
    """
    identity: dict[str, Any] = {
        "session": {"type": "string", "description": "The session from the opening result's _meta."},
        "mount": {"type": "string", "description": "An id of the document that shows the widget."},
        "since": {"type": "integer", "minimum": 0, "description": "The version that the widget has."},
        "in_content": {"type": "boolean", "default": False, "description": "Answer in structuredContent."},
    }
    event: dict[str, Any] = {
        "type": "object",
        "properties": {
            "seq": {"type": "integer", "minimum": 1},
            "name": {"type": "string"},
            "payload": {"type": "object"},
            "router_data": {"type": "object"},
        },
        "required": ["seq", "name"],
    }
    opening: dict[str, Any] = {
        "type": "object",
        "description": "Open a widget anew, for a host that dropped the first result's _meta.",
        "properties": {"tool": {"type": "string"}, "arguments": {"type": "object"}},
        "required": ["tool"],
    }
    restoring: dict[str, Any] = {
        "type": "object",
        "description": "Find a session again that the server may have lost.",
        "properties": {
            "session": {"type": "string"},
            "seal": {"type": ["string", "null"]},
            "tool": {"type": ["string", "null"]},
            "arguments": {"type": ["object", "null"]},
        },
    }
    cancel: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "description": "Handlers to cancel."}
    events: dict[str, Any] = {"type": "array", "items": event}
    return [
        _app_tool(
            EVENT_TOOL,
            "Widget event",
            "For widgets only: runs the events of an open widget and answers what changed.",
            {**identity, "events": events, "cancel": cancel, "open": opening, "restore": restoring},
            Hints(read_only=False, destructive=False, idempotent=True, open_world=False),
        ),
        _app_tool(
            POLL_TOOL,
            "Widget updates",
            "For widgets only: waits for what a running event of an open widget changes.",
            identity,
            Hints(read_only=True, destructive=False, idempotent=True, open_world=False),
        ),
    ]


def _app_tool(name: str, title: str, description: str, properties: dict[str, Any], hints: Hints) -> dict[str, Any]:
    """Return one app-only tool in wire shape."""
    return {
        "name": name,
        "title": title,
        "description": description,
        "inputSchema": {"type": "object", "properties": properties},
        "annotations": tool_annotations(hints, title),
        "_meta": {"ui": {"visibility": ["app"]}, "openai/widgetAccessible": True, "openai/visibility": "private"},
    }


def resource_meta(
    widget: Widget | None, csp: Csp, description: str, public_url: str, requester: Requester
) -> dict[str, Any]:
    """Return the `_meta` of a widget's resource; the same on the list entry and on the content.

    Args:
        widget: The widget, or None if the app no longer has it and only its old bundles are served.
        csp: The origins that the bundle needs.
        description: What the widget shows, for the model.
        public_url: The https URL that the server is reached by from outside, "" if unknown.
        requester: Which family of hosts asks.
    """
    ui: dict[str, Any] = {
        "csp": {
            "connectDomains": list(csp.connect),
            "resourceDomains": list(csp.resource),
            "frameDomains": list(csp.frame),
            "baseUriDomains": list(csp.base_uri),
        }
    }
    meta: dict[str, Any] = {
        "ui": ui,
        "openai/widgetDescription": description,
        "openai/widgetCSP": {
            "connect_domains": list(csp.connect),
            "resource_domains": list(csp.resource),
            "frame_domains": list(csp.frame),
        },
    }
    if widget is not None and widget.prefers_border is not None:
        ui["prefersBorder"] = widget.prefers_border
        meta["openai/widgetPrefersBorder"] = widget.prefers_border
    if (domain := widget_domain(public_url, requester)) is not None:
        ui["domain"] = domain
    if _is_public(public_url):
        meta["openai/widgetDomain"] = _origin(public_url)
    return meta


def requester_of(user_agent: str) -> Requester:
    """Return which family of hosts sends a User-Agent."""
    lowered = user_agent.lower()
    if "openai" in lowered or "chatgpt" in lowered:
        return "openai"
    return "claude" if "claude" in lowered else "other"


def widget_domain(public_url: str, requester: Requester) -> str | None:
    """Return the sandbox domain in the spelling of the host that asks, or None to leave it to the host.

    The value is host-specific, and a wrong one is an error instead of a widget: ChatGPT wants an https origin, Claude
    a name derived from the exact URL of the connector.
    """
    if not _is_public(public_url) or requester == "other":
        return None
    if requester == "openai":
        return _origin(public_url)
    digest = hashlib.sha256(f"{public_url.rstrip('/')}{MCP_PATH}".encode()).hexdigest()
    return f"{digest[:32]}.claudemcpcontent.com"


def _is_public(url: str) -> bool:
    """Whether hosts accept a URL for the domain of a widget."""
    return url.startswith("https://")


def _origin(url: str) -> str:
    """Return scheme and host of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
