"""What the commands have in common: logs go to standard error, and an error of ours is one sentence there.

with told():
    bridge = Bridge.load()
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Generator

import click

from mcp_bridge.errors import BridgeError


@contextlib.contextmanager
def told() -> Generator[None]:
    """Log to standard error, and end the command with exit code 1 and one sentence if an error of ours is raised.

    Raises:
        click.ClickException: In place of a `BridgeError`.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    # It speaks of the pages of `reflex export`, which has said it already.
    logging.getLogger("reflex_base.config").addFilter(lambda record: "SitemapPlugin" not in record.getMessage())
    try:
        yield
    except BridgeError as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from error
