"""An ASGI application on a free port of 127.0.0.1, in a thread, for as long as a block runs."""

from __future__ import annotations

import contextlib
import contextvars
import socket
import threading
import time
from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING

from mcp_bridge.errors import BridgeError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_SECONDS = 60.0


@contextlib.contextmanager
def listening(app: ASGIApp) -> Generator[str]:
    """Serve an application until the end of the block; gives its origin, such as `http://127.0.0.1:40123`.

    Raises:
        BridgeError: If it does not start.
    """
    import uvicorn

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=1))
        # Reflex knows by context variables which States there are, and a new thread begins without any.
        run = partial(contextvars.copy_context().run, server.run, sockets=[listener])
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            _wait(server, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
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
            msg = "the app could not be served on this machine. Run `mcp-bridge serve` to see why."
            raise BridgeError(msg)
        thread.join(0.02)
