"""`mcp-bridge page`: a widget as one HTML file, with what a tool call gave in it and no server behind it."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcp_bridge.errors import CommandError
from mcp_bridge.values import find, given

from .terminal import aside, destination, told

if TYPE_CHECKING:
    from mcp_bridge.bridge import Bridge
    from mcp_bridge.scenes import Scene


@click.command()
@click.argument("tool", required=False)
@click.argument("values", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--args", "whole", metavar="JSON", help="The arguments as a JSON object; KEY=VALUE comes before it.")
@click.option(
    "--scene",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A saved scene, such as tests/scenes/hello.json; the tool is called only if it has no result.",
)
@click.option("--theme", type=click.Choice(["light", "dark", "auto"]), help="The colors; auto as the browser has them.")
@click.option("--locale", help="The language and region, as a BCP 47 tag.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; by default TOOL.html in the current folder.",
)
def page(
    tool: str | None,
    values: tuple[str, ...],
    whole: str | None,
    file: Path | None,
    theme: str | None,
    locale: str | None,
    output: Path | None,
) -> None:
    """Write a widget as one HTML file that needs no server.

    It shows what a call of TOOL gives now, or a saved scene. What the browser does alone works in it; what needs the
    server says so.
    """
    with told():
        from mcp_bridge.scenes import Scene

        scene = Scene() if file is None else Scene.read(file)
        scene = dataclasses.replace(scene, **_look(theme, locale))
        with aside():
            from mcp_bridge.bridge import Bridge

            bridge = Bridge.load()
            scene, widget = _chosen(bridge, scene, tool, values, whole)
            target = destination(output, f"{scene.tool}.html")
            text = asyncio.run(_written(bridge, scene, widget))
        target.write_text(text, encoding="utf-8")
    click.echo(f"{target}  {len(text.encode()):,} bytes, a view of the widget {widget} without a server")


def _look(theme: str | None, locale: str | None) -> dict[str, str]:
    """Return the settings that were given."""
    return {key: value for key, value in (("theme", theme), ("locale", locale)) if value is not None}


def _chosen(
    bridge: Bridge, scene: Scene, tool: str | None, values: tuple[str, ...], whole: str | None
) -> tuple[Scene, str]:
    """Return the scene with tool and arguments, and the name of the widget.

    Raises:
        CommandError: If there is no such tool, it opens no widget, or the arguments do not fit.
    """
    name = tool or scene.tool
    if name is None:
        msg = "no tool is named. Name one, or a scene that has one with --scene."
        raise CommandError(msg)
    found = find(bridge.list_tools(), name)
    spec = bridge.tools.tools.get(name)
    if spec is None or spec.widget is None:
        msg = f"tool `{name}` opens no widget, so there is nothing to see. Run `mcp-bridge call {name}` instead."
        raise CommandError(msg)
    if values or whole is not None or scene.tool != name:
        scene = dataclasses.replace(scene, result=None, widget_state=None, input=given(found, values, whole))
    elif scene.result is None:
        scene = dataclasses.replace(scene, input=given(found, (), None) if scene.input is None else scene.input)
    return dataclasses.replace(scene, tool=name), spec.widget


async def _written(bridge: Bridge, scene: Scene, widget: str) -> str:
    """Return the text of the file."""
    from mcp_bridge.saved import saved_page, saved_scene

    bundle = bridge.read_resource(bridge.manifest.uri(widget))
    if bundle is None:
        msg = f"widget `{widget}` was not exported. Run `reflex export` first."
        raise CommandError(msg)
    return saved_page(bundle.html, await saved_scene(bridge, scene), bundle.csp)
