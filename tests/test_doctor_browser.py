"""The rules of `mcp-bridge doctor` that take a browser: each is broken once by a widget in Chromium, and found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from mcp_bridge.doctor import rules_browser
from mcp_bridge.doctor.diagnosis import diagnose
from mcp_bridge.doctor.evidence import Evidence
from mcp_bridge.doctor.findings import Report
from mcp_bridge.doctor.sights import SETTINGS, browse, can_browse
from mcp_bridge.doctor.survey import survey
from mcp_bridge.scenes import Scene
from tests.doctor_server import PUBLIC, Spoilt, application
from tests.test_web import serving

pytestmark = pytest.mark.browser

SCRIPT = """
const post = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
const size = () => post({ method: "ui/notifications/size-changed", params: { height: root.offsetHeight } });
addEventListener("message", ({ data }) => {
  if (data?.id !== 1) return;
  post({ method: "ui/notifications/initialized" });
  new ResizeObserver(size).observe(root);
});
const params = { protocolVersion: "2026-01-26", appInfo: { name: "shop", version: "1" }, appCapabilities: {} };
post({ id: 1, method: "ui/initialize", params });
"""
HTML = (
    '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width,initial-scale=1">'
    "<title>Shop</title><style>body{{margin:0;color:#111;background:#fff}}{style}</style></head>"
    "<body><main id=root><p>Al Ponte</p>{body}</main><script>{script}</script></body></html>"
)


def html(body: str = "", *, style: str = "", script: str = SCRIPT) -> str:
    """Return a widget by hand, without a fault unless one is given."""
    return HTML.format(body=body, style=style, script=script)


BROKEN = {
    "browser-opens": [html(script="")],
    "browser-errors": [html(script=f"{SCRIPT}; throw new Error('a bug')"), html(script=f"{SCRIPT}; nothing.at.all()")],
    "browser-csp": [html('<img alt="" src="https://other.example.org/a.png">')],
    "browser-accessibility": [
        html("<button></button>"),
        html('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'),
    ],
    "browser-contrast": [html('<p style="color:#b8b8b8">12 euros</p>')],
    "browser-width": [html('<div style="width:600px">A row that never wraps</div>')],
    "browser-height": [html(style="main{min-height:calc(100vh + 20px)}")],
}

SERVED: list[Spoilt] = []


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The MCP endpoint of the last server in `SERVED`."""
    with serving(application(SERVED)) as origin:
        yield f"{origin}/mcp"


def look(
    endpoint: str,
    spoilt: Spoilt,
    scenes: dict[str, Scene] | None = None,
    settings: tuple[tuple[str, str], ...] = SETTINGS[:1],
) -> Evidence:
    """Return the evidence that a server and its widget give."""
    SERVED.append(spoilt)
    evidence = survey(endpoint, public_url=PUBLIC, ledger=spoilt.ledger)
    sights = browse(endpoint, evidence.tools, scenes=scenes, settings=settings)
    return dataclasses.replace(evidence, sights=sights)


def of_browser(report: Report) -> set[str]:
    """Return the ids of the browser's rules that have findings."""
    return {finding.rule.id for finding in report.findings if finding.rule in rules_browser.RULES}


def test_a_widget_without_a_fault_passes(endpoint: str) -> None:
    """bridge: no finding where nothing is wrong, in two hosts and both themes."""
    assert can_browse()
    spoilt = Spoilt()
    spoilt.write(html())
    evidence = look(endpoint, spoilt, settings=SETTINGS)
    assert [sight.subject for sight in evidence.sights] == [
        "tool shop in chatgpt, light, 390 px",
        "tool shop in claude, dark, 390 px",
    ]
    report = diagnose(evidence)
    assert of_browser(report) == set()
    assert set(rules_browser.RULES) <= set(report.checked)


@pytest.mark.parametrize(
    ("name", "page"),
    [(name, page) for name, pages in BROKEN.items() for page in pages],
    ids=[f"{name}-{number}" for name, pages in BROKEN.items() for number, _ in enumerate(pages)],
)
def test_a_fault_is_found_in_a_browser(endpoint: str, name: str, page: str) -> None:
    """bridge: each rule of the browser has a failing example."""
    spoilt = Spoilt()
    spoilt.write(page)
    report = diagnose(look(endpoint, spoilt))
    assert of_browser(report) == {name}
    for finding in report.findings:
        assert finding.cause.endswith(".")
        assert finding.cure.endswith(".")


def test_findings_name_colors_sizes_and_the_line_that_mends(endpoint: str) -> None:
    """bridge: cause and cure are concrete."""
    spoilt = Spoilt()
    spoilt.write(BROKEN["browser-contrast"][0])
    report = diagnose(look(endpoint, spoilt, settings=SETTINGS))
    [light, dark] = [each for each in report.findings if each.rule.id == "browser-contrast"]
    assert light.subject == "tool shop in chatgpt, light, 390 px"
    assert light.cause == (
        '`<p style="color:#b8b8b8">12 euros</p>`: its text is #b8b8b8 on #ffffff, a contrast of 1.98, and 16px text '
        "needs 4.5."
    )
    assert light.cure.startswith("Give the text #767676 or more contrast")
    assert dark.cause == light.cause
    spoilt.write(BROKEN["browser-csp"][0])
    [found] = [each for each in diagnose(look(endpoint, spoilt)).findings if each.rule.id == "browser-csp"]
    assert found.cause == "its img-src of https://other.example.org/a.png is refused."
    assert 'csp=Csp(resource=["https://other.example.org"])' in found.cure


def test_a_tool_that_fails_and_one_that_needs_arguments(endpoint: str) -> None:
    """bridge: an error is told; what needs arguments is looked at by a scene."""
    spoilt = Spoilt()
    spoilt.write(html())
    spoilt.result = {"content": [{"type": "text", "text": "No shop."}], "isError": True}
    report = diagnose(look(endpoint, spoilt))
    assert of_browser(report) == {"browser-opens"}
    found = next(each for each in report.findings if each.rule.id == "browser-opens")
    assert found.cause == "it could not be shown: the tool answers with an error (No shop.)."
    needy = Spoilt()
    needy.write(html())
    needy.tools[0]["inputSchema"] = {"type": "object", "required": ["city"]}
    assert look(endpoint, needy).sights == ()
    rules = set(rules_browser.RULES)
    assert rules <= set(diagnose(look(endpoint, needy)).skipped)
    scenes = {"rome": Scene(tool="shop", input={"city": "Rome"}), "other": Scene(tool="nothing")}
    evidence = look(endpoint, needy, scenes)
    assert [sight.tool for sight in evidence.sights] == ["scene rome"]
    assert of_browser(diagnose(evidence)) == set()


def test_every_rule_of_the_browser_is_broken_by_a_test() -> None:
    """bridge: no rule without a failing example."""
    assert {rule.id for rule in rules_browser.RULES} == set(BROKEN)
