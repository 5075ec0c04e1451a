"""A proxy that serves several things on one host gives each a path prefix, and either leaves it on or takes it off.

    BehindProxy(app, "/tools", ["127.0.0.1"])        # /tools/mcp and /mcp are the same

Every link of the pages is relative, so what is left to do is to find the path behind the prefix. A request without the
prefix is taken for one from which the proxy took it; so health checks, which go around the proxy, need no prefix.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from .errors import BridgeError
from .health import HEALTH_PATH, READY_PATH
from .metadata import MCP_PATH

PREFIX_VARIABLE = "MCP_BRIDGE_PREFIX"
TRUSTED_VARIABLE = "FORWARDED_ALLOW_IPS"
"""The name that uvicorn and gunicorn gave it."""

_TRUSTED = "127.0.0.1,::1"
_FORM = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_OWN = (MCP_PATH, HEALTH_PATH, READY_PATH, "/favicon.ico")
_OWN_FOLDERS = ("/preview/", "/widgets/")


def checked_prefix(prefix: str) -> str:
    """Return a prefix without a slash at its end, "" for none.

    Raises:
        BridgeError: If it is not a path, or is one of the server's own paths, so that nobody can tell them apart.
    """
    prefix = prefix.rstrip("/")
    if not prefix:
        return ""
    if not _FORM.fullmatch(prefix):
        msg = (
            f"prefix {prefix!r} is not a path of letters, digits and the signs . _ ~ - behind slashes. Write it as in "
            "`--prefix /tools`."
        )
        raise BridgeError(msg)
    if prefix in _OWN or f"{prefix}/".startswith(_OWN_FOLDERS):
        msg = (
            f"prefix {prefix!r} is a path of the server itself, so a request of it could mean either. Choose another, "
            "for example `/tools`."
        )
        raise BridgeError(msg)
    return prefix


def configured_prefix(public_url: str) -> str:
    """Return the prefix of the environment, else the path of the public URL.

    Raises:
        BridgeError: As `checked_prefix`.
    """
    return checked_prefix(os.environ.get(PREFIX_VARIABLE) or urlsplit(public_url).path)


def configured_proxies() -> list[str]:
    """Return the addresses and networks of the environment whose forwarded headers are believed."""
    return [each.strip() for each in (os.environ.get(TRUSTED_VARIABLE) or _TRUSTED).split(",") if each.strip()]


class BehindProxy:
    """Put the prefix of a request where ASGI wants it, in `root_path`, and believe the headers of known proxies.

    Args:
        app: The application behind.
        prefix: What `checked_prefix` returned; "" to take it from `X-Forwarded-Prefix`.
        trusted: The addresses and networks whose `X-Forwarded-*` headers are believed; "*" for any.
    """

    def __init__(self, app: ASGIApp, prefix: str, trusted: Sequence[str]) -> None:
        self.prefix = prefix
        self.inner = ProxyHeadersMiddleware(cast("Any", app), trusted_hosts=list(trusted))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; one of the bare prefix is sent to the folder, where relative links lead right."""
        if scope["type"] in ("http", "websocket") and not scope.get("root_path"):
            prefix = self.prefix or self._forwarded(scope)
            path: str = scope["path"]
            if prefix and path == prefix and scope["type"] == "http":
                await RedirectResponse(f"{prefix.rpartition('/')[2]}/")(scope, receive, send)
                return
            if prefix:
                scope = {**scope, "root_path": prefix, **_below(prefix, scope)}
        await self.inner(cast("Any", scope), cast("Any", receive), cast("Any", send))

    def _forwarded(self, scope: Scope) -> str:
        """Return the prefix that a known proxy names, "" for none."""
        client = scope.get("client")
        if (client[0] if client else None) not in self.inner.trusted_hosts:
            return ""
        named = next((value for key, value in scope["headers"] if key == b"x-forwarded-prefix"), b"").decode("latin-1")
        try:
            return checked_prefix(named.strip())
        except BridgeError:
            return ""


def _below(prefix: str, scope: Scope) -> dict[str, Any]:
    """Return the paths of a request with the prefix, whether or not the proxy has left it on."""
    if scope["path"].startswith(f"{prefix}/"):
        return {}
    raw: bytes | None = scope.get("raw_path")
    return {"path": prefix + scope["path"], "raw_path": None if raw is None else prefix.encode() + raw}
