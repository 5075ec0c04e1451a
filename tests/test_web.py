"""The ASGI application over real HTTP, spoken to by the official SDK client in both protocol eras and by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from mcp import Client

from mcp_bridge import create_app, create_server
from tests.demo import STATE, demo_bridge, event_name, var
from tests.reverse_proxy import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHATGPT = {"user-agent": "openai-mcp/1.0.0"}
MODERN = {"mcp-protocol-version": "2026-07-28", "accept": "application/json, text/event-stream"}
LEGACY = {"mcp-protocol-version": "2025-11-25", "accept": "application/json, text/event-stream"}
ENVELOPE = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole application of the small app, with the preview."""
    folder: Path = tmp_path_factory.mktemp("web") / "widgets"
    bridge = demo_bridge(folder)
    with serving(create_app(create_server(bridge), bridge)) as url:
        yield url


@pytest.mark.anyio
@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_the_sdk_client_opens_a_widget_and_sends_an_event(origin: str, era: str) -> None:
    """bridge: both protocol eras on one `/mcp`."""
    async with Client(f"{origin}/mcp", mode=era) as client:
        result = await client.call_tool("shop", {"city": "Rome"})
        answer = (result.meta or {})["mcp-bridge"]
        call: dict[str, Any] = {
            "session": answer["session"],
            "mount": "m1",
            "since": answer["update"]["version"],
            "events": [{"seq": 1, "name": event_name("add"), "payload": {"by": 2}}],
        }
        clicked = await client.call_tool("reflex_event", call)
        assert (clicked.meta or {})["mcp-bridge"]["update"]["vars"] == {STATE: {var("count"): 2}}
        uri = (await client.list_tools()).tools[0].meta["ui"]["resourceUri"]  # pyright: ignore
        assert (await client.read_resource(uri)).contents[0].text.startswith("<!doctype html>")  # pyright: ignore


def rpc(origin: str, method: str, params: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
    """Send one JSON-RPC request."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    if headers.get("mcp-protocol-version") == "2026-07-28":
        body["params"] = {**params, "_meta": ENVELOPE}
        headers = {
            **headers,
            "mcp-method": method,
            **({"mcp-name": name} if (name := params.get("name") or params.get("uri")) else {}),
        }
    return httpx.post(f"{origin}/mcp", json=body, headers=headers)


def test_the_extension_is_announced_in_both_eras(origin: str) -> None:
    """spec: MCP Apps, capability negotiation; the SDK drops it from the handshake."""
    info = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    answer = rpc(origin, "initialize", info, LEGACY)
    data = json.loads(answer.text.partition("data: ")[2])
    assert data["result"]["capabilities"]["extensions"] == {"io.modelcontextprotocol/ui": {}}
    discovered = rpc(origin, "server/discover", {}, MODERN).json()
    assert discovered["result"]["capabilities"]["extensions"] == {"io.modelcontextprotocol/ui": {}}


def test_a_versioned_bundle_may_be_cached_for_ever(origin: str) -> None:
    """spec: MCP 2026-07-28, cache hints."""
    tools = rpc(origin, "tools/list", {}, MODERN).json()["result"]["tools"]
    uri = tools[0]["_meta"]["ui"]["resourceUri"]
    versioned = rpc(origin, "resources/read", {"uri": uri}, MODERN).json()["result"]
    assert (versioned["cacheScope"], versioned["ttlMs"]) == ("public", 365 * 24 * 3600 * 1000)
    newest = rpc(origin, "resources/read", {"uri": uri.partition("?")[0]}, MODERN).json()["result"]
    assert newest["ttlMs"] == 0


def test_any_origin_may_call_and_read_the_answer(origin: str) -> None:
    """bridge: hosts call from origins that nobody can list; a 403 breaks them."""
    headers = {**MODERN, "origin": "https://abc.web-sandbox.oaiusercontent.com"}
    answer = rpc(origin, "tools/list", {}, headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    preflight = httpx.options(
        f"{origin}/mcp",
        headers={
            "origin": "https://inspector.example.com",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type, mcp-protocol-version, mcp-method, mcp-name, authorization",
        },
    )
    assert preflight.status_code == 200


def test_a_foreign_host_name_is_refused_with_the_cure(origin: str) -> None:
    """bridge: DNS rebinding; the message says what to set."""
    answer = httpx.get(f"{origin}/health", headers={"host": "evil.example.com"})
    assert answer.status_code == 421
    assert "MCP_ALLOWED_HOSTS=evil.example.com" in answer.text
    for name in ("localhost:8000", "127.0.0.1", "[::1]:9"):
        assert httpx.get(f"{origin}/health", headers={"host": name}).status_code == 200


def test_allowed_hosts_are_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: a public name, a wildcard, the public URL's own name."""
    monkeypatch.setenv("MCP_ALLOWED_HOSTS", "widgets.example.com, *.tunnel.example.com")
    bridge = demo_bridge(tmp_path / "widgets")
    bridge.public_url = "https://public.example.com"
    with serving(create_app(create_server(bridge), bridge)) as url:
        for name, status in {
            "widgets.example.com": 200,
            "a.tunnel.example.com": 200,
            "public.example.com": 200,
            "tunnel.example.com": 421,
            "other.example.com": 421,
        }.items():
            assert httpx.get(f"{url}/health", headers={"host": name}).status_code == status, name


def test_health_checks_may_name_an_address(tmp_path: Path) -> None:
    """bridge: load balancers know no name; whoever wants more than health has to say one of ours."""
    bridge = demo_bridge(tmp_path / "widgets")
    bridge.public_url = "https://public.example.com/tools"
    with serving(create_app(create_server(bridge), bridge)) as url:
        for path in ("/health", "/ready", "/tools/health", "/tools/ready"):
            assert httpx.get(f"{url}{path}", headers={"host": "10.1.2.3:8000"}).status_code == 200, path
        for path in ("/", "/widgets/shop"):
            assert httpx.get(f"{url}{path}", headers={"host": "10.1.2.3:8000"}).status_code == 421, path


def test_health_says_that_the_app_runs(origin: str) -> None:
    """bridge: /health."""
    answer = httpx.get(f"{origin}/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_there_is_no_stream_to_open(origin: str) -> None:
    """spec: MCP, Streamable HTTP: a server without a stream answers 405."""
    answer = httpx.get(f"{origin}/mcp", headers={"accept": "text/event-stream"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_pages_are_compressed_and_validated(origin: str) -> None:
    """bridge: gzip and ETag where a browser fetches."""
    page = httpx.get(f"{origin}/")
    assert page.headers["content-encoding"] == "gzip"
    again = httpx.get(f"{origin}/", headers={"if-none-match": page.headers["etag"]})
    assert again.status_code == 304


def test_a_versioned_page_may_be_cached_for_ever(origin: str) -> None:
    """bridge: immutable caching where a browser fetches."""
    uri = rpc(origin, "tools/list", {}, MODERN).json()["result"]["tools"][0]["_meta"]["ui"]["resourceUri"]
    version = uri.partition("?v=")[2]
    exact = httpx.get(f"{origin}/widgets/shop", params={"v": version})
    assert exact.headers["cache-control"] == "public, max-age=31536000, immutable"
    for newest in (f"{origin}/widgets/shop", f"{origin}/widgets/shop?v=00000000"):
        assert httpx.get(newest).headers["cache-control"] == "no-cache"


def test_without_preview_only_mcp_and_health_answer(tmp_path: Path) -> None:
    """bridge: --no-preview."""
    bridge = demo_bridge(tmp_path / "widgets")
    with serving(create_app(create_server(bridge), bridge, preview=False)) as url:
        assert httpx.get(f"{url}/").status_code == 404
        assert httpx.get(f"{url}/widgets/shop").status_code == 404
        assert rpc(url, "tools/list", {}, MODERN).status_code == 200
