"""The emulator's panels, its conversation and its saved scenes, in Chromium against the reference app.

One page serves all tests; each begins with a scene of its own. `wait_for_function` evaluates text, which the page's
policy refuses: wait with `expect`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect, sync_playwright

from tests.served import PROJECT, serve

JFK = {"origin": "JFK", "destination": "SFO", "date": "2013-07-01"}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference app in a folder of its own, so that scenes are saved there."""
    folder = tmp_path_factory.mktemp("panels")
    for name in ("rxconfig.py", "app", "components", "assets", "dist"):
        (folder / name).symlink_to(PROJECT / name)
    return folder


@pytest.fixture(scope="module")
def tab(project: Path) -> Iterator[Page]:
    """One page for all tests, with its uncaught errors as failures."""
    arguments = ["-m", "mcp_bridge.cli", "serve", "--port", "0"]
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with (
        serve(arguments, project / "log", folder=project, PYTHONPATH=str(PROJECT)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1500, "height": 1000}, locale="en-US", base_url=url[:-4])
        page = context.new_page()
        page.set_default_timeout(10_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/")
        yield page
        browser.close()
    assert errors == []


@pytest.fixture
def page(tab: Page) -> Page:
    """The page with an empty conversation."""
    tab.goto("about:blank")
    tab.set_viewport_size({"width": 1500, "height": 1000})
    tab.goto("/")
    expect(tab.locator("#main")).to_be_visible()
    return tab


def run(page: Page, tool: str, given: dict[str, Any], **scene: Any) -> FrameLocator:
    """Open a scene and run its tool."""
    page.evaluate(
        "async (scene) => { await emulator.set(scene); await emulator.run(); }", {"tool": tool, "input": given, **scene}
    )
    expect(page.locator("#stage")).to_have_attribute("data-state", "open")
    return page.frame_locator("iframe")


def panel(page: Page, name: str) -> Locator:
    """Show a tab."""
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel")


def test_reflex_panel_shows_events_and_what_they_changed(page: Page) -> None:
    """bridge: the bridge's calls are shown as the author's events and vars."""
    widget = run(page, "hello", {"name": "Ada"})
    widget.get_by_role("button").click()
    expect(widget.get_by_role("button")).to_have_text("Clicks: 1")
    widget.get_by_role("button").click()
    expect(widget.get_by_role("button")).to_have_text("Clicks: 2")

    reflex = panel(page, "Reflex")
    expect(page.get_by_role("tab", name="Reflex")).to_have_text("Reflex 3")
    exchanges = reflex.locator("details.exchange")
    expect(exchanges.nth(0)).to_contain_text('Hello.name = "Ada"')
    expect(exchanges.nth(2)).to_contain_text("Hello.count()")
    expect(exchanges.nth(2)).to_contain_text("Hello.clicks 1 → 2")
    exchanges.nth(2).locator("> summary").press("Enter")
    expect(exchanges.nth(2).get_by_role("row").nth(1)).to_have_text("Hello.clicks12")
    expect(exchanges.nth(2)).to_contain_text("sealed snapshot of")

    reflex.get_by_label("Filter the exchanges by text").fill("no such var")
    expect(reflex).to_contain_text("None of the 3 exchanges matches the filter.")
    reflex.get_by_label("Which exchanges").select_option("event")
    reflex.get_by_label("Filter the exchanges by text").fill("clicks 2")
    expect(reflex.locator("details.exchange:visible")).to_have_count(1)


def test_state_is_shown_in_its_parts_with_their_sizes(page: Page) -> None:
    """spec: ChatGPT's widgetState has a part for the model and a private one; a state costs tokens."""
    run(page, "hello", {"name": "Ada"}, host="chatgpt")
    state = panel(page, "State")
    expect(state.get_by_text("modelContent is empty.")).to_be_visible()
    expect(state.get_by_role("heading", name="privateContent")).to_be_visible()
    expect(state).to_contain_text("KB · no tokens")
    expect(state).to_contain_text("of ChatGPT’s 4,000")
    expect(state.get_by_role("button", name="Show all").first).to_be_visible()

    page.evaluate("async () => { await emulator.set({ host: 'claude' }); await emulator.run(); }")
    expect(state).to_contain_text("The widget has set no widgetState.")


def test_messages_are_searched_and_copied(page: Page) -> None:
    """bridge: every message both ways, with time and size."""
    run(page, "hello", {"name": "Ada"}, host="plain")
    messages = panel(page, "Messages")
    shown = messages.locator("details.entry:visible")
    expect(shown.filter(has_text="ui/initialize result")).to_contain_text("took")
    messages.get_by_label("Which messages").select_option("widget")
    messages.get_by_label("Filter the messages by text").fill("initialize")
    expect(shown).to_have_count(2)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    messages.get_by_role("button", name="Copy the messages that are shown").click()
    copied = json.loads(page.evaluate("() => navigator.clipboard.readText()"))
    assert [(each["sender"], each["message"]["method"]) for each in copied] == [
        ("widget", "ui/initialize"),
        ("widget", "ui/notifications/initialized"),
    ]


def test_partial_input_and_input_are_what_the_widget_gets(page: Page) -> None:
    """spec: ui/notifications/tool-input-partial."""
    run(page, "flights", JFK, quirks=["partial-input"])
    given = panel(page, "Widget gets")
    expect(given.get_by_role("heading", name="Tool input")).to_be_visible()
    expect(given).to_contain_text("Partial input")
    expect(given.get_by_role("heading", name="_meta")).to_be_visible()


def test_conversation_goes_on_from_what_a_widget_says(page: Page) -> None:
    """bridge: the person plays the model; follow-ups of the widget are turns of the user."""
    widget = run(page, "flights", JFK, host="claude")
    talk = panel(page, "Conversation")
    widget.get_by_role("button", name="UA 303").click()
    widget.get_by_role("button", name="Book it").click()
    turns = talk.locator(".turn")
    expect(turns.last).to_contain_text("Book flight UA 303 from JFK to SFO")
    expect(turns.last).to_contain_text("User, sent by the widget")

    answer = talk.get_by_label("What the model says of it")
    answer.fill("Let me look at the delays.")
    answer.press("Enter")
    expect(turns.last).to_contain_text("Let me look at the delays.")
    talk.get_by_role("radio", name="Model calls").check()
    talk.get_by_label("Tool", exact=True).select_option("delays")
    talk.get_by_label("Origin").fill("JFK")
    talk.get_by_label("Destination").fill("SFO")
    talk.get_by_role("button", name="Call", exact=True).click()
    expect(turns).to_have_count(4)
    expect(turns.last).to_contain_text("The model reads about")
    # A tool without UI leaves the widget where it is.
    expect(widget.get_by_role("button", name="Book it")).to_be_visible()

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    talk.get_by_role("button", name="Copy the conversation").click()
    reads = json.loads(page.evaluate("() => navigator.clipboard.readText()"))
    assert [each["role"] for each in reads] == ["assistant", "tool", "user", "assistant", "assistant", "tool"]
    assert "_meta" not in json.dumps(reads)


def test_an_earlier_widget_is_reopened_as_it_was_left(page: Page) -> None:
    """spec: ChatGPT restores widgetState when a message is shown again; no tool is called for it."""
    widget = run(page, "hello", {"name": "Ada"}, host="chatgpt")
    widget.get_by_role("button").click()
    expect(widget.get_by_role("button")).to_have_text("Clicks: 1")
    talk = panel(page, "Conversation")
    talk.get_by_role("radio", name="Model calls").check()
    talk.get_by_label("Tool", exact=True).select_option("hello")
    talk.get_by_label("Name").fill("Grace")
    talk.get_by_role("button", name="Call", exact=True).click()
    expect(widget.get_by_role("heading")).to_have_text("Hello, Grace")
    turns = talk.locator(".turn")
    expect(turns).to_have_count(2)
    expect(turns.nth(1)).to_contain_text("on the stage")

    turns.nth(0).get_by_role("button", name="Reopen").click()
    expect(widget.get_by_role("heading")).to_have_text("Hello, Ada")
    expect(widget.get_by_role("button")).to_have_text("Clicks: 1")
    expect(turns).to_have_count(2)
    expect(turns.nth(0)).to_contain_text("on the stage")
    widget.get_by_role("button").click()
    expect(widget.get_by_role("button")).to_have_text("Clicks: 2")


def test_context_waits_for_the_next_message(page: Page) -> None:
    """spec: ui/update-model-context goes with the person's next message."""
    run(page, "hello", {"name": "Ada"}, host="claude")
    talk = panel(page, "Conversation")
    params = {"content": [{"type": "text", "text": "Ada has clicked twice."}], "structuredContent": {"clicks": 2}}
    message = {"jsonrpc": "2.0", "id": "test", "method": "ui/update-model-context", "params": params}
    page.frames[-1].evaluate("(message) => parent.postMessage(message, '*')", message)
    waiting = talk.locator(".waiting")
    expect(waiting).to_contain_text("Goes with the user’s next message: about")
    talk.get_by_role("radio", name="User says").check()
    talk.get_by_label("What the user asks").fill("Is that much?")
    talk.get_by_role("button", name="Send").click()
    expect(waiting).to_be_empty()
    expect(talk.locator(".turn").last).to_contain_text("Context that went with it")
    expect(talk.locator(".turn").last).to_contain_text("Ada has clicked twice.")


def test_inputs_and_scenes_are_saved_and_opened(page: Page, project: Path) -> None:
    """bridge: an input in the browser, a scene in `tests/scenes`, each under a name."""
    run(page, "flights", JFK, host="chatgpt", theme="dark")
    page.get_by_text("Saved inputs and scenes").click()
    saved = page.locator("#saved")
    name = saved.get_by_label("Name")
    name.fill("Not a name")
    saved.get_by_role("button", name="Save scene").click()
    expect(saved.get_by_role("status")).to_contain_text("small letters")
    expect(name).to_be_focused()
    name.fill("jfk")
    name.press("Enter")
    expect(saved.get_by_role("status")).to_have_text("Saved in this browser as jfk.")
    name.fill("jfk-dark")
    saved.get_by_role("button", name="Save scene").click()
    expect(saved.get_by_role("status")).to_have_text("Saved as tests/scenes/jfk-dark.json.")
    scene = {"tool": "flights", "input": JFK, "host": "chatgpt", "theme": "dark"}
    assert json.loads((project / "tests/scenes/jfk-dark.json").read_text()) == scene

    saved.get_by_label("With result").check()
    saved.get_by_role("button", name="Save scene").click()
    saved.get_by_role("button", name="Replace it").click()
    expect(saved.get_by_role("status")).to_have_text("Saved as tests/scenes/jfk-dark.json.")
    assert json.loads((project / "tests/scenes/jfk-dark.json").read_text()).keys() == {*scene, "result", "widgetState"}

    page.get_by_role("link", name="Hello").click()
    expect(page.get_by_role("heading", name="Hello", exact=True)).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("mcp-name", "")))
    page.get_by_role("link", name="jfk-dark").click()
    expect(page.frame_locator("iframe").get_by_text("John F Kennedy Intl to San Francisco Intl")).to_be_visible()
    assert "flights" not in sent
    page.get_by_label("Destination").fill("LAX")
    saved.get_by_role("button", name="jfk {").click()
    expect(page.get_by_label("Destination")).to_have_value("SFO")
    saved.get_by_role("button", name="Remove jfk").click()
    expect(saved.get_by_role("button", name="Remove jfk")).to_have_count(0)


def test_tabs_and_panels_work_by_keyboard_in_a_narrow_page(page: Page) -> None:
    """bridge: 390 CSS pixels, no mouse, text from right to left."""
    page.set_viewport_size({"width": 390, "height": 844})
    run(page, "hello", {"name": "Ada"})
    page.evaluate("() => (document.documentElement.dir = 'rtl')")
    page.get_by_role("tab", name="Model sees").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Widget gets")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Console")).to_have_attribute("aria-selected", "true")
    for name in page.get_by_role("tab").all():
        name.click()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name.inner_text()
