"""The preview: its routes, its policies, and the page in Chromium against a small MCP server."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import threading
from collections.abc import AsyncGenerator, Iterator
from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote

import pytest
import uvicorn
from mcp.server import MCPServer
from mcp.server.apps import APP_MIME_TYPE, Apps
from mcp.server.mcpserver.resources import TextResource
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from mcp_bridge.bridge import Bundle
from mcp_bridge.csp import Csp
from mcp_bridge.preview import csp_header, preview_routes

URI = "ui://demo/counter.html?v=1a2b3c4d"
CSP = Csp(resource=["https://img.example.com"])
READ = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
WRITE = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)

WIDGET = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Counter</title></head>
<body style="margin:0"><main id="root"><h1>Waiting</h1><p></p><button id="add">Add</button>
<button id="say">Say</button><button id="link">Link</button><button id="full">Full</button>
<button id="hidden">Hidden</button></main>
<script>
const [title, facts] = [document.querySelector("h1"), document.querySelector("p")];
const answers = new Map();
let context = {};
const send = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
const ask = (method, params) => new Promise((resolve) => {
  const id = `w${answers.size + 1}`;
  answers.set(id, resolve);
  send({ id, method, params });
});
const merge = (partial) => {
  context = { ...context, ...partial };
  const { theme, locale, displayMode, containerDimensions } = context;
  facts.textContent = [theme, locale, displayMode, containerDimensions.width, window.origin].join(" ");
};
const paint = (result) => (title.textContent = `Count ${result.structuredContent?.count} ${result._meta?.note ?? ""}`);
addEventListener("message", ({ source, data }) => {
  if (source !== parent) return;
  if (data.method === "ui/notifications/tool-result") paint(data.params);
  if (data.method === "ui/notifications/tool-cancelled") title.textContent = data.params.reason;
  if (data.method === "ui/notifications/host-context-changed") merge(data.params);
  if (data.method === "ui/resource-teardown") send({ id: data.id, result: {} });
  if (!data.method) answers.get(data.id)?.(data);
});
const on = (id, action) => document.getElementById(id).addEventListener("click", action);
on("add", async () => paint((await ask("tools/call", { name: "add", arguments: { by: 2 } })).result));
on("say", () => ask("ui/message", { role: "user", content: [{ type: "text", text: "<b>Book it</b>" }] }));
on("link", () => ask("ui/open-link", { url: "https://example.com/x" }));
on("full", () => ask("ui/request-display-mode", { mode: "fullscreen" }));
on("hidden", async () => {
  title.textContent = (await ask("tools/call", { name: "echo", arguments: {} })).error.message;
});
ask("ui/initialize", {
  protocolVersion: "2026-01-26", appInfo: { name: "counter", version: "1" },
  appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
}).then(({ result }) => {
  merge(result.hostContext);
  send({ method: "ui/notifications/initialized", params: {} });
  send({ method: "ui/notifications/size-changed", params: { height: 321 } });
  fetch("https://example.com/").catch(() => undefined);
});
</script></body></html>"""


class Passenger(BaseModel):
    name: str
    age: Annotated[int, Field(ge=0, le=120)] = 30


def read_bundle(asked: str) -> Bundle | None:
    if asked not in (URI, "counter", "counter?v=1a2b3c4d"):
        return None
    return Bundle(html=WIDGET, csp=CSP, version="1a2b3c4d", content={}, is_versioned="?v=" in asked)


def demo_app() -> Starlette:
    apps = Apps()

    @apps.tool(resource_uri=URI, name="counter", title="Counter", description="Count.", annotations=READ)
    async def counter(start: Annotated[int, Field(ge=0, le=99, description="Where to start.")] = 1) -> CallToolResult:
        if start == 13:
            return CallToolResult(content=[TextContent(type="text", text="Thirteen is closed.")], is_error=True)
        text = TextContent(type="text", text=f"<i>The count is {start}.</i>")
        return CallToolResult(content=[text], structured_content={"count": start}, _meta={"note": "for the widget"})

    apps.add_resource(TextResource(uri=URI, name="counter", mime_type=APP_MIME_TYPE, text=WIDGET))
    server = MCPServer("Demo", extensions=[apps], log_level="WARNING")

    @server.tool(title="Add", description="Add.", annotations=WRITE, meta={"ui": {"visibility": ["app"]}})
    async def add(by: int) -> CallToolResult:
        return CallToolResult(content=[TextContent(type="text", text="ok")], structured_content={"count": 40 + by})

    @server.tool(title="Echo", description="Echo.", annotations=WRITE, meta={"ui": {"visibility": ["model"]}})
    async def echo(
        code: Annotated[str, Field(pattern="^[A-Z]{3}$")],
        lead: Passenger,
        day: date,
        seats: Annotated[int, Field(ge=1, le=9)] = 1,
        cabin: Literal["economy", "first"] = "economy",
        price: float | None = None,
        luggage: bool = True,
        insured: bool | None = None,
        stops: list[str] | None = None,
        days: list[Literal["mon", "tue"]] | None = None,
        extras: dict[str, int] | None = None,
    ) -> str:
        return f"{code} {lead} {day} {seats} {cabin} {price} {luggage} {insured} {stops} {days} {extras}"

    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    inner = server.streamable_http_app(stateless_http=True, transport_security=security)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with server.session_manager.run():
            yield

    return Starlette(lifespan=lifespan, routes=[*preview_routes(read_bundle), Mount("/", app=inner)])


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=preview_routes(read_bundle)))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of the small server, which runs in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(demo_app(), log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """The preview, with its uncaught errors as failures."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert errors == []


TAIL = "object-src 'none'; base-uri 'self'; frame-ancestors 'self'"
OPEN = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "


@pytest.mark.parametrize(
    ("csp", "sandbox", "connect_self", "expected"),
    [
        pytest.param(
            Csp(),
            True,
            False,
            "sandbox allow-scripts allow-forms; "
            + OPEN
            + "img-src 'self' data:; media-src 'self' data:; connect-src 'none'; frame-src 'none'; "
            + TAIL,
            id="nothing declared, in a host",
        ),
        pytest.param(
            Csp(),
            False,
            True,
            OPEN + "img-src 'self' data:; media-src 'self' data:; connect-src 'self'; frame-src 'none'; " + TAIL,
            id="nothing declared, alone",
        ),
        pytest.param(
            Csp(
                connect=["https://api.example.com", "wss://api.example.com"],
                resource=["https://cdn.example.com"],
                frame=["https://maps.example.com"],
                base_uri=["https://base.example.com"],
            ),
            False,
            False,
            "default-src 'none'; script-src 'self' 'unsafe-inline' https://cdn.example.com; "
            "style-src 'self' 'unsafe-inline' https://cdn.example.com; img-src 'self' data: https://cdn.example.com; "
            "media-src 'self' data: https://cdn.example.com; font-src 'self' https://cdn.example.com; "
            "connect-src https://api.example.com wss://api.example.com; frame-src https://maps.example.com; "
            "object-src 'none'; base-uri https://base.example.com; frame-ancestors 'self'",
            id="all declared",
        ),
    ],
)
def test_policy_allows_what_is_declared_and_no_more(csp: Csp, sandbox: bool, connect_self: bool, expected: str) -> None:
    """spec: MCP Apps 2026-01-26, Restrictive Default and CSP Construction from Metadata."""
    assert csp_header(csp, sandbox=sandbox, connect_self=connect_self) == expected


def test_frame_is_the_bundle_in_a_sandbox_with_the_watching_script_first(client: TestClient) -> None:
    """spec: a widget runs in an opaque origin under the policy of its resource."""
    response = client.get("/preview/frame", params={"uri": URI})

    assert response.status_code == 200
    assert response.headers["content-security-policy"] == csp_header(CSP, sandbox=True, connect_self=False)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    head, script = WIDGET.split("<head>", 1)
    assert response.text.startswith(f"{head}<head><script>")
    assert response.text.endswith(f"</script>{script}")


def test_frame_has_an_origin_of_its_own_only_in_a_page_of_the_other_name(client: TestClient) -> None:
    """bridge: a frame never shares the emulator's origin, not even one that is opened in a tab."""
    framed = {"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site"}
    own = csp_header(CSP, sandbox=False, connect_self=False, ancestor="http://127.0.0.1:8000")
    sandboxed = csp_header(CSP, sandbox=True, connect_self=False)
    for host, headers, policy in [
        ("localhost:8000", framed, own),
        ("127.0.0.1:8000", framed, own.replace("127.0.0.1", "localhost")),
        ("localhost:8000", {**framed, "sec-fetch-dest": "document"}, sandboxed),
        ("localhost:8000", {**framed, "sec-fetch-site": "same-origin"}, sandboxed),
        ("localhost:8000", {}, sandboxed),
        ("widgets.example.com", framed, sandboxed),
    ]:
        response = client.get("/preview/frame", params={"uri": URI}, headers={"host": host, **headers})
        assert response.headers["content-security-policy"] == policy, (host, headers)
        assert response.headers["vary"] == "Host, Sec-Fetch-Dest, Sec-Fetch-Site"
    page = client.get("/", headers={"host": "127.0.0.1:8000"}).headers["content-security-policy"]
    assert "frame-src 'self' http://localhost:8000;" in page
    assert "frame-src 'self';" in client.get("/").headers["content-security-policy"]


def test_standalone_page_is_the_bundle_unchanged(client: TestClient) -> None:
    """bridge: a bundle also works with no host at all."""
    response = client.get("/widgets/counter")

    assert response.text == WIDGET
    assert client.get("/favicon.ico").headers["content-type"].startswith("image/svg+xml")
    assert response.headers["content-security-policy"] == csp_header(CSP, sandbox=False, connect_self=True)


@pytest.mark.parametrize(
    "path",
    [
        "/preview/frame",
        "/preview/frame?uri=ui://demo/other.html",
        "/preview/frame?uri=counter",
        "/widgets/other",
        "/preview/preview.py",
        "/preview/..%2Fpreview.py",
        "/preview/%2E%2E%2Fcsp.py",
        "/preview/..%5Ccsp.py",
        "/preview//etc/passwd",
        "/preview/%2Fetc%2Fpasswd",
    ],
)
def test_what_is_not_the_previews_is_not_found(client: TestClient, path: str) -> None:
    """bridge: only the files of the preview and the known widgets are served."""
    assert client.get(path).status_code == 404


def test_every_file_that_the_page_names_is_served_and_cached_by_its_content(client: TestClient) -> None:
    """bridge: the page needs nothing but its own files."""
    page = client.get("/")
    names = set(re.findall(r'(?:href|src)="(preview/[^"]+)"', page.text))
    assert names == {
        "preview/icon.svg",
        "preview/preview.css",
        "preview/panels.css",
        "preview/preview.js",
        "preview/shells.css",
    }

    seen: set[str] = set()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        response = client.get(f"/{name}")
        assert response.status_code == 200, name
        again = client.get(f"/{name}", headers={"If-None-Match": f"W/{response.headers['etag']}"})
        assert (again.status_code, again.content) == (304, b""), name
        names |= {f"preview/{each}" for each in re.findall(r'from "\./([^"]+)"', response.text)}
    assert "preview/mcp.js" in seen


@pytest.mark.browser
def test_widget_opens_by_a_run_and_its_call_is_shown(page: Page) -> None:
    """bridge: the preview plays an MCP Apps host against the real endpoint."""
    page.get_by_label("Start").fill("7")
    page.get_by_role("button", name="Run").click()
    widget = page.frame_locator("iframe")
    expect(widget.get_by_role("heading")).to_have_text("Count 7 for the widget")
    expect(page.get_by_role("tabpanel")).to_contain_text("<i>The count is 7.</i>")
    expect(page.locator("iframe")).to_have_css("height", "321px")

    widget.get_by_role("button", name="Add").click()
    expect(widget.get_by_role("heading")).to_have_text("Count 42")
    page.get_by_role("tab", name="Calls").click()
    call = page.get_by_role("tabpanel").locator("details.entry")
    expect(call).to_have_count(1)
    expect(call.locator("> summary")).to_have_text(re.compile(r"^add\d+ ms · \d+ B$"))

    page.get_by_role("tab", name="Widget gets").click()
    expect(page.get_by_role("tabpanel")).to_contain_text('note: "for the widget"')
    page.get_by_role("tab", name="Console").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("connect-src refused https://example.com/")


@pytest.mark.browser
def test_what_a_widget_asks_of_the_host_is_shown_as_text(page: Page) -> None:
    """spec: ui/message, ui/open-link, ui/request-display-mode; a tool without "app" is refused to widgets."""
    page.get_by_role("button", name="Run").click()
    widget = page.frame_locator("iframe")
    widget.get_by_role("button", name="Say").click()
    widget.get_by_role("button", name="Link").click()
    transcript = page.locator("#transcript")
    expect(transcript).to_contain_text("<b>Book it</b>")
    expect(transcript.get_by_role("link", name="Open in a new tab")).to_have_attribute("href", "https://example.com/x")

    widget.get_by_role("button", name="Hidden").click()
    expect(widget.get_by_role("heading")).to_contain_text("is not for widgets")
    widget.get_by_role("button", name="Full").click()
    expect(widget.locator("p")).to_contain_text("light en-US fullscreen 1280 http://localhost:")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Exit full screen").click()
    expect(widget.locator("p")).to_contain_text("inline")


@pytest.mark.browser
def test_controls_of_the_host_reach_the_widget_at_once(page: Page) -> None:
    """spec: ui/notifications/host-context-changed."""
    page.get_by_role("button", name="Run").click()
    facts = page.frame_locator("iframe").locator("p")
    expect(facts).to_contain_text("light en-US inline")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("radio", name="390").check()
    page.get_by_label("Locale", exact=True).select_option("ar-EG")
    expect(facts).to_contain_text("dark ar-EG inline 390 http://localhost:")

    page.get_by_role("button", name="Reload frame").click()
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("Count 1 for the widget")
    expect(facts).to_contain_text("dark ar-EG inline 390 http://localhost:")


@pytest.mark.browser
def test_form_sends_what_the_schema_means(page: Page) -> None:
    """bridge: each kind of parameter has a control; what is empty is left out."""
    form = page.locator("#form")
    page.get_by_role("link", name="Echo").click()
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("This is required.")).to_have_count(3)
    expect(form.get_by_label("Code")).to_be_focused()

    form.get_by_label("Code").fill("jfk")
    form.get_by_label("Name").fill("Ada")
    form.get_by_label("Day").first.fill("2026-02-03")
    form.get_by_label("Seats").fill("12")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("This must match the pattern ^[A-Z]{3}$.")).to_be_visible()
    expect(page.get_by_text("This must be 9 or less.")).to_be_visible()

    form.get_by_label("Code").fill("JFK")
    form.get_by_label("Seats").fill("2")
    form.get_by_label("Cabin").select_option(label="first")
    form.get_by_label("Luggage").uncheck()
    form.get_by_label("Insured").select_option(label="No")
    form.get_by_label("Stops").fill("ORD\n\nDEN\n")
    form.get_by_label("tue").check()
    form.get_by_label("Extras").fill('{"bags": 2}')
    form.get_by_label("Extras").press("Control+Enter")
    answer = "JFK name='Ada' age=30 2026-02-03 2 first None False False ['ORD', 'DEN'] ['tue'] {'bags': 2}"
    expect(page.locator("#answer .text")).to_have_text(answer)

    page.get_by_role("button", name="JSON", exact=True).click()
    form.get_by_label("Arguments as JSON").fill("[1]")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("The arguments must be a JSON object.")).to_be_visible()
    form.get_by_label("Arguments as JSON").fill('{"code": "nothing"}')
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="The tool answered with an error")).to_be_visible()


@pytest.mark.browser
def test_link_and_reload_show_the_same(page: Page, address: str) -> None:
    """bridge: a link carries the entered values and runs nothing; a reload of a run that only reads runs it again."""
    values = quote('{"start":5}')
    page.goto("about:blank")
    page.goto(f"{address}/#tool=counter&args={values}")
    expect(page.get_by_label("Start")).to_have_value("5")
    expect(page.locator("iframe")).to_have_count(0)

    page.get_by_label("Start").fill("6")
    page.get_by_role("button", name="Run").click()
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("Count 6 for the widget")
    page.reload()
    expect(page.get_by_label("Start")).to_have_value("6")
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("Count 6 for the widget")


@pytest.mark.browser
def test_errors_are_told_in_words(page: Page) -> None:
    """bridge: a tool's error, a server that is gone, and its return."""
    page.get_by_label("Start").fill("13")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert").filter(has_text="Thirteen is closed.")).to_be_visible()

    page.route("**/mcp", lambda route: route.abort())
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert").filter(has_text="Nothing answers at")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="The server does not answer")).to_be_visible()
    page.unroute("**/mcp")
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_role("heading", name="Counter")).to_be_visible()


@pytest.mark.browser
def test_server_without_tools_says_how_to_make_one(page: Page) -> None:
    """bridge: the empty state."""
    empty = {"jsonrpc": "2.0", "id": 1, "result": {"tools": [], "resources": []}}
    page.route("**/mcp", lambda route: route.fulfill(json=empty))
    page.reload()
    expect(page.get_by_role("heading", name="No tool yet")).to_be_visible()
