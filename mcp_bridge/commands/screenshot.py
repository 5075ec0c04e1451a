"""`mcp-bridge screenshot`: a picture of a widget after a tool call; the app is served in this process meanwhile."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcp_bridge.errors import CommandError
from mcp_bridge.scenes import Scene, hosts
from mcp_bridge.shots import Part, Shot, Theme, take
from mcp_bridge.values import find, given

from .terminal import aside, destination, told

if TYPE_CHECKING:
    from mcp_bridge.bridge import Bridge

_WIDTH = 390
_DEFAULT_LOCALE = "en-US"
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@click.command()
@click.argument("tool", required=False)
@click.argument("values", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--args", "whole", metavar="JSON", help="The arguments as a JSON object; KEY=VALUE comes before it.")
@click.option(
    "--scene",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A scene file of the emulator; what else is given comes before it.",
)
@click.option("--host", type=click.Choice(list(hosts())), help="The host of the emulator; plain by default.")
@click.option("--theme", type=click.Choice(["light", "dark"]), help="The colors; light by default.")
@click.option("--width", type=click.IntRange(100, 4000), help="The widget's width in pixels; 390 by default.")
@click.option("--locale", help="The language and region, as a BCP 47 tag; en-US by default.")
@click.option(
    "--part",
    type=click.Choice(["widget", "chat", "alone"]),
    default="widget",
    show_default=True,
    help="The widget, the chat of the host around it too, or the widget alone in a browser.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; by default TOOL.png in the current folder.",
)
def screenshot(
    tool: str | None,
    values: tuple[str, ...],
    whole: str | None,
    file: Path | None,
    host: str | None,
    theme: Theme | None,
    width: int | None,
    locale: str | None,
    part: Part,
    output: Path | None,
) -> None:
    """Take a picture of the widget that a tool opens, in a host of the emulator.

    The app is that of the current folder. It takes Playwright (pip install "reflex-mcp-bridge[testing]") and Chromium.
    """
    with told():
        if locale is not None and not _LOCALE.fullmatch(locale):
            msg = f"--locale is `{locale}`, which is not a BCP 47 tag. Write it as language and region, such as de-DE."
            raise CommandError(msg)
        scene = Scene.read(file) if file else Scene()
        chosen = {"tool": tool, "host": host, "theme": theme, "width": width, "locale": locale}
        scene = replace(scene, **{key: value for key, value in chosen.items() if value is not None})
        scene = replace(
            scene, theme=scene.theme or "light", width=scene.width or _WIDTH, locale=scene.locale or _DEFAULT_LOCALE
        )
        if scene.tool is None:
            msg = "no tool is named. Write `mcp-bridge screenshot TOOL`, or name a scene that has one with --scene."
            raise CommandError(msg)
        picture = destination(output, f"{scene.tool}.png")
        _require_playwright()
        with aside():
            png = _taken(scene, values, whole, part)
        picture.write_bytes(png)
    wide, high = struct.unpack(">II", png[16:24])  # the first chunk of a PNG: width and height
    click.echo(f"{picture}  {wide} × {high} pixels, {len(png):,} bytes")


def _taken(scene: Scene, values: tuple[str, ...], whole: str | None, part: Part) -> bytes:
    """Load the app, serve it, and return the picture.

    Raises:
        CommandError: If the tool is unknown or opens no widget, an argument is wrong, or the widget shows an error.
    """
    from mcp_bridge.bridge import Bridge

    bridge = Bridge.load()
    name = scene.tool or ""
    found = find(bridge.list_tools(), name)
    spec = bridge.tools.tools.get(name)
    if spec is None or spec.widget is None:
        msg = f"tool `{name}` opens no widget, so there is nothing to see. Run `mcp-bridge call {name}` instead."
        raise CommandError(msg)
    if values or whole is not None or scene.result is None:
        arguments = json.dumps(dict(scene.input or {})) if whole is None else whole
        scene = replace(scene, input=given(found, values, arguments))
    with _serving(bridge) as origin:
        return take(origin, Shot(spec.widget, scene, part))


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
