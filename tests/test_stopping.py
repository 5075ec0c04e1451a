"""SIGTERM to real processes: polls end at once, handlers in the foreground have a moment, and nothing hangs."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncGenerator, Iterator

import httpx
import pytest

from mcp_bridge.stopping import STOP_SECONDS
from tests.redis_processes import App, Server, Widget

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def survivor(app: App, redis_url: str) -> Iterator[Server]:
    """A process that goes on."""
    with app.serve(redis_url) as server:
        yield server


@pytest.fixture(params=[[], ["--workers", "2"]], ids=["one process", "two workers"])
def server(app: App, redis_url: str, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that is asked to stop."""
    with app.serve(redis_url, *request.param) as server:
        yield server


@pytest.fixture
async def widget(app: App, server: Server) -> AsyncGenerator[Widget]:
    """An open widget of that server."""
    async with httpx.AsyncClient(timeout=40) as http:
        widget = Widget(app, http, server.origin)
        await widget.open()
        yield widget


async def ended(server: Server, seconds: float) -> float:
    """Wait for a process to end; return how long that took."""
    began = time.monotonic()
    await asyncio.to_thread(server.process.wait, seconds)
    return time.monotonic() - began


async def refusing(server: Server) -> None:
    """Wait until a process takes no new connection."""
    async with asyncio.timeout(3):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            except OSError:
                return
            writer.close()
            await asyncio.sleep(0.02)


async def test_a_poll_that_waits_is_answered_when_the_process_is_asked_to_stop(
    widget: Widget, app: App, server: Server, request: pytest.FixtureRequest
) -> None:
    """bridge: a graceful stop; the answer says that there is more to come."""
    job = f"poll-{request.node.callspec.id}"
    await widget.send("work", name=job, steps=1)
    await app.reached(f"{job}1")
    waiting = asyncio.create_task(widget.poll())
    await asyncio.wait({waiting}, timeout=0.5)
    assert not waiting.done()
    server.process.terminate()
    update = await asyncio.wait_for(waiting, 3)
    assert update["pending"]
    assert await ended(server, 10) < 3
    app.open_gate(f"{job}1")


async def test_a_handler_in_the_foreground_has_a_moment_to_end(
    widget: Widget, app: App, server: Server, survivor: Server, request: pytest.FixtureRequest
) -> None:
    """bridge: a graceful stop; what the handler did is stored."""
    entry = f"moment-{request.node.callspec.id}"
    await widget.send("add_slowly", entry=entry)
    await app.reached(entry)
    server.process.terminate()
    await refusing(server)
    with pytest.raises(subprocess.TimeoutExpired):
        await ended(server, 2)
    app.open_gate(entry)
    assert await ended(server, 10) < STOP_SECONDS
    await widget.settle(survivor.origin)
    assert widget.values["entries"] == [entry, f"{entry}, done"]


async def test_a_handler_that_does_not_end_is_interrupted(
    widget: Widget, app: App, server: Server, survivor: Server, request: pytest.FixtureRequest
) -> None:
    """bridge: a stop is bounded; what was not acknowledged runs elsewhere when it is sent again."""
    entry = f"endless-{request.node.callspec.id}"
    await widget.send("add_slowly", entry=entry)
    await app.reached(entry)
    server.process.terminate()
    assert STOP_SECONDS - 1 < await ended(server, 20) < STOP_SECONDS + 3
    app.open_gate(entry)
    await widget.settle(survivor.origin)
    await widget.send("add_slowly", survivor.origin, seq=1, entry=entry)
    update = await widget.settle(survivor.origin)
    assert (widget.values["entries"], update["ack"]) == ([entry, f"{entry}, done"], 1)
