"""One server process after another: each has an app, a bridge and a memory of its own.

    server = await Server.start(folder, states)
    await server.call("diary", {})
    server = await server.restart()      # as after kill -9: what was not on disk is gone

The one before runs on unheard, on files of its own. So nothing ends properly, as if it had been killed.
"""

from __future__ import annotations

import asyncio
import contextvars
import shutil
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
import reflex as rx
from reflex.istate.manager.disk import StateManagerDisk
from reflex_base.registry import RegistrationContext

from mcp_bridge import _reflex_state
from mcp_bridge.bridge import Bridge
from mcp_bridge.events import Widgets
from mcp_bridge.manifest import Manifest
from mcp_bridge.results import Result
from mcp_bridge.snapshots import Seals
from tests.exactly_once.app import registry

_SECRET = b"the same secret after every restart"


@dataclass
class Server:
    """A server that is running.

    Attributes:
        bridge: Its bridge.
        states: The folder of its disk manager, None for Reflex's memory manager.
        killed: Done when it is no more.
    """

    bridge: Bridge
    states: Path | None
    killed: asyncio.Future[None]
    _context: contextvars.Context
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _before: Server | None = None

    @classmethod
    async def start(cls, folder: Path, manifest: Manifest, states: Path | None) -> Self:
        """Start one.

        Args:
            folder: Where the bundles are.
            manifest: What is known of them.
            states: The folder of the disk manager, None for Reflex's memory manager.
        """
        # Reflex knows one app per registration context.
        context = contextvars.copy_context()
        context.run(RegistrationContext.set, RegistrationContext.ensure_context().fork())
        app = context.run(rx.App)
        if states is not None:
            app._state_manager = _disk_manager(states)
        widgets = Widgets(app, seals=Seals(_SECRET))
        bridge = Bridge(name="diary", folder=folder, manifest=manifest, tools=registry, widgets=widgets)
        loop = asyncio.get_running_loop()
        server = cls(bridge, states, loop.create_future(), context)
        ready = loop.create_future()
        server._task = server._spawn(server._run(ready))
        await ready
        return server

    async def _run(self, ready: asyncio.Future[None]) -> None:
        """Run until the end."""
        async with self.bridge.running():
            ready.set_result(None)
            await self._stop.wait()

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start something in this server."""
        return asyncio.get_running_loop().create_task(work, context=self._context.copy())

    async def call(self, name: str, arguments: dict[str, Any]) -> Result | None:
        """Call a tool; None if the server was killed meanwhile."""
        work = self._spawn(self.bridge.call_tool(name, arguments, ""))
        await asyncio.wait({work, self.killed}, return_when=asyncio.FIRST_COMPLETED)
        return None if self.killed.done() else await work

    async def read(self, session: str, wanted: list[tuple[str, str]]) -> list[Any]:
        """Return the values of vars, given as (full State name, attribute)."""
        return await self._spawn(_reflex_state.read_vars(self.bridge.widgets.app, session, wanted))

    async def restart(self) -> Server:
        """Kill it, and start the next one with what is on disk at this moment."""
        states = None
        if self.states is not None:
            number = int(self.states.name) + 1
            states = self.states.with_name(str(number))
            shutil.copytree(self.states, states)
        after = await Server.start(self.bridge.folder, self.bridge.manifest, states)
        after._before = self
        self.killed.set_result(None)
        return after

    async def end(self) -> None:
        """End it, and those that were before it."""
        self._stop.set()
        if self._task is not None:
            await self._task
        manager = self.bridge.widgets.app.state_manager
        await manager.close()
        if self._before is not None:
            await self._before.end()


def _disk_manager(folder: Path) -> StateManagerDisk:
    """Return a manager that writes at once, as the bridge has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REFLEX_STATES_WORKDIR", str(folder))
        return StateManagerDisk(_write_debounce_seconds=0)
