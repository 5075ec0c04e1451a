"""The emulator: each setting reaches the widget, in both of its languages, and the address carries the scene."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Error, Frame, expect

from mcp_bridge.scenes import Scene
from tests.emulated import Emulator, emulated

pytestmark = pytest.mark.browser

HELLO: dict[str, Any] = {"tool": "hello", "input": {"name": "Ada"}}
INSETS = {"top": 44, "right": 1, "bottom": 34, "left": 2}


@pytest.fixture(scope="module")
def emulator(mcp_url: str) -> Iterator[Emulator]:
    with emulated(mcp_url, timezone_id="Europe/Paris") as opened:
        yield opened


def frame(emulator: Emulator) -> Frame:
    """The document of the widget that is open."""
    found = emulator.page.locator("#viewport iframe").element_handle()
    document = found.content_frame()
    assert document is not None
    return document


def contexts(emulator: Emulator) -> dict[str, Any]:
    """All that the widget was told of its surroundings after it opened, the last of each key."""
    messages = emulator.ask("e.wire.filter(({ direction }) => direction === 'out').map(({ message }) => message)")
    changed: dict[str, Any] = {}
    for message in messages:
        if message.get("method") == "ui/notifications/host-context-changed":
            changed |= message["params"]
    return changed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"theme": "dark"}, {"theme": "dark"}),
        ({"locale": "de-DE"}, {"locale": "de-DE"}),
        ({"timeZone": "Asia/Tokyo"}, {"timeZone": "Asia/Tokyo"}),
        ({"device": "mobile"}, {"platform": "mobile", "deviceCapabilities": {"touch": True, "hover": False}}),
        ({"width": 500}, {"containerDimensions": {"width": 500, "maxHeight": 5000}}),
        ({"maxHeight": 444}, {"containerDimensions": {"width": 720, "maxHeight": 444}}),
        ({"safeArea": INSETS}, {"safeAreaInsets": INSETS}),
        ({"displayMode": "fullscreen"}, {"displayMode": "fullscreen"}),
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_setting_reaches_an_open_widget_as_host_context(
    emulator: Emulator, change: dict[str, Any], told: dict[str, Any]
) -> None:
    """spec: MCP Apps 2026-01-26, `ui/notifications/host-context-changed` has what changed."""
    emulator.run(**HELLO, host="claude")
    expect(emulator.widget.get_by_role("heading")).to_be_visible()
    emulator.set(**change)
    expected = emulator.ask("JSON.stringify(given)", told)
    emulator.until(
        f"((told) => Object.entries(told).every(([key, value]) => e.wire.some(({{ message }}) => JSON.stringify("
        f"message.params?.[key]) === JSON.stringify(value))))({expected})"
    )
    assert contexts(emulator).items() >= told.items()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"theme": "dark"}, {"theme": "dark"}),
        ({"locale": "ar-EG"}, {"locale": "ar-EG"}),
        (
            {"device": "mobile"},
            {"userAgent": {"device": {"type": "mobile"}, "capabilities": {"hover": False, "touch": True}}},
        ),
        ({"maxHeight": 444}, {"maxHeight": 444}),
        ({"safeArea": INSETS}, {"safeArea": {"insets": INSETS}}),
        ({"displayMode": "pip"}, {"displayMode": "pip"}),
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_setting_reaches_an_open_widget_as_globals(
    emulator: Emulator, change: dict[str, Any], told: dict[str, Any]
) -> None:
    """spec: `window.openai` has the new value when `openai:set_globals` tells of it."""
    emulator.run(**HELLO, host="chatgpt")
    heard = frame(emulator).evaluate_handle(
        """(key) => ({ told: new Promise((resolve) => addEventListener("openai:set_globals", ({ detail }) =>
             key in detail.globals && resolve([detail.globals[key], window.openai[key]]))) })""",
        next(iter(told)),
    )
    emulator.set(**change)
    value = next(iter(told.values()))
    assert heard.evaluate("(heard) => heard.told") == [value, value]


def test_a_new_widget_knows_everything_at_its_first_script(emulator: Emulator) -> None:
    """spec: the `ui/initialize` result, and `window.openai` before any script of the widget."""
    scene = {"theme": "dark", "locale": "ar-EG", "timeZone": "Africa/Cairo", "maxHeight": 500, "safeArea": INSETS}
    emulator.run(**HELLO, host="chatgpt", **scene)
    answer = emulator.ask("e.wire.find(({ message }) => message.result?.hostInfo).message.result")
    assert answer["hostInfo"] == {"name": "chatgpt", "version": "0.0.1"}
    context = answer["hostContext"]
    assert {
        key: context[key] for key in ("theme", "locale", "timeZone", "displayMode", "platform", "safeAreaInsets")
    } == {
        "theme": "dark",
        "locale": "ar-EG",
        "timeZone": "Africa/Cairo",
        "displayMode": "inline",
        "platform": "web",
        "safeAreaInsets": INSETS,
    }
    assert context["availableDisplayModes"] == ["inline", "fullscreen", "pip"]
    assert context["toolInfo"]["tool"]["name"] == "hello"
    assert context["styles"]["variables"]["--color-background-primary"].startswith("#")
    globals_ = frame(emulator).evaluate(
        "() => Object.fromEntries(Object.entries(window.openai).filter(([, value]) => typeof value !== 'function'))"
    )
    result = emulator.ask("e.result")
    assert globals_["toolInput"] == {"name": "Ada"}
    assert globals_["toolOutput"] == result["structuredContent"]
    assert globals_["toolResponseMetadata"]["mcp_tool_result"] == result
    assert globals_["maxHeight"] == 500
    assert globals_["view"] == {"mode": "inline", "params": None}
    assert frame(emulator).evaluate("() => document.documentElement.lang") == "ar-EG"


def test_text_runs_as_the_locale_is_written_unless_it_is_chosen(emulator: Emulator) -> None:
    """bridge: the chat and the widget turn together."""
    page = emulator.page
    emulator.run(**HELLO, host="claude", locale="ar-EG")
    for change, direction in [
        ({}, "rtl"),
        ({"direction": "ltr"}, "ltr"),
        ({"direction": None}, "rtl"),
        ({"locale": "de-DE"}, "ltr"),
        ({"direction": "rtl"}, "rtl"),
    ]:
        emulator.set(**change)
        expect(page.locator("#shell")).to_have_attribute("dir", direction)
        if change.get("direction", "") is not None:
            expect(emulator.widget.locator("html")).to_have_attribute("dir", direction)
    emulator.ask("e.reload()")
    emulator.until("e.state === 'open'")
    expect(emulator.widget.locator("html")).to_have_attribute("dir", "rtl")


def test_display_modes_are_those_of_the_host(emulator: Emulator) -> None:
    """spec: `requestDisplayMode` gives what was granted; on a phone picture-in-picture becomes full screen."""
    for host, asked, granted in [
        ("chatgpt", "pip", "pip"),
        ("chatgpt-mobile", "pip", "fullscreen"),
        ("chatgpt", "fullscreen", "fullscreen"),
        ("codex", "pip", "inline"),
    ]:
        emulator.run(**HELLO, host=host)
        answer = frame(emulator).evaluate("(mode) => window.openai.requestDisplayMode({ mode })", asked)
        assert (answer, emulator.ask("e.displayMode")) == ({"mode": granted}, granted), host
    emulator.run(**HELLO, host="vscode", displayMode="fullscreen")
    assert emulator.ask("e.displayMode") == "inline"
    emulator.run(**HELLO, host="le-chat")
    assert emulator.ask("e.displayMode") == "fullscreen"


def test_window_openai_does_what_chatgpts_does(emulator: Emulator) -> None:
    """spec: the methods of `window.openai`, beside the bridge of MCP Apps."""
    emulator.run(**HELLO, host="chatgpt")
    widget = frame(emulator)
    state = {"modelContent": "one", "privateContent": {"page": 2}}
    told = widget.evaluate(
        """async (state) => {
          await openai.sendFollowUpMessage({ prompt: "And now?" });
          openai.openExternal({ href: "https://example.com/x" });
          openai.openExternal({ href: "javascript:alert(1)" });
          openai.notifyIntrinsicHeight(321);
          const given = openai.setWidgetState(state);
          const refused = await openai.callTool("delays", { origin: 3 });
          return { given: given ?? null, kept: openai.widgetState, isError: refused.isError };
        }""",
        state,
    )
    assert told == {"given": None, "kept": state, "isError": True}
    emulator.until("e.links.length === 1 && e.sizes.length")
    assert emulator.ask("[e.messages, e.links, e.calls.at(-1).name, e.widgetState]") == [
        ["And now?"],
        ["https://example.com/x"],
        "delays",
        state,
    ]
    emulator.ask("e.remount()")
    emulator.until("e.mounts === 2 && e.state === 'open'")
    assert frame(emulator).evaluate("() => window.openai.widgetState.modelContent") == "one"
    emulator.run(**HELLO, host="chatgpt")
    assert emulator.ask("e.widgetState?.modelContent ?? null") is None
    emulator.run(**HELLO, host="claude")
    assert frame(emulator).evaluate("() => typeof window.openai") == "undefined"


def test_a_frame_has_storage_and_no_way_to_the_page_or_the_server(emulator: Emulator, mcp_url: str) -> None:
    """bridge: an origin of its own, as hosts give; the quirk takes it away."""
    look = """async (server) => {
      const attempt = (run) => { try { return run(); } catch (error) { return error.name; } };
      return {
        origin: window.origin,
        storage: attempt(() => typeof indexedDB.open("a")),
        parent: attempt(() => String(parent.document)),
        fetched: await fetch(server).then(() => "reached", () => "refused"),
      };
    }"""
    emulator.run(**HELLO, host="claude")
    own = mcp_url.removesuffix("/mcp").replace("127.0.0.1", "localhost")
    assert frame(emulator).evaluate(look, mcp_url) == {
        "origin": own,
        "storage": "object",
        "parent": "SecurityError",
        "fetched": "refused",
    }
    assert (
        frame(emulator).evaluate("(own) => fetch(`${own}/mcp`).then(() => 'reached', () => 'refused')", own)
        == "refused"
    )
    emulator.set(quirks=["opaque-origin"])
    emulator.until("e.state === 'open'")
    assert frame(emulator).evaluate(look, mcp_url) == {
        "origin": "null",
        "storage": "SecurityError",
        "parent": "SecurityError",
        "fetched": "refused",
    }


def test_a_violation_is_explained_with_the_line_that_mends_it(emulator: Emulator) -> None:
    """bridge: the policy is enforced, and its cure is Python."""
    emulator.run(**HELLO, host="claude")
    frame(emulator).evaluate("() => fetch('https://api.example.com/prices').catch(() => undefined)")
    emulator.until("e.violations.length > 0")
    assert emulator.ask("e.violations") == [
        {
            "directive": "connect-src",
            "blocked": "https://api.example.com/prices",
            "cure": "The widget may not call https://api.example.com. Declare it: "
            '@widget(on_call=…, csp=Csp(connect=["https://api.example.com"])).',
        }
    ]
    assert "Csp(connect=" in emulator.ask("e.logs.at(-1).text")


def test_the_address_carries_the_scene(emulator: Emulator) -> None:
    """bridge: `Scene.fragment()` and the emulator read and write the same."""
    scene = Scene.of(
        {
            **HELLO,
            "host": "chatgpt",
            "theme": "dark",
            "locale": "ar-EG",
            "timeZone": "Africa/Cairo",
            "direction": "ltr",
            "device": "mobile",
            "width": 390,
            "displayMode": "pip",
            "maxHeight": 600,
            "safeArea": INSETS,
            "quirks": ["offline", "late-result:500"],
        }
    )
    emulator.page.evaluate("(hash) => { location.hash = hash; }", scene.fragment())
    emulator.until("e.scene().maxHeight === 600")
    assert emulator.ask("e.scene()") == scene.data()
    emulator.set(theme="light", quirks=[], device=None)
    emulator.page.reload()
    expected = {**scene.data(), "theme": "light"}
    del expected["device"], expected["quirks"]
    assert emulator.ask("e.scene()") == expected
    assert emulator.ask("e.state") == "empty", "a link runs nothing"


@pytest.mark.parametrize("change", [{"host": "chatgtp"}, {"quirks": ["ofline"]}, {"them": "dark"}, {"locale": "d_D"}])
def test_what_is_no_scene_is_refused(emulator: Emulator, change: dict[str, Any]) -> None:
    """bridge: a program that drives the page hears of its mistake."""
    with pytest.raises(Error, match=r"scene"):
        emulator.set(**change)


def test_a_saved_result_is_shown_without_a_call(emulator: Emulator) -> None:
    """bridge: a scene file replays what a tool once answered."""
    emulator.run(**HELLO, host="claude")
    saved = emulator.ask("e.result")
    with_mark = {**saved, "content": [{"type": "text", "text": "saved"}]}
    emulator.run(**{**HELLO, "input": {"name": "Nobody"}}, host="claude", result=with_mark)
    expect(emulator.widget.get_by_role("heading")).to_have_text("Hello, Ada")
    assert emulator.ask("e.result") == with_mark


def test_the_menus_work_by_keyboard_and_show_what_is_on(emulator: Emulator, mcp_url: str) -> None:
    """bridge: the page with everything around the widget."""
    page = emulator.page
    page.goto(f"{mcp_url.removesuffix('/mcp')}/#tool=hello&host=claude")
    quirks = page.locator("#quirks > summary")
    quirks.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Offline", exact=True).press("Space")
    expect(page.locator("#quirk-count")).to_have_text("1")
    expect(page.get_by_label("Result only in window.openai", exact=True)).to_be_disabled()
    page.get_by_label("Milliseconds of “Result comes late”").fill("700")
    page.get_by_label("Result comes late", exact=True).check()
    assert "quirks=late-result%3A700%2Coffline" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#quirk-list")).to_be_hidden()
    expect(quirks).to_be_focused()
    page.get_by_role("button", name="Offline").click()
    expect(page.locator("#quirk-count")).to_have_text("1")

    page.get_by_label("Host", exact=True).select_option("chatgpt-mobile")
    page.locator("#settings > summary").click()
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_label("Bottom").fill("20")
    page.get_by_label("Bottom").press("Enter")
    page.get_by_label("Text direction").select_option("rtl")
    expected = {
        "tool": "hello",
        "host": "chatgpt-mobile",
        "timeZone": "Asia/Tokyo",
        "direction": "rtl",
        "safeArea": {"top": 0, "right": 0, "bottom": 20, "left": 0},
        "quirks": ["late-result:700"],
    }
    assert emulator.ask("e.scene()") == expected
    page.reload()
    expect(page.get_by_label("Host", exact=True)).to_have_value("chatgpt-mobile")
    assert emulator.ask("e.scene()") == expected
