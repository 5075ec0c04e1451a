"""Every quirk of the emulator, with every widget of the reference app: each survives it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, expect

from mcp_bridge.scenes import hosts, quirks
from tests.emulated import Emulator, emulated
from tests.served import serve

pytestmark = pytest.mark.browser

HOME = {"bedrooms": 3, "baths": 2, "square_feet": 1500, "year_built": 1960}


@dataclass(frozen=True)
class Reference:
    """A widget, what it shows once it is open, and a click whose work one sees."""

    input: dict[str, Any]
    painted: Callable[[FrameLocator], None]
    click: Callable[[FrameLocator], None]
    clicked: Callable[[FrameLocator], None]


def shows(text: str | re.Pattern[str]) -> Callable[[FrameLocator], None]:
    return lambda widget: expect(widget.locator("#root")).to_contain_text(text, timeout=10_000)


def presses(name: str | re.Pattern[str]) -> Callable[[FrameLocator], None]:
    return lambda widget: widget.get_by_role("button", name=name).click()


def has(name: str) -> Callable[[FrameLocator], None]:
    return lambda widget: expect(widget.get_by_role("button", name=name)).to_be_visible(timeout=10_000)


WIDGETS = {
    "hello": Reference({"name": "Ada"}, shows("Hello, AdaClicks: 0"), presses("Clicks"), shows("Clicks: 1")),
    "flights": Reference(
        {"origin": "JFK", "destination": "SFO", "date": "2013-07-02"},
        shows("21 flights"),
        presses("Delay"),
        shows("latest to arrive first"),
    ),
    "valuation": Reference(
        HOME,
        shows("3 bedrooms, 2 baths, 1,500 sq ft"),
        presses("Cancel"),
        has("Continue"),
    ),
}
HOSTS = {"hello": ("chatgpt", "claude"), "flights": ("chatgpt",), "valuation": ("claude",)}
SHORT = {
    "late-result": "late-result:300",
    "remount": "remount:100",
    "revisit-empty-output": "revisit-empty-output:300",
    "slow-network": "slow-network:60",
    "timeout-60s": "timeout-60s:1",
}
TWICE = ("double-mount", "remount", "revisit-empty-output")
WORDS = {
    "tool-error": "could not be opened",
    "cancelled": "was cancelled",
}
CASES = [
    pytest.param(tool, "chatgpt" if quirk.get("needs") == "openai" else host, name, id=f"{name}-{tool}-{host}")
    for name, quirk in quirks().items()
    for tool in WIDGETS
    for host in (HOSTS[tool] if quirk.get("needs") is None else ("chatgpt",))
]


@pytest.fixture(scope="module")
def mcp_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for these tests alone: the valuations that quirks leave behind end with it."""
    log = tmp_path_factory.mktemp("served") / "log"
    with serve(["-m", "mcp_bridge.cli", "serve", "--port", "0"], log) as url:
        yield url


@pytest.fixture(scope="module")
def emulator(mcp_url: str) -> Iterator[Emulator]:
    with emulated(mcp_url) as opened:
        yield opened


@pytest.mark.parametrize(("tool", "host", "quirk"), CASES)
def test_a_widget_survives(emulator: Emulator, tool: str, host: str, quirk: str) -> None:
    """bridge: it paints or says in words what is wrong, and a click does its work exactly once, or can be repeated."""
    widget, reference = emulator.widget, WIDGETS[tool]
    given = {
        **reference.input,
        **({"thoroughness": "quick"} if tool == "valuation" and quirk == "no-server-tools" else {}),
    }
    emulator.begin(tool=tool, input=given, host=host, quirks=[SHORT.get(quirk, quirk)])
    if quirk == "input-after-approval":
        emulator.page.get_by_role("button", name="Allow", exact=True).click()
    emulator.until(f"e.state === 'open' && e.mounts >= {2 if quirk in TWICE else 1}")
    if quirk in WORDS:
        shows(WORDS[quirk])(widget)
        emulator.assert_clean()
        return
    reference.painted(widget)
    if quirk == "no-server-tools":
        if tool != "valuation":
            reference.click(widget)
            expect(widget.get_by_role("alert")).to_contain_text("no way to call a tool")
        emulator.assert_clean()
        return
    reference.click(widget)
    if quirk == "approval":
        emulator.page.get_by_role("button", name="Allow", exact=True).click()
    if quirk in ("offline", "timeout-60s"):
        expect(widget.get_by_role("alert")).to_contain_text("did not go through")
        emulator.set(quirks=[])
        widget.get_by_role("button", name="Retry").click()
    reference.clicked(widget)
    emulator.assert_clean()


def test_a_refusal_is_told_and_the_click_can_be_made_again(emulator: Emulator) -> None:
    """bridge: a person who denies a call sees that it was not made."""
    emulator.run(tool="hello", input={"name": "Ada"}, host="claude", quirks=["approval"])
    emulator.widget.get_by_role("button", name="Clicks: 0").click()
    emulator.page.get_by_role("button", name="Deny").click()
    expect(emulator.widget.get_by_role("alert")).to_contain_text("The person did not allow this call.")
    emulator.widget.get_by_role("button", name="Retry").click()
    emulator.page.get_by_role("button", name="Always allow").click()
    expect(emulator.widget.get_by_role("button", name="Clicks: 1")).to_be_visible()
    emulator.widget.get_by_role("button", name="Clicks: 1").click()
    expect(emulator.widget.get_by_role("button", name="Clicks: 2")).to_be_visible()
    assert [each["isAllowed"] for each in emulator.ask("e.approvals")] == [False, True, True]


def test_sizes_come_to_rest_in_a_resize_loop(emulator: Emulator) -> None:
    """bridge: a host that never gives the height that was reported is not asked forever."""
    emulator.run(tool="flights", input=WIDGETS["flights"].input, host="claude", quirks=["resize-loop"])
    WIDGETS["flights"].painted(emulator.widget)
    rest = """new Promise((resolve) => {
      let [frames, seen] = [0, e.sizes.length];
      const look = () => {
        frames = e.sizes.length === seen ? frames + 1 : 0;
        seen = e.sizes.length;
        if (frames > 30) resolve(seen);
        else requestAnimationFrame(look);
      };
      look();
    })"""
    assert 0 < emulator.ask(rest) < 10


def test_a_fixed_height_stays(emulator: Emulator) -> None:
    """spec: MCP Apps 2026-01-26, `containerDimensions.height`."""
    for host in ("chatgpt", "claude"):
        emulator.run(tool="flights", input=WIDGETS["flights"].input, host=host, quirks=["fixed-height"])
        WIDGETS["flights"].painted(emulator.widget)
        expect(emulator.page.locator("#viewport iframe")).to_have_css("height", "400px")


def test_a_revisit_keeps_what_was_done(emulator: Emulator) -> None:
    """bridge: the output is empty, and the clicks are there, from widgetState or from the server's session."""
    emulator.run(tool="hello", input={"name": "Ada"}, host="chatgpt")
    emulator.widget.get_by_role("button", name="Clicks: 0").click()
    shows("Clicks: 1")(emulator.widget)
    emulator.until("e.inFlight === 0 && e.widgetState?.privateContent?.version > 0")
    emulator.set(quirks=["revisit-empty-output:60000"])
    emulator.until("e.state === 'open' && e.mounts >= 2")
    shows("Clicks: 1")(emulator.widget)


def test_every_host_shows_the_widgets(emulator: Emulator) -> None:
    """bridge: one bundle for all hosts of the emulator."""
    for host in hosts():
        for tool in ("hello", "flights"):
            emulator.run(tool=tool, input=WIDGETS[tool].input, host=host)
            WIDGETS[tool].painted(emulator.widget)
            emulator.assert_clean()
