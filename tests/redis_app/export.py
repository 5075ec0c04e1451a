"""Write what an export of this app would give, without building it: the servers need no bundle that works."""

import json
import sys
from pathlib import Path

import reflex as rx
from counter.counter import Counter, Room

from mcp_bridge import manifest

HANDLERS = ("add", "add_slowly", "chain", "refuse", "hold", "work")

state, room = Counter.get_full_name(), Room.get_full_name()
made = manifest.Export(
    name="counter",
    title="Counter",
    description="Show what ran.",
    html=b"<!doctype html><title>counter</title>",
    events=(*(f"{state}.{handler}" for handler in HANDLERS), *(f"{room}.{handler}" for handler in ("join", "say"))),
    states=(rx.State.get_full_name(), state, room),
    csp=manifest.Needs(),
)
manifest.write(Path("dist/widgets"), "counter", [made])
json.dump([state, room], sys.stdout)
