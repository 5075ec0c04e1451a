"""The reports of `mcp-bridge doctor`, and the command itself on the reference app."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from mcp_bridge import manifest
from mcp_bridge.doctor import reports, rules_browser
from mcp_bridge.doctor.diagnosis import RULES, diagnose
from mcp_bridge.doctor.findings import Report
from mcp_bridge.doctor.local import ledger_of, serving
from mcp_bridge.doctor.survey import survey
from tests.doctor_server import PUBLIC, Spoilt, application
from tests.test_cli import COMMAND, project, run
from tests.test_web import serving as serving_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcp_bridge.bridge import Bridge

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/doctor.md"
RECONNECT = "then reconnect the connector in the host."
TITLE = {
    "rule": "tool-title",
    "severity": "error",
    "subject": "tool shop",
    "cause": "it has no title.",
    "cure": f"Give it a title of one to four words, {RECONNECT}",
    "source": "OpenAI, App review; Claude, Connectors Directory",
}


def untitled() -> Spoilt:
    """Return a server with an error, a warning and a note."""
    spoilt = Spoilt()
    del spoilt.tools[0]["title"]
    spoilt.tools[0]["_meta"]["openai/toolInvocation/invoking"] = "Opening [bold]\x00" * 10
    spoilt.csp(connect=["https://*.example.com"])
    return spoilt


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The MCP endpoint of a server with an error, a warning and a note."""
    with serving_app(application([untitled()])) as origin:
        yield f"{origin}/mcp"


@pytest.fixture(scope="module")
def report(endpoint: str) -> Report:
    """What is found there."""
    return diagnose(survey(endpoint, public_url=PUBLIC), "https://pizza.example.com/mcp")


def test_a_report_counts_and_fails_by_severity(report: Report) -> None:
    """bridge: errors fail, warnings with --strict only, notes never."""
    assert [report.count("error"), report.count("warning"), report.count("note")] == [1, 1, 1]
    assert report.is_failed(strict=False)
    for kept, fails in (("warning", [False, True]), ("note", [False, False])):
        findings = tuple(each for each in report.findings if each.rule.severity == kept)
        milder = Report(report.target, report.checked, report.skipped, findings)
        assert [milder.is_failed(strict=strict) for strict in (False, True)] == fails
    assert reports.summary(report).endswith("skipped: 1 error, 1 warning, 1 note.")


def test_the_json_report_has_every_finding_and_rule(report: Report) -> None:
    """bridge: --json."""
    data = json.loads(reports.as_json(report, strict=False))
    assert data["findings"][0] == TITLE
    assert [each["rule"] for each in data["findings"]] == ["tool-title", "tool-status", "csp-subdomains"]
    assert sorted([*data["checked"], *data["skipped"]]) == sorted(rule.id for rule in RULES)
    counted = {key: data[key] for key in ("target", "passed", "errors", "warnings", "notes")}
    assert counted == {
        "target": "https://pizza.example.com/mcp",
        "passed": False,
        "errors": 1,
        "warnings": 1,
        "notes": 1,
    }


@pytest.mark.parametrize(("strict", "failed"), [(False, ["tool-title"]), (True, ["tool-title", "tool-status"])])
def test_the_junit_report_has_a_case_of_each_rule(report: Report, strict: bool, failed: list[str]) -> None:
    """bridge: --junit; a case fails as the command does."""
    suites = ElementTree.fromstring(reports.as_junit(report, strict=strict))
    [suite] = suites
    cases = {case.attrib["name"]: case for case in suite}
    assert set(cases) == {rule.id for rule in RULES}
    assert [name for name, case in cases.items() if case.find("failure") is not None] == failed
    assert {name for name, case in cases.items() if case.find("skipped") is not None} == {
        rule.id for rule in report.skipped
    }
    assert suite.attrib == {
        "name": "https://pizza.example.com/mcp",
        "tests": str(len(RULES)),
        "failures": str(len(failed)),
        "errors": "0",
        "skipped": str(len(report.skipped)),
    }
    failure = cases["tool-title"].find("failure")
    assert failure is not None
    assert failure.text == f"tool shop: it has no title. Give it a title of one to four words, {RECONNECT}"


def test_the_sarif_report_names_rules_and_places(report: Report) -> None:
    """spec: SARIF 2.1.0."""
    data = json.loads(reports.as_sarif(report))
    [done] = data["runs"]
    assert data["version"] == "2.1.0"
    rules = done["tool"]["driver"]["rules"]
    assert sorted(rule["id"] for rule in rules) == sorted(rule.id for rule in RULES)
    assert {rule["defaultConfiguration"]["level"] for rule in rules} <= {"error", "warning", "note"}
    for result in done["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert done["results"][0] == {
        "ruleId": "tool-title",
        "ruleIndex": [rule["id"] for rule in rules].index("tool-title"),
        "level": "error",
        "message": {"text": f"tool shop: it has no title. Give it a title of one to four words, {RECONNECT}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "https://pizza.example.com/mcp"}},
                "logicalLocations": [{"fullyQualifiedName": "tool shop"}],
            }
        ],
    }


def test_a_finding_of_an_app_is_placed_in_its_configuration(report: Report) -> None:
    """spec: SARIF 2.1.0, artifactLocation is a URI reference."""
    app = Report("app pizza", report.checked, report.skipped, report.findings)
    result = json.loads(reports.as_sarif(app))["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "rxconfig.py"}}


def test_the_readable_report_is_grouped_by_rule(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    """bridge: the default output; what looks like markup in a value is only text."""
    reports.show(report)
    shown = capsys.readouterr().out
    assert shown.startswith("https://pizza.example.com/mcp\n\nerror  tool-title  A tool has a title.\n")
    assert f"  tool shop: it has no title.\n    Give it a title of one to four words, {RECONNECT}\n" in shown
    assert shown.rstrip().endswith(reports.summary(report))


def test_an_app_is_served_while_it_is_checked(bridge: Bridge) -> None:
    """bridge: in process, on a free port of this machine."""
    with serving(bridge) as app:
        report = diagnose(survey(app.url, ledger=app.ledger), f"app {app.name}")
    assert app.ledger == ledger_of(bridge.manifest)
    # The bundles of the small app are one line of HTML.
    assert {finding.rule.id for finding in report.findings} == {"html-lang"}
    assert diagnose(survey(app.url)).findings[0].rule.id == "initialize"


def test_a_build_that_is_lost_is_told(bridge: Bridge, tmp_path: Path) -> None:
    """bridge: the ledger; earlier builds of an app are asked for one by one."""
    bundle = bridge.manifest.widgets["shop"].current
    with serving(bridge) as app:
        (tmp_path / "widgets" / bundle.file).unlink()
        report = diagnose(survey(app.url, ledger=app.ledger))
    assert {"ledger", "resource-answers"} <= {finding.rule.id for finding in report.findings}


# The command -------------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_reference_app_passes(tmp_path: Path) -> None:
    """bridge: what this package makes breaks no rule, and no warning either, in a browser too."""
    files = ["--junit", str(tmp_path / "junit.xml"), "--sarif", str(tmp_path / "doctor.sarif")]
    done = run(ROOT, "doctor", "--json", "--strict", "--browser", *files)
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads(done.stdout)
    assert (data["target"], data["passed"], data["findings"]) == ("app app", True, [])
    assert {"ledger", "uri-hash", "foreign-host", "csp-covers", "html-eval"} <= set(data["checked"])
    assert {rule.id for rule in rules_browser.RULES} <= set(data["checked"])
    assert ElementTree.parse(tmp_path / "junit.xml").getroot().attrib["failures"] == "0"
    assert json.loads((tmp_path / "doctor.sarif").read_text())["runs"][0]["results"] == []


def test_a_server_with_an_error_fails_by_its_exit_code(endpoint: str) -> None:
    """bridge: exit code 1 with errors; a URL without a path is that of `/mcp`."""
    done = run(ROOT, "doctor", "--no-browser", endpoint.removesuffix("/mcp"))
    assert done.returncode == 1
    assert done.stdout.startswith(f"{endpoint}\n")
    assert "error  tool-title  A tool has a title." in done.stdout
    assert done.stderr == ""


def test_warnings_fail_only_if_they_are_to(tmp_path: Path) -> None:
    """bridge: --strict."""
    spoilt = Spoilt()
    spoilt.discovered = None
    with serving_app(application([spoilt])) as origin:
        assert run(ROOT, "doctor", "--no-browser", origin).returncode == 0
        assert run(ROOT, "doctor", "--no-browser", origin, "--strict").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ftp://pizza.example.com"], "'ftp://pizza.example.com' is not a URL with http or https."),
        (["http://[x"], "'http://[x' is not a URL with http or https."),
        (["http://127.0.0.1:9", "--header", "token"], "it has no colon."),
    ],
)
def test_what_cannot_be_checked_is_refused_in_a_sentence(tmp_path: Path, arguments: list[str], said: str) -> None:
    """bridge: the command line explains itself."""
    done = run(tmp_path, "doctor", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_app_that_was_not_exported_says_so(tmp_path: Path) -> None:
    """bridge: the errors of server start are those of the check."""
    done = run(project(tmp_path, with_widget=True), "doctor", "--json")
    assert done.returncode == 1
    assert "no widget has been exported yet. Run `reflex export`." in done.stderr
    assert done.stdout == ""


def test_what_an_app_prints_is_not_in_the_report(tmp_path: Path) -> None:
    """bridge: --json is JSON alone; an app without widgets is checked too."""
    done = run(project(tmp_path, with_widget=False), "doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads(done.stdout)
    assert data["findings"] == []
    assert {"result-text", "tool-hints"} <= set(data["checked"])
    assert {"uri-hash", "ledger", "tool-dialects"} <= set(data["skipped"])
    assert "a module that prints" in done.stderr


def test_help_does_not_load_what_only_a_check_needs() -> None:
    """bridge: `mcp-bridge --help` stays fast."""
    code = "import sys, mcp_bridge.cli; print({'httpx', 'jsonschema', 'uvicorn', 'mcp'} & set(sys.modules))"
    done = subprocess.run([COMMAND[0], "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"


# The page ----------------------------------------------------------------------------------------------------------


def test_the_rules_of_the_page_are_those_of_the_code() -> None:
    """bridge: docs/doctor.md has each rule with its severity, claim and source, in the code's order."""
    table = re.findall(r"^\| `([a-z-]+)` \| (error|warning|note) \| (.+?) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)
    assert table == [(rule.id, rule.severity, rule.claim, rule.source) for rule in RULES]


def test_the_report_of_the_page_is_a_real_one(capsys: pytest.CaptureFixture[str]) -> None:
    """bridge: docs/doctor.md shows what the command prints of a tool without a title."""
    spoilt = Spoilt()
    del spoilt.tools[0]["title"]
    with serving_app(application([spoilt])) as origin:
        reports.show(diagnose(survey(f"{origin}/mcp"), "http://127.0.0.1:8000/mcp"))
    assert f"```text\n{capsys.readouterr().out}```" in PAGE.read_text()


def test_the_manifest_gives_the_ledger_with_retired_widgets(tmp_path: Path) -> None:
    """bridge: builds of widgets that the app has no more still answer."""
    needs = manifest.Needs()

    def export(name: str, html: bytes) -> manifest.Export:
        return manifest.Export(name, name, "Show.", html, (), (), needs)

    manifest.write(tmp_path, "demo", [export("a", b"1"), export("b", b"2")])
    written = manifest.write(tmp_path, "demo", [export("a", b"3")])
    assert sorted(uri.partition("?")[0] for uri in ledger_of(written)) == [
        "ui://demo/a.html",
        "ui://demo/a.html",
        "ui://demo/b.html",
    ]
