"""A server of this project in a process of its own, for tests that talk to it as a host does.

with serve(["-m", "mcp_bridge.cli", "serve", "--port", "0"], tmp_path / "log") as url:
    ...
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parent.parent
_SECONDS = 60


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serve(
    arguments: list[str], log: Path, *, is_raising: bool = False, folder: Path = PROJECT, **environment: str
) -> Iterator[str]:
    """Run this Python with the arguments until the end of the block.

    Args:
        arguments: What Python runs; it prints a line `MCP endpoint  <url>` when it is ready.
        log: Where its standard error goes.
        is_raising: Whether a test lets a handler raise, so that the log has tracebacks.
        folder: Where it runs.
        environment: Further environment variables.

    Yields:
        The URL of the MCP endpoint.

    Raises:
        RuntimeError: If it ends or stays silent instead; the message has the end of its log.
        AssertionError: If it logged a traceback.
    """
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield _read_endpoint(process, log)
    finally:
        process.terminate()
        process.wait(timeout=_SECONDS)
        if process.stdout:
            process.stdout.close()
    assert is_raising or "Traceback" not in log.read_text(), log.read_text()[-4000:]


def _read_endpoint(process: subprocess.Popen[str], log: Path) -> str:
    """Return the URL that the process prints."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        with contextlib.suppress(ValueError):
            for line in process.stdout:
                lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    with contextlib.suppress(queue.Empty):
        while line := lines.get(timeout=_SECONDS):
            if line.startswith("MCP endpoint"):
                return line.split()[-1]
    msg = f"{process.args} printed no MCP endpoint in {_SECONDS} s. Its log ends:\n{log.read_text()[-4000:]}"
    raise RuntimeError(msg)
