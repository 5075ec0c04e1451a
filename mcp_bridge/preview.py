"""The preview is static files plus one route that gives a widget the frame that a host would give it.

    app = Starlette(routes=[*preview_routes(read_bundle), Mount("/", app=mcp_app)])

The page at `/`, the emulator, plays a host in the browser and calls the tools through `/mcp` like any other client. A
widget opens in `/preview/frame`, under the Content-Security-Policy that hosts make of its declared origins: no network
that it did not declare. Hosts give a widget an origin of its own, so a page at `127.0.0.1` takes the frame from
`localhost`, and the other way round; under any other name the header sandboxes it, to an opaque origin without storage.
`pages.py` has the same bundle with no host at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from . import scene_routes
from .csp import Csp


class Served(Protocol):
    """A bundle as the preview needs it: the document, its origins, and whether it can never change."""

    @property
    def html(self) -> str:
        """The document."""
        ...

    @property
    def csp(self) -> Csp:
        """The origins that it needs."""
        ...

    @property
    def is_versioned(self) -> bool:
        """Whether what was asked for names this version, so that the answer never changes."""
        ...


ReadBundle = Callable[[str], Served | None]
"""Give a bundle by its `ui://` URI, or by the name of its widget with or without `?v=<version>`; None if unknown."""

_ASK_AGAIN = "no-cache"
_PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_NOT_SERVED = {"tsconfig.json"}
_FIRST_SCRIPTS = ("watch.js", "openai.js")
_OTHER_NAME = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
LIVE = '<script type="module" src="{}live.js"></script>'
_HEAD = re.compile(r"<head[^>]*>|<!doctype[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class _File:
    """One file of the preview, read once."""

    body: bytes
    media_type: str


def csp_header(csp: Csp, *, sandbox: bool, connect_self: bool, ancestor: str = "'self'") -> str:
    """Return the Content-Security-Policy under which a bundle runs.

    MCP Apps 2026-01-26, "Restrictive Default" and "CSP Construction from Metadata". Two directives are tighter than
    there: `connect-src` has no `'self'`, because that would be this server, which no host lets a widget reach, and
    `font-src` is absent until an origin is declared.

    Args:
        csp: The origins that the widget declares.
        sandbox: Whether the document gets an opaque origin, as in a host.
        connect_self: Whether it may call this server, as the standalone page must.
        ancestor: The origins whose pages may show the document in a frame, separated by spaces.
    """
    resource = list(csp.resource)
    connect = [*(["'self'"] if connect_self else []), *csp.connect]
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'unsafe-inline'", *resource],
        "style-src": ["'self'", "'unsafe-inline'", *resource],
        "img-src": ["'self'", "data:", *resource],
        "media-src": ["'self'", "data:", *resource],
        "font-src": ["'self'", *resource] if resource else [],
        "connect-src": connect or ["'none'"],
        "frame-src": list(csp.frame) or ["'none'"],
        "object-src": ["'none'"],
        "base-uri": list(csp.base_uri) or ["'self'"],
        "frame-ancestors": [ancestor],
    }
    policy = [f"{name} {' '.join(values)}" for name, values in directives.items() if values]
    return "; ".join((["sandbox allow-scripts allow-forms"] if sandbox else []) + policy)


def preview_routes(read_bundle: ReadBundle, scenes: Path | None = None, *, live: bool = False) -> list[BaseRoute]:
    """Return the routes `/`, `/preview/<file>` and `/preview/frame?uri=`.

    Args:
        read_bundle: Called on each request of `/preview/frame`, with a `ui://` URI.
        scenes: The folder that the page may read scenes from and save them to; None, as in production, for none.
        live: Whether the page follows the source, as `mcp-bridge dev` has it do.
    """
    pages = _read_files()
    if live:
        pages["index.html"] = html_file(inserted(pages["index.html"].body.decode(), LIVE.format("preview/")))
    first = "".join(f"<script>{pages[name].body.decode()}</script>" for name in _FIRST_SCRIPTS)

    def index(request: Request) -> Response:
        other = _other_origin(request)
        csp = _PAGE_CSP.replace("frame-src 'self'", f"frame-src 'self' {other}") if other else _PAGE_CSP
        folder = scene_routes.shown(scenes) if scenes and scene_routes.is_here(request) else ""
        return answer(request, _told(pages["index.html"], scenes=folder, frames=other or ""), csp)

    def page_file(request: Request) -> Response:
        found = pages.get(request.path_params["file"])
        return missing("The preview has no such file.") if found is None else answer(request, found, _PAGE_CSP)

    def frame(request: Request) -> Response:
        uri = request.query_params.get("uri", "")
        bundle = read_bundle(uri) if uri.startswith("ui://") else None
        if bundle is None:
            return missing("This server has no widget at that URI. Reload the preview to get the current ones.")
        other = _other_origin(request) if _is_framed_elsewhere(request) else None
        csp = csp_header(bundle.csp, sandbox=other is None, connect_self=False, ancestor=other or "'self'")
        return answer(request, html_file(_watched(bundle.html, first)), csp)

    return [
        Route("/", index),
        Route("/preview/frame", frame),
        *(scene_routes.scene_routes(scenes) if scenes else []),
        Route("/preview/{file}", page_file),
    ]


def _read_files() -> dict[str, _File]:
    """Read the files of the package's `preview` folder; only these names are ever served."""
    return {
        entry.name: _File(entry.read_bytes(), _MEDIA_TYPES[suffix])
        for entry in files("mcp_bridge").joinpath("preview").iterdir()
        if entry.is_file()
        and entry.name not in _NOT_SERVED
        and (suffix := "." + entry.name.rpartition(".")[2]) in _MEDIA_TYPES
    }


def _told(page: _File, **facts: str) -> _File:
    """Return the emulator's page with what it is told: where scenes are saved, and the origin that frames may have."""
    body = page.body.decode()
    for name, fact in facts.items():
        body = body.replace(f'<meta name="{name}" content="">', f'<meta name="{name}" content="{escape(fact)}">')
    return _File(body.encode(), page.media_type)


def _other_origin(request: Request) -> str | None:
    """Return this server's origin under the other name of this machine; None if it was asked for by neither."""
    other = _OTHER_NAME.get(request.url.hostname or "")
    return f"{request.url.scheme}://{other}{f':{request.url.port}' if request.url.port else ''}" if other else None


def _is_framed_elsewhere(request: Request) -> bool:
    """Whether the browser itself says that the document goes into a frame of a page of another site.

    Only then has it no more rights here than any foreign page. Opened in a tab, it would share the emulator's origin.
    """
    headers = request.headers
    return headers.get("sec-fetch-dest") == "iframe" and headers.get("sec-fetch-site") == "cross-site"


def html_file(text: str) -> _File:
    """Return a document as it is answered."""
    return _File(text.encode(), "text/html")


def _watched(html: str, scripts: str) -> str:
    """Return the bundle with the emulator's scripts first in its head: they report errors, and make `window.openai`.

    Nothing outside its origin can see these, and the header has no report endpoint.
    """
    return inserted(html, scripts)


def inserted(html: str, element: str) -> str:
    """Return a document with one more element, first in its head."""
    at = max((match.end() for match in _HEAD.finditer(html[:2000])), default=0)
    return f"{html[:at]}{element}{html[at:]}"


def answer(request: Request, found: _File, csp: str, *, caching: str = _ASK_AGAIN) -> Response:
    """Return a file with its security headers, or 304 if the browser has it."""
    # A browser takes the headers of a 304 for those of the file, so a policy that changed counts as a change.
    etag = f'"{hashlib.sha256(found.body + csp.encode()).hexdigest()[:16]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": caching,
        "Vary": "Host, Sec-Fetch-Dest, Sec-Fetch-Site",
        "Content-Security-Policy": csp,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=found.media_type, headers=headers)


def missing(sentence: str) -> Response:
    """Return 404 with a sentence."""
    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
        "X-Content-Type-Options": "nosniff",
    }
    return PlainTextResponse(sentence, status_code=404, headers=headers)
