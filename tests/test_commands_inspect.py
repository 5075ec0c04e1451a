"""`mcp-bridge inspect`, as a person runs it: in process, over HTTP, and on a server of somebody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from mcp_bridge.metadata import app_tools
from tests.other_server import URI
from tests.served import serve
from tests.test_cli import ROOT, project, run

VERSION = "2026-07-28"
META = "io.modelcontextprotocol/"


def on_the_wire(url: str, method: str) -> dict[str, Any]:
    """Return a result as an HTTP client reads it, with nothing of the SDK."""
    meta = {f"{META}protocolVersion": VERSION, f"{META}clientCapabilities": {}}
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": VERSION,
        "mcp-method": method,
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta}}
    text = httpx.post(url, json=body, headers=headers, timeout=30).raise_for_status().text
    data = text if text.startswith("{") else next(line[5:] for line in text.splitlines() if line.startswith("data:"))
    return json.loads(data)["result"]


def test_the_app_and_its_server_are_inspected_alike(mcp_url: str) -> None:
    """bridge: in process or over HTTP, the readable text is the same."""
    here, there = run(ROOT, "inspect"), run(ROOT, "inspect", mcp_url)
    assert (here.returncode, here.stderr, there.returncode, there.stderr) == (0, "", 0, "")
    assert here.stdout == there.stdout
    flights = here.stdout.partition("Tool flights")[2].partition("Tool hello")[0]
    for fact in (
        "called by  the model and widgets",
        "readOnlyHint true, destructiveHint false, idempotentHint true, openWorldHint false",
        "widget     ui://app/flights.html?v=",
        "status     “Looking up flights…”, then “Flights found”",
        "output     origin, destination, date, count, flights",
        "origin       string (^[A-Z]{3}$)  required  IATA code of the airport of departure",
    ):
        assert fact in flights
    assert 'thoroughness  "quick" | "full"        default "full"' in here.stdout
    event = here.stdout.partition("Tool reflex_event")[2].partition("Tool reflex_poll")[0]
    assert "called by  widgets" in event
    resource = here.stdout.partition("Resource ui://app/hello.html?v=")[2]
    for fact in (
        "MIME           text/html;profile=mcp-app",
        "CSP of ui      connectDomains none, resourceDomains none, frameDomains none, baseUriDomains none",
        "CSP of openai  connect_domains none, resource_domains none, frame_domains none",
        "domain         ui –, openai –",
        "prefersBorder  ui –, openai –",
    ):
        assert fact in resource


def test_the_size_is_that_of_the_document_which_the_server_gives(mcp_url: str) -> None:
    """bridge: measured, not copied from the list."""
    built = json.loads((ROOT / "dist/widgets/manifest.json").read_text())["widgets"]["hello"]["builds"][0]
    shown = run(ROOT, "inspect", mcp_url, "--tool", "hello").stdout
    assert (
        f"size           {built['bytes']:,} bytes\n" in "\n".join(line.rstrip() for line in shown.splitlines()) + "\n"
    )
    assert "Tool flights" not in shown


def test_json_is_what_is_on_the_wire(mcp_url: str) -> None:
    """bridge: `--json`, compared with a plain HTTP request."""
    done = run(ROOT, "inspect", mcp_url, "--json")
    expected = {"tools": on_the_wire(mcp_url, "tools/list")["tools"]}
    expected["resources"] = on_the_wire(mcp_url, "resources/list")["resources"]
    assert json.loads(done.stdout) == expected
    assert json.loads(run(ROOT, "inspect", "--json").stdout) == expected
    one = json.loads(run(ROOT, "inspect", "--tool", "reflex_poll", "--json").stdout)
    assert one == {"tools": [app_tools()[1]], "resources": []}


def test_a_server_of_somebody_else_is_inspected_too(tmp_path: Path) -> None:
    """bridge: any MCP server; keys that the SDK does not know are kept, control characters do not reach a terminal."""
    with serve(["-m", "tests.other_server"], tmp_path / "log") as url:
        shown = run(tmp_path, "inspect", url)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "\x1b" not in shown.stdout
        assert shown.stdout.startswith("Other 7, MCP 2026-07-28: 2 tools, 0 resources\n")
        assert f"widget     {URI}" in shown.stdout
        assert f"The server refuses it: Unknown resource: {URI}" in shown.stdout
        assert "readOnlyHint true, destructiveHint –, idempotentHint –, openWorldHint –" in shown.stdout
        assert "list of string, or null  default null" in shown.stdout
        wire = json.loads(run(tmp_path, "inspect", url, "--json").stdout)
        assert wire == {"tools": on_the_wire(url, "tools/list")["tools"], "resources": []}
        assert wire["tools"][0]["securitySchemes"] == [{"type": "noauth"}]


def test_credentials_go_with_each_request(tmp_path: Path) -> None:
    """bridge: `--header` of the commands that ask a server, spelled alike."""
    credentials = ("--header", "Authorization: Bearer t0p")
    with serve(["-m", "tests.other_server"], tmp_path / "log", OTHER_TOKEN="t0p") as url:
        assert run(tmp_path, "inspect", url, *credentials).stdout.startswith("Other 7, MCP 2026-07-28: 2 tools")
        called = run(tmp_path, "call", "draw", "sides=4", "--url", url, *credentials)
        assert (called.returncode, "4 sides, 1.0, None, False" in called.stdout) == (0, True)
        stranger = run(tmp_path, "inspect", url, "--header", "Authorization: Bearer other")
        assert (stranger.returncode, stranger.stdout) == (1, "")
        assert f"no MCP server answers at {url}: " in stranger.stderr
        assert "Traceback" not in stranger.stderr
    for command in (["inspect"], ["call", "hello"], ["doctor"]):
        done = run(ROOT, *command, *credentials)
        assert done.returncode in (1, 2)
        assert "--header is for a server, and none is named. Give the URL of its endpoint" in done.stderr


def test_what_the_app_prints_stays_out_of_the_answer(tmp_path: Path) -> None:
    """bridge: standard output is the answer, which a program may read."""
    done = run(project(tmp_path, with_widget=False), "inspect", "--json")
    assert [tool["name"] for tool in json.loads(done.stdout)["tools"]] == ["now"]
    assert "a module that prints" in done.stderr


def test_what_cannot_be_inspected_is_told_in_one_sentence(tmp_path: Path) -> None:
    """bridge: an unknown tool, no server, no URL, no export."""
    folder = project(tmp_path, with_widget=True)
    told = {
        ("inspect", "http://127.0.0.1:9/mcp"): "no MCP server answers at http://127.0.0.1:9/mcp: ",
        ("inspect", "127.0.0.1:8000"): "`127.0.0.1:8000` is not the URL of an MCP server. Write it whole",
        ("inspect",): "no widget has been exported yet. Run `reflex export`.",
    }
    for arguments, sentence in told.items():
        done = run(folder, *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(("Error: ", "a module that prints\nError: "))
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    done = run(ROOT, "inspect", "--tool", "helo")
    assert done.stderr.startswith("Error: the server has no tool `helo`. Did you mean `hello`? It has: `delays`, ")
