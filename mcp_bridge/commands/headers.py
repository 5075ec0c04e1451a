"""The option `--header` of the commands that ask a server: credentials, mostly.

@HEADERS
def inspect(url: str | None, headers: tuple[tuple[str, str], ...]) -> None:
    sent = headers_for(url, headers)
"""

from __future__ import annotations

import click

from mcp_bridge.errors import CommandError


def _read(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return name and value of each header.

    Raises:
        click.BadParameter: If one has no name and colon.
    """
    parts = [each.partition(":") for each in given]
    if any(not colon or not name.strip() for name, colon, _ in parts):
        msg = "it has no colon. Write it like 'Authorization: Bearer TOKEN'."
        raise click.BadParameter(msg, param=option)
    return tuple((name.strip().lower(), value.strip()) for name, _, value in parts)


HEADERS = click.option(
    "--header",
    "headers",
    multiple=True,
    callback=_read,
    help="A header of each request, for example 'Authorization: ...'.",
)
"""What a server that asks for credentials is to get; may be given several times."""


def headers_for(url: str | None, headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the headers of requests to a server.

    Raises:
        CommandError: If there are some and no server is named, since the app of the current folder asks for none.
    """
    if headers and url is None:
        msg = "--header is for a server, and none is named. Give the URL of its endpoint, or leave the header out."
        raise CommandError(msg)
    return dict(headers)
