"""A host on the internet cannot reach this machine; a tunnel gives the port an address there.

    with opened(8000) as url:               # "https://….trycloudflare.com"
        ...

The programs are other people's: `cloudflared`, if it is on PATH, needs no account; ngrok comes with the package
`pyngrok` and needs a token of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import re
import shutil
import subprocess
import threading
from collections.abc import Generator
from queue import Empty, Queue
from typing import Any

from mcp_bridge.errors import CommandError

_ADDRESS = re.compile(r"https://[a-z0-9-]+\.trycloudflare\.com")
_SECONDS = 30
_HOW = (
    "--tunnel needs a program that gives this port a public address, and there is none. Install cloudflared "
    "(https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/downloads/), which needs "
    "no account, or run `pip install pyngrok` and `ngrok config add-authtoken <your token>`."
)


@contextlib.contextmanager
def opened(port: int) -> Generator[str]:
    """Open a tunnel to a port of this machine until the end of the block; gives its address, without a slash.

    Raises:
        CommandError: If there is no program for it, or it gives no address.
    """
    if importlib.util.find_spec("pyngrok") is not None:
        with _ngrok(port) as url:
            yield url
    elif (program := shutil.which("cloudflared")) is not None:
        with _cloudflared(program, port) as url:
            yield url
    else:
        raise CommandError(_HOW)


@contextlib.contextmanager
def _ngrok(port: int) -> Generator[str]:
    """Open a tunnel with the package `pyngrok`."""
    ngrok: Any = importlib.import_module("pyngrok.ngrok")
    errors: Any = importlib.import_module("pyngrok.exception")
    try:
        tunnel = ngrok.connect(str(port), "http")
    except errors.PyngrokError as error:
        msg = f"ngrok gave no address: {error}"
        raise CommandError(msg) from error
    try:
        yield str(tunnel.public_url).replace("http://", "https://").rstrip("/")
    finally:
        ngrok.disconnect(tunnel.public_url)
        ngrok.kill()


@contextlib.contextmanager
def _cloudflared(program: str, port: int) -> Generator[str]:
    """Open a tunnel with the program `cloudflared`, which prints its address among much else."""
    command = [program, "tunnel", "--no-autoupdate", "--url", f"http://127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        found: Queue[str] = Queue()
        said: list[str] = []

        def read() -> None:
            for line in process.stderr or ():
                said.append(line.strip())
                if match := _ADDRESS.search(line):
                    found.put(match[0])
            found.put("")

        threading.Thread(target=read, daemon=True).start()
        try:
            try:
                url = found.get(timeout=_SECONDS)
            except Empty:
                url = ""
            if not url:
                msg = f"cloudflared gave no address within {_SECONDS} s. It said last: {' '.join(said[-2:])}"
                raise CommandError(msg)
            yield url
        finally:
            process.terminate()
