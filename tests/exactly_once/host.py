"""A host that does to calls what a schedule says, between real channels in Node and a real server.

with Node() as node:
    server = await Server.start(folder, manifest, states)
    host = Host(node, server, schedule)
    await host.run()
    await host.check()
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mcp_bridge.compiler import node_binary
from mcp_bridge.results import META_KEY
from tests.exactly_once.app import STATE, UNORDERED, VAR, caused, event, logged
from tests.exactly_once.schedules import Schedule
from tests.exactly_once.server import Server

TIMEOUT = 60.0
"""Seconds after which the widget's host gives a call up (host.js)."""
PATIENCE = 900.0
"""Seconds in which everything must have settled after the last fault."""

_CONFIG = {
    "widget": "diary",
    "title": "Diary",
    "version": "0",
    "rootState": "",
    "states": [STATE],
    "clientStorage": {},
    "tools": {"diary": {"readOnly": True}},
    "eventTool": "reflex_event",
    "pollTool": "reflex_poll",
    "displayModes": ["inline"],
}


class Node:
    """The process with the widget's code (drive.mjs)."""

    def __enter__(self) -> Self:
        """Start it."""
        script = Path(__file__).with_name("drive.mjs")
        self._process = subprocess.Popen(
            [node_binary(), script, json.dumps(_CONFIG)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        with self._process:
            if self._process.stdin is not None:
                self._process.stdin.close()
                self._process.stdin = None
            self._process.wait(10)

    def do(self, name: str, mount: str, **more: Any) -> dict[str, Any]:
        """Have a mount do something; return what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": name, "mount": mount, **more}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"drive.mjs ended at {name}"
        return json.loads(line)


@dataclass
class Mount:
    """One document with the widget.

    Attributes:
        name: Its name on the wire.
        is_open: Whether it still exists.
        sent: The events that the person caused: kind and id.
        view: What it shows, made from the deltas it was given.
        shown: How long the log was in each view.
        fired: The frontend events it was given: name and text.
        refused: The events that the server refused.
        status: What its channel says.
        timers: Its timers that are set.
        session: The session that it has now.
    """

    name: str
    is_open: bool = True
    sent: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    view: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    shown: list[int] = field(default_factory=list[int])
    fired: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    refused: list[Any] = field(default_factory=list[Any])
    status: dict[str, Any] = field(default_factory=dict[str, Any])
    timers: dict[int, asyncio.TimerHandle] = field(default_factory=dict[int, asyncio.TimerHandle])
    session: str = ""

    @property
    def log(self) -> list[str]:
        """The log as it shows it."""
        return self.view.get(STATE, {}).get(VAR, [])


class Host:
    """One conversation with one widget in it, shown by one or more mounts."""

    def __init__(self, node: Node, server: Server, schedule: Schedule) -> None:
        """Take what a run needs."""
        self._node = node
        self.server = server
        self._steps = schedule["steps"]
        self._faults = list(schedule["faults"])
        self._mounts: list[Mount] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: dict[str, Any] = {}
        self._ids = 0
        self._restarts = 0
        self._interrupted: set[str] = set()
        self.calls = 0
        self.trace: list[str] = []
        """What happened, for a person who looks into a failure."""

    # The run ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Open the widget, do the steps, stop all faults, and wait until everything has settled.

        Raises:
            AssertionError: If it never does.
        """
        self._opening = await self._forward("diary", {}) or {}
        self._mount()
        for name, *arguments in self._steps:
            if name == "wait":
                await asyncio.sleep(arguments[0] / 1000)
                continue
            self._note(f"{name} {arguments}")
            if name == "copy":
                self._mount(refresh=True)
                continue
            if name == "restart":
                await asyncio.sleep(arguments[0] / 1000)
                self.server = await self.server.restart()
                self._restarts += 1
                continue
            mount = self._open_mounts[arguments[0] % len(self._open_mounts)]
            if name == "send":
                self._send(mount, arguments[1])
            elif name == "reload":
                self._close(mount)
                self._mount(refresh=True)
            elif name == "deliver":
                self._do("open", mount, part=self._opening["_meta"][META_KEY])
            else:
                self._do(name, mount)
            await asyncio.sleep(0)
        self._faults.clear()
        self._note("no more faults")
        for mount in self._open_mounts:
            self._do("show", mount)
        await self._settle()

    async def check(self) -> list[str]:
        """Hold the run against the promise, and return the server's log.

        Raises:
            AssertionError: If it was not kept.
        """
        mounts = self._open_mounts
        senders = [mount for mount in self._mounts if mount.sent]
        has_state = self.server.states is not None or not self._restarts
        if len(senders) == 1 and senders[0].is_open and has_state:
            # Nobody else has changed anything, so it must know without being asked to look.
            log, _ = await self._server_state()
            assert senders[0].log == log, f"the only sender shows {senders[0].log}, the server has {log}"
        for mount in mounts:
            self._do("refresh", mount)
        await self._settle()
        log, refused = await self._server_state()
        self._check_runs(log, refused)
        self._check_frontend_events()
        for mount in mounts:
            assert mount.log == log, f"{mount.name} shows {mount.log}, the server has {log}"
            assert mount.status == {"status": "idle"}, f"{mount.name}: {mount.status}"
        return log

    def _check_runs(self, log: list[str], refused: list[str]) -> None:
        """Check that what was sent ran once, in order and whole; a job that a restart has interrupted is told of."""
        twice = [entry for entry, times in Counter([*log, *refused]).items() if times > 1]
        assert not twice, f"{twice} ran twice: {log}, {refused}"
        wanted: set[str] = set()
        allowed: set[str] = set()
        for mount in self._mounts:
            ran = [each for each in mount.sent if each[1] in log or each[1] in refused]
            # gap: a second kill may come before the widget has read of what the first one interrupted.
            is_untold = self._restarts > 1
            sent = [each for each in mount.sent if not is_untold or each[0] not in ("job", "silent")]
            told = [each for each in sent if each in ran or each[1] in self._interrupted]
            due = sent if mount.is_open else sent[: len(told)]
            assert told == due, f"{mount.name}: sent {mount.sent}, ran {ran}, interrupted {self._interrupted}"
            in_order = [entry for kind, entry in ran if kind not in UNORDERED]
            logged_order = [entry for entry in log if entry in in_order]
            assert logged_order == in_order, f"{mount.name}: sent {in_order}, ran in the order {logged_order}"
            for kind, entry in ran:
                allowed.update(logged(kind, entry))
                # gap: a job may be told of as interrupted, or not be told of, when it was killed at its very end.
                is_cut = entry in self._interrupted or (is_untold and kind == "job")
                wanted.update([entry] if is_cut else logged(kind, entry))
            assert mount.refused == [], f"{mount.name}: {mount.refused}"
            went_back = mount.shown != sorted(mount.shown)
            assert not went_back or self._restarts, f"{mount.name} went back: {mount.shown}"
        missing = wanted - set(log)
        assert not missing, f"the log has {log}, and not {missing}"
        assert set(log) <= allowed, f"the log has {log}, and should have only {sorted(allowed)}"

    def _check_frontend_events(self) -> None:
        """Check that each came once: to the mount that caused it, or, if that is gone, to no more than one other.

        Where the server was killed, one that was on its way may be gone with its memory.
        """
        fired = Counter(each for mount in self._mounts for each in mount.fired)
        for mount in self._mounts:
            for each in (effect for kind, entry in mount.sent for effect in caused(kind, entry)):
                where = [other.name for other in self._mounts if each in other.fired]
                # An event that a snapshot does not have runs again, and what it caused in the browser comes again.
                most = 1 if self.server.states is not None else 1 + self._restarts
                assert fired[each] <= most, f"{each} of {mount.name} came {fired[each]} times, to {where}"
                if mount.is_open and (where or not self._restarts):
                    assert where == [mount.name], f"{each} of {mount.name} came to {where}"

    async def _settle(self) -> None:
        """Wait until no call is under way and no timer is set; press Retry where a mount asks for it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        while self._tasks or any(mount.timers or mount.status["status"] != "idle" for mount in self._open_mounts):
            assert loop.time() < deadline, "never settles"
            for mount in self._open_mounts:
                assert mount.status["status"] != "expired", f"{mount.name}: {mount.status}"
                if mount.status["status"] == "error":
                    self._note(f"retry {mount.name}: {mount.status}")
                    self._do("retry", mount)
            await asyncio.sleep(0.05)

    # The mounts ---------------------------------------------------------------------------------------------------

    @property
    def _open_mounts(self) -> list[Mount]:
        """The documents that exist."""
        return [mount for mount in self._mounts if mount.is_open]

    def _mount(self, *, refresh: bool = False) -> None:
        """Show the widget in a new document, from the result that the host has stored."""
        # Further runs in the same process have other mounts.
        mount = Mount(f"{self._opening['_meta'][META_KEY]['session'][:8]}-{len(self._mounts)}")
        self._mounts.append(mount)
        self._do("open", mount, part=self._opening["_meta"][META_KEY])
        if refresh:
            self._do("refresh", mount)

    def _send(self, mount: Mount, kind: str) -> None:
        """Let the person cause an event."""
        self._ids += 1
        entry = f"{kind}{self._ids}"
        mount.sent.append((kind, entry))
        self._do("send", mount, event=event(kind, entry))

    def _close(self, mount: Mount) -> None:
        """Take a document away, with its timers and with the answers that are under way to it."""
        self._do("stop", mount)
        mount.is_open = False
        for timer in mount.timers.values():
            timer.cancel()
        mount.timers.clear()

    def _do(self, name: str, mount: Mount, **more: Any) -> None:
        """Have a mount do something, and take what comes of it."""
        if not mount.is_open:
            return
        done = self._node.do(name, mount.name, **more)
        for timer in done["cleared"]:
            if timer in mount.timers:
                mount.timers.pop(timer).cancel()
        for timer in done["timers"]:
            self._set_timer(mount, timer["id"], timer["ms"])
        for update in done["updates"]:
            self._take(mount, update)
        mount.refused += done["refused"]
        mount.status, mount.session = done["status"], done["session"]
        for call in done["calls"]:
            self.calls += 1
            fault = self._faults.pop(0) if self._faults else {}
            self._start(self._pass(mount, call, fault))

    def _take(self, mount: Mount, update: dict[str, Any]) -> None:
        """Show an update, or a view on the way to one, as Reflex's runtime does: absolute values, then the events."""
        for state, values in update["delta"].items():
            mount.view.setdefault(state, {}).update(values)
        mount.shown.append(len(mount.log))
        for each in update["events"]:
            payload = each["payload"]
            if each["name"] == "_bridge_interrupted":
                self._interrupted.add(payload["event"]["payload"]["entry"])
            else:
                mount.fired.append((each["name"], payload.get("text") or payload.get("message")))
        self._note(f"{mount.name} shows version {update['version']}: {mount.log}, fires {update['events']}")

    def _set_timer(self, mount: Mount, timer: int, milliseconds: float) -> None:
        """Fire a timer of a mount when it is due."""

        def fire() -> None:
            del mount.timers[timer]
            self._do("fire", mount, id=timer)

        mount.timers[timer] = asyncio.get_running_loop().call_later(milliseconds / 1000, fire)

    # The way to the server ----------------------------------------------------------------------------------------

    async def _pass(self, mount: Mount, call: dict[str, Any], fault: dict[str, Any]) -> None:
        """Pass a call on, and its answer back, with a fault."""
        lost = fault.get("lost")
        given_up = asyncio.get_running_loop().call_later(TIMEOUT, self._answer, mount, call, None, "timeout")
        self._note(f"{mount.name} calls {call['name']} #{call['id']} {call['arguments']}, {fault}")
        if "again" in fault:
            self._start(self._repeat(call, (fault.get("out", 0) + fault["again"]) / 1000))
        await asyncio.sleep(fault.get("out", 0) / 1000)
        result = None if lost == "request" else await self._forward(call["name"], call["arguments"])
        self._note(f"#{call['id']} is answered: {result}")
        await asyncio.sleep(fault.get("back", 0) / 1000)
        if lost == "silence":
            await asyncio.sleep(max(given_up.when() - asyncio.get_running_loop().time(), 0))
            return
        given_up.cancel()
        if lost in ("request", "answer") or result is None:
            self._answer(mount, call, None, f"The {lost or 'server'} was lost.")
        elif lost == "error":
            text = "The host lost the server's answer."
            self._answer(mount, call, {"isError": True, "content": [{"type": "text", "text": text}]})
        else:
            self._answer(mount, call, {**result, "_meta": {}} if lost == "meta" else result)

    def _answer(self, mount: Mount, call: dict[str, Any], result: dict[str, Any] | None, error: str = "") -> None:
        """Answer a call of a mount; what comes after the first answer has no effect."""
        self._note(f"#{call['id']} comes back to {mount.name} {error}")
        self._do("answer", mount, id=call["id"], result=result, error=error)

    async def _repeat(self, call: dict[str, Any], seconds: float) -> None:
        """Send a call once more; nobody waits for the answer."""
        await asyncio.sleep(seconds)
        self._note(f"#{call['id']} again")
        await self._forward(call["name"], call["arguments"])

    async def _forward(self, name: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
        """Call the server, and return the CallToolResult; None if the server was killed meanwhile."""
        result = await self.server.call(name, arguments)
        if result is None:
            return None
        return {
            "content": [{"type": "text", "text": result.text}],
            "structuredContent": result.structured,
            "isError": result.is_error,
            "_meta": json.loads(json.dumps(result.meta)),
        }

    async def _server_state(self) -> tuple[list[str], list[str]]:
        """Return the log and the refused events as the server's State has them."""
        # All have the same, unless it was restored from a snapshot: then there is one.
        session = self._open_mounts[-1].session
        wanted = [(STATE, "entries"), (STATE, "_refused")]
        log, refused = await self.server.read(session, wanted)
        return list(log), list(refused)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the steps."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        """Forget what has ended; its failure is the run's."""
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            task.result()

    def _note(self, text: str) -> None:
        """Keep a line of the trace."""
        self.trace.append(f"{asyncio.get_running_loop().time():9.3f} {text}")
