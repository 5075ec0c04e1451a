"""A real redis-server of a test's own, on a free port of this machine, that keeps nothing on disk.

with redis_server() as url:
    client = redis.asyncio.Redis.from_url(url)
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

from tests.served import free_port

_SECONDS = 20


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Run a redis-server until the end of the block.

    Yields:
        Its URL.

    Raises:
        RuntimeError: If there is no program of this name, or it does not start.
    """
    program = shutil.which("redis-server")
    if program is None:
        msg = (
            "The tests of Redis need the program redis-server, and it is not on PATH. Install it (on Debian: apt-get "
            "install redis-server), or let scripts/test install it."
        )
        raise RuntimeError(msg)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="redis-") as folder, tempfile.TemporaryFile() as log:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        process = subprocess.Popen([*command, "--dir", folder], stdout=log, stderr=log)
        try:
            if not _answers(port, process):
                log.seek(0)
                msg = f"redis-server did not answer on port {port} in {_SECONDS} s. Its log ends:\n"
                raise RuntimeError(msg + log.read().decode(errors="replace")[-2000:])
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether the server answers a PING before the time is over."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            if connection.recv(16).startswith(b"+PONG"):
                return True
        time.sleep(0.02)
    return False
