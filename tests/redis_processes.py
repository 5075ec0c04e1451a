"""Several `mcp-bridge serve` processes of one app that share a Redis, and a plain round-robin before them.

app = App.copy_to(tmp_path)
with app.serve(redis_url) as first, app.serve(redis_url) as second:
    async with round_robin(first.port, second.port) as origin:
        ...
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.served import PROJECT, free_port

LOCK_SECONDS = 2
_SOURCE = Path(__file__).parent / "redis_app"
_SECONDS = 60
_HEADERS = {"mcp-protocol-version": "2025-11-25", "accept": "application/json, text/event-stream"}


@dataclass
class Server:
    """One process.

    Attributes:
        port: Where it listens on 127.0.0.1.
        process: The process.
    """

    port: int
    process: subprocess.Popen[bytes]

    @property
    def origin(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as a crash or a machine that is gone would."""
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True)
class App:
    """The app in a folder of its own.

    Attributes:
        folder: Where it is; its handlers write their files there too.
        state: The full name of its State.
        room: The full name of the State that is shared between widgets.
    """

    folder: Path
    state: str
    room: str

    def handler(self, name: str) -> str:
        """Return the full name of a handler of either State."""
        return f"{self.room if name in ('join', 'say') else self.state}.{name}"

    @classmethod
    def copy_to(cls, folder: Path) -> App:
        """Copy the app and write its manifest."""
        shutil.copytree(_SOURCE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        made = subprocess.run(
            [sys.executable, "export.py"], cwd=folder, env=_environment(folder), capture_output=True, check=True
        )
        return cls(folder, *json.loads(made.stdout))

    @contextlib.contextmanager
    def serve(self, redis_url: str, *arguments: str, **environment: str) -> Iterator[Server]:
        """Run a process until the end of the block, and see that it answers."""
        port = free_port()
        log = self.folder / f"{port}.log"
        settings = {
            "REFLEX_STATE_MANAGER_MODE": "redis",
            "REFLEX_REDIS_URL": redis_url,
            "REFLEX_REDIS_LOCK_EXPIRATION": str(LOCK_SECONDS * 1000),
            "REFLEX_REDIS_LOCK_WARNING_THRESHOLD": str(LOCK_SECONDS * 1000 - 1),
            **environment,
        }
        command = [sys.executable, "-m", "mcp_bridge.cli", "serve", "--port", str(port), *arguments]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=_environment(self.folder, **settings), stdout=output, stderr=output
            )
        server = Server(port, process)
        try:
            _wait_until_it_answers(server, log)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=_SECONDS)

    def passed(self, gate: str) -> list[int]:
        """Return the processes in which a handler has come to a gate."""
        return [int(path.suffix[1:]) for path in self.folder.glob(f"{gate}.*") if path.suffix != ".open"]

    async def reached(self, gate: str, times: int = 1) -> list[int]:
        """Wait until handlers have come to a gate; return their processes."""
        for _ in range(_SECONDS * 50):
            if len(found := self.passed(gate)) >= times:
                return found
            await asyncio.sleep(0.02)
        msg = f"no handler came to {gate!r} in {_SECONDS} s"
        raise AssertionError(msg)

    def open_gate(self, gate: str) -> None:
        """Let the handlers at a gate go on."""
        (self.folder / f"{gate}.open").touch()


def _environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a process of the app."""
    return {**os.environ, "PYTHONPATH": str(PROJECT), "COUNTER_FOLDER": str(folder), **settings}


def _wait_until_it_answers(server: Server, log: Path) -> None:
    """Wait until a process serves."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.origin}/health").status_code == 200:
                return
        time.sleep(0.05)
    msg = f"the server did not start in {_SECONDS} s. Its log ends:\n{log.read_text()[-4000:]}"
    raise AssertionError(msg)


@dataclass
class Widget:
    """A widget as a server sees it: it keeps a version, counts its events, and asks.

    Attributes:
        app: Its app.
        http: Where its calls go through.
        origin: Where they go, unless a call says otherwise.
        mount: Its mount.
    """

    app: App
    http: httpx.AsyncClient
    origin: str
    mount: str = "m1"
    session: str = ""
    version: int = 0
    seq: int = 0
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    async def open(self, to: str = "") -> None:
        """Open the widget."""
        self._take(await self._call("counter", {}, to))

    async def send(self, handler: str, to: str = "", seq: int = 0, **payload: Any) -> dict[str, Any]:
        """Send one event, with the next number unless another is given; return the update."""
        self.seq = seq or self.seq + 1
        event = {"seq": self.seq, "name": self.app.handler(handler), "payload": payload}
        return await self._ask("reflex_event", {"events": [event]}, to)

    async def send_all(self, events: list[tuple[str, int, str]], to: str = "") -> dict[str, Any]:
        """Send several events, given as (handler, number, entry), in one call."""
        batch = [
            {"seq": seq, "name": self.app.handler(handler), "payload": {"entry": entry}}
            for handler, seq, entry in events
        ]
        return await self._ask("reflex_event", {"events": batch}, to)

    async def refused(self, handler: str, to: str = "", *, seq: int, **payload: Any) -> dict[str, Any]:
        """Send an event that is not taken; return the error."""
        event = {"seq": seq, "name": self.app.handler(handler), "payload": payload}
        asked = {"session": self.session, "mount": self.mount, "since": self.version, "events": [event]}
        return (await self._call("reflex_event", asked, to))["error"]

    async def cancel(self, handler: str, to: str = "") -> dict[str, Any]:
        """Cancel what runs of a handler."""
        return await self._ask("reflex_event", {"events": [], "cancel": [self.app.handler(handler)]}, to)

    async def poll(self, to: str = "") -> dict[str, Any]:
        """Ask what is new."""
        return await self._ask("reflex_poll", {}, to)

    async def settle(self, to: str = "") -> dict[str, Any]:
        """Poll until nothing runs."""
        while (update := await self.poll(to))["pending"]:
            pass
        return update

    async def until(self, to: str = "", **values: Any) -> None:
        """Ask what is new until the vars have these values."""
        for _ in range(_SECONDS * 20):
            if all(self.values.get(name) == value for name, value in values.items()):
                return
            await self.poll(to)
            await asyncio.sleep(0.05)
        msg = f"{values} was not told in {_SECONDS} s, but {self.values}"
        raise AssertionError(msg)

    async def _ask(self, tool: str, arguments: dict[str, Any], to: str) -> dict[str, Any]:
        """Make one of the widget's own calls."""
        asked = {"session": self.session, "mount": self.mount, "since": self.version, **arguments}
        return self._take(await self._call(tool, asked, to))

    def _take(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Keep what an answer says."""
        assert "error" not in answer, answer
        self.session = answer["session"]
        update = answer["update"]
        self.version = update["version"]
        for state in (self.app.state, self.app.room):
            for name, value in update["vars"].get(state, {}).items():
                self.values[name.removesuffix("_rx_state_")] = value
        return update

    async def _call(self, tool: str, arguments: dict[str, Any], to: str) -> dict[str, Any]:
        """Call a tool and return what is under the bridge's key."""
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        answer = await self.http.post(f"{to or self.origin}/mcp", json=body, headers=_HEADERS)
        return json.loads(answer.text.partition("data: ")[2])["result"]["_meta"]["mcp-bridge"]


@contextlib.asynccontextmanager
async def round_robin(*ports: int) -> AsyncGenerator[str]:
    """Pass each connection on to the next process that takes it; gives the URL."""
    turns = itertools.cycle(ports)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in itertools.islice(turns, len(ports)):
            with contextlib.suppress(OSError):
                inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))
                return
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
