"""`on_load` of a widget: it runs after the opening handler, and its work belongs to a view that somebody looks at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import reflex as rx

from mcp_bridge import WidgetError, manifest, widget
from mcp_bridge._reflex_run import ON_LOAD
from mcp_bridge.bridge import Bridge
from mcp_bridge.events import Widgets
from tests.demo import demo_app, var
from tests.registries import separate_registry
from tests.test_events import Widget
from tests.test_restore import asked, forget_states

pytestmark = pytest.mark.anyio


class Page(rx.State):
    """What the page shows."""

    opened: str = ""
    loads: int = 0
    half_loads: int = 0
    jobs: int = 0

    @rx.event
    def open_page(self, name: str) -> None:
        """Open."""
        self.opened = f"{name}, {self.loads} loads before"

    @rx.event
    def load(self, by: int = 1) -> None:
        """Load at once."""
        self.loads += by

    @rx.event
    async def load_slowly(self) -> AsyncIterator[Any]:
        """Load in two steps, when the test lets it."""
        self.half_loads += 1
        yield Page.job
        yield
        await _gates[-1].wait()
        self.loads += 1

    @rx.event(background=True)
    async def job(self) -> None:
        """Work that does not end with the view."""
        await _gates[-1].wait()
        async with self:
            self.jobs += 1

    @rx.event
    def needs(self, city: str) -> None:
        """Take an argument."""


_gates: list[asyncio.Event] = []
STATE = Page.get_full_name()
ROOT = rx.State.get_full_name()

with separate_registry() as registry:

    @widget(on_call=Page.open_page, on_load=[Page.load, Page.load(10)], structured_content=[Page.loads], read_only=True)
    def quick() -> rx.Component:
        """Load at once."""
        return rx.text(Page.loads)

    @widget(on_call={"slow": Page.open_page}, on_load=Page.load_slowly, structured_content=[Page.loads])
    def slow() -> rx.Component:
        """Load slowly."""
        return rx.text(Page.loads)


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    """An app with pages for the two widgets."""
    app = demo_app()
    events = (ON_LOAD, f"{STATE}.load")
    exports: list[manifest.Export] = []
    for each in registry.widgets.values():
        app.add_page(each.component, route=f"widgets/{each.name}", on_load=list(each.on_load))
        needs = manifest.Needs()
        export = manifest.Export(
            each.name, each.title, each.description, b"<!doctype html>", events, (ROOT, STATE), needs
        )
        exports.append(export)
    written = manifest.write(tmp_path, "demo", exports)
    _gates.append(asyncio.Event())
    yield Bridge(name="demo", folder=tmp_path, manifest=written, tools=registry, widgets=Widgets(app))
    for each in registry.widgets.values():
        # 0.10.1: there is no way to take a page back.
        app._unevaluated_pages.pop(f"widgets/{each.name}")
        app._load_events.pop(f"widgets/{each.name}")


async def opened(bridge: Bridge, tool: str) -> tuple[Widget, dict[str, Any]]:
    """Open a widget; gives it and the answer to the model's call."""
    result = await bridge.call_tool(tool, {"name": "Ada"}, "")
    assert not result.is_error, result.text
    answer = result.meta["mcp-bridge"]
    return Widget(bridge, answer["session"], answer["update"]["version"]), {**answer, "structured": result.structured}


async def test_a_quick_load_is_in_the_first_view(bridge: Bridge) -> None:
    """bridge: `on_load` runs after the opening handler, and costs no call."""
    async with bridge.running():
        _, answer = await opened(bridge, "quick")
    shown = answer["update"]["vars"][STATE]
    assert (shown[var("opened")], shown[var("loads")]) == ("Ada, 0 loads before", 11)
    assert answer["update"]["vars"][ROOT][var("is_hydrated")] is True
    assert answer["update"]["pending"] is False
    assert answer["structured"] == {"loads": 11}


async def test_a_slow_load_comes_after_the_first_view(bridge: Bridge) -> None:
    """bridge: the model's call does not wait for the page load, also while a handler holds the State's lock."""
    async with bridge.running():
        bridge.widgets.flush_seconds = 0.1
        page, answer = await opened(bridge, "slow")
        shown = answer["update"]["vars"][STATE]
        assert (shown[var("opened")], shown[var("half_loads")], shown[var("loads")]) == ("Ada, 0 loads before", 1, 0)
        assert answer["update"]["pending"] is True
        assert answer["structured"] == {"loads": 0}
        _gates[-1].set()
        update = (await page.poll())["update"]
        while update["pending"]:
            update = (await page.poll())["update"]
        assert update["context"]["structuredContent"] == {"loads": 1}


async def test_what_a_closed_widget_was_loading_is_cancelled_and_runs_when_it_is_back(bridge: Bridge) -> None:
    """bridge: closing the widget ends its page-load work after a grace time, but not background jobs."""
    async with bridge.running():
        bridge.widgets.flush_seconds, bridge.widgets.grace_seconds = 0.1, 0.8
        page, _ = await opened(bridge, "slow")
        session = bridge.widgets.sessions.find(page.session)
        assert session is not None
        async with asyncio.timeout(10):
            while not (await session.mailbox.since(0)).events:
                await asyncio.sleep(0.02)
        _gates[-1].set()
        update = (await page.poll())["update"]
        assert [event["name"] for _, event in update["events"]] == [ON_LOAD]
        while update["pending"]:
            update = (await page.poll())["update"]
        # The job went on; the load did not.
        full = (await page.send(since=0))["update"]["vars"][STATE]
        assert (full[var("jobs")], full[var("loads")]) == (1, 0)
        page.seq = 1
        call = {"session": page.session, "mount": "m1", "since": page.version}
        await page.ask("reflex_event", {**call, "events": [{"seq": 1, "name": ON_LOAD, "payload": {}}]})
        full = (await page.send(since=0))["update"]["vars"][STATE]
        assert (full[var("jobs")], full[var("loads")]) == (2, 1)


async def test_a_widget_that_is_heard_of_goes_on_loading(bridge: Bridge) -> None:
    """bridge: a poll says that somebody looks."""
    async with bridge.running():
        bridge.widgets.flush_seconds, bridge.widgets.grace_seconds = 0.05, 0.6
        bridge.widgets.poll_seconds = 0.2
        page, _ = await opened(bridge, "slow")
        polls = [(await page.poll())["update"] for _ in range(6)]
        assert [(update["pending"], update["events"]) for update in polls] == [(True, [])] * 6
        _gates[-1].set()
        while (await page.poll())["update"]["pending"]:
            pass
        assert (await page.send(since=0))["update"]["vars"][STATE][var("loads")] == 1


async def test_a_document_that_comes_later_loads_again(bridge: Bridge) -> None:
    """bridge: a reload of the conversation is a page load, by an event of the widget."""
    async with bridge.running():
        page, _ = await opened(bridge, "quick")
        call = {"session": page.session, "mount": "m2", "since": 0}
        answer = await page.ask("reflex_event", {**call, "events": [{"seq": 1, "name": ON_LOAD, "payload": {}}]})
        assert answer["update"]["vars"][STATE][var("loads")] == 22


async def test_a_snapshot_is_not_loaded_over(bridge: Bridge) -> None:
    """bridge: a session that comes back from its snapshot is as it was; a new document asks for the load itself."""
    async with bridge.running():
        page, _ = await opened(bridge, "quick")
        call = {"session": page.session, "mount": "m1", "since": 0}
        answer = await page.ask(
            "reflex_event", {**call, "events": [{"seq": 1, "name": f"{STATE}.load", "payload": {}}]}
        )
        seal = answer["update"]["seal"]
        forget_states()
        bridge.widgets.sessions.forget(page.session)
        again = asked(page, seal, tool="quick")
        again["events"] = [{"seq": 1, "name": f"{STATE}.load", "payload": {}}]
        answer = await page.ask("reflex_event", again)
        assert answer["rung"] == "snapshot"
        assert answer["update"]["vars"][STATE][var("loads")] == 13
        assert answer["update"]["vars"][ROOT][var("is_hydrated")] is True


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (Page.needs, "on_load is `Page.needs`, which takes `city`, but a page brings no argument. Bind it: "),
        ([Page.load, "load"], "on_load is 'load' (str), not an event. Name a method of a State, for example "),
        (lambda: None, "on_load is a function, not an event. "),
    ],
)
def test_what_cannot_be_loaded_is_refused_at_import(given: Any, sentence: str) -> None:
    """bridge: each mistake of an author is named where it is made."""
    with pytest.raises(WidgetError) as caught, separate_registry():
        widget(on_call=Page.open_page, on_load=given, name="bad")(quick)
    assert f"widget `bad`: {sentence}" in str(caught.value)
