"""The app of the current folder, served on this machine for as long as it is checked.

with serving() as app:
    survey(app.url, public_url=app.public_url, ledger=app.ledger)
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from mcp_bridge.bridge import Bridge
from mcp_bridge.errors import BridgeError
from mcp_bridge.manifest import Manifest
from mcp_bridge.metadata import MCP_PATH

_SECONDS = 60.0


@dataclass(frozen=True)
class LocalApp:
    """An app that is served.

    Attributes:
        name: Its name.
        url: Its MCP endpoint.
        public_url: The endpoint from outside, "" if unknown.
        ledger: The sha256 of each build that is kept, by URI.
    """

    name: str
    url: str
    public_url: str
    ledger: Mapping[str, str]


def ledger_of(manifest: Manifest) -> dict[str, str]:
    """Return the sha256 of each build that a manifest lists, by URI."""
    return {
        manifest.uri(name, build.version): build.sha256
        for widgets in (manifest.retired, manifest.widgets)
        for name, widget in widgets.items()
        for build in widget.builds
    }


@contextlib.contextmanager
def serving(bridge: Bridge | None = None) -> Generator[LocalApp]:
    """Serve an app on a free port of 127.0.0.1 until the end of the block.

    Args:
        bridge: The app; by default the one that `rxconfig.py` in the current folder names.

    Raises:
        ManifestError: If the app was not exported, or its bundles are stale or altered.
        BridgeError: If the server does not start.
    """
    import uvicorn

    from mcp_bridge.server import create_app, create_server

    bridge = bridge or Bridge.load()
    app = create_app(create_server(bridge, log_level="CRITICAL"), bridge, preview=False)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=3))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _wait(server, thread)
            yield LocalApp(
                name=bridge.name,
                url=f"http://127.0.0.1:{port}{MCP_PATH}",
                public_url=f"{bridge.public_url}{MCP_PATH}" if bridge.public_url else "",
                ledger=ledger_of(bridge.manifest),
            )
        finally:
            server.should_exit = True
            thread.join(_SECONDS)


def _wait(server: object, thread: threading.Thread) -> None:
    """Wait until a server listens.

    Raises:
        BridgeError: If it ends instead, or takes a minute.
    """
    end = time.monotonic() + _SECONDS
    while not getattr(server, "started", False):
        if not thread.is_alive() or time.monotonic() > end:
            msg = "the app could not be served for the check. Run `mcp-bridge serve` to see why."
            raise BridgeError(msg)
        thread.join(0.02)
