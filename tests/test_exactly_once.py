"""Whatever a host does to calls, every event runs exactly once and in order, and the view ends as the server's state.

The widget's own code runs in Node against the server's own code; only the host between them stands in. A schedule that
fails is made as short as it can be, and printed with the command that runs it alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from playwright.sync_api import Locator, expect

from mcp_bridge.results import META_KEY
from mcp_bridge.testing.clock import VirtualLoop, virtual_loop
from tests.browser import WidgetPage
from tests.exactly_once.app import write_bundles
from tests.exactly_once.host import Host, Node
from tests.exactly_once.schedules import FOUND, Schedule, schedules, schedules_with_losses, schedules_with_restarts
from tests.exactly_once.server import Server
from tests.host_fixtures import OpenInHost

SCHEDULES = int(os.environ.get("EXACTLY_ONCE_SCHEDULES", "500"))
SEED = int(os.environ.get("EXACTLY_ONCE_SEED", "0"))


class Stage:
    """The process with the widget's code and the clock, used by one schedule after another."""

    def __init__(self, folder: Path, node: Node, loop: VirtualLoop) -> None:
        """Take what all runs share."""
        self._folder = folder
        self._manifest = write_bundles(folder / "widgets")
        self._node = node
        self.loop = loop
        self._runs = 0
        self._calls = 0
        self.trace: list[str] = []
        """What happened in the last run."""

    def play_many(self, schedules: st.SearchStrategy[Schedule], number: int, *, durable: bool) -> None:
        """Run many schedules, and say of one that fails how to see it again."""

        @seed(SEED)
        @settings(
            max_examples=number,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(schedule=schedules)
        def run(schedule: Schedule) -> None:
            self.play({**schedule, "durable": durable})

        try:
            run()
        finally:
            print(f"{self._runs} schedules, {self._calls} calls.")

    def play(self, schedule: Schedule) -> list[str]:
        """Run one schedule, and return the server's log at its end.

        Raises:
            AssertionError: If it broke a promise, with the command that runs it alone.
        """
        try:
            log = self.loop.run_until_complete(asyncio.wait_for(self._play(schedule), 100_000))
        except Exception as error:
            command = (
                f"EXACTLY_ONCE_SCHEDULE='{json.dumps(schedule)}' pytest tests/test_exactly_once.py -s -k one_schedule"
            )
            msg = f"{error}\n{command}"
            raise AssertionError(msg) from error
        self._runs += 1
        return log

    async def _play(self, schedule: Schedule) -> list[str]:
        """Run one schedule on a server of its own."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            states = Path(folder, "1") if schedule.get("durable") else None
            server = await Server.start(self._folder / "widgets", self._manifest, states)
            host = Host(self._node, server, schedule)
            try:
                await host.run()
                return await host.check()
            finally:
                self.trace = host.trace
                self._calls += host.calls
                await host.server.end()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Widgets in Node, and a clock that jumps."""
    with Node() as node, virtual_loop() as loop, pytest.MonkeyPatch.context() as patch:
        # The mailbox notes when views came, to have them played with the same pauses.
        patch.setattr("time.monotonic", loop.time)
        yield Stage(tmp_path_factory.mktemp("diary"), node, loop)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Log nothing of the handlers that raise by design."""
    caplog.set_level(logging.CRITICAL)


def test_every_event_runs_exactly_once_and_the_view_ends_as_the_servers_state(stage: Stage) -> None:
    """bridge: calls that are lost, late, repeated and reordered; double mounts, copies and reloads."""
    stage.play_many(schedules, SCHEDULES, durable=False)


def test_a_killed_server_loses_no_event_and_repeats_none(stage: Stage) -> None:
    """bridge: the same, with a state manager that outlives the server, and the server killed in between."""
    stage.play_many(schedules_with_restarts, SCHEDULES // 2, durable=True)


def test_a_server_that_has_lost_the_states_goes_on_from_the_snapshot(stage: Stage) -> None:
    """bridge: with only the sealed snapshot nothing that a document has sent is lost, and nothing is done twice."""
    stage.play_many(schedules_with_losses, SCHEDULES // 2, durable=False)


@pytest.mark.parametrize("schedule", FOUND.values(), ids=FOUND)
def test_what_has_failed_once(stage: Stage, schedule: Schedule) -> None:
    """bridge: the shortest schedules of defects that were found in this way."""
    stage.play(schedule)


def test_a_kill_within_a_chain_does_not_end_the_chain(stage: Stage) -> None:
    """bridge: an event is stored with its number and with what it chained, so the rest of the chain is run."""
    log = stage.play({"steps": [["send", 0, "chain"], ["restart", 150]], "faults": [], "durable": True})
    assert log == ["chain1", "chain1.chained"]


def test_a_kill_between_two_files_of_the_disk_manager_loses_or_repeats_the_event(stage: Stage) -> None:
    """gap: Reflex's disk manager writes each State into a file of its own, the sequence numbers among them."""
    stage.loop.thread_seconds = 0.001
    try:
        broken = [each for each in range(6) if not is_kept(stage, [["send", 0, "add"], ["restart", each]])]
    finally:
        stage.loop.thread_seconds = 0
    assert broken


def test_after_many_reloads_a_very_late_repeat_runs_again(stage: Stage) -> None:
    """gap: a session keeps the numbers of its last 32 mounts, so the first mount's are forgotten."""
    reloads = [["reload", 0], ["wait", 20], ["send", 0, "add"], ["wait", 20]] * 34
    steps = [["send", 0, "add"], ["wait", 300], *reloads, ["wait", 41_000]]
    with pytest.raises(AssertionError, match=r"'add1'.* ran twice"):
        stage.play({"steps": steps, "faults": [{"again": 40_000}]})


def is_kept(stage: Stage, steps: list[list[Any]]) -> bool:
    """Whether every promise is kept after these steps."""
    try:
        stage.play({"steps": steps, "faults": [], "durable": True})
    except AssertionError:
        return False
    return True


@pytest.mark.skipif("EXACTLY_ONCE_SCHEDULE" not in os.environ, reason="no EXACTLY_ONCE_SCHEDULE is given")
def test_one_schedule(stage: Stage) -> None:
    """bridge: the schedule of a failure, by itself; with -s, every step of it."""
    try:
        stage.play(json.loads(os.environ["EXACTLY_ONCE_SCHEDULE"]))
    finally:
        print("\n".join(stage.trace))


def server_clicks(mcp_url: str, session: str) -> int:
    """Return the number of clicks as the server has it."""
    arguments = {"session": session, "mount": "reader", "since": 0}
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "reflex_poll", "arguments": arguments},
    }
    headers = {"accept": "application/json, text/event-stream"}
    answer = httpx.post(mcp_url, json=call, headers=headers).raise_for_status().text
    (message,) = [json.loads(line.removeprefix("data:")) for line in answer.splitlines() if line.startswith("data:")]
    values = message["result"]["_meta"][META_KEY]["update"]["vars"]
    (clicks,) = [state["clicks_rx_state_"] for state in values.values() if "clicks_rx_state_" in state]
    return clicks


def counter(widget: WidgetPage) -> Locator:
    """Return the button of the hello widget."""
    return widget.frame.get_by_role("button", name=re.compile("click", re.IGNORECASE))


def expect_clicks(widget: WidgetPage, number: int) -> None:
    """Wait until the button of the hello widget shows the number."""
    expect(counter(widget)).to_have_text(re.compile(rf"\b{number}\b"))


def heal(widget: WidgetPage) -> None:
    """Stop all faults, press Retry if the widget asks for it, and wait until nothing is under way."""
    widget.drop(0)
    widget.delay(0)
    widget.page.evaluate("() => window.__host.release()")
    retry = widget.frame.get_by_role("button", name="Retry")
    idle = widget.frame.locator("[aria-busy=false]")
    for _ in range(3):
        expect(idle.or_(retry).first).to_be_visible()
        widget.wait_for_record("host.calls.every((call) => call.outcome !== 'pending')")
        if retry.count():
            retry.click()
    expect(retry).to_have_count(0)


@pytest.mark.browser
@pytest.mark.parametrize("number", range(12))
def test_clicks_in_two_copies_of_a_widget_count_once_each(open_in_host: OpenInHost, number: int) -> None:
    """bridge: the exported bundle in Chromium, with faults, copies, reloads and repeated results."""
    random = Random(SEED + number)
    first = open_in_host("appbridge", "hello", {"name": "Ada"}, message="m1")
    second = open_in_host("appbridge", "hello", {"name": "Ada"}, message="m1")
    # The second copy is of the first one's message.
    stored = json.dumps({"result": first.result, "widgetState": None})
    second.page.evaluate("text => sessionStorage.setItem('message:m1', text)", stored)
    second.revisit()
    session = first.result["_meta"][META_KEY]["session"]
    done: list[str] = []
    clicks = 0
    for _ in range(5):
        widget = random.choice((first, second))
        faults = ("request", "answer", "result")
        step = random.choice(("drop", "delay", "hold", "reload", "deliver"))
        done.append(f"{'first' if widget is first else 'second'} {step}")
        if step == "drop":
            widget.drop(random.randint(1, 4), random.choice(faults))
        elif step == "delay":
            widget.delay(random.choice((30, 400)))
        elif step == "hold":
            widget.page.evaluate("() => { window.__host.release(); window.__host.hold(); }")
        elif step == "reload":
            heal(widget)
            before = widget.record("initialized")
            widget.reload()
            widget.wait_for_record(f"host.initialized > {before}")
        else:
            widget.deliver()
        for _ in range(random.randint(0, 4)):
            counter(widget).click()
            clicks += 1
    for widget in (first, second):
        heal(widget)
    assert server_clicks(first.mcp_url, session) == clicks, done
    for widget in (first, second):
        counter(widget).click()
        clicks += 1
        expect_clicks(widget, clicks)
        expect(widget.frame.get_by_role("alert")).to_have_count(0)
        widget.assert_clean()
    first.reload()
    expect_clicks(first, clicks)
    assert server_clicks(first.mcp_url, session) == clicks, done
