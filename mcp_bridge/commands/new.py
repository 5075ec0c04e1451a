"""`mcp-bridge new` and `mcp-bridge init`: a project, or a widget in a Reflex app that exists."""

from __future__ import annotations

from pathlib import Path

import click

from mcp_bridge.scaffold import TEMPLATES, create, extend

from .terminal import told

_TEMPLATE = click.option(
    "--template",
    default="hello",
    show_default=True,
    type=click.Choice(list(TEMPLATES)),
    help="; ".join(f"{name}: {about}" for name, about in TEMPLATES.items()) + ".",
)


@click.command()
@click.argument("name")
@_TEMPLATE
def new(name: str, template: str) -> None:
    """Write a new project into the folder NAME."""
    folder = Path(name)
    with told():
        changes = create(folder, template)
    click.echo(f"{len(changes)} files in {folder}/, made for you to change. Next:\n")
    click.echo(f"  cd {folder}")
    click.echo("  mcp-bridge dev")
    click.echo("\nREADME.md says what else there is.")


@click.command()
@_TEMPLATE
def init(template: str) -> None:
    """Add a widget to the Reflex app of the current folder."""
    with told():
        changes = extend(Path(), template)
    for change in changes:
        click.echo(f"{change.what:8} {change.path}{f': {change.note}' if change.note else ''}")
    click.echo("\nNext: `mcp-bridge dev`.")
