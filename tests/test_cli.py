"""The command `mcp-bridge`, as a person and as a host run it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from mcp_bridge import manifest

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "mcp_bridge.cli"]

APP = '''
import sys
import reflex as rx
from mcp_bridge import tool, widget

print("a module that prints")

class Clock(rx.State):
    zone: str = "UTC"

    @rx.event
    def look(self, zone: str) -> None:
        self.zone = zone

{widget}
@tool(read_only=True)
async def now(zone: str = "UTC") -> str:
    """Tell the time."""
    return "noon in " + zone

app = rx.App()
app.add_page(lambda: rx.text("index"), route="/")
'''
WIDGET = '''
@widget(on_call=Clock.look, read_only=True)
def clock() -> rx.Component:
    """Show a clock."""
    return rx.text(Clock.zone)
'''
CONFIG = """
import reflex as rx
from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="clocks",
    plugins=[WidgetsPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    telemetry_enabled=False,
)
"""


def project(folder: Path, *, with_widget: bool) -> Path:
    """Write an app of one file."""
    package = folder / "clocks"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "clocks.py").write_text(APP.replace("{widget}", WIDGET if with_widget else ""))
    (folder / "rxconfig.py").write_text(CONFIG)
    return folder


def environment() -> dict[str, str]:
    """Return an environment in which the package of this checkout is found."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "REFLEX_TELEMETRY_ENABLED": "false"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )


def test_a_port_in_use_gives_one_clear_sentence(tmp_path: Path) -> None:
    """bridge: a port in use gives one clear sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(project(tmp_path, with_widget=False), "serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"Error: port {port} of 127.0.0.1 cannot be used: Address already in use. "
        "Choose another with --port, or 0 for any free one."
    )


def test_without_an_export_the_server_says_so_and_how(tmp_path: Path) -> None:
    """bridge: no `reflex export` yet."""
    done = run(project(tmp_path, with_widget=True), "serve", "--port", "0")
    assert done.returncode == 1
    assert "no widget has been exported yet. Run `reflex export`." in done.stderr
    assert "Traceback" not in done.stderr


def test_an_altered_bundle_is_refused_by_the_name_of_its_file(tmp_path: Path) -> None:
    """bridge: a refusal at server start that names the file and the command."""
    folder = project(tmp_path, with_widget=True)
    output = folder / "dist/widgets"
    needs = manifest.Needs()
    export = manifest.Export("clock", "Clock", "Show.", b"<!doctype html>", (), ("reflex___state____state",), needs)
    file = output / manifest.write(output, "clocks", [export]).widgets["clock"].current.file
    file.write_text("<!doctype html><script>other()</script>")
    done = run(folder, "serve", "--port", "0")
    assert done.returncode == 1
    assert f"`{file.name}` was changed after the export" in done.stderr
    assert "Run `reflex export` again." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.anyio
async def test_a_host_that_starts_its_servers_itself_speaks_over_stdio(tmp_path: Path) -> None:
    """bridge: serve --stdio; what the app prints does not get into the protocol."""
    folder = project(tmp_path, with_widget=False)
    server = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], "serve", "--stdio"], cwd=str(folder), env=environment()
    )
    for era in ("auto", "legacy"):
        async with Client(stdio_client(server), mode=era) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == ["now"]
            result = await client.call_tool("now", {"zone": "Rome"})
            assert result.content[0].text == "noon in Rome"  # pyright: ignore


def test_help_names_the_commands() -> None:
    """bridge: the command line explains itself."""
    done = run(ROOT, "serve", "--help")
    assert done.returncode == 0
    for option in (
        "--host",
        "--port",
        "--stdio",
        "--env",
        "--no-preview",
        "--workers",
        "--prefix",
        "--forwarded-allow-ips",
    ):
        assert option in done.stdout
