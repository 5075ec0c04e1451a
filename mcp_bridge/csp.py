"""Which origins a widget may reach.

A host applies a Content-Security-Policy to the frame of a widget. Without a declaration nothing outside the
bundle can be loaded or called (MCP Apps 2026-01-26, "Content Security Policy"). A declaration lists origins:

    @widget(on_call=..., csp=Csp(resource=["https://tiles.example.com"]))

The lists travel in the resource's `_meta`, never in the tool's, because hosts ignore them there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import WidgetError

_ORIGIN = re.compile(r"^(https?|wss?)://(\*\.)?[A-Za-z0-9.-]+(:\d+)?$")
_WIRE_NAMES = {
    "connect": "connectDomains",
    "resource": "resourceDomains",
    "frame": "frameDomains",
    "base_uri": "baseUriDomains",
}


def _origins(kind: str, values: Iterable[str]) -> tuple[str, ...]:
    """Return the origins sorted and without repeats, or refuse the first that is not one."""
    if isinstance(values, str):
        msg = f"Csp({kind}={values!r}) is a str, not a list of origins. Write {kind}=[{values!r}]."
        raise WidgetError(msg)
    cleaned = {value.rstrip("/") for value in values}
    for value in sorted(cleaned):
        if not _ORIGIN.match(value):
            msg = (
                f"Csp({kind}=[{value!r}]): {value!r} is not an origin, because it is not a scheme and a host. "
                'Write it like "https://api.example.com".'
            )
            raise WidgetError(msg)
    return tuple(sorted(cleaned))


@dataclass(frozen=True)
class Csp:
    """The origins that a widget needs.

    Attributes:
        connect: Origins for `fetch`, XHR, WebSocket and EventSource.
        resource: Origins for scripts, styles, images, fonts and media.
        frame: Origins that the widget shows in frames; hosts review these strictly.
        base_uri: Origins allowed in `<base>`.

    Raises:
        WidgetError: If a value is not an origin such as `https://api.example.com`.
    """

    connect: Iterable[str] = field(default=())
    resource: Iterable[str] = field(default=())
    frame: Iterable[str] = field(default=())
    base_uri: Iterable[str] = field(default=())

    def __post_init__(self) -> None:
        """Normalise every list to a sorted tuple of origins."""
        for kind in _WIRE_NAMES:
            object.__setattr__(self, kind, _origins(kind, getattr(self, kind)))
