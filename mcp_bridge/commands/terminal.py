"""What the commands have in common: logs and errors go to standard error, answers to standard output.

with told():
    bridge = Bridge.load()
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mcp_bridge.errors import BridgeError, CommandError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_COLUMNS = 120


def aside() -> contextlib.AbstractContextManager[Any]:
    """Send what the app prints to standard error, away from the answers."""
    return contextlib.redirect_stdout(sys.stderr)


def destination(chosen: Path | None, otherwise: str) -> Path:
    """Return the file that a command writes: the one of `-o`, or the one that it has by default.

    Raises:
        CommandError: If its folder does not exist; it is said before the work is done.
    """
    path = chosen or Path(otherwise)
    if not path.parent.is_dir():
        msg = f"the folder `{path.parent}` of {path.name} does not exist. Make it, or choose another with -o."
        raise CommandError(msg)
    return path


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Have warnings and errors of everything go to standard error, or what is as grave as another level."""
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    # It speaks of the pages of `reflex export`, which has said it already.
    logging.getLogger("reflex_base.config").addFilter(lambda record: "SitemapPlugin" not in record.getMessage())


@contextlib.contextmanager
def told(level: int = logging.WARNING) -> Generator[None]:
    """Log to standard error, and end the command with exit code 1 and one sentence if an error of ours is raised.

    Args:
        level: The least grave of what is logged.

    Raises:
        click.ClickException: In place of a `BridgeError`.
    """
    log_to_stderr(level)
    try:
        yield
    except CommandError as error:
        raise click.ClickException(plain(str(error))) from error
    except BridgeError as error:
        raise click.ClickException(f"{type(error).__name__}: {plain(str(error))}") from error


def listen(host: str, port: int) -> socket.socket:
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


def plain(text: str) -> str:
    """Return a text of a server without the control characters that a terminal would obey."""
    return "".join(each for each in text if each in "\n\t" or each.isprintable())


def console() -> Console:
    """Return the console for standard output; where that is a file or a pipe, lines have 120 columns."""
    from rich.console import Console

    is_terminal = sys.stdout.isatty()
    return Console(width=None if is_terminal else _COLUMNS, highlight=False, markup=False, emoji=False)


def grid(rows: list[tuple[str, ...]], *, indent: int = 2) -> Table:
    """Return rows as aligned columns, the first of them dim."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    for _ in rows[0][1:] if rows else ():
        table.add_column(overflow="fold")
    for row in rows:
        table.add_row(" " * indent + row[0], *(Text(plain(cell)) for cell in row[1:]))
    return table


def title(out: Console, name: str, text: str | None = None) -> None:
    """Print the heading of a section."""
    from rich.text import Text

    out.print()
    out.rule(Text(plain(name), style="bold") + Text(f"  {plain(text)}" if text else ""), align="left", style="dim")


def write_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
