"""A worker as the supervisor sees it: a process to which lines of JSON go, and from which they come.

worker = await Worker.start(root, modules)
async for message in worker.messages(): ...
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_STOP_SECONDS = 5
_LONGEST_LINE = 16 * 1024 * 1024


class Worker:
    """One process of `worker.py`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.port = 0

    @classmethod
    async def start(cls, root: Path, modules: Iterable[str], environment: Mapping[str, str]) -> Worker:
        """Start a process, which waits to be asked for the app.

        Args:
            root: The project's folder.
            modules: What it imports meanwhile.
            environment: Environment variables that it gets besides those of this process.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "mcp_bridge.dev.worker",
            *modules,
            cwd=root,
            env={**os.environ, **environment},
            stdin=PIPE,
            stdout=PIPE,
            limit=_LONGEST_LINE,
            # Ctrl+C in the terminal is for the supervisor, which ends its workers in their order.
            start_new_session=True,
        )
        return cls(process)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.returncode is None

    async def tell(self, **message: Any) -> None:
        """Send one message; a process that has ended gets none."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            await self._process.stdin.drain()

    async def hear(self) -> dict[str, Any] | None:
        """Return the next message, None if the process has ended."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        return json.loads(line) if line else None

    async def stop(self) -> None:
        """Let the process end what it is at, and end it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End the process at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
