"""The fixture tools and resources of the official conformance suite, served by our own stack.

The suite asks for named tools, each described in its scenario (`conformance list --server`, then the source). They are
added to the server of this app, as a team adds tools of its own, so that what is tested is our transport, our host
check and our handlers in front of the SDK's:

    python -m tests.conformance_server        in the project's folder; prints the URL of the endpoint
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import wave
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resources import BinaryResource, TextResource
from mcp.server.mcpserver.tools import Tool
from mcp_types import AudioContent, EmbeddedResource, ImageContent, TextContent, TextResourceContents

from mcp_bridge.bridge import Bridge
from mcp_bridge.server import create_app, create_server

# One red pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="

JSON_SCHEMA_2020_12 = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
    "additionalProperties": False,
}


def silence() -> str:
    """Return a tenth of a second of silence as base64 WAV."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * 800)
    return base64.b64encode(buffer.getvalue()).decode()


def embedded(uri: str, kind: str, text: str) -> EmbeddedResource:
    """Return a text resource as content of a result."""
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=kind, text=text))


def test_simple_text() -> str:
    """Return a text."""
    return "This is a simple text response for testing."


def test_image_content() -> ImageContent:
    """Return an image."""
    return ImageContent(type="image", data=PNG, mime_type="image/png")


def test_audio_content() -> AudioContent:
    """Return a sound."""
    return AudioContent(type="audio", data=silence(), mime_type="audio/wav")


def test_embedded_resource() -> EmbeddedResource:
    """Return a resource."""
    return embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")


def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
    """Return a text, an image and a resource."""
    return [
        TextContent(type="text", text="Multiple content types test:"),
        ImageContent(type="image", data=PNG, mime_type="image/png"),
        embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ]


def test_error_handling() -> str:
    """Fail."""
    msg = "This tool intentionally returns an error for testing"
    raise ToolError(msg)


async def test_tool_with_progress(context: Context[Any]) -> str:
    """Report progress three times."""
    for done in (0, 50, 100):
        await context.report_progress(done, 100)
        await asyncio.sleep(0.05)
    return "Done."


def json_schema_2020_12_tool(name: str = "") -> str:
    """Take arguments of a schema with `$schema`, `$defs` and `additionalProperties`."""
    return f"Hello {name}"


def fixture_tools() -> list[Tool]:
    """Return the tools that the scenarios call."""
    functions = [
        test_simple_text,
        test_image_content,
        test_audio_content,
        test_embedded_resource,
        test_multiple_content_types,
        test_error_handling,
        test_tool_with_progress,
    ]
    exact = Tool.from_function(json_schema_2020_12_tool).model_copy(update={"parameters": JSON_SCHEMA_2020_12})
    return [*(Tool.from_function(function, structured_output=False) for function in functions), exact]


def add_resources(server: MCPServer[Any]) -> None:
    """Add the resources that the scenarios read."""
    text = "This is the content of the static text resource."
    server.add_resource(
        TextResource(
            uri="test://static-text", name="static-text", description="A text.", mime_type="text/plain", text=text
        )
    )
    server.add_resource(
        BinaryResource(
            uri="test://static-binary",
            name="static-binary",
            description="One red pixel.",
            mime_type="image/png",
            data=base64.b64decode(PNG),
        )
    )

    @server.resource(
        "test://template/{id}/data", name="template", description="A record.", mime_type="application/json"
    )
    def read_template(id: str) -> str:  # noqa: A002 (the scenario names the parameter)
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def main() -> None:
    """Serve on a free port of 127.0.0.1 until stopped."""
    bridge = Bridge.load()
    server = create_server(bridge, tools=fixture_tools())
    add_resources(server)
    config = uvicorn.Config(create_app(server, bridge, preview=False), host="127.0.0.1", port=0, log_level="warning")
    listener = config.bind_socket()
    print(f"MCP endpoint  http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
