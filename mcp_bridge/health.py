"""Two questions of those who run a server: is the process alive, and should it get requests.

    /health    {"status": "ok", "sessions": 3}
    /ready     {"status": "ready", "bundles": "verified", "redis": "answers"}

`/health` looks at nothing outside of the process, since a restart would mend nothing there. `/ready` looks at what a
request needs; where that is missing, another process may have it. Both answer to anybody, so neither says a name, a
path or an address.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .bridge import Bridge
from .errors import ManifestError
from .manifest import verify

HEALTH_PATH = "/health"
READY_PATH = "/ready"

_UNCACHED = {"Cache-Control": "no-store"}


@dataclass
class Verified:
    """Whether the bundles are what was exported; files are read again only when one has changed."""

    bridge: Bridge
    _seen: list[tuple[int, int]] | None = None
    _is_good: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def check(self) -> bool:
        """Whether every bundle is what the manifest says."""
        async with self._lock:
            seen = self._look()
            if seen is None or seen != self._seen:
                self._seen, self._is_good = seen, await asyncio.to_thread(self._verify)
            return self._is_good

    def _look(self) -> list[tuple[int, int]] | None:
        """Return time and size of each file, None if one is gone."""
        manifest = self.bridge.manifest
        builds = (
            build for widget in (*manifest.widgets.values(), *manifest.retired.values()) for build in widget.builds
        )
        try:
            found = [(self.bridge.folder / build.file).stat() for build in builds]
        except OSError:
            return None
        return [(each.st_mtime_ns, each.st_size) for each in found]

    def _verify(self) -> bool:
        try:
            verify(self.bridge.manifest, self.bridge.folder)
        except (ManifestError, OSError):
            return False
        return True


def health_routes(bridge: Bridge) -> list[BaseRoute]:
    """Return the routes `/health` and `/ready`."""
    verified = Verified(bridge)

    async def health(_: Request) -> Response:
        is_running = bridge.widgets.is_running
        body = {"status": "ok" if is_running else "starting", "sessions": len(bridge.widgets.sessions)}
        return JSONResponse(body, status_code=200 if is_running else 503, headers=_UNCACHED)

    async def ready(_: Request) -> Response:
        mailboxes = bridge.widgets.mailboxes
        is_verified, answers = await asyncio.gather(verified.check(), mailboxes.answers())
        if bridge.widgets.leaving.is_set():
            status = "stopping"
        elif not bridge.widgets.is_running:
            status = "starting"
        else:
            status = "ready" if is_verified and answers else "not ready"
        body = {"status": status, "bundles": "verified" if is_verified else "altered"}
        if mailboxes.is_shared:
            body["redis"] = "answers" if answers else "silent"
        return JSONResponse(body, status_code=200 if status == "ready" else 503, headers=_UNCACHED)

    return [Route(HEALTH_PATH, health, methods=["GET"]), Route(READY_PATH, ready, methods=["GET"])]
