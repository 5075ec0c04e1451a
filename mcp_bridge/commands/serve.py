"""`mcp-bridge serve`: the app of the current folder, over HTTP or over standard input and output."""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from mcp_bridge.errors import BridgeError

from .terminal import aside, listen, log_to_stderr, told

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from uvicorn import Config

    from mcp_bridge.bridge import Bridge

_HEALTH_CHECK_SECONDS = 30
"""How long a worker may not answer its parent before it is replaced; importing an app can take a while."""


@dataclass(frozen=True)
class Settings:
    """What the application of each process is made of.

    Attributes:
        preview: Whether to serve the preview, None to have the mode decide.
        prefix: The path that a proxy puts before all others, None for that of the public URL.
        proxies: The addresses and networks whose forwarded headers are believed, separated by commas.
    """

    preview: bool | None
    prefix: str | None
    proxies: str


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    envvar="PORT",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port; 0 for any.",
)
@click.option("--stdio", is_flag=True, help="Speak MCP over standard input and output instead of HTTP.")
@click.option(
    "--env",
    type=click.Choice(["dev", "prod"]),
    show_default="REFLEX_ENV_MODE, else dev",
    help="The mode, as Reflex calls it.",
)
@click.option(
    "--preview/--no-preview",
    default=None,
    show_default="on, off with --env prod",
    help="Serve the preview and the standalone pages, or MCP only.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="The number of processes.")
@click.option(
    "--prefix",
    envvar="MCP_BRIDGE_PREFIX",
    show_default="the path of MCP_BRIDGE_PUBLIC_URL",
    help="The path that a proxy puts before all others, such as /tools.",
)
@click.option(
    "--forwarded-allow-ips",
    "proxies",
    envvar="FORWARDED_ALLOW_IPS",
    default="127.0.0.1,::1",
    show_default=True,
    help="Proxies whose X-Forwarded headers are believed: addresses and networks, or * for any.",
)
def serve(
    host: str,
    port: int,
    stdio: bool,
    env: str | None,
    preview: bool | None,
    workers: int,
    prefix: str | None,
    proxies: str,
) -> None:
    """Serve the widgets and tools of the app in the current folder."""
    if env is not None:
        # Reflex reads it, also in workers.
        os.environ["REFLEX_ENV_MODE"] = env
    with told():
        if stdio:
            _serve_stdio()
        else:
            _serve_http(host, port, workers, Settings(preview, prefix, proxies))


def _serve_stdio() -> None:
    """Serve one host over standard input and output; everything else goes to standard error."""
    with aside():
        from mcp_bridge.server import create_server

        server = create_server()
    server.run("stdio")


def _serve_http(host: str, port: int, workers: int, settings: Settings) -> None:
    """Serve over HTTP until interrupted.

    With several workers this process loads the app too, so that what is wrong with it is said once, before they start.
    """
    import uvicorn

    from mcp_bridge.bridge import Bridge
    from mcp_bridge.workers import Workers

    listener = listen(host, port)
    bridge = Bridge.load()
    if workers > 1:
        _require_shared(bridge, workers)
    app = _application(bridge, settings)
    _introduce(bridge, host, listener.getsockname()[1], settings)
    if workers == 1:
        uvicorn.Server(_config(app)).run(sockets=[listener])
        return
    Workers(_config(functools.partial(worker_app, settings), workers), listener).run()


def _config(app: object, workers: int = 1) -> Config:
    """Return the settings of the HTTP server."""
    import uvicorn

    from mcp_bridge.stopping import STOP_SECONDS

    return uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType]
        factory=workers > 1,
        workers=workers,
        log_level="warning",
        # web.py has it, with the prefix of the same proxies.
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_worker_healthcheck=_HEALTH_CHECK_SECONDS,
    )


def worker_app(settings: Settings) -> Starlette:
    """Return the application of one of several processes; what is wrong with it ends all of them."""
    from uvicorn.config import STARTUP_FAILURE

    from mcp_bridge.bridge import Bridge

    log_to_stderr()
    try:
        return _application(Bridge.load(), settings)
    except BridgeError as error:
        click.echo(f"Error: {type(error).__name__}: {error}", err=True)
        sys.exit(STARTUP_FAILURE)


def _application(bridge: Bridge, settings: Settings) -> Starlette:
    """Return the application of one process."""
    from mcp_bridge.server import create_app

    proxies = [each.strip() for each in settings.proxies.split(",") if each.strip()]
    return create_app(bridge=bridge, preview=settings.preview, prefix=settings.prefix, trusted_proxies=proxies)


def _require_shared(bridge: Bridge, workers: int) -> None:
    """Refuse several processes that would know nothing of each other's sessions.

    Raises:
        BridgeError: If Reflex keeps its states anywhere but in Redis.
    """
    if not bridge.widgets.mailboxes.is_shared:
        msg = (
            f"--workers is {workers}, but the states of the app are kept in one process, so another would not know the "
            "widgets that this one opened. Set REFLEX_REDIS_URL to a Redis that all share, or serve with one worker."
        )
        raise BridgeError(msg)


def _introduce(bridge: Bridge, host: str, port: int, settings: Settings) -> None:
    """Print where everything is."""
    from mcp_bridge import _reflex

    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    url = bridge.public_url or f"http://{shown}:{port}{(settings.prefix or '').rstrip('/')}"
    is_shown = not _reflex.is_production() if settings.preview is None else settings.preview
    why = "--env prod; --preview turns it on" if settings.preview is None else "--no-preview"
    click.echo(f"Preview       {url}/" if is_shown else f"Preview       off ({why})")
    click.echo(f"MCP endpoint  {url}/mcp")
    click.echo(f"Add to a host claude mcp add --transport http {bridge.name} {url}/mcp")
