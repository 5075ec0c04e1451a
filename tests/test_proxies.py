"""Path prefixes and forwarded headers, behind a proxy that leaves the prefix on and one that takes it off."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from mcp import Client
from playwright.sync_api import Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from mcp_bridge import create_app, create_server, proxies
from mcp_bridge.errors import BridgeError
from tests.demo import demo_bridge
from tests.reverse_proxy import proxy, serving
from tests.served import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PREFIX = "/team/tools"
STRIPS = pytest.mark.parametrize("strips", [True, False], ids=["the proxy strips it", "the proxy leaves it"])


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small app, which knows its prefix."""
    bridge = demo_bridge(tmp_path_factory.mktemp("prefix") / "widgets")
    with serving(create_app(create_server(bridge), bridge, prefix=f"{PREFIX}/")) as url:
        yield url


@STRIPS
@pytest.mark.anyio
async def test_a_host_reaches_mcp_below_the_prefix(upstream: str, strips: bool) -> None:
    """bridge: `/mcp` behind both kinds of proxy."""
    with serving(proxy(upstream, PREFIX, strips=strips)) as url:
        async with Client(f"{url}{PREFIX}/mcp", mode="auto") as client:
            result = await client.call_tool("shop", {"city": "Rome"})
            assert (result.meta or {})["mcp-bridge"]["widget"] == "shop"


@STRIPS
def test_everything_else_is_below_the_prefix_too(upstream: str, strips: bool) -> None:
    """bridge: health checks, preview and standalone pages behind both kinds of proxy."""
    with serving(proxy(upstream, PREFIX, strips=strips)) as url:
        for path in ("/health", "/ready", "/", "/preview/preview.js", "/widgets/shop"):
            assert httpx.get(f"{url}{PREFIX}{path}").status_code == 200, path
        assert httpx.get(f"{url}{PREFIX}/nothing").status_code == 404
        assert httpx.get(f"{url}{PREFIX}/widgets/nothing").status_code == 404


@STRIPS
def test_the_links_of_the_preview_lead_below_the_prefix(upstream: str, strips: bool) -> None:
    """bridge: what the page names is there."""
    with serving(proxy(upstream, PREFIX, strips=strips)) as url:
        page = f"{url}{PREFIX}/"
        links = re.findall(r'(?:src|href)="([^"#]+\.\w+)"', httpx.get(page).text)
        assert len(links) >= 2
        for link in links:
            assert httpx.get(httpx.URL(page).join(link)).status_code == 200, link


def test_health_checks_need_no_prefix(upstream: str) -> None:
    """bridge: they go around the proxy."""
    assert httpx.get(f"{upstream}/health").status_code == 200
    assert httpx.get(f"{upstream}/ready").status_code == 200


def test_the_bare_prefix_leads_to_its_folder(upstream: str) -> None:
    """bridge: relative links are right only below a slash."""
    with serving(proxy(upstream, PREFIX, strips=False)) as url:
        answer = httpx.get(f"{url}{PREFIX}")
        assert httpx.URL(f"{url}{PREFIX}").join(answer.headers["location"]).path == f"{PREFIX}/"
        assert httpx.get(f"{url}{PREFIX}", follow_redirects=True).status_code == 200


def test_the_prefix_is_the_path_of_the_public_url_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: MCP_BRIDGE_PUBLIC_URL with a path; MCP_BRIDGE_PREFIX where the two differ."""
    bridge = demo_bridge(tmp_path / "widgets")
    bridge.public_url = "https://example.com/tools"
    client = TestClient(create_app(create_server(bridge), bridge), base_url="http://example.com")
    assert client.get("/tools/widgets/shop").status_code == 200
    [listed] = [each for each in bridge.list_resources("openai") if each["name"] == "shop"]
    assert listed["_meta"]["ui"]["domain"] == "https://example.com"
    monkeypatch.setenv("MCP_BRIDGE_PREFIX", "/inner")
    client = TestClient(create_app(create_server(bridge), bridge), base_url="http://example.com")
    assert client.get("/inner/widgets/shop").status_code == 200
    assert client.get("/tools/widgets/shop").status_code == 404


@pytest.mark.parametrize(
    "prefix", ["tools", "/a b", "//evil.example.com", "/a/../b?", "/a//b", "https://a.example.com"]
)
def test_a_prefix_that_is_no_path_is_refused(prefix: str) -> None:
    """bridge: error texts; a redirect must not lead elsewhere."""
    with pytest.raises(BridgeError, match="is not a path of letters"):
        proxies.checked_prefix(prefix)


@pytest.mark.parametrize("prefix", ["/mcp", "/health/", "/ready", "/preview", "/widgets", "/widgets/shop"])
def test_a_prefix_that_is_a_path_of_the_server_is_refused(prefix: str) -> None:
    """bridge: a request has one meaning."""
    with pytest.raises(BridgeError, match="is a path of the server itself"):
        proxies.checked_prefix(prefix)
    assert proxies.checked_prefix("/mcp/shops/") == "/mcp/shops"


def _seen(prefix: str, trusted: list[str], client: tuple[str, int], path: str, headers: dict[str, str]) -> Any:
    """Return what an application behind `BehindProxy` sees of a request."""

    async def show(request: Request) -> JSONResponse:
        scope = request.scope
        seen = {"path": scope["path"], "raw": scope["raw_path"].decode(), "root": scope["root_path"]}
        return JSONResponse({**seen, "scheme": scope["scheme"], "client": scope["client"][0]})

    middleware = [Middleware(proxies.BehindProxy, prefix=prefix, trusted=trusted)]
    app = Starlette(routes=[Route("/{rest:path}", show)], middleware=middleware)
    return TestClient(app, client=client).get(path, headers=headers).json()


FORWARDED = {"x-forwarded-prefix": "/tools", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7"}


@pytest.mark.parametrize("path", ["/mcp", "/tools/mcp"])
def test_a_known_proxy_names_the_prefix_itself(path: str) -> None:
    """bridge: X-Forwarded-Prefix, as Traefik sends it."""
    assert _seen("", ["10.0.0.0/8"], ("10.1.2.3", 80), path, FORWARDED) == {
        "path": "/tools/mcp",
        "raw": "/tools/mcp",
        "root": "/tools",
        "scheme": "https",
        "client": "203.0.113.7",
    }


def test_nobody_else_is_believed() -> None:
    """bridge: forwarded headers count only from the addresses that are configured."""
    assert _seen("", ["10.0.0.0/8"], ("203.0.113.9", 80), "/mcp", FORWARDED) == {
        "path": "/mcp",
        "raw": "/mcp",
        "root": "",
        "scheme": "http",
        "client": "203.0.113.9",
    }


def test_a_configured_prefix_stands_whatever_a_header_says() -> None:
    """bridge: the operator knows better."""
    seen = _seen("/own", ["10.0.0.0/8"], ("10.1.2.3", 80), "/own/mcp", FORWARDED)
    assert (seen["root"], seen["path"]) == ("/own", "/own/mcp")


def test_a_header_that_is_no_prefix_is_ignored() -> None:
    """bridge: no redirect leads out of the server."""
    named = {**FORWARDED, "x-forwarded-prefix": "//evil.example.com"}
    assert _seen("", ["*"], ("10.1.2.3", 80), "/mcp", named)["root"] == ""


def test_the_environment_names_the_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: FORWARDED_ALLOW_IPS, as uvicorn reads it."""
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    assert proxies.configured_proxies() == ["127.0.0.1", "::1"]
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.0/8, 192.168.1.1")
    assert proxies.configured_proxies() == ["10.0.0.0/8", "192.168.1.1"]


def test_raw_paths_keep_their_escapes() -> None:
    """bridge: the path of the request and its bytes stay those of one request."""
    seen = _seen("/tools", [], ("10.1.2.3", 80), "/widgets/caf%C3%A9", {})
    assert (seen["path"], seen["raw"]) == ("/tools/widgets/café", "/tools/widgets/caf%C3%A9")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The exported app, served with a prefix; gives its origin."""
    log = tmp_path_factory.mktemp("prefix") / "log"
    with serve(["-m", "mcp_bridge.cli", "serve", "--port", "0", "--prefix", PREFIX], log) as url:
        assert url.endswith(f"{PREFIX}/mcp")
        yield url.removesuffix(f"{PREFIX}/mcp")


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser that is gone after the test, because asynchronous tests cannot run beside it."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page()
        browser.close()


@STRIPS
@pytest.mark.browser
def test_a_widget_works_in_the_preview_and_alone_below_the_prefix(exported: str, page: Page, strips: bool) -> None:
    """bridge: preview links and calls of a standalone page, in a browser."""
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    with serving(proxy(exported, PREFIX, strips=strips)) as url:
        page.goto(f"{url}{PREFIX}/#tool=hello")
        page.locator("#form").get_by_label("Name").fill("Ada")
        page.get_by_role("button", name="Run").click()
        expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("Hello, Ada")
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Open alone").click()
        alone = opened.value
        alone.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
        expect(alone.get_by_role("heading")).to_have_text("Hello, Ada")
        assert httpx.URL(alone.url).path == f"{PREFIX}/widgets/hello"
        alone.get_by_role("button").click()
        expect(alone.get_by_role("button")).to_have_text("Clicks: 1")
    assert [each for each in failed if not each.endswith("/favicon.ico")] == []
