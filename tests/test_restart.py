"""`kill -9` of a real server and a new start: a widget that stayed open goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from mcp_bridge import manifest

ROOT = Path(__file__).parent.parent
STATE = "reflex___state____state.shops___shops____cart"
APP = '''
import asyncio
import reflex as rx
from mcp_bridge import widget

class Cart(rx.State):
    owner: str = ""
    count: int = 0
    _cost: int = 1

    @rx.event
    def open_cart(self, owner: str) -> None:
        self.owner = owner

    @rx.event
    def add(self, by: int = 1) -> None:
        self.count += by
        self._cost *= 2

    @rx.event(background=True)
    async def pack(self) -> None:
        await asyncio.sleep(60)

@widget(on_call=Cart.open_cart)
def cart() -> rx.Component:
    """Show a cart."""
    return rx.text(Cart.count)

app = rx.App()
app.add_page(lambda: rx.text("index"), route="/")
'''
CONFIG = """
import reflex as rx
from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="shops", plugins=[WidgetsPlugin()], disable_plugins=[rx.plugins.SitemapPlugin], telemetry_enabled=False
)
"""
HEADERS = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "accept": "application/json, text/event-stream",
}
META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


class Server:
    """`mcp-bridge serve` in a process that can be killed."""

    def __init__(self, folder: Path, manager: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "REFLEX_STATE_MANAGER_MODE": manager}
        command = [sys.executable, "-m", "mcp_bridge.cli", "serve", "--port", "0", "--no-preview"]
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = next(line for line in self.process.stdout if line.startswith("MCP endpoint"))
        self.url = line.split()[-1]

    def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call a tool and return what it has for the widget."""
        params = {"name": tool, "arguments": arguments, "_meta": META}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        answer = httpx.post(self.url, json=body, headers={**HEADERS, "mcp-name": tool}, timeout=30)
        return json.loads(answer.text)["result"]["_meta"]["mcp-bridge"]

    def kill(self) -> None:
        """End it as a power failure does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with an export."""
    package = tmp_path / "shops"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "shops.py").write_text(APP)
    (tmp_path / "rxconfig.py").write_text(CONFIG)
    states = ("reflex___state____state", STATE)
    events = tuple(f"{STATE}.{name}" for name in ("add", "pack"))
    export = manifest.Export("cart", "Cart", "Show a cart.", b"<!doctype html>", events, states, manifest.Needs())
    manifest.write(tmp_path / "dist/widgets", "shops", [export])
    return tmp_path


@pytest.mark.parametrize("manager", ["disk", "memory"])
def test_a_click_after_kill_9_works_with_its_state_intact(folder: Path, manager: str) -> None:
    """bridge: both with the disk manager and with only the sealed snapshot."""
    server = Server(folder, manager)
    try:
        opened = server.call("cart", {"owner": "Ada"})
        event = {"seq": 1, "name": f"{STATE}.add", "payload": {"by": 3}}
        call = {"session": opened["session"], "mount": "m1", "since": opened["update"]["version"]}
        clicked = server.call("reflex_event", {**call, "events": [event]})["update"]
        assert clicked["ack"] == 1
        server.kill()
        server = Server(folder, manager)
        again = {**event, "seq": 2, "payload": {"by": 4}}
        answer = server.call("reflex_event", {**call, "since": clicked["version"], "events": [again]})
        if manager == "memory":
            assert answer["error"]["code"] == "unknown_session"
            restore = {"session": opened["session"], "seal": clicked["seal"], "tool": "cart", "arguments": None}
            answer = server.call("reflex_event", {"mount": "m1", "since": 0, "events": [again], "restore": restore})
            assert answer["rung"] == "snapshot"
        shown = answer["update"]["vars"][STATE]
        assert shown == {"owner_rx_state_": "Ada", "count_rx_state_": 7}
    finally:
        server.kill()


def test_a_job_that_kill_9_ended_is_reported(folder: Path) -> None:
    """bridge: with the durable state manager the job is reported as interrupted; it is never silently gone."""
    server = Server(folder, "disk")
    try:
        opened = server.call("cart", {"owner": "Ada"})
        event = {"seq": 1, "name": f"{STATE}.pack", "payload": {}}
        call = {"session": opened["session"], "mount": "m1", "since": opened["update"]["version"]}
        started = server.call("reflex_event", {**call, "events": [event]})["update"]
        assert (started["pending"], started["ack"]) == (True, 1)
        server.kill()
        server = Server(folder, "disk")
        answer = server.call("reflex_event", {**call, "events": []})["update"]
        assert [told["name"] for _, told in answer["events"]] == ["_bridge_interrupted"]
        assert answer["pending"] is False
    finally:
        server.kill()
