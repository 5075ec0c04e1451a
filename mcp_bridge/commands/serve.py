"""`mcp-bridge serve`: the app of the current folder, over HTTP or over standard input and output."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import click

from .terminal import aside, told

if TYPE_CHECKING:
    from mcp_bridge.bridge import Bridge


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 for any.")
@click.option("--stdio", is_flag=True, help="Speak MCP over standard input and output instead of HTTP.")
@click.option("--no-preview", is_flag=True, help="Serve MCP only, without the preview and the standalone pages.")
def serve(host: str, port: int, stdio: bool, no_preview: bool) -> None:
    """Serve the widgets and tools of the app in the current folder."""
    with told():
        if stdio:
            _serve_stdio()
        else:
            _serve_http(host, port, preview=not no_preview)


def _serve_stdio() -> None:
    """Serve one host over standard input and output; everything else goes to standard error."""
    with aside():
        from mcp_bridge.server import create_server

        server = create_server()
    server.run("stdio")


def _serve_http(host: str, port: int, *, preview: bool) -> None:
    """Serve over HTTP until interrupted."""
    import uvicorn

    from mcp_bridge.bridge import Bridge
    from mcp_bridge.server import create_app

    listener = _listen(host, port)
    bridge = Bridge.load()
    app = create_app(bridge=bridge, preview=preview)
    _introduce(bridge, host, listener.getsockname()[1], preview=preview)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3)
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        click.ClickException: If the port is taken or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        msg = f"port {port} of {host} cannot be used: {reason}. Choose another with --port, or 0 for any free one."
        raise click.ClickException(msg) from error
    return listener


def _introduce(bridge: Bridge, host: str, port: int, *, preview: bool) -> None:
    """Print where everything is."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    origin = bridge.public_url or f"http://{shown}:{port}"
    click.echo(f"Preview       {origin}/" if preview else "Preview       off (--no-preview)")
    click.echo(f"MCP endpoint  {origin}/mcp")
    click.echo(f"Add to a host claude mcp add --transport http {bridge.name} {origin}/mcp")
