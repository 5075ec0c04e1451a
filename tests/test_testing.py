"""The test kit, on the reference app: widgets opened and clicked in milliseconds, without a browser."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.flight_state import Flights
from app.hello import Hello
from mcp_bridge import BridgeError, CallError, ToolError, host
from mcp_bridge.scenes import Scene, hosts
from mcp_bridge.testing.kit import endpoint, headers_of
from mcp_bridge.testing.matrix import combinations
from mcp_bridge.testing.snapshots import as_text
from tests.own_process import run_pytest

ROUTE: dict[str, Any] = {"origin": "JFK", "destination": "SFO", "date": dt.date(2013, 7, 1)}
HOME: dict[str, Any] = {"bedrooms": 3, "baths": 1.75, "square_feet": 1440, "year_built": 1956, "lot_acres": 0.28}


async def test_a_widget_has_text_and_data_for_the_model_and_a_state(open_widget: Any) -> None:
    """bridge: what each actor gets of a call."""
    widget = await open_widget("flights", **ROUTE)
    assert widget.text.startswith("22 flights from JFK to SFO")
    assert len(widget.structured_content["flights"]) == 22
    assert (len(widget.state.rows), widget.state.order) == (8, "departure")
    assert widget.vars["Flights"]["order"] == "departure"
    assert (widget.calls, widget.messages, widget.effects) == (0, [], [])


async def test_a_click_changes_the_state_the_view_and_what_the_model_knows(open_widget: Any) -> None:
    """bridge: as in a browser, by way of the same server."""
    widget = await open_widget("flights", **ROUTE)
    await widget.send(Flights.choose_airline("UA"), Flights.sort("delay"))
    assert (widget.state.airline, widget.state.order, widget.calls) == ("UA", "delay", 1)
    assert widget.vars["Flights"]["order"] == "delay"
    hello = await open_widget("hello", name="Ada")
    assert hello.structured_content == hello.model_context["structuredContent"] == {"name": "Ada"}
    with pytest.raises(CallError, match=r"`.*hello\.greet` does not occur in the widget `hello`"):
        await hello.send(Hello.greet("Bob"))


async def test_follow_up_messages_are_noted(open_widget: Any) -> None:
    """bridge: effects of handlers."""
    widget = await open_widget("flights", **ROUTE)
    await widget.send(host.send_message("Book UA 303."), host.open_link("https://example.com"))
    assert (widget.messages, widget.links, widget.calls) == (["Book UA 303."], ["https://example.com"], 0)


async def test_a_foreseen_failure_of_the_opening_is_raised(open_widget: Any) -> None:
    """bridge: `pytest.raises(ToolError)` reads as the model's error."""
    with pytest.raises(ToolError, match="JFK"):
        await open_widget("flights", **{**ROUTE, "destination": "JFK"})
    with pytest.raises(ToolError, match="`origin`"):
        await open_widget("flights", destination="SFO")
    with pytest.raises(BridgeError, match=r"no tool 'flight' opens a widget\. Those that do: flights, hello, val"):
        await open_widget("flight")


async def test_each_test_has_states_of_its_own(open_widget: Any) -> None:
    """bridge: two widgets are two sessions."""
    first, second = await open_widget("hello", name="Ada"), await open_widget("hello", name="Bob")
    await first.send(Hello.count, Hello.count)
    assert (first.state.clicks, second.state.clicks, second.state[Hello].name) == (2, 0, "Bob")


@pytest.mark.virtual_time
async def test_a_job_of_minutes_takes_no_time_and_can_be_looked_at(
    open_widget: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bridge: time control for long jobs."""
    widget = await open_widget("valuation", **HOME, thoroughness="quick")
    assert widget.text.startswith("A home in Grinnell, Iowa")
    await widget.settle()
    assert (widget.state.status, widget.state.percent) == ("done", 100)
    assert widget.model_context["structuredContent"]["status"] == "done"


async def test_a_widget_goes_on_after_a_deployment(open_widget: Any) -> None:
    """bridge: with the States, and with nothing but the snapshot that it carries."""
    widget = await open_widget("hello", name="Ada")
    await widget.send(Hello.count)
    await widget.restart_server()
    await widget.send(Hello.count)
    assert (widget.state.clicks, widget.notices) == (2, [])
    await widget.restart_server(keeps_states=False)
    assert widget.state.clicks == 2
    await widget.send(Hello.count)
    assert (widget.state.clicks, widget.vars["Hello"]["clicks"]) == (3, 3)
    assert widget.notices == ["The server was restarted. This view is as you left it."]
    await widget.reload()
    assert widget.vars["Hello"] == {"name": "Ada", "clicks": 3}


_CONFIG = """
import reflex as rx
from mcp_bridge import WidgetsPlugin

config = rx.Config(app_name="counter", plugins=[WidgetsPlugin()], disable_plugins=[rx.plugins.SitemapPlugin])
"""
_APP = """
import asyncio
import reflex as rx
from mcp_bridge import ToolError, widget

class Counter(rx.State):
    count: int = 0
    loads: int = 0
    _step: int = 2

    @rx.event
    def start(self, at: int):
        self.count = at

    @rx.event
    def load(self):
        self.loads += 1

    @rx.event
    def add(self):
        self.count += self._step

    @rx.event
    def boom(self):
        raise ValueError("a bug of the author")

    @rx.event
    def refuse(self):
        raise ToolError("The counter is closed.")

    @rx.event
    async def slowly(self):
        for _ in range(10):
            self.count += 1
            yield
            await asyncio.sleep(1)

    @rx.event(background=True)
    async def job(self):
        await asyncio.sleep(60)
        async with self:
            self.count = 1000

@widget(on_call=Counter.start, on_load=Counter.load, structured_content=[Counter.count])
def counter():
    \"\"\"Count.\"\"\"
    return rx.text(Counter.count)

app = rx.App()
"""
_TESTS = """
import pytest
from counter.counter import Counter

async def test_pass(open_widget):
    widget = await open_widget("counter", at=5)
    await widget.send(Counter.add)
    assert (widget.state.count, widget.state._step, widget.state.loads) == (7, 2, 1)
    await widget.send(Counter.refuse)
    assert widget.errors == ["The counter is closed."]
    await widget.reload()
    assert widget.state.loads == 2

@pytest.mark.virtual_time
async def test_pass_with_time(open_widget):
    widget = await open_widget("counter", at=0)
    await widget.send(Counter.slowly, wait=False)
    await widget.pass_time(4.2)
    assert widget.vars["Counter"]["count"] == 5
    await widget.settle()
    assert widget.state.count == 10
    await widget.send(Counter.job, wait=False)
    await widget.pass_time(30)
    assert (widget.is_pending, widget.state.count) == (True, 10)
    await widget.cancel(Counter.job)
    assert (widget.is_pending, widget.state.count) == (False, 10)
    await widget.send(Counter.job, seconds=100)
    assert widget.model_context["structuredContent"] == {"count": 1000}

async def test_fail_by_wrong_state(open_widget):
    widget = await open_widget("counter", at=5)
    await widget.send(Counter.add)
    assert widget.state.count == 6

async def test_fail_by_what_a_handler_raises(open_widget):
    widget = await open_widget("counter", at=5)
    await widget.send(Counter.boom)

async def test_fail_by_what_never_ends(open_widget):
    widget = await open_widget("counter", at=5)
    await widget.send(Counter.job, seconds=0.2)

def test_fail_without_async(open_widget):
    pass
"""


def test_the_kit_is_there_wherever_the_package_is_installed(tmp_path: Path) -> None:
    """bridge: a project of its own, with nothing configured; it finds planted bugs and shows the author's own lines."""
    (tmp_path / "counter").mkdir()
    (tmp_path / "counter/__init__.py").touch()
    (tmp_path / "rxconfig.py").write_text(_CONFIG)
    (tmp_path / "counter/counter.py").write_text(_APP)
    (tmp_path / "test_counter.py").write_text(_TESTS)
    done = run_pytest(tmp_path, "-W", "error")
    said = done.stdout
    assert "3 failed, 2 passed, 1 error" in said, said + done.stderr
    assert "assert 7 == 6" in said
    assert "ValueError: a bug of the author" in said
    assert re.search(r"counter/counter\.py:\d+: ValueError", said)
    assert "TimeoutError: `job` still runs after 0.2 s. Give `seconds=...`" in said
    assert "takes `open_widget`, but is not asynchronous. Declare it with `async def`." in said


def test_a_matrix_is_each_combination_by_a_name_that_tells_it() -> None:
    """bridge: `@pytest.mark.hosts`."""
    assert combinations(("claude", "chatgpt"), themes=["light", "dark"], widths=[390]) == {
        "claude-light-390": Scene(host="claude", theme="light", width=390),
        "claude-dark-390": Scene(host="claude", theme="dark", width=390),
        "chatgpt-light-390": Scene(host="chatgpt", theme="light", width=390),
        "chatgpt-dark-390": Scene(host="chatgpt", theme="dark", width=390),
    }
    assert combinations((), quirks=["offline"]) == {"offline": Scene(quirks=["offline"])}
    assert list(combinations(("all",))) == list(hosts())
    assert list(combinations(("interactive",))) == [name for name in hosts() if name != "goose"]
    assert list(combinations(("goose", "interactive", "claude"))) == [
        "goose",
        *(name for name in hosts() if name != "goose"),
    ]


def test_the_metadata_of_tools_is_the_same_in_whatever_order_they_were_declared() -> None:
    """bridge: a snapshot does not depend on which test module was imported first."""
    tools = [{"name": name, "_meta": {"ui": {"resourceUri": f"ui://a/{name}.html?v=12"}}} for name in ("b", "a")]
    resources = [{"uri": f"ui://a/{name}.html?v={version}", "size": 9} for name in ("b", "a") for version in (2, 1)]
    assert as_text(tools, resources) == as_text(reversed(tools), [*resources[2:], *resources[:2]])
    assert json.loads(as_text(tools, resources))["resources"] == [
        {"uri": "ui://a/a.html?v=…"},
        {"uri": "ui://a/b.html?v=…"},
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://pizza.example.com", "https://pizza.example.com/mcp"),
        ("https://pizza.example.com/", "https://pizza.example.com/mcp"),
        ("http://127.0.0.1:8000/shop/mcp", "http://127.0.0.1:8000/shop/mcp"),
    ],
)
def test_a_url_without_a_path_is_that_of_the_endpoint(url: str, expected: str) -> None:
    """bridge: `--mcp-bridge-url`, as in the commands."""
    assert endpoint(url) == expected


def test_a_url_and_headers_that_cannot_be_used_are_refused() -> None:
    """bridge: `--mcp-bridge-url` and `--mcp-bridge-header`, in a sentence with the cure."""
    assert headers_of(["Authorization: Bearer a:b", "x-team:1"]) == {"authorization": "Bearer a:b", "x-team": "1"}
    with pytest.raises(BridgeError, match=r"--mcp-bridge-url is 'pizza', which is no URL with http or https\. Write"):
        endpoint("pizza")
    for given in ("secret", ": secret"):
        with pytest.raises(BridgeError, match=r"has no name, or no colon\. Write it like 'Authorization: Bearer"):
            headers_of([given])
