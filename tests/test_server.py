"""The MCP server, spoken to by the official SDK client in both protocol eras: in memory, over HTTP and over stdio."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.shared.exceptions import MCPError

from mcp_bridge import attach, create_server, manifest
from mcp_bridge.bridge import Bridge
from mcp_bridge.events import Widgets
from tests.demo import REGISTRY, STATE, demo_app, event_name, exports, var

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

ERAS = pytest.mark.parametrize("era", ["auto", "legacy"])


@ERAS
async def test_tools_carry_the_metadata_of_both_dialects(bridge: Bridge, era: str) -> None:
    """spec: MCP Apps 2026-01-26, tool metadata; bridge: design, wire decisions."""
    uri = bridge.manifest.uri("shop")
    async with Client(create_server(bridge), mode=era) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(tools) == ["shop", "shop_job", "total", "broken", "reflex_event", "reflex_poll"]
    shop = tools["shop"]
    assert shop.model_dump(by_alias=True, exclude_none=True, mode="json") == {
        "name": "shop",
        "title": "Shop",
        "description": "Show the items of a shop.",
        "inputSchema": REGISTRY.tools["shop"].arguments.schema,
        "outputSchema": REGISTRY.tools["shop"].output_schema,
        "annotations": {
            "title": "Shop",
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": False,
            "openWorldHint": False,
        },
        "_meta": {
            "ui": {"resourceUri": uri, "visibility": ["model", "app"]},
            "ui/resourceUri": uri,
            "openai/outputTemplate": uri,
            "openai/widgetAccessible": True,
            "openai/toolInvocation/invoking": "Opening Shop…",
            "openai/toolInvocation/invoked": "Shop is ready",
        },
    }
    assert "ui" not in (tools["total"].meta or {})
    for name in ("reflex_event", "reflex_poll"):
        assert (tools[name].meta or {})["ui"] == {"visibility": ["app"]}
        assert tools[name].annotations is not None
    for tool in tools.values():
        assert tool.description
        assert tool.title
        assert tool.annotations is not None
        assert None not in (
            tool.annotations.read_only_hint,
            tool.annotations.destructive_hint,
            tool.annotations.open_world_hint,
        )


@ERAS
async def test_a_call_opens_the_widget_and_an_event_runs(bridge: Bridge, era: str) -> None:
    """bridge: the main job, through the SDK client, which also checks the output schema."""
    async with Client(create_server(bridge), mode=era) as client:
        result = await client.call_tool("shop", {"city": "Rome"})
        assert result.is_error is False
        assert result.content[0].text == "2 items in Rome."  # pyright: ignore
        assert result.structured_content["city"] == "Rome"
        answer = (result.meta or {})["mcp-bridge"]
        call = {
            "session": answer["session"],
            "mount": "m1",
            "since": answer["update"]["version"],
            "events": [{"seq": 1, "name": event_name("add"), "payload": {"by": 2}}],
        }
        clicked = await client.call_tool("reflex_event", call)
        assert (clicked.meta or {})["mcp-bridge"]["update"]["vars"] == {STATE: {var("count"): 2}}


@ERAS
async def test_wrong_arguments_are_an_error_result(bridge: Bridge, era: str) -> None:
    """bridge: `isError` with the field and the rule."""
    async with Client(create_server(bridge), mode=era) as client:
        result = await client.call_tool("shop", {"city": "Rome", "limit": 99})
        assert result.is_error is True
        assert "`limit`" in result.content[0].text  # pyright: ignore
        assert "less than or equal to 10" in result.content[0].text  # pyright: ignore
        unknown = await client.call_tool("no_such_tool", {})
        assert unknown.is_error is True


@ERAS
async def test_resources_carry_the_bundle_and_its_needs(bridge: Bridge, era: str) -> None:
    """spec: MCP Apps 2026-01-26, UI Resource Format; `_meta` on both the list entry and the content."""
    uri = bridge.manifest.uri("shop")
    async with Client(create_server(bridge), mode=era) as client:
        listed = {each.uri: each for each in (await client.list_resources()).resources}
        assert list(listed) == [bridge.manifest.uri("job"), uri]
        content = (await client.read_resource(uri)).contents[0]
        unversioned = (await client.read_resource("ui://demo/shop.html")).contents[0]
    assert listed[uri].mime_type == content.mime_type == "text/html;profile=mcp-app"
    assert content.uri == uri
    assert content.text == unversioned.text == "<!doctype html><title>shop</title>"  # pyright: ignore
    assert (
        (content.meta or {})
        == (listed[uri].meta or {})
        == {
            "ui": {
                "csp": {
                    "connectDomains": [],
                    "resourceDomains": ["https://img.example.com"],
                    "frameDomains": [],
                    "baseUriDomains": [],
                }
            },
            "openai/widgetDescription": "Show the items of a shop.",
            "openai/widgetCSP": {
                "connect_domains": [],
                "resource_domains": ["https://img.example.com"],
                "frame_domains": [],
            },
        }
    )


@ERAS
async def test_every_published_version_keeps_answering_with_its_bytes(tmp_path: Path, era: str) -> None:
    """bridge: what a host has once seen keeps answering."""
    folder = tmp_path / "widgets"
    first = manifest.write(folder, "demo", exports(b"<!doctype html>one"))
    second = manifest.write(folder, "demo", exports(b"<!doctype html>two"))
    bridge = Bridge(name="demo", folder=folder, manifest=second, tools=REGISTRY, widgets=Widgets(demo_app()))
    async with Client(create_server(bridge), mode=era) as client:
        listed = [each.uri for each in (await client.list_resources()).resources]
        assert {first.uri("shop"), second.uri("shop")} <= set(listed)
        for uri, text in ((first.uri("shop"), "one"), (second.uri("shop"), "two"), ("ui://demo/shop.html", "two")):
            content = (await client.read_resource(uri)).contents[0]
            assert content.text == f"<!doctype html>{text}"  # pyright: ignore
        dropped = (await client.read_resource("ui://demo/shop.html?v=00000000")).contents[0]
        assert dropped.text == "<!doctype html>two"  # pyright: ignore


@ERAS
@pytest.mark.parametrize(
    "uri", ["ui://demo/none.html", "ui://other/shop.html", "ui://demo/../shop.html", "file:///etc/passwd"]
)
async def test_an_unknown_resource_is_a_protocol_error(bridge: Bridge, era: str, uri: str) -> None:
    """spec: MCP, resources/read of an unknown resource is -32602."""
    async with Client(create_server(bridge), mode=era) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
    assert refused.value.error.code == -32602


@ERAS
async def test_a_server_that_exists_keeps_its_own_tools_and_resources(bridge: Bridge, era: str) -> None:
    """bridge: the widgets are attached to an MCPServer that a team already has."""
    mine: MCPServer[Any] = MCPServer("mine", log_level="WARNING")

    @mine.tool()
    def hello() -> str:
        """Say hello."""
        return "hello"

    @mine.resource("data://answer")
    def answer() -> str:
        return "42"

    attach(mine, bridge)

    @mine.tool()
    def later() -> str:
        """Come later."""
        return "later"

    async with Client(mine, mode=era) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert {"shop", "hello", "later"} <= set(names)
        assert (await client.call_tool("later", {})).content[0].text == "later"  # pyright: ignore
        assert not (await client.call_tool("shop", {"city": "Rome"})).is_error
        assert (await client.read_resource("data://answer")).contents[0].text == "42"  # pyright: ignore
        assert len((await client.list_resources()).resources) == 3


async def test_the_servers_own_lifespan_still_runs(bridge: Bridge) -> None:
    """bridge: attaching does not replace what a team's server sets up."""
    import contextlib
    from collections.abc import AsyncGenerator

    seen: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(_: Any) -> AsyncGenerator[dict[str, str]]:
        seen.append("up")
        yield {}
        seen.append("down")

    server = create_server(bridge, lifespan=lifespan)
    async with Client(server) as client:
        assert bridge.widgets.is_running
        await client.list_tools()
    assert seen == ["up", "down"]
    assert not bridge.widgets.is_running


async def test_several_clients_share_one_running_app(bridge: Bridge) -> None:
    """bridge: the event processor starts once and ends with the last."""
    server = create_server(bridge)
    async with Client(server) as one:
        async with Client(server) as two:
            assert not (await two.call_tool("shop", {"city": "Rome"})).is_error
        assert not (await one.call_tool("shop", {"city": "Rome"})).is_error
    assert not bridge.widgets.is_running


async def test_a_stale_or_altered_export_is_refused(tmp_path: Path) -> None:
    """bridge: a missing, stale or altered bundle is a refusal that names the file and the command."""
    folder = tmp_path / "widgets"
    with pytest.raises(manifest.ManifestError, match=r"no widget has been exported yet. Run `reflex export`"):
        manifest.read(folder)
    written = manifest.write(folder, "demo", exports())
    with pytest.raises(manifest.ManifestError, match=r"`brand_new`.*Run `reflex export` again"):
        manifest.require_fresh(written, [*REGISTRY.widgets, "brand_new"])
    file = folder / written.widgets["shop"].current.file
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(
        manifest.ManifestError, match=rf"`{file.name}` was changed after the export.*Run `reflex export`"
    ):
        manifest.verify(written, folder)


async def test_the_domain_is_in_the_spelling_of_the_host_that_asks(bridge: Bridge) -> None:
    """bridge: ChatGPT wants an https origin, Claude a hash of the connector's URL, others nothing."""
    bridge.public_url = "https://widgets.example.com"
    digest = hashlib.sha256(b"https://widgets.example.com/mcp").hexdigest()[:32]
    by_requester = {
        requester: bridge.list_resources(requester)[0]["_meta"] for requester in ("openai", "claude", "other")
    }
    assert by_requester["openai"]["ui"]["domain"] == "https://widgets.example.com"
    assert by_requester["claude"]["ui"]["domain"] == f"{digest}.claudemcpcontent.com"
    assert "domain" not in by_requester["other"]["ui"]
    assert all(meta["openai/widgetDomain"] == "https://widgets.example.com" for meta in by_requester.values())
    bridge.public_url = "http://127.0.0.1:8000"
    assert '"domain"' not in json.dumps(bridge.list_resources("claude"))
