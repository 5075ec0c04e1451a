"""`mcp-bridge screenshot`: a picture of a widget after a tool call; the app is served in this process meanwhile."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcp_bridge.errors import CommandError
from mcp_bridge.shots import Host, Shot, Theme, take
from mcp_bridge.values import find, given

from .terminal import aside, told

if TYPE_CHECKING:
    from mcp_bridge.bridge import Bridge

_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@click.command()
@click.argument("tool")
@click.argument("values", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--args", "whole", metavar="JSON", help="The arguments as a JSON object; KEY=VALUE comes before it.")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True, help="The colors.")
@click.option(
    "--width", type=click.IntRange(100, 4000), default=390, show_default=True, help="The widget's width in pixels."
)
@click.option("--locale", default="en-US", show_default=True, help="The language and region, as a BCP 47 tag.")
@click.option(
    "--host",
    type=click.Choice(["plain", "frame"]),
    default="plain",
    show_default=True,
    help="Alone in the window, or in the frame of the preview, with a host's colors.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; by default TOOL.png in the current folder.",
)
def screenshot(
    tool: str,
    values: tuple[str, ...],
    whole: str | None,
    theme: Theme,
    width: int,
    locale: str,
    host: Host,
    output: Path | None,
) -> None:
    """Take a picture of the widget that a tool opens.

    The app is that of the current folder. It takes Playwright (pip install "reflex-mcp-bridge[testing]") and Chromium.
    """
    file = output or Path(f"{tool}.png")
    with told():
        if not _LOCALE.fullmatch(locale):
            msg = f"--locale is `{locale}`, which is not a BCP 47 tag. Write it as language and region, such as de-DE."
            raise CommandError(msg)
        if not file.parent.is_dir():
            msg = f"the folder `{file.parent}` of {file.name} does not exist. Make it, or choose another with -o."
            raise CommandError(msg)
        _require_playwright()
        with aside():
            from mcp_bridge.bridge import Bridge

            bridge = Bridge.load()
            found = find(bridge.list_tools(), tool)
            spec = bridge.tools.tools.get(tool)
            if spec is None or spec.widget is None:
                msg = (
                    f"tool `{tool}` opens no widget, so there is nothing to see. Run `mcp-bridge call {tool}` instead."
                )
                raise CommandError(msg)
            shot = Shot(spec.widget, tool, given(found, values, whole), theme, width, locale, host)
            with _serving(bridge) as origin:
                png = take(origin, shot)
        file.write_bytes(png)
    wide, high = struct.unpack(">II", png[16:24])  # the first chunk of a PNG: width and height
    click.echo(f"{file}  {wide} × {high} pixels, {len(png):,} bytes")


def _require_playwright() -> None:
    """Check that Playwright is there before the app is loaded.

    Raises:
        CommandError: If it is not.
    """
    try:
        import playwright.sync_api  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        msg = 'Playwright is not installed, and it takes the picture. Run `pip install "reflex-mcp-bridge[testing]"`.'
        raise CommandError(msg) from error


@contextlib.contextmanager
def _serving(bridge: Bridge) -> Generator[str]:
    """Serve the app on a free port of 127.0.0.1 in a thread; gives its origin."""
    import uvicorn

    from mcp_bridge.server import create_app

    # It listens before the server runs, so that the browser waits instead of being refused.
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(bridge=bridge), log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
