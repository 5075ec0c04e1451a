"""`mcp-bridge dev`: the app of the current folder, followed while it is written."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import time
import webbrowser
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from .terminal import listen, told


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 for any."
)
@click.option("--open/--no-open", "opens", default=True, show_default=True, help="Open the emulator in a browser.")
@click.option("--tunnel", is_flag=True, help="Give the MCP endpoint a public address, for a host on the internet.")
@click.option("--plain", is_flag=True, help="Print lines without colours.")
@click.option("--json", "as_json", is_flag=True, help="Print what happens as lines of JSON.")
def dev(host: str, port: int, opens: bool, tunnel: bool, plain: bool, as_json: bool) -> None:
    """Serve the app, and follow its files: a saved change shows in the open widgets."""
    with told():
        listener = listen(host, port)
        printer = _Json() if as_json else _Lines(is_plain=plain or not sys.stdout.isatty())
        with contextlib.suppress(KeyboardInterrupt), _public(listener, wanted=tunnel) as public_url:
            asyncio.run(_run(listener, host, public_url, printer, opens=opens and not as_json))


async def _run(listener: socket.socket, host: str, public_url: str, printer: _Printer, *, opens: bool) -> None:
    """Serve until interrupted."""
    import uvicorn

    from mcp_bridge.dev.front import Server, front
    from mcp_bridge.dev.supervisor import Supervisor

    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listener.getsockname()[1]}"
    printer.start(url, public_url)
    is_first = True

    def tell(event: dict[str, Any]) -> None:
        nonlocal is_first
        printer.event(event)
        if opens and is_first and event["state"] in ("ready", "failed"):
            is_first = False
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, f"{url}/")

    environment = {"MCP_BRIDGE_PUBLIC_URL": public_url} if public_url else {}
    supervisor = Supervisor(Path.cwd(), tell, environment)
    app = front(supervisor, public_host=urlsplit(public_url).hostname or "")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, proxy_headers=False, timeout_graceful_shutdown=1
    )
    server = Server(config, supervisor)
    following = asyncio.create_task(supervisor.run())
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.wait({following, serving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        server.should_exit = True
        await serving


@contextlib.contextmanager
def _public(listener: socket.socket, *, wanted: bool) -> Generator[str]:
    """Give the public address of the port, "" if none is wanted."""
    if not wanted:
        yield ""
        return
    from mcp_bridge.dev.tunnel import opened

    with opened(listener.getsockname()[1]) as url:
        yield url


class _Json:
    """Lines of JSON for a program."""

    def start(self, url: str, public_url: str) -> None:
        """Say where everything is."""
        reached = public_url or url
        self.event({"state": "listening", "emulator": f"{url}/", "endpoint": f"{reached}/mcp"})

    def event(self, event: dict[str, Any]) -> None:
        """Print one event."""
        click.echo(json.dumps(event))


class _Lines:
    """Lines for a person."""

    def __init__(self, *, is_plain: bool) -> None:
        self._is_plain = is_plain

    def start(self, url: str, public_url: str) -> None:
        """Say where everything is."""
        reached = public_url or url
        self._print(f"Emulator      {url}/")
        self._print(f"MCP endpoint  {reached}/mcp")
        self._print(f"Add to a host claude mcp add --transport http {Path.cwd().name} {reached}/mcp")
        self._print("Starting the app…", dim=True)

    def event(self, event: dict[str, Any]) -> None:
        """Print one event."""
        now = time.strftime("%H:%M:%S")
        what = ", ".join(event.get("files", [])[:3])
        if event["state"] == "ready":
            counted = _count(len(event["uris"]), "widget")
            done = f"{what} → shown" if what else f"{counted}, {_count(event['tools'], 'tool')} ready"
            self._print(f"{now}  {done} after {event['seconds']:.1f} s", color="green")
        elif event["state"] in ("failed", "raised"):
            fault = event["fault"]
            place = f"{fault['file']}:{fault['line']}: " if fault.get("file") else ""
            self._print(f"{now}  {place}{fault['kind']}{': ' if fault['kind'] else ''}{fault['message']}", color="red")

    def _print(self, text: str, *, color: str | None = None, dim: bool = False) -> None:
        click.echo(text if self._is_plain else click.style(text, fg=color, dim=dim))


_Printer = _Json | _Lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
