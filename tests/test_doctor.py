"""The rules of `mcp-bridge doctor`: each is broken once, over real HTTP, and found."""

from __future__ import annotations

import dataclasses
import random
import re
import string
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import PlainTextResponse

from mcp_bridge.doctor import rules_browser, rules_documents, rules_http, rules_resources, rules_tools
from mcp_bridge.doctor.diagnosis import RULES, diagnose
from mcp_bridge.doctor.evidence import Evidence
from mcp_bridge.doctor.findings import Report, Rule
from mcp_bridge.doctor.survey import is_harmless, survey
from tests.doctor_server import HTML, PUBLIC, Spoilt, application, shop
from tests.test_web import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Break = Callable[[Spoilt], object]

SERVED: list[Spoilt] = []


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The MCP endpoint of the last server in `SERVED`."""
    with serving(application(SERVED)) as origin:
        yield f"{origin}/mcp"


def look(endpoint: str, spoilt: Spoilt, **options: Any) -> Evidence:
    """Return the evidence that a server gives."""
    SERVED.append(spoilt)
    return survey(endpoint, **{"public_url": PUBLIC, "ledger": spoilt.ledger, **options})


def broken(report: Report) -> set[str]:
    """Return the ids of the rules that have findings."""
    return {finding.rule.id for finding in report.findings}


def noise(characters: int) -> str:
    """Return a text that gzip makes no smaller than three quarters."""
    return "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=characters))


def code(text: str) -> str:
    """Return the HTML of the widget with some code in its script."""
    return HTML.replace("<script>", f"<script>{text};")


def tool(**changes: Any) -> Break:
    """Return what changes the tool with the widget; a value of None takes a key away."""

    def change(spoilt: Spoilt) -> None:
        spoilt.tools[0] = {key: value for key, value in {**spoilt.tools[0], **changes}.items() if value is not None}

    return change


def meta(**changes: Any) -> Break:
    """Return what changes the metadata of the tool with the widget; `__` in a name is `/`."""

    def change(spoilt: Spoilt) -> None:
        spoilt.tools[0]["_meta"] |= {key.replace("__", "/"): value for key, value in changes.items()}

    return change


def set_to(name: str, value: Any) -> Break:
    """Return what sets a field of the server."""
    return lambda spoilt: setattr(spoilt, name, value)


def probe(name: str, status: int, text: str = "Something.", **headers: str) -> Break:
    """Return what gives another answer to one probe."""
    return lambda spoilt: spoilt.http.update({name: PlainTextResponse(text, status_code=status, headers=headers)})


def written(html: str, uri: str = "") -> Break:
    """Return what gives the widget other HTML."""
    return lambda spoilt: spoilt.write(html, uri=uri)


def named(uri: str) -> Break:
    """Return what gives the widget another URI."""
    return lambda spoilt: spoilt.write(HTML, uri=uri)


def origins(**lists: list[str]) -> Break:
    """Return what declares origins."""
    return lambda spoilt: spoilt.csp(**lists)


def result(**changes: Any) -> Break:
    """Return what changes the result of a call."""
    return lambda spoilt: spoilt.result.update(changes)


def protect(challenge: str, **metadata: Any) -> Break:
    """Return what makes the server ask for credentials."""

    def change(spoilt: Spoilt) -> None:
        spoilt.challenge = challenge
        spoilt.protected = {"resource": PUBLIC, "authorization_servers": ["https://login.example.com"], **metadata}

    return change


def second_domain(spoilt: Spoilt) -> None:
    """Give two widgets different domains."""
    other = "ui://pizza/other.html?v=" + spoilt.uri.partition("=")[2]
    spoilt.tools.append({**shop(other), "name": "other"})


def redirect(spoilt: Spoilt) -> None:
    """Send every host to another URL."""
    for name in ("plain", "foreign_origin"):
        probe(name, 307, location="/mcp/")(spoilt)


def as_event(spoilt: Spoilt) -> None:
    """Answer with a widget as one large event."""
    spoilt.write(code(f'const big="{"x" * 1_100_000}"'))
    spoilt.is_stream = True


NOTHING = {"content": [], "isError": True}
FAILING_TEXT = {"content": [{"type": "text", "text": "No."}], "isError": True}
CHALLENGE = 'Bearer resource_metadata="{origin}/.well-known/oauth-protected-resource"'

BROKEN: dict[str, list[Break]] = {
    "initialize": [set_to("errors", {"initialize"}), redirect],
    "extension": [set_to("capabilities", {}), set_to("discovered", {"extensions": {}})],
    "stateless-era": [set_to("discovered", None)],
    "ping": [set_to("errors", {"ping"})],
    "tools-list": [lambda spoilt: spoilt.tools.append({"title": "Nameless"})],
    "foreign-host": [probe("foreign_host", 200)],
    "foreign-origin": [probe("foreign_origin", 403)],
    "cors": [
        probe("preflight", 405),
        probe("preflight", 200),
        probe("preflight", 200, **{"access-control-allow-origin": "*"}),
    ],
    "content-type": [probe("octet_stream", 500), probe("octet_stream", 400, ""), probe("octet_stream", 200)],
    "accept": [probe("text_only", 500), probe("text_only", 406, "")],
    "malformed-body": [probe("not_json", 500)],
    "get-stream": [probe("get", 200), probe("get", 500)],
    "unknown-path": [probe("no_path", 200)],
    "auth-absent": [set_to("protected", {"resource": PUBLIC})],
    "tool-name": [tool(name="shop.open"), tool(name="s" * 65)],
    "tool-unique": [lambda spoilt: spoilt.tools.append(spoilt.tools[0])],
    "tool-title": [tool(title=None)],
    "tool-description": [tool(description=" ")],
    "tool-hints": [tool(annotations={"readOnlyHint": True, "destructiveHint": False}), tool(annotations=None)],
    "tool-hints-agree": [tool(annotations={"readOnlyHint": True, "destructiveHint": True, "openWorldHint": False})],
    "tool-status": [meta(openai__toolInvocation__invoking="Opening" * 10)],
    "tool-tokens": [tool(description="words " * 8000)],
    "input-schema": [tool(inputSchema={"properties": {}}), tool(inputSchema=None)],
    "output-schema": [tool(outputSchema={"anyOf": [{"type": "object"}]})],
    "schema-refs": [
        tool(inputSchema={"type": "object", "properties": {"city": {"$ref": "#/$defs/City"}}}),
        tool(inputSchema={"type": "object", "properties": {"city": {"$ref": "https://example.com/city.json"}}}),
        tool(inputSchema={"type": "object", "properties": {"city": {"$ref": "city.json"}}}),
        tool(inputSchema={"type": "object", "properties": {"city": {"$ref": "#city"}}}),
    ],
    "tool-dialects": [
        meta(ui__resourceUri=""),
        meta(openai__outputTemplate=""),
        meta(ui={"visibility": ["model"]}),
    ],
    "tool-resource": [set_to("is_listed", False)],
    "tool-visibility": [lambda spoilt: spoilt.tools[0]["_meta"]["ui"].update(visibility=["model", "user"])],
    "result-given": [result(**FAILING_TEXT), result(**NOTHING), set_to("errors", {"tools/call"})],
    "result-text": [result(content=[]), result(content=[{"type": "text", "text": " "}])],
    "result-schema": [
        result(structuredContent={"city": 3}),
        set_to("result", {"content": [{"type": "text", "text": "A shop."}]}),
    ],
    "result-tokens": [result(structuredContent={"city": "Rome " * 5000})],
    "result-limit": [result(_meta={"mcp-bridge": "x" * 150_000})],
    "resource-answers": [written("")],
    "resource-mime": [set_to("mime", "text/html; profile=mcp-app"), set_to("mime", "text/html+skybridge")],
    "resource-meta": [set_to("listed_meta", {"ui": {"prefersBorder": True}})],
    "uri-version": [named("ui://pizza/shop.html")],
    "uri-hash": [named("ui://pizza/shop.html?v=00000000")],
    "ledger": [set_to("old", None), set_to("old", HTML)],
    "csp-dialects": [
        lambda spoilt: spoilt.meta.pop("openai/widgetCSP"),
        lambda spoilt: spoilt.meta["ui"].pop("csp"),
        lambda spoilt: spoilt.meta["openai/widgetCSP"].update(connect_domains=["https://api.example.com"]),
    ],
    "csp-wildcard": [origins(connect=["*"]), origins(connect=["https://*"]), origins(resource=["https://*.com"])],
    "csp-subdomains": [origins(connect=["https://*.example.com"])],
    "csp-secure": [origins(connect=["http://api.example.com"]), origins(connect=["ws://api.example.com"])],
    "csp-origin": [origins(connect=["https://api.example.com/v1"]), origins(connect=["api.example.com"])],
    "csp-frames": [origins(frame=["https://video.example.com"])],
    "csp-covers": [
        written(HTML.replace("<div", '<img alt="" src="https://pics.example.org/a.png"><div')),
        written(code('fetch("https://api.example.org/x")')),
        written(HTML.replace("color:red", "background:url(https://pics.example.org/a.png)")),
    ],
    "csp-mentions": [written(code('const base="https://api.example.org/v1"'))],
    "domain-present": [set_to("openai_domain", "")],
    "domain-form": [
        set_to("openai_domain", "pizza.example.com"),
        set_to("openai_domain", "https://pizza.example.com/a"),
    ],
    "domain-unique": [set_to("openai_domain", "https://web-sandbox.oaiusercontent.com")],
    "domain-claude": [set_to("claude_domain", "pizza.example.com")],
    "bundle-large": [written(code(f'const big="{noise(800_000)}"'))],
    "bundle-largest": [written(code(f'const big="{noise(1_500_000)}"'))],
    "bundle-event": [as_event],
    "html-external": [
        written(HTML.replace("<script>", '<script src="/main.js"></script><script>')),
        written(HTML.replace("<style>", '<link rel="stylesheet" href="main.css"><style>')),
        written(HTML.replace("p{", "@font-face{font-family:A;src:url('/a.woff2')}p{")),
        written(HTML.replace("p{", "@import 'other.css';p{")),
    ],
    "html-eval": [written(code("eval('1')")), written(code("const f=new Function('return 1')"))],
    "html-doctype": [written(HTML.replace("<!doctype html>", ""))],
    "html-lang": [
        written(HTML.replace(' lang="en"', "")),
        written(HTML.replace('lang="en"', 'lang="english language"')),
    ],
    "html-title": [written(HTML.replace("<title>Shop</title>", "")), written(HTML.replace(">Shop<", "> <"))],
    "html-zoom": [written(HTML.replace("initial-scale=1", "user-scalable=no"))],
    "html-badge": [
        written(HTML.replace("<div id=root>", "<div id=root>Built with Reflex")),
        written(code("a('Built with Reflex')")),
    ],
}
"""What breaks each rule, and no other."""

CASES = [(name, number) for name, breaks in BROKEN.items() for number in range(len(breaks))]


def test_a_server_without_a_fault_has_no_finding(endpoint: str) -> None:
    """bridge: the good server of these tests, over JSON and over events."""
    for is_stream in (False, True):
        report = diagnose(look(endpoint, Spoilt(is_stream=is_stream)))
        assert broken(report) == set()
        skipped = {rule.id for rule in report.skipped if rule not in rules_browser.RULES}
        assert skipped == {"https", "auth-challenge", "auth-metadata"}


@pytest.mark.parametrize(("name", "number"), CASES, ids=[f"{name}-{number}" for name, number in CASES])
def test_a_fault_breaks_its_rule_and_no_other(endpoint: str, name: str, number: int) -> None:
    """bridge: every rule has a failing example."""
    spoilt = Spoilt()
    BROKEN[name][number](spoilt)
    report = diagnose(look(endpoint, spoilt))
    assert broken(report) == {name}
    for finding in report.findings:
        assert finding.subject
        assert re.fullmatch(r"[^\n]+\.", finding.cause), finding.cause
        assert re.fullmatch(r"[^\n]+\.", finding.cure), finding.cure
        assert finding.cure.endswith("then reconnect the connector in the host.") is finding.rule.is_cached


def test_a_server_elsewhere_is_reached_by_https(endpoint: str) -> None:
    """bridge: the rule `https`, and that a foreign Host is a matter of local servers."""
    evidence = look(endpoint, Spoilt())
    plain = diagnose(dataclasses.replace(evidence, url="http://pizza.example.com/mcp"))
    assert broken(plain) == {"https"}
    assert "foreign-host" in {rule.id for rule in plain.skipped}
    assert broken(diagnose(dataclasses.replace(evidence, url=PUBLIC))) == set()


def test_two_domains_of_one_app_are_told(endpoint: str) -> None:
    """bridge: the rule `domain-unique`, between widgets."""
    spoilt = Spoilt()
    second_domain(spoilt)
    evidence = look(endpoint, spoilt)
    [_, other] = evidence.widgets
    content = {**other.for_openai, "_meta": {"ui": {"domain": "https://other.example.com"}}}
    reply = dataclasses.replace(evidence.openai_reads[other.uri], result={"contents": [content]})
    changed = dataclasses.replace(evidence, openai_reads={**evidence.openai_reads, other.uri: reply})
    assert "domain-unique" not in broken(diagnose(evidence))
    assert "domain-unique" in broken(diagnose(changed))


def test_a_protected_server_says_where_to_log_in(endpoint: str) -> None:
    """spec: MCP 2025-11-25, Authorization; RFC 9728."""
    challenge = CHALLENGE.format(origin=endpoint.removesuffix("/mcp"))
    right = Spoilt()
    protect(challenge)(right)
    report = diagnose(look(endpoint, right))
    assert broken(report) == {"initialize"}
    assert "--header" in report.findings[0].cure
    assert {"auth-challenge", "auth-metadata"} <= {rule.id for rule in report.checked}
    given = diagnose(look(endpoint, right, headers={"authorization": "Bearer x"}))
    assert broken(given) == set()
    assert "auth-absent" in {rule.id for rule in given.skipped}


@pytest.mark.parametrize(
    ("name", "challenge", "metadata"),
    [
        ("auth-challenge", "", {}),
        ("auth-challenge", "Bearer", {}),
        ("auth-metadata", CHALLENGE, {"resource": "https://other.example.com"}),
        ("auth-metadata", CHALLENGE, {"authorization_servers": []}),
    ],
)
def test_a_login_that_cannot_work_is_told(endpoint: str, name: str, challenge: str, metadata: dict[str, Any]) -> None:
    """spec: MCP 2025-11-25, Authorization; RFC 9728."""
    spoilt = Spoilt()
    protect(challenge.format(origin=endpoint.removesuffix("/mcp")), **metadata)(spoilt)
    assert broken(diagnose(look(endpoint, spoilt, headers={"authorization": "Bearer x"}))) == {name}


def test_metadata_of_a_login_that_some_tools_need_is_no_fault(endpoint: str) -> None:
    """bridge: mixed authentication, OpenAI's `securitySchemes`."""
    spoilt = Spoilt(protected={"resource": PUBLIC})
    tool(securitySchemes=[{"type": "noauth"}, {"type": "oauth2", "scopes": []}])(spoilt)
    assert broken(diagnose(look(endpoint, spoilt))) == set()


def test_a_server_that_is_not_there_is_one_finding() -> None:
    """bridge: no traceback, and everything else is skipped."""
    report = diagnose(survey("http://127.0.0.1:9/mcp"))
    assert broken(report) == {"initialize"}
    assert len(report.skipped) == len(RULES) - 1
    assert "no answer (ConnectError" in report.findings[0].cause


@pytest.mark.parametrize(
    "junk",
    [
        {"tools": [1, None, {"name": "a", "inputSchema": 3, "_meta": [], "annotations": "x", "outputSchema": []}]},
        {"meta": {"ui": {"csp": {"connectDomains": "x", "frameDomains": [1]}}}, "mime": ""},
        {"result": {"content": {}, "structuredContent": None}},
        {"capabilities": []},
        {"html": "<!doctype html><html lang=en><![bad <script>'https://[' https://"},
        {"protected": []},
    ],
)
def test_junk_is_judged_and_does_not_stop_the_check(endpoint: str, junk: dict[str, Any]) -> None:
    """bridge: a stranger's JSON may have any shape."""
    spoilt = Spoilt()
    for name, value in junk.items():
        setattr(spoilt, name, value)
    report = diagnose(look(endpoint, spoilt))
    assert len(report.checked) + len(report.skipped) == len(RULES)


def test_only_tools_that_read_and_need_nothing_are_called(endpoint: str) -> None:
    """bridge: a check changes nothing."""
    good = shop("ui://pizza/shop.html")
    assert is_harmless(good)
    assert not is_harmless({**good, "annotations": {}})
    assert not is_harmless({**good, "annotations": {"readOnlyHint": False}})
    assert not is_harmless({**good, "inputSchema": {"type": "object", "required": ["city"]}})
    assert not is_harmless({**good, "_meta": {"ui": {"visibility": ["app"]}}})
    spoilt = Spoilt()
    tool(annotations={"readOnlyHint": False, "destructiveHint": True, "openWorldHint": True})(spoilt)
    evidence = look(endpoint, spoilt)
    assert evidence.calls == {}
    assert "result-text" in {rule.id for rule in diagnose(evidence).skipped}


def test_links_and_known_names_need_no_origin(endpoint: str) -> None:
    """bridge: what a script only names is not what it loads."""
    spoilt = Spoilt()
    spoilt.write(
        code(
            'a({href:"https://read.example.org/x"});b("https://react.dev/errors/");c("http://widget/x");d(`https://${h}/`)'
        )
    )
    assert broken(diagnose(look(endpoint, spoilt))) == set()
    spoilt.write(code('a({src:"https://img.example.com/a.png"})'))
    assert broken(diagnose(look(endpoint, spoilt))) == set()


def test_every_rule_is_broken_by_a_test() -> None:
    """bridge: no rule without a failing example."""
    elsewhere = {"https", "auth-challenge", "auth-metadata"} | {rule.id for rule in rules_browser.RULES}
    assert {rule.id for rule in RULES} == set(BROKEN) | elsewhere


def test_every_rule_says_what_it_is() -> None:
    """bridge: an id, one sentence, and a source; no rule is left out of the list."""
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
        assert re.fullmatch(r"\S[^\n]*\.", rule.claim), rule.id
        assert rule.source
    modules = (rules_http, rules_tools, rules_resources, rules_documents, rules_browser)
    assert {id(each) for module in modules for each in vars(module).values() if isinstance(each, Rule)} == {
        id(rule) for rule in RULES
    }
