"""The process that has the app: it imports it, compiles its widgets and serves them, for one state of its files.

    python -m mcp_bridge.dev.worker

It speaks with the supervisor in lines of JSON. First it imports what does not belong to the app and says `warm`; a
line on standard input makes it go on. When it has compiled the pages it asks for the bundles and gets the compiler's
reports in the next line; then it serves, on a port of this machine that it tells, until standard input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from mcp_bridge.commands.terminal import log_to_stderr

from . import faults

if TYPE_CHECKING:
    from uvicorn import Server

    from mcp_bridge.bridge import Bridge

BUNDLES = "mcp_bridge/dist"
"""Where the bundles are, below `.web`."""

_KEPT_BUILDS = 3
_GZIP_LEVEL = 1
"""The size of a bundle that is not minified says nothing, and at the usual level it takes longer than the rest."""

_STOP_SECONDS = 2


class Line:
    """The connection with the supervisor.

    Standard output is kept for it alone: whatever else prints there goes to standard error.
    """

    def __init__(self) -> None:
        self._out: IO[str] = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def tell(self, at: str, **facts: Any) -> None:
        """Tell the supervisor how far this process is."""
        with self._lock, contextlib.suppress(OSError):
            self._out.write(json.dumps({"at": at, **facts}) + "\n")
            self._out.flush()

    def hear(self) -> dict[str, Any]:
        """Return the next message; without any more the process ends.

        Raises:
            SystemExit: If the supervisor is gone.
        """
        text = sys.stdin.readline()
        if not text:
            raise SystemExit(0)
        return dict(json.loads(text))


class _Raised(logging.Handler):
    """Tells the supervisor of exceptions that were logged, such as those of event handlers."""

    def __init__(self, line: Line) -> None:
        super().__init__(logging.ERROR)
        self._line = line

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of one record."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._line.tell("raised", fault=faults.describe(error, Path.cwd()))


def main() -> None:
    """Run the process."""
    line = Line()
    log_to_stderr()
    _warm_up(sys.argv[1:])
    line.tell("warm")
    asked = line.hear()
    logging.getLogger("mcp_bridge").addHandler(_Raised(line))
    try:
        bridge = _load(line)
        server, listener = _server(bridge)
    except Exception as error:  # noqa: BLE001 (whatever the author's code raises)
        line.tell("failed", fault=faults.describe(error, Path.cwd()))
        raise SystemExit(1) from None
    except SystemExit as error:
        # Reflex ends the process where it finds something wrong that it has printed.
        fault = faults.describe(error, Path.cwd())
        line.tell("failed", fault={**fault, "message": "Reflex has stopped. The terminal says why."})
        raise
    _end_with_input(server)
    line.tell(
        "serving",
        port=listener.getsockname()[1],
        name=bridge.name,
        uris={name: bridge.manifest.uri(name) for name in bridge.tools.widgets},
        tools=len(bridge.tools.tools),
        modules=_foreign_modules() if asked.get("modules") else [],
    )
    asyncio.run(server.serve(sockets=[listener]))


def _warm_up(modules: Iterable[str]) -> None:
    """Import what the app will need and what is not its own, and ask for what Reflex asks once in a process."""
    from mcp_bridge import _reflex_compile as compile_seam
    from mcp_bridge import plugin

    importlib.import_module("mcp_bridge.server")
    importlib.import_module("mcp_bridge.compiler")
    importlib.import_module("uvicorn")
    plugin.use_node_wheel()
    compile_seam.find_node()
    for name in modules:
        # What needs the app to be there comes with it.
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _load(line: Line) -> Bridge:
    """Import and compile the app, and publish its widgets in a folder of their own."""
    from mcp_bridge import _reflex_compile as compile_seam
    from mcp_bridge import manifest
    from mcp_bridge.bridge import Bridge
    from mcp_bridge.compiler import Report, read_bundles
    from mcp_bridge.widgets import registry

    app = compile_seam.compile_app()
    plugin = compile_seam.widgets_plugin()
    web = compile_seam.web_folder()
    names = list(registry().widgets)
    line.tell("compiled", web=str(web), widgets=names)
    reports = [Report(**each) for each in line.hear()["reports"]]
    exports = plugin.exports(read_bundles(web, names, reports))
    folder = web / BUNDLES
    manifest.write(folder, compile_seam.app_name(), exports, kept=_KEPT_BUILDS, level=_GZIP_LEVEL)
    bridge = Bridge.load(folder, app=app)
    bridge.widgets.is_lenient = True
    return bridge


def _server(bridge: Bridge) -> tuple[Server, socket.socket]:
    """Return the HTTP server and the socket that it accepts from."""
    import uvicorn

    from mcp_bridge.server import create_app

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    # From here on who connects waits, and is not refused, until the server has begun.
    listener.listen(2048)
    app = create_app(bridge=bridge, preview=True, live=True)
    config = uvicorn.Config(
        app, log_level="warning", proxy_headers=False, timeout_graceful_shutdown=_STOP_SECONDS, access_log=False
    )
    return uvicorn.Server(config), listener


def _end_with_input(server: Server) -> None:
    """Stop the server when standard input ends, so that no process outlives the supervisor."""

    def wait() -> None:
        while sys.stdin.readline():
            pass
        server.should_exit = True

    threading.Thread(target=wait, daemon=True).start()


def _foreign_modules() -> list[str]:
    """Return the loaded modules of installed packages, for the next process to import beforehand."""
    root = Path.cwd().resolve()
    found: list[str] = []
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not file or name.startswith(("__main__", "rxconfig")):
            continue
        path = Path(file)
        parts = path.parts
        is_installed = "site-packages" in parts or "dist-packages" in parts or not path.is_relative_to(root)
        if is_installed and getattr(module, "__spec__", None) is not None:
            found.append(name)
    return found


if __name__ == "__main__":
    main()
