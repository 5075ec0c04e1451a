"""What happens when a file is saved: a fresh process imports the app, and takes over when it can serve it.

The next process waits already, with everything imported but the app; Vite stays, too. Until the new one serves, the
old one does; if the new one fails, the old one goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mcp_bridge.compiler import Compiler, Report

from .handle import Worker
from .watch import changes

_REST_SECONDS = 1
"""How long the next process is not begun after a change: the browser is about to show it, and has the processor."""

Event = dict[str, Any]


class Supervisor:
    """The processes of one project.

    Args:
        root: The project's folder.
        tell: Gets each event, as `front.py` describes them.
        environment: Environment variables of the processes.
    """

    def __init__(self, root: Path, tell: Callable[[Event], object], environment: dict[str, str] | None = None) -> None:
        self.root = root
        self.fault: dict[str, Any] | None = None
        self._tell = tell
        self._environment = {"REFLEX_ENV_MODE": "dev", **(environment or {})}
        self._modules: list[str] = []
        self._active: Worker | None = None
        self._spare: asyncio.Task[Worker] | None = None
        self._is_wanted = asyncio.Event()
        self._compiler: Compiler | None = None
        self._compiling = threading.Lock()
        # It rises over restarts too, so that a page that was open all the time notices.
        self.build = int(time.time())
        self._last: Event = {"state": "building", "files": []}
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._moved = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    # What others ask ---------------------------------------------------------------------------------------------

    async def port(self, *, other_than: int = 0, within: float) -> int | None:
        """Return the port of the process that has the app, None if there is none that works.

        Args:
            other_than: A port that does not answer any more.
            within: Seconds to wait where a process is on its way.
        """

        def is_decided() -> bool:
            return self.fault is not None or (self._active is not None and self._active.port != other_than)

        async with self._moved:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._moved.wait_for(is_decided)
        found = self._active
        return found.port if found is not None and found.port != other_than and found.is_running else None

    @contextlib.contextmanager
    def listening(self) -> Generator[asyncio.Queue[Event | None]]:
        """Give a queue of events, the first of which says how things are; None is the end."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        queue.put_nowait(self._last)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def leave(self) -> None:
        """Let everyone go who waits or listens, because all of this is about to end."""
        self.fault = {"kind": "", "message": "mcp-bridge dev was stopped.", "file": None}
        self._keep(self._settle(self.fault))
        for queue in self._listeners:
            queue.put_nowait(None)

    # What happens ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve the project and follow its files until cancelled."""
        pending: set[str] = set()
        woken = asyncio.Event()
        failure = asyncio.get_running_loop().create_future()

        async def watch() -> None:
            async for found in changes(self.root):
                pending.update(found)
                woken.set()

        watching = asyncio.create_task(watch())
        building = asyncio.create_task(self._replace([]))
        try:
            while True:
                waker = asyncio.create_task(woken.wait())
                await asyncio.wait({waker, watching, failure}, return_when=asyncio.FIRST_COMPLETED)
                waker.cancel()
                for ended in (watching, failure):
                    if ended.done():
                        ended.result()
                woken.clear()
                # What it builds is old already.
                building.cancel()
                await asyncio.gather(building, return_exceptions=True)

                def done(task: asyncio.Task[None], before: int = self.build) -> None:
                    if self.build != before:
                        pending.clear()
                    if not task.cancelled() and (error := task.exception()) is not None and not failure.done():
                        failure.set_exception(error)

                building = asyncio.create_task(self._replace(sorted(pending)))
                building.add_done_callback(done)
        finally:
            watching.cancel()
            building.cancel()
            await asyncio.gather(watching, building, return_exceptions=True)
            await self._close()

    async def _replace(self, files: list[str]) -> None:
        """Put the app as its files are now in the place of the one that is served."""
        started = time.monotonic()
        if self._active is None:
            # Requests wait for what comes.
            self.fault = None
        self._say({"state": "building", "files": files})
        self._is_wanted.set()
        spare, self._spare = self._spare or self._begin_spare(), None
        worker: Worker | None = None
        try:
            worker = await spare
            if not worker.is_running:
                worker = await self._begin_spare()
            served = await self._bring_up(worker)
        except asyncio.CancelledError:
            spare.cancel()
            if worker is not None:
                await worker.kill()
            self._spare = self._begin_spare()
            raise
        if "fault" in served:
            await worker.kill()
            self._spare = self._begin_spare(rest=True)
            await self._settle(served["fault"])
            self._say({"state": "failed", "fault": self.fault, "files": files})
            return
        before, self._active = self._active, worker
        self._modules = served.pop("modules") or self._modules
        self.build += 1
        await self._settle(None)
        seconds = round(time.monotonic() - started, 3)
        facts = {key: served[key] for key in ("name", "uris", "tools")}
        self._say({"state": "ready", "build": self.build, "seconds": seconds, "files": files, **facts})
        self._keep(self._listen(worker))
        if before is not None:
            self._keep(before.stop())
        self._spare = self._begin_spare(rest=True)

    async def _bring_up(self, worker: Worker) -> dict[str, Any]:
        """Have a process serve the app; give what it says of it, or the `fault` because of which it cannot."""
        await worker.tell(modules=not self._modules)
        while True:
            message = await worker.hear()
            if message is None:
                return {"fault": {"kind": "", "message": "The process ended. The terminal says why.", "file": None}}
            if message["at"] == "compiled":
                reports = await asyncio.to_thread(self._compile, Path(message["web"]), message["widgets"])
                await worker.tell(reports=[asdict(each) for each in reports])
            elif message["at"] == "serving":
                worker.port = message["port"]
                return message
            elif message["at"] == "failed":
                return {"fault": message["fault"]}

    def _compile(self, web: Path, names: list[str]) -> list[Report]:
        """Compile the widgets for development."""
        # A thread whose build was given up goes on for a moment.
        with self._compiling:
            if self._compiler is None or not self._compiler.is_running or self._compiler.web != web:
                if self._compiler is not None:
                    self._compiler.close()
                self._compiler = Compiler(web)
            return self._compiler.run(names, cut_css=False, minify=False)

    async def _listen(self, worker: Worker) -> None:
        """Pass on what a process that serves has to tell, and notice when it ends by itself."""
        while (message := await worker.hear()) is not None:
            if message["at"] == "raised" and worker is self._active:
                self._send({"state": "raised", "fault": message["fault"]})
        if worker is self._active:
            fault = {"kind": "", "message": "The app's process has ended. Save a file to start it again.", "file": None}
            self._active = None
            await self._settle(fault)
            self._say({"state": "failed", "fault": fault, "files": []})

    # Small things ------------------------------------------------------------------------------------------------

    def _begin_spare(self, *, rest: bool = False) -> asyncio.Task[Worker]:
        """Start the next process; with `rest` a little later, unless it is wanted."""
        if rest:
            self._is_wanted.clear()

        async def begin() -> Worker:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_REST_SECONDS):
                    await self._is_wanted.wait()
            worker = await Worker.start(self.root, self._modules, self._environment)
            try:
                await worker.hear()
            except asyncio.CancelledError:
                await worker.kill()
                raise
            return worker

        return asyncio.create_task(begin())

    async def _settle(self, fault: dict[str, Any] | None) -> None:
        """Note whether the files can be served, and wake the requests that wait for it."""
        async with self._moved:
            self.fault = fault
            self._moved.notify_all()

    def _say(self, event: Event) -> None:
        """Tell everyone how things are now."""
        self._last = event
        self._send(event)

    def _send(self, event: Event) -> None:
        """Tell everyone what happened."""
        self._tell(event)
        for queue in self._listeners:
            queue.put_nowait(event)

    def _keep(self, work: Any) -> None:
        """Have something done meanwhile."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self) -> None:
        """End all processes."""
        self.leave()
        if self._spare is not None:
            self._spare.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await (await self._spare).kill()
        active, self._active = self._active, None
        if active is not None:
            await active.stop()
        if self._compiler is not None:
            self._compiler.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
