"""The tests of the project of planted bugs; tests/test_testing_browser.py runs them, and reads what they say."""

from __future__ import annotations

import os
import shutil

import pytest
from planted.planted import Counter
from playwright.sync_api import expect, sync_playwright

from mcp_bridge import CallError


@pytest.mark.hosts("chatgpt", themes=["light", "dark"], widths=[390])
def test_pass_hosts(widget_page):
    page = widget_page("fine", at=5)
    expect(page.get_by_text("The count is 5.")).to_be_visible()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("The count is 7.")).to_be_visible()
    page.get_by_role("button", name="Tell").click()
    assert page.host.wait_for("messages") == ["Counted."]
    assert page.host.scene.width == 390
    page.check_accessibility()
    page.check_layout()


@pytest.fixture(scope="module")
def other_page():
    """A page of somebody else's Playwright, open beside the kit's."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield chromium.new_page()
        chromium.close()


def test_pass_other_browser(other_page):
    other_page.set_content("<p>one</p>")
    assert other_page.inner_text("p") == "one"


def test_pass_beside_other_browser(widget_page):
    expect(widget_page("fine", at=5).get_by_text("The count is 5.")).to_be_visible()


def test_pass_other_browser_again(other_page):
    other_page.set_content("<p>two</p>")
    assert other_page.inner_text("p") == "two"


async def test_pass_without_browser_between(open_widget):
    widget = await open_widget("fine", at=5)
    await widget.send(Counter.add)
    assert widget.state.count == 7


async def test_pass_unknown_event(open_widget):
    widget = await open_widget("fine", at=5)
    with pytest.raises(CallError, match="hidden"):
        await widget.send(Counter.hidden)


def test_pass_after_remount_and_offline(widget_page):
    page = widget_page.on("chatgpt", locale="ar-EG")("fine", at=1)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("The count is 3.")).to_be_visible()
    page.remount()
    expect(page.get_by_text("The count is 3.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The count is 3.")).to_be_visible()
    with page.host.quirk("offline"):
        page.get_by_role("button", name="Add").click()
        page.host.wait_for("calls", 2)
    expect(page.get_by_text("The count is 5.")).to_be_visible(timeout=20_000)


@pytest.mark.scenes
@pytest.mark.hosts("claude")
def test_pass_host_before_scene(widget_page):
    page = widget_page()
    assert (page.host.scene.host, page.host.scene.theme) == ("claude", "dark")


@pytest.mark.scenes
def test_pass_with_scene(widget_page, scene):
    page = widget_page()
    expect(page.get_by_text(f"The count is {scene.input['at']}.")).to_be_visible()
    assert page.host.scene.theme == "dark"


async def test_pass_with_scene_without_browser(open_widget):
    widget = await open_widget(scene="late-night")
    assert widget.state.count == 23


def test_pass_tools(check_tools):
    check_tools()


def test_pass_picture(widget_page):
    widget_page("fine", at=5).check_screenshot()


@pytest.mark.allows("violations")
def test_pass_allowed_violation(widget_page):
    widget_page("leaky")


def test_pass_cleared_errors(widget_page):
    page = widget_page("lossy")
    page.get_by_role("button", name="Boom").click()
    page.host.wait_for("calls")
    assert "ValueError: a bug of the author" in page.errors[0]
    page.errors.clear()


def test_fail_by_wrong_state(widget_page):
    page = widget_page("fine", at=5)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("The count is 6.")).to_be_visible(timeout=1000)


def test_fail_by_missing_text(widget_page):
    page = widget_page("fine", at=5)
    expect(page.get_by_text("Five")).to_be_visible(timeout=500)


def test_fail_by_violation(widget_page):
    widget_page("leaky")


def test_fail_by_contrast_and_name(widget_page):
    widget_page("faint").check_accessibility()


def test_fail_by_layout_shift(widget_page):
    page = widget_page("jumpy")
    expect(page.get_by_text("Something new")).to_be_visible()
    page.check_layout()


def test_fail_by_overflow(widget_page):
    widget_page.on(width=390)("wide").check_layout()


def test_fail_by_growth(widget_page):
    page = widget_page("growing")
    page.get_by_role("button", name="Grow").click()
    page.host.wait_for("sizes", 10)
    page.check_layout()


def test_fail_by_messages_that_never_come(widget_page):
    page = widget_page("lossy")
    page.get_by_role("button", name="Boom").click()
    page.host.wait_for("messages", seconds=0.5)


def test_fail_by_lost_event(widget_page):
    page = widget_page("lossy")
    page.get_by_role("button", name="Lose").click()
    page.host.wait_for("calls")


def test_fail_by_uncaught_error(widget_page):
    widget_page("lossy").get_by_role("button", name="Throw").click()


def test_fail_by_what_a_handler_raises(widget_page):
    page = widget_page("lossy")
    page.get_by_role("button", name="Boom").click()
    page.host.wait_for("calls")


def test_fail_by_other_tools(check_tools):
    check_tools("other")


def test_fail_by_another_picture(widget_page):
    widget_page("fine", at=8).check_screenshot()


def test_fail_by_no_picture(widget_page):
    widget_page("fine", at=8).check_screenshot("none")


async def test_fail_by_async(widget_page):
    pass


def test_fail_by_unknown_tool(widget_page):
    widget_page("fin")
