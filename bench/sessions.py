"""Compare what a session costs: its opening with an event in it, and with coming back from its sealed snapshot."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mcp_bridge.results import META_KEY
from tests.demo import demo_bridge, event_name

_ROUNDS = 200
_WARM_UP = 20


async def main() -> None:
    """Measure, and print the ratios of the medians."""
    seconds: dict[str, list[float]] = {"open": [], "event": [], "restore": []}
    with tempfile.TemporaryDirectory() as folder:
        bridge = demo_bridge(Path(folder))
        async with bridge.running():
            for number in range(_ROUNDS + _WARM_UP):
                began = time.perf_counter()
                opened = (await bridge.call_tool("shop", {"city": "Rome"}, "")).meta[META_KEY]
                call = {"session": opened["session"], "mount": f"m{number}", "since": opened["update"]["version"]}
                between = time.perf_counter()
                events = [{"seq": 1, "name": event_name("add"), "payload": {"by": 1}}]
                seal = (await bridge.call_tool("reflex_event", {**call, "events": events}, "")).meta[META_KEY][
                    "update"
                ]["seal"]
                ended = time.perf_counter()
                # A session that nobody knows, so that the snapshot has to do.
                restore = {"session": "gone", "seal": seal, "tool": "shop", "arguments": None}
                again = {"mount": "r", "since": 0, "events": [], "restore": restore}
                assert (await bridge.call_tool("reflex_event", again, "")).meta[META_KEY]["rung"] == "snapshot"
                if number >= _WARM_UP:
                    seconds["open"].append(between - began)
                    seconds["event"].append(ended - between)
                    seconds["restore"].append(time.perf_counter() - ended)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"event / opening, medians of {_ROUNDS}: {medians['event'] / medians['open']:.2f}")
    print(f"restoring from a snapshot / opening: {medians['restore'] / medians['open']:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
