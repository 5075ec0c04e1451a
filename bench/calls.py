"""Compare a widget's event with a bare tool of the SDK: the SDK client calls both over HTTP, in turn."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mcp import Client

from mcp_bridge import create_app, create_server
from tests.demo import demo_bridge, event_name
from tests.reverse_proxy import serving

_ROUNDS = 300
_WARM_UP = 30


async def timed(call: Callable[[], Awaitable[Any]]) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


async def measure(url: str) -> tuple[list[float], list[float]]:
    """Return the seconds of each bare call and of each event."""
    async with Client(f"{url}/mcp") as client:
        opened = await client.call_tool("shop", {"city": "Rome"})
        answer = (opened.meta or {})["mcp-bridge"]
        sequence, version = 0, answer["update"]["version"]

        async def event() -> None:
            nonlocal sequence, version
            sequence += 1
            events = [{"seq": sequence, "name": event_name("add"), "payload": {"by": 1}}]
            call = {"session": answer["session"], "mount": "m", "since": version, "events": events}
            result = await client.call_tool("reflex_event", call)
            version = (result.meta or {})["mcp-bridge"]["update"]["version"]

        async def bare() -> None:
            await client.call_tool("bare", {"by": 1})

        bares: list[float] = []
        events: list[float] = []
        for number in range(_ROUNDS + _WARM_UP):
            pair = (await timed(bare), await timed(event))
            if number >= _WARM_UP:
                bares.append(pair[0])
                events.append(pair[1])
        return bares, events


def main() -> None:
    """Print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        bridge = demo_bridge(Path(folder) / "widgets")
        server = create_server(bridge)

        @server.tool(name="bare", structured_output=False)
        def bare(by: int) -> str:
            """Do nothing."""
            return str(by)

        with serving(create_app(server, bridge, preview=False)) as url:
            bares, events = asyncio.run(measure(url))
    ratios = sorted(event / bare for bare, event in zip(bares, events, strict=True))
    print(f"event / bare tool, median of {len(ratios)} pairs: {statistics.median(ratios):.2f}")
    print(f"quartiles: {ratios[len(ratios) // 4]:.2f} to {ratios[3 * len(ratios) // 4]:.2f}")


if __name__ == "__main__":
    main()
