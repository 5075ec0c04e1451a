"""The reference widgets in hosts made of other people's packages, under the policy that MCP Apps prescribes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.browser import Fault, HostName, WidgetPage
from tests.host_fixtures import OpenInHost
from tests.served import free_port, serve

pytestmark = pytest.mark.browser

FLIGHTS: dict[str, object] = {"origin": "JFK", "destination": "SFO", "date": "2013-07-01"}
HELLO: dict[str, object] = {"name": "Ada"}
MANY = 100

APPBRIDGE = pytest.param("appbridge", {}, id="appbridge")
OPAQUE = pytest.param("appbridge", {"opaque": True}, id="appbridge-opaque")
MODERN = pytest.param("appbridge", {"era": "2026-07-28"}, id="appbridge-2026-07-28")
MCPUI = pytest.param("mcpui", {}, id="mcpui")
MCPUI_OPAQUE = pytest.param("mcpui", {"opaque": True}, id="mcpui-opaque")
OPENAI = pytest.param("openai", {}, id="openai")
OPENAI_BOTH = pytest.param("openai", {"both": True}, id="openai-both")

in_each_host = pytest.mark.parametrize(("host", "options"), [APPBRIDGE, OPAQUE, MCPUI, OPENAI, OPENAI_BOTH])
in_other_ways_too = pytest.mark.parametrize(
    ("host", "options"), [APPBRIDGE, OPAQUE, MODERN, MCPUI, MCPUI_OPAQUE, OPENAI, OPENAI_BOTH]
)
with_storage = pytest.mark.parametrize(("host", "options"), [APPBRIDGE, MCPUI, OPENAI, OPENAI_BOTH])
Options = dict[str, Any]


def rows(frame: FrameLocator) -> Locator:
    """Return the buttons of the flights that are listed."""
    return frame.get_by_role("list", name="Flights").get_by_role("button")


def open_flights(open_in_host: OpenInHost, host: HostName, **options: Any) -> WidgetPage:
    """Return the flights widget when it shows its list."""
    widget = open_in_host(host, "flights", FLIGHTS, **options)
    expect(rows(widget.frame)).to_have_count(8)
    return widget


def open_hello(open_in_host: OpenInHost, host: HostName, **options: Any) -> WidgetPage:
    """Return the hello widget when it shows its greeting."""
    widget = open_in_host(host, "hello", HELLO, **options)
    expect(widget.frame.get_by_role("heading", name="Hello, Ada")).to_be_visible()
    return widget


def counter(widget: WidgetPage) -> Locator:
    """Return the button of the hello widget."""
    return widget.frame.get_by_role("button", name=re.compile("click", re.IGNORECASE))


def expect_clicks(widget: WidgetPage, number: int) -> None:
    """Wait until the button of the hello widget shows the number."""
    expect(counter(widget)).to_have_text(re.compile(rf"\b{number}\b"))


def called(widget: WidgetPage) -> list[tuple[str, int]]:
    """Return the name and the number of events of each call of the widget."""
    return [(call["name"], len(call["arguments"].get("events", []))) for call in widget.calls]


@in_other_ways_too
def test_the_first_state_is_painted_without_a_tool_call(
    open_in_host: OpenInHost, host: HostName, options: Options, request: pytest.FixtureRequest
) -> None:
    """bridge: from opening to the first interaction the widget makes no call."""
    widget = open_flights(open_in_host, host, **options)
    expect(widget.frame.get_by_role("heading", name="JFK")).to_be_visible()
    expect(widget.frame.get_by_role("status")).to_contain_text(f"{widget.result['structuredContent']['count']} flights")
    widget.wait_for_record("host.sizes.length")
    widget.keep_screenshot(f"flights-{request.node.callspec.id}")
    assert widget.calls == []
    widget.assert_clean()


@in_other_ways_too
def test_one_click_is_one_call(open_in_host: OpenInHost, host: HostName, options: Options) -> None:
    """bridge: each event handler that a person triggers costs one call with one event."""
    widget = open_flights(open_in_host, host, **options)
    frame = widget.frame
    frame.get_by_role("button", name="Delay").click()
    expect(frame.get_by_role("status")).to_contain_text("latest to arrive first")
    assert called(widget) == [("reflex_event", 1)]
    rows(frame).first.click()
    expect(frame.get_by_role("button", name="Book it")).to_be_visible()
    widget.wait_for_calls(2)
    assert called(widget) == [("reflex_event", 1)] * 2
    assert {call["via"] for call in widget.calls} == {"openai" if host == "openai" and not options else "mcp"}
    widget.assert_clean()


@in_each_host
def test_ten_clicks_are_ten_calls(open_in_host: OpenInHost, host: HostName, options: Options) -> None:
    """bridge: from opening the widget, with nothing polled in between."""
    widget = open_flights(open_in_host, host, **options)
    back = widget.frame.get_by_role("button", name="All flights")
    for number in range(5):
        rows(widget.frame).nth(number).click()
        back.click()
        expect(back).to_have_count(0)
    widget.wait_for_calls(10)
    assert called(widget) == [("reflex_event", 1)] * 10
    widget.assert_clean()


@in_each_host
def test_a_follow_up_message_reaches_the_chat_and_not_the_server(
    open_in_host: OpenInHost, host: HostName, options: Options, request: pytest.FixtureRequest
) -> None:
    """bridge: `host.send_message` is a host action, so the click makes no call."""
    widget = open_flights(open_in_host, host, **options)
    rows(widget.frame).first.click()
    widget.frame.get_by_role("button", name="Book it").click()
    widget.wait_for_record("host.messages.length")
    (message,) = widget.messages
    assert re.fullmatch(r"Book flight \w+ \d+ from JFK to SFO on Monday 1 July 2013, .*\.", message)
    assert called(widget) == [("reflex_event", 1)]
    widget.keep_screenshot(f"details-{request.node.callspec.id}")
    widget.assert_clean()


@with_storage
def test_a_reloaded_frame_shows_the_widget_as_it_was_left(
    open_in_host: OpenInHost, host: HostName, options: Options
) -> None:
    """bridge: a reload paints the stored result, then asks once for what changed since; nothing runs again."""
    widget = open_hello(open_in_host, host, **options)
    counter(widget).click()
    expect_clicks(widget, 1)
    widget.reload()
    expect_clicks(widget, 1)
    assert called(widget) == [("reflex_event", 1), ("reflex_poll", 0)]
    counter(widget).click()
    expect_clicks(widget, 2)
    widget.assert_clean()


@pytest.mark.parametrize(("host", "options"), [OPAQUE, MCPUI_OPAQUE])
def test_a_reloaded_frame_without_storage_catches_up_with_the_next_event(
    open_in_host: OpenInHost, host: HostName, options: Options
) -> None:
    """gap: in an opaque origin nothing outlives the document, so it shows the opening state until it is used."""
    widget = open_hello(open_in_host, host, **options)
    counter(widget).click()
    expect_clicks(widget, 1)
    widget.reload()
    expect_clicks(widget, 0)
    counter(widget).click()
    expect_clicks(widget, 2)
    widget.assert_clean()


@in_each_host
@pytest.mark.parametrize("fault", ["request", "answer", "result"])
def test_after_failed_calls_retry_runs_the_event_exactly_once(
    open_in_host: OpenInHost, host: HostName, options: Options, fault: Fault
) -> None:
    """bridge: a lost request, a lost answer and an error result leave the event in the queue, with its number."""
    widget = open_hello(open_in_host, host, **options)
    widget.drop(MANY, fault)
    counter(widget).click()
    alert = widget.frame.get_by_role("alert")
    expect(alert).to_be_visible()
    widget.drop(0)
    alert.get_by_role("button", name="Retry").click()
    expect_clicks(widget, 1)
    expect(alert).to_have_count(0)
    counter(widget).click()
    expect_clicks(widget, 2)
    widget.assert_clean()


@in_each_host
def test_one_lost_call_heals_by_itself(open_in_host: OpenInHost, host: HostName, options: Options) -> None:
    """bridge: the person sees nothing of a single failure."""
    widget = open_hello(open_in_host, host, **options)
    widget.drop(1, "answer")
    counter(widget).click()
    expect_clicks(widget, 1)
    expect(widget.frame.get_by_role("alert")).to_have_count(0)
    assert [call["outcome"] for call in widget.calls] == ["failed", "answered"]
    widget.assert_clean()


@in_each_host
def test_clicks_during_a_call_go_together_in_the_next(
    open_in_host: OpenInHost, host: HostName, options: Options
) -> None:
    """bridge: one call is in flight; what queues meanwhile is one batch."""
    widget = open_hello(open_in_host, host, **options)
    with widget.held_calls():
        for _ in range(4):
            counter(widget).click()
    expect_clicks(widget, 4)
    assert called(widget) == [("reflex_event", 1), ("reflex_event", 3)]
    assert [call["inFlight"] for call in widget.calls] == [1, 1]
    widget.assert_clean()


@in_each_host
def test_a_result_that_is_delivered_twice_changes_nothing(
    open_in_host: OpenInHost, host: HostName, options: Options
) -> None:
    """bridge: an update older than what the widget holds is ignored."""
    widget = open_hello(open_in_host, host, **options)
    counter(widget).click()
    expect_clicks(widget, 1)
    widget.deliver()
    counter(widget).click()
    expect_clicks(widget, 2)
    assert called(widget) == [("reflex_event", 1)] * 2
    widget.assert_clean()


@in_each_host
def test_the_theme_of_the_host_is_followed(
    open_in_host: OpenInHost, host: HostName, options: Options, request: pytest.FixtureRequest
) -> None:
    """spec: MCP Apps 2026-01-26, Theming; and `window.openai.theme`."""
    widget = open_flights(open_in_host, host, theme="dark", width=390, **options)
    page = widget.frame.locator(":root")
    expect(page).to_have_css("color-scheme", "dark")
    widget.wait_for_record("host.sizes.length")
    widget.keep_screenshot(f"dark-{request.node.callspec.id}")
    widget.set_context(theme="light")
    expect(page).to_have_css("color-scheme", "light")
    assert widget.calls == []
    widget.assert_clean()


@pytest.mark.parametrize(("host", "options"), [APPBRIDGE, OPAQUE, OPENAI, OPENAI_BOTH])
def test_a_result_that_comes_late_is_painted(open_in_host: OpenInHost, host: HostName, options: Options) -> None:
    """spec: MCP Apps 2026-01-26, Tool Result; hosts show a widget before its tool has answered."""
    widget = open_flights(open_in_host, host, late=300, **options)
    assert widget.calls == []
    widget.assert_clean()


@in_each_host
def test_a_host_that_drops_meta_still_shows_a_read_only_widget(
    open_in_host: OpenInHost, host: HostName, options: Options
) -> None:
    """bridge: without the state in `_meta` the widget asks for it in `structuredContent`."""
    widget = open_hello(open_in_host, host, meta=False, **options)
    counter(widget).click()
    expect_clicks(widget, 1)
    widget.assert_clean()


@pytest.mark.parametrize(("host", "options"), [APPBRIDGE, MCPUI, OPENAI])
@pytest.mark.parametrize("width", [390, 768])
def test_nothing_sticks_out(open_in_host: OpenInHost, host: HostName, options: Options, width: int) -> None:
    """bridge: the widgets fit a phone and a desktop chat, and the frame is as high as its content."""
    widget = open_flights(open_in_host, host, width=width, **options)
    widget.wait_for_record("host.sizes.length")
    page = widget.frame.locator(":root")
    assert page.evaluate("root => root.scrollWidth - root.clientWidth") == 0
    height = page.evaluate("root => Math.ceil(document.getElementById('root').getBoundingClientRect().height)")
    widget.wait_for_record(f"Math.abs(host.sizes.at(-1).height - {height}) <= 4")
    widget.assert_clean()


def test_without_messages_there_is_no_button_that_sends_one(open_in_host: OpenInHost) -> None:
    """bridge: what a host cannot do is not offered; VS Code and Cursor have no `ui/message`."""
    widget = open_flights(open_in_host, "appbridge", without="message")
    rows(widget.frame).first.click()
    expect(widget.frame.get_by_role("button", name="All flights")).to_be_visible()
    expect(widget.frame.get_by_role("button", name="Book it")).to_have_count(0)
    widget.assert_clean()


@with_storage
def test_a_chat_that_is_opened_again_shows_the_widget_as_it_was_left(
    open_in_host: OpenInHost, host: HostName, options: Options
) -> None:
    """bridge: the host redelivers the result of the message; the tool is not called again."""
    widget = open_hello(open_in_host, host, message="m1", **options)
    counter(widget).click()
    expect_clicks(widget, 1)
    widget.revisit()
    expect_clicks(widget, 1)
    assert "reflex_event" not in [name for name, _ in called(widget)]
    widget.assert_clean()


@in_each_host
@pytest.mark.parametrize("manager", ["memory", "disk"])
def test_a_widget_goes_on_when_its_server_was_restarted(
    open_in_host: OpenInHost, host: HostName, options: Options, manager: str, tmp_path: Path
) -> None:
    """bridge: the State is still there, or restored from the sealed snapshot, and then the person is told so."""
    command = ["-m", "mcp_bridge.cli", "serve", "--port", str(free_port())]
    with serve(command, tmp_path / "first", REFLEX_STATE_MANAGER_MODE=manager) as url:
        widget = open_hello(open_in_host, host, server=url, **options)
        counter(widget).click()
        expect_clicks(widget, 1)
    with serve(command, tmp_path / "second", REFLEX_STATE_MANAGER_MODE=manager):
        counter(widget).click()
        expect_clicks(widget, 2)
        notice = widget.frame.get_by_text("as you left it")
        expect(notice).to_have_count(1 if manager == "memory" else 0)
        if manager == "memory":
            widget.frame.get_by_role("button", name="Dismiss").click()
            expect(notice).to_have_count(0)
        expect(widget.frame.get_by_role("alert")).to_have_count(0)
        counter(widget).click()
        expect_clicks(widget, 3)
        widget.assert_clean()


@in_each_host
def test_a_violation_of_the_policy_is_noticed(open_in_host: OpenInHost, host: HostName, options: Options) -> None:
    """spec: MCP Apps 2026-01-26, Content Security Policy; and a check that `assert_clean` can fail."""
    widget = open_hello(open_in_host, host, **options)
    with widget.page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        widget.frame.locator(":root").evaluate("() => { new Image().src = 'https://example.com/pixel.png'; }")
    assert any("img-src" in violation for violation in widget.violations)
    with pytest.raises(AssertionError, match="img-src"):
        widget.assert_clean()
