"""Private names of Reflex's way to its browsers, each with the version it was checked on: 0.10.1.

What a handler of one session changes for others (`rx.SharedState`, `app.modify_state`) does not go through the event
that runs, but through the websocket's namespace. A widget has no websocket, so the namespace is told that every session
is connected, and what it would send is put into the session's mailbox.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false
from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any

import reflex as rx


@contextlib.contextmanager
def updates_of_others(
    app: rx.App, emit_delta: Callable[[str, Mapping[str, Mapping[str, Any]]], Awaitable[None]]
) -> Generator[None]:
    """Send what the namespace would send to a function, until the end of the block.

    Args:
        app: The Reflex app.
        emit_delta: Called with a session and a delta.
    """
    namespace: Any = app.event_namespace
    if namespace is None:
        yield
        return

    async def emit_update(update: Any, token: str) -> None:
        if update.delta:
            await emit_delta(token, update.delta)

    async def is_token_connected(token: str) -> bool:  # noqa: ARG001
        return True

    namespace.emit_update = emit_update
    namespace._token_manager.is_token_connected = is_token_connected  # 0.10.1
    try:
        yield
    finally:
        vars(namespace).pop("emit_update", None)
        vars(namespace._token_manager).pop("is_token_connected", None)
