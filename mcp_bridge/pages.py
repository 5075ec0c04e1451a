"""A widget's page is its bundle and an element that says that there is no host, so that no handshake is waited for.

    app = Starlette(routes=[*page_routes(read_bundle, ["https://www.example.com"]), Mount("/", app=mcp_app)])

`js/page.js` reads the element: a scene, or `{}`. By default only the server's own pages may show it in a frame; a site
of another origin is allowed by its name.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .errors import BridgeError
from .preview import LIVE, ReadBundle, answer, csp_header, html_file, inserted, missing
from .scene_routes import is_here
from .scenes import Scene

EMBED_VARIABLE = "MCP_BRIDGE_EMBED_ORIGINS"

ReadScene = Callable[[str, str], Scene]
"""Give a saved scene by its name and that of the widget; BridgeError if there is none."""

_ORIGIN = re.compile(r"\*|https?://(\*\.)?[A-Za-z0-9.-]+(:(\d+|\*))?")
_CHARSET = '<meta charset="utf-8">'
"""Browsers look for it in the first 1024 bytes of a file, so nothing long may stand before it."""
_ASK_AGAIN = "no-cache"
_FOR_EVER = "public, max-age=31536000, immutable"
_PAGE_KEYS = ("tool", "input", "theme", "locale", "timeZone", "result")
"""What of a scene a page without a host depends on (js/page.js)."""


def standing_alone(html: str, scene: Mapping[str, Any]) -> str:
    """Return a bundle as a page of its own.

    Args:
        html: The bundle.
        scene: The JSON of a scene, or of none: `{}`.
    """
    kept = {key: scene[key] for key in _PAGE_KEYS if key in scene}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character in "<\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return in_head(html, f'<script type="application/json" id="mcp-bridge-page">{text}</script>')


def in_head(html: str, element: str) -> str:
    """Return a document with one more element, before all others but that of its encoding."""
    before, charset, after = html.partition(_CHARSET)
    return f"{before}{charset}{element}{after}" if charset else inserted(html, element)


def configured_origins() -> list[str]:
    """Return the origins that `MCP_BRIDGE_EMBED_ORIGINS` lists, separated by commas or spaces."""
    return os.environ.get(EMBED_VARIABLE, "").replace(",", " ").split()


def checked_origins(origins: Sequence[str]) -> tuple[str, ...]:
    """Return the origins of sites that may show pages in a frame, sorted and without repeats.

    Raises:
        BridgeError: If one is no origin; anything else in a Content-Security-Policy would be ignored in silence.
    """
    cleaned = sorted({each.rstrip("/") for each in origins})
    for origin in cleaned:
        if not _ORIGIN.fullmatch(origin):
            msg = (
                f"embed origin {origin!r} is not an origin, because it is not a scheme and a host. Write it as in "
                "`--embed-origin https://www.example.com`, or * for any site."
            )
            raise BridgeError(msg)
    return tuple(cleaned)


def page_routes(
    read_bundle: ReadBundle,
    embed_origins: Sequence[str] = (),
    read_scene: ReadScene | None = None,
    *,
    live: bool = False,
) -> list[BaseRoute]:
    """Return the routes `/widgets/<name>` and `/favicon.ico`.

    Args:
        read_bundle: Called on each request with the widget's name, followed by `?v=<version>` if the request has it.
        embed_origins: Origins whose sites may show the pages in a frame.
        read_scene: Called for `?scene=<name>`; None where no scene is shown.
        live: Whether the pages follow the source, as `mcp-bridge dev` has them do.
    """
    ancestors = checked_origins(embed_origins)
    icon = files("mcp_bridge").joinpath("preview/icon.svg").read_text(encoding="utf-8")

    # Browsers ask for it, since the HTML of a widget names no icon.
    def favicon(_: Request) -> Response:
        headers = {"Cache-Control": _ASK_AGAIN, "X-Content-Type-Options": "nosniff"}
        return Response(icon, media_type="image/svg+xml", headers=headers)

    def page(request: Request) -> Response:
        name, version = request.path_params["name"], request.query_params.get("v")
        bundle = read_bundle(name + (f"?v={version}" if version else ""))
        if bundle is None:
            return missing("This server has no widget of that name.")
        scene: dict[str, Any] = {}
        asked = request.query_params.get("scene")
        if asked is not None:
            if read_scene is None or not is_here(request):
                return missing("Saved scenes are shown by a server in development, on its own machine only.")
            try:
                scene = read_scene(asked, name).data()
            except BridgeError as error:
                return missing(str(error))
        csp = csp_header(bundle.csp, sandbox=False, connect_self=True, ancestor=" ".join(["'self'", *ancestors]))
        is_fixed = bundle.is_versioned and asked is None and not ancestors
        document = standing_alone(bundle.html, scene)
        if live:
            document = inserted(document, LIVE.format("../preview/"))
        return answer(request, html_file(document), csp, caching=_FOR_EVER if is_fixed else _ASK_AGAIN)

    return [Route("/favicon.ico", favicon), Route("/widgets/{name}", page)]
