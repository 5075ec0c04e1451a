"""The ASGI application: MCP, health checks, the preview and the widgets' pages behind one host check.

Requests that name a foreign `Host` are refused while the server listens on this machine only (DNS rebinding). A
foreign `Origin` is not refused: hosts and inspectors call from origins that nobody can list, and no cookie is ever
read, so an Origin proves nothing.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from .bridge import Bridge, Bundle
from .errors import SceneError
from .health import HEALTH_PATH, READY_PATH, health_routes
from .metadata import MCP_PATH
from .pages import page_routes
from .preview import preview_routes
from .proxies import BehindProxy
from .scenes import Scene
from .stopping import stopping_in_time

HOSTS_VARIABLE = "MCP_ALLOWED_HOSTS"

_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_MCP_HEADERS = [
    "Authorization",
    "Content-Type",
    "Last-Event-ID",
    "Mcp-Method",
    "Mcp-Name",
    "Mcp-Protocol-Version",
    "Mcp-Session-Id",
]


def web_app(
    bridge: Bridge,
    mcp_app: ASGIApp,
    running: Callable[[], contextlib.AbstractAsyncContextManager[Any]],
    *,
    preview: bool,
    pages: bool,
    embed_origins: list[str],
    scenes: Path | None,
    allowed_hosts: list[str] | None,
    prefix: str,
    trusted_proxies: list[str],
    live: bool,
) -> Starlette:
    """Return the ASGI application.

    Args:
        bridge: The app to serve.
        mcp_app: The SDK's application with the route `/mcp`.
        running: Opens what `mcp_app` needs while it serves.
        preview: Whether to serve the preview.
        pages: Whether to serve the widgets' pages without the preview, which always has them.
        embed_origins: Origins whose sites may show the widgets' pages in a frame; any turns the pages on.
        scenes: The folder that the preview may save scenes to; None for none.
        allowed_hosts: Host names that requests may name besides localhost; None for those of the environment.
        prefix: The path that a proxy puts before all others, "" for none.
        trusted_proxies: The addresses and networks whose `X-Forwarded-*` headers are believed.
        live: Whether pages follow the source, as `mcp-bridge dev` has them do.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with running(), bridge.running(), stopping_in_time(bridge.widgets):
            yield

    def read_bundle(asked: str) -> Bundle | None:
        name, _, version = asked.partition("?v=")
        is_uri = asked.startswith("ui://")
        uri = asked if is_uri else f"ui://{bridge.manifest.app}/{name}.html" + (f"?v={version}" if version else "")
        return bridge.read_resource(uri)

    async def no_stream(_: Request) -> Response:
        return PlainTextResponse("This endpoint takes POST.\n", status_code=405, headers={"Allow": "POST"})

    routes: list[BaseRoute] = [
        *health_routes(bridge),
        # Stateless: there is no stream to open and no session to end (MCP 2025-11-25, Streamable HTTP).
        Route(MCP_PATH, no_stream, methods=["GET", "DELETE"]),
    ]
    if preview:
        routes += preview_routes(read_bundle, scenes, live=live)
    if preview or pages or embed_origins:
        routes += page_routes(
            read_bundle, embed_origins, _scenes(bridge, scenes) if preview and scenes else None, live=live
        )
    routes.append(Mount("/", app=mcp_app))
    return Starlette(
        lifespan=lifespan,
        routes=routes,
        middleware=[
            Middleware(BehindProxy, prefix=prefix, trusted=trusted_proxies),
            Middleware(HostCheck, allowed=_allowed(bridge, allowed_hosts)),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=_MCP_HEADERS,
                expose_headers=["Mcp-Session-Id"],
            ),
            # What is made anew at each change is compressed in a third of the time, and mostly goes nowhere.
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=1 if live else 6),
        ],
    )


def _scenes(bridge: Bridge, folder: Path) -> Callable[[str, str], Scene]:
    """Return a function that reads a saved scene of a widget."""

    def read(name: str, widget: str) -> Scene:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            msg = f"scene name {name!r} does not fit: it has letters, digits, `_` and `-`."
            raise SceneError(msg)
        scene = Scene.read(folder / f"{name}.json")
        tool = bridge.tools.tools.get(scene.tool) if scene.tool else None
        if scene.tool and (tool is None or tool.widget != widget):
            msg = f"the scene {name} is of the tool `{scene.tool}`, which does not open the widget `{widget}`."
            raise SceneError(msg)
        return scene

    return read


def _allowed(bridge: Bridge, given: list[str] | None) -> frozenset[str]:
    """Return the host names that requests may name."""
    configured = given if given is not None else os.environ.get(HOSTS_VARIABLE, "").split(",")
    public = urlsplit(bridge.public_url).hostname
    names = {name.strip().lower() for name in configured if name.strip()}
    return frozenset(names | ({public} if public else set()))


class HostCheck:
    """Refuse requests that name a host which is not ours.

    Without configured names a server that listens on a loopback address answers to localhost only; one that listens
    elsewhere answers to any name, since it cannot know its own. Health checks may name an address in place of a name,
    as load balancers do; DNS rebinding needs a name.
    """

    def __init__(self, app: ASGIApp, allowed: frozenset[str]) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 to a foreign Host, or pass the request on."""
        if scope["type"] not in ("http", "websocket") or self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        name = _host(scope)
        message = (
            f"This server does not answer to the host {name!r}. If it should, start it with {HOSTS_VARIABLE}={name}\n"
        )
        await PlainTextResponse(message, status_code=421)(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        """Whether the request names a host of ours."""
        name = _host(scope)
        if name in _LOCAL_HOSTS or name in self.allowed or "*" in self.allowed:
            return True
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in (HEALTH_PATH, READY_PATH) and _is_address(name):
            return True
        if any(each.startswith("*.") and name.endswith(each[1:]) for each in self.allowed):
            return True
        address = (scope.get("server") or ("", 0))[0]
        is_local = address in _LOCAL_HOSTS or str(address).startswith("127.")
        return not self.allowed and not is_local


def _is_address(name: str) -> bool:
    """Whether a host is given by its address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _host(scope: Scope) -> str:
    """Return the host name of a request, without its port."""
    raw = next((value for key, value in scope["headers"] if key == b"host"), b"").decode("latin-1").lower()
    return urlsplit(f"//{raw}").hostname or ""
