"""The widgets' pages: their routes and policies, a frame of another site, and views without a server."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from mcp_bridge.bridge import Bridge, Bundle
from mcp_bridge.csp import Csp
from mcp_bridge.errors import BridgeError, SceneError
from mcp_bridge.pages import checked_origins, page_routes, standing_alone
from mcp_bridge.preview import csp_header
from mcp_bridge.saved import saved_page, saved_scene
from mcp_bridge.scenes import Scene
from mcp_bridge.server import create_app, create_server
from mcp_bridge.shots import launch
from tests.demo import STATE, demo_bridge, var
from tests.reverse_proxy import serving
from tests.served import PROJECT, serve
from tests.test_docs import ROOT, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HTML = '<!doctype html><html><head><meta charset="utf-8"><title>T</title></head><body></body></html>'
CSP = Csp(resource=["https://img.example.com"])
ELEMENT = re.compile(r'<script type="application/json" id="mcp-bridge-page">(.*?)</script>')


def read_bundle(asked: str) -> Bundle | None:
    """Give the one bundle of these tests."""
    if asked not in ("counter", "counter?v=1a2b3c4d"):
        return None
    return Bundle(html=HTML, csp=CSP, version="1a2b3c4d", content={}, is_versioned="?v=" in asked)


def read_scene(name: str, widget: str) -> Scene:
    """Give the one scene of these tests."""
    if name != "dark":
        msg = f"there is no scene {name} of {widget}."
        raise SceneError(msg)
    return Scene(tool="counter", input={"start": 3}, theme="dark", width=390)


def client(*origins: str) -> TestClient:
    """Return a client of the pages."""
    return TestClient(Starlette(routes=page_routes(read_bundle, origins, read_scene)), base_url="http://localhost")


def test_a_page_is_the_bundle_with_an_element_that_says_so() -> None:
    """bridge: a bundle also works with no host at all; its encoding stays in the first bytes."""
    response = client().get("/widgets/counter")
    assert response.text == standing_alone(HTML, {})
    assert response.text.replace('<script type="application/json" id="mcp-bridge-page">{}</script>', "") == HTML
    assert response.text.index("charset") < response.text.index("mcp-bridge-page")
    assert response.headers["content-security-policy"] == csp_header(CSP, sandbox=False, connect_self=True)
    assert response.headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert client().get("/favicon.ico").headers["content-type"].startswith("image/svg+xml")
    assert client().get("/widgets/other").status_code == 404


def test_a_scene_stands_in_the_page_and_cannot_end_its_element() -> None:
    """bridge: ?scene=."""
    [found] = ELEMENT.findall(client().get("/widgets/counter?scene=dark").text)
    assert json.loads(found) == {"tool": "counter", "input": {"start": 3}, "theme": "dark"}
    missing = client().get("/widgets/counter?scene=light")
    assert (missing.status_code, missing.text) == (404, "there is no scene light of counter.")
    plain = TestClient(Starlette(routes=page_routes(read_bundle)))
    assert plain.get("/widgets/counter?scene=dark").status_code == 404
    elsewhere = client().get("/widgets/counter?scene=dark", headers={"host": "widgets.example.com"})
    assert elsewhere.status_code == 404
    text = standing_alone(HTML, {"input": {"name": "</script><!--\u2028"}})
    assert json.loads(ELEMENT.findall(text)[0]) == {"input": {"name": "</script><!--\u2028"}}
    assert text.count("</script>") == 1


def test_a_site_that_is_named_may_show_the_page_and_a_browser_asks_again() -> None:
    """bridge: --embed-origin; a policy that changed is not hidden by a cache."""
    allowed = client("https://www.example.com/", "https://*.example.org")
    page = allowed.get("/widgets/counter?v=1a2b3c4d")
    assert page.headers["content-security-policy"].endswith(
        "frame-ancestors 'self' https://*.example.org https://www.example.com"
    )
    assert page.headers["cache-control"] == "no-cache"
    fixed = client().get("/widgets/counter?v=1a2b3c4d")
    assert "immutable" in fixed.headers["cache-control"]
    etag = fixed.headers["etag"]
    assert allowed.get("/widgets/counter", headers={"if-none-match": etag}).status_code == 200
    assert client().get("/widgets/counter", headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize(
    "origin", ["www.example.com", "https://example.com/path", "'none'", "https://a b", "https:", ""]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    """bridge: error texts; a browser would ignore it in silence."""
    with pytest.raises(BridgeError, match="is not an origin, because it is not a scheme and a host"):
        checked_origins([origin])


def test_any_site_and_ports_are_origins() -> None:
    """spec: CSP Level 3, host-source."""
    assert checked_origins(["*", "http://localhost:3000", "https://a.example:*"]) == (
        "*",
        "http://localhost:3000",
        "https://a.example:*",
    )


@pytest.mark.parametrize(
    ("options", "preview", "page", "ancestors"),
    [
        ({"preview": True}, 200, 200, "'self'"),
        ({"preview": False}, 404, 404, None),
        ({"preview": False, "pages": True}, 404, 200, "'self'"),
        ({"preview": False, "embed_origins": ["https://a.example"]}, 404, 200, "'self' https://a.example"),
    ],
)
def test_without_a_preview_there_are_pages_where_they_are_asked_for(
    tmp_path: Path, options: dict[str, Any], preview: int, page: int, ancestors: str | None
) -> None:
    """bridge: create_app(pages=..., embed_origins=...)."""
    bridge = demo_bridge(tmp_path)
    web = TestClient(create_app(create_server(bridge), bridge, **options), base_url="http://localhost")
    assert web.get("/").status_code == preview
    answer = web.get("/widgets/shop")
    assert answer.status_code == page
    if ancestors:
        assert answer.headers["content-security-policy"].endswith(f"frame-ancestors {ancestors}")


def test_the_environment_names_sites_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: MCP_BRIDGE_EMBED_ORIGINS."""
    monkeypatch.setenv("MCP_BRIDGE_EMBED_ORIGINS", "https://a.example, https://b.example")
    bridge = demo_bridge(tmp_path)
    web = TestClient(create_app(create_server(bridge), bridge, preview=False), base_url="http://localhost")
    policy = web.get("/widgets/shop").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://a.example https://b.example")


def test_a_scene_of_the_project_is_read_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: tests/scenes, with the preview only; a name is no path."""
    monkeypatch.chdir(tmp_path)
    Scene(tool="shop", input={"city": "Rome"}).write(tmp_path / "tests/scenes/rome.json")
    Scene(tool="other").write(tmp_path / "tests/scenes/other.json")
    bridge = demo_bridge(tmp_path / "widgets")
    web = TestClient(create_app(create_server(bridge), bridge, preview=True), base_url="http://localhost")
    [found] = ELEMENT.findall(web.get("/widgets/shop?scene=rome").text)
    assert json.loads(found) == {"tool": "shop", "input": {"city": "Rome"}}
    assert "does not open the widget `shop`" in web.get("/widgets/shop?scene=other").text
    assert "cannot be read" in web.get("/widgets/shop?scene=none").text
    assert "does not fit" in web.get("/widgets/shop?scene=../scenes/rome").text


# Views without a server ---------------------------------------------------------------------------------------------


def state_of(scene: Scene) -> dict[str, Any]:
    """Return the bridge's part of a saved result."""
    assert scene.result is not None
    return scene.result["_meta"]["mcp-bridge"]


@pytest.mark.anyio
async def test_a_saved_view_has_what_is_shown_and_nothing_that_is_secret(bridge: Bridge) -> None:
    """bridge: no session, no snapshot, no text for the model."""
    scene = await saved_scene(bridge, Scene(tool="shop", input={"city": "Rome"}))
    part = state_of(scene)
    assert (part["session"], part["update"]["pending"]) == ("saved", False)
    assert part["update"]["vars"][STATE][var("city")] == "Rome"
    assert set(part["update"]) == {"version", "full", "vars", "ack", "pending"}
    assert scene.result is not None
    assert set(scene.result) == {"content", "_meta"}
    again = await saved_scene(bridge, scene)
    assert state_of(again) == part


@pytest.mark.anyio
async def test_a_saved_view_is_what_the_host_had_kept_last(bridge: Bridge) -> None:
    """bridge: scenes with a widgetState."""
    scene = await saved_scene(bridge, Scene(tool="shop", input={"city": "Rome"}))
    kept = {"privateContent": {"session": "s", "version": 9, "vars": {STATE: {var("count"): 4}}}}
    later = await saved_scene(bridge, Scene(tool="shop", result=scene.result, widget_state=kept))
    update = state_of(later)["update"]
    assert (update["version"], update["vars"][STATE][var("count")]) == (9, 4)
    assert update["vars"][STATE][var("city")] == "Rome"


@pytest.mark.anyio
async def test_what_cannot_be_shown_is_said_in_a_sentence(bridge: Bridge) -> None:
    """bridge: error texts."""
    with pytest.raises(SceneError, match="tool `shop` opened no widget: The arguments do not fit"):
        await saved_scene(bridge, Scene(tool="shop"))
    with pytest.raises(SceneError, match="has no state of the widget"):
        await saved_scene(bridge, Scene(tool="shop", result={"content": []}))


def test_a_saved_page_reaches_nothing_but_what_is_declared() -> None:
    """spec: MCP Apps 2026-01-26, CSP Construction from Metadata, in the file itself."""
    text = saved_page(HTML, Scene(tool="counter", result={"content": []}), CSP)
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="(.*?)">', text)
    assert found is not None
    policy = unescape(found[1])
    assert "connect-src 'none'" in policy
    assert "img-src 'self' data: https://img.example.com" in policy
    assert "frame-ancestors" not in policy
    assert text.index("http-equiv") < text.index("mcp-bridge-page")


def run_page(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `mcp-bridge page` in the reference app."""
    command = [sys.executable, "-m", "mcp_bridge.cli", "page", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_says_what_it_cannot_do(tmp_path: Path) -> None:
    """bridge: one sentence with the cure."""
    (tmp_path / "scene.json").write_text('{"tool": "hello", "theme": "pink"}')
    told = {
        (): "Error: no tool is named. Name one, or a scene that has one with --scene.",
        ("delays",): "Error: tool `delays` opens no widget, so there is nothing to see.",
        ("hello",): "Error: tool `hello` needs `name` (string). Add name=…",
        ("hello", "name=A", "-o", "gone/a.html"): "Error: the folder `gone` of a.html does not exist.",
        ("--scene", str(tmp_path / "scene.json")): "Error: SceneError: scene.json: the scene's `theme` is",
    }
    for arguments, sentence in told.items():
        done = run_page(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(sentence), done.stderr


# In a browser -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium; for one module, because asynchronous tests cannot run beside it."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(chromium: Browser, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """Give a page, and the errors and refusals of its console."""
    context = chromium.new_context(**options)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page, errors
    context.close()


def site(widgets: str) -> Starlette:
    """Return an ordinary site with the frame of docs/pages.md."""
    [block] = blocks(ROOT / "docs/pages.md", "html")
    text = block.code.replace("https://widgets.example.com", widgets)
    return Starlette(
        routes=[
            Route(
                "/", lambda _: HTMLResponse(f"<!doctype html><link rel='icon' href='data:,'><title>Site</title>{text}")
            )
        ]
    )


@pytest.mark.browser
def test_a_site_that_is_named_shows_a_widget_at_its_height(chromium: Browser, tmp_path: Path) -> None:
    """bridge: docs/pages.md, "In a frame of a site"; the lines there, on another origin."""
    command = ["-m", "mcp_bridge.cli", "serve", "--port", "0", "--env", "prod", "--embed-origin", "http://localhost:*"]
    with serve(command, tmp_path / "log") as url, serving(site(url.removesuffix("/mcp"))) as outside:
        other = outside.replace("127.0.0.1", "localhost")
        with opened(chromium, color_scheme="dark") as (page, errors):
            page.goto(other)
            frame = page.frame_locator("#hello")
            expect(frame.get_by_role("heading")).to_have_text("Hello, Ada")
            frame.get_by_role("button").click()
            expect(frame.get_by_role("button")).to_have_text("Clicks: 1")
            # ?theme=light in the address comes before the browser's.
            expect(frame.locator("html")).to_have_attribute("data-theme", "light")
            height = frame.locator("html").evaluate("root => root.getBoundingClientRect().height")
            page.wait_for_function(
                "high => Math.abs(document.getElementById('hello').offsetHeight - high) <= 4", arg=height
            )
            assert 20 < height < 140
            assert errors == []
        with opened(chromium) as (page, errors):
            page.goto(outside)
            page.wait_for_function("() => document.getElementById('hello').contentDocument === null")
            assert any("frame-ancestors" in error for error in errors)


@pytest.mark.browser
def test_a_file_shows_the_view_with_no_server_and_says_what_needs_one(chromium: Browser, tmp_path: Path) -> None:
    """bridge: `mcp-bridge page`."""
    done = run_page(
        "hello", 'name=Zoë "<b>"', "--theme", "dark", "--locale", "ar-EG", "-o", str(tmp_path / "hello.html")
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r".*hello\.html  [\d,]+ bytes, a view of the widget hello without a server\n", done.stdout)
    with opened(chromium, viewport={"width": 390, "height": 600}) as (page, errors):
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto((tmp_path / "hello.html").as_uri())
        expect(page.get_by_role("heading")).to_have_text('Hello, Zoë "<b>"')
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        page.get_by_role("button").click()
        note = page.get_by_role("status").filter(has_text="This page shows a saved view and has no server")
        expect(note).to_be_visible()
        expect(note.get_by_role("button")).to_have_text("Dismiss")
        expect(page.get_by_role("button", name="Clicks: 0")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading")).to_have_text('Hello, Zoë "<b>"')
        assert requests == [requests[0]] * 2
        assert errors == []


@pytest.mark.browser
def test_a_page_runs_a_tool_that_changes_something_only_after_a_press(chromium: Browser) -> None:
    """bridge: an address can come from anywhere."""
    built = json.loads((PROJECT / "dist/widgets/manifest.json").read_text())["widgets"]["hello"]["builds"][0]
    html = (PROJECT / "dist/widgets" / built["file"]).read_text()
    changed = html.replace('"readOnly":true', '"readOnly":false')
    assert changed != html
    calls: list[str] = []

    def answers(_: Any) -> HTMLResponse:
        calls.append("call")
        return HTMLResponse("{}", status_code=500)

    def page_of(_: Any) -> HTMLResponse:
        return HTMLResponse(standing_alone(changed, {}))

    app = Starlette(routes=[Route("/widgets/hello", page_of), Route("/mcp", answers, methods=["POST"])])
    with serving(app) as url, opened(chromium) as (page, _):
        page.goto(f"{url}/widgets/hello?args={quote(json.dumps({'name': 'Ada'}))}")
        panel = page.get_by_role("status")
        expect(panel).to_contain_text("Opening it runs its tool, which may change something.")
        assert calls == []
        panel.get_by_role("button", name="Open").click()
        expect(page.get_by_role("alert")).to_contain_text("The server answered 500")
        assert calls != []
