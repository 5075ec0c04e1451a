"""The app of the current folder, served on this machine for as long as it is checked.

with serving() as app:
    survey(app.url, public_url=app.public_url, ledger=app.ledger)
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from mcp_bridge.bridge import Bridge
from mcp_bridge.browser.listening import listening
from mcp_bridge.manifest import Manifest
from mcp_bridge.metadata import MCP_PATH


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
    from mcp_bridge.server import create_app, create_server

    bridge = bridge or Bridge.load()
    app = create_app(create_server(bridge, log_level="CRITICAL"), bridge, preview=False)
    with listening(app) as origin:
        yield LocalApp(
            name=bridge.name,
            url=f"{origin}{MCP_PATH}",
            public_url=f"{bridge.public_url}{MCP_PATH}" if bridge.public_url else "",
            ledger=ledger_of(bridge.manifest),
        )
