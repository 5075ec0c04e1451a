"""One report in four spellings: for people, as JSON, as JUnit XML and as SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from mcp_bridge._version import __version__

from .findings import Finding, Report, Rule, Severity

_STYLES: dict[Severity, str] = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ARTIFACT = "rxconfig.py"


def summary(report: Report) -> str:
    """Return a report in one sentence."""
    kinds: tuple[Severity, ...] = ("error", "warning", "note")
    counts = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind in kinds for count in [report.count(kind)])
    noun = "rule" if len(report.checked) == 1 else "rules"
    return f"{len(report.checked)} {noun} checked, {len(report.skipped)} skipped: {counts}."


def show(report: Report) -> None:
    """Print a report for people, grouped by rule."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    console.print(Text(report.target, style="bold"))
    for rule, findings in _by_rule(report):
        console.print()
        console.print(
            Text.assemble((rule.severity, _STYLES[rule.severity]), "  ", (rule.id, "bold"), f"  {rule.claim}")
        )
        console.print(Text(f"  {rule.source}", style="dim"))
        for finding in findings:
            console.print(Text(f"  {finding.subject}: {finding.cause}"))
            console.print(Text(f"    {finding.cure}"))
    console.print()
    console.print(Text(summary(report)))


def _by_rule(report: Report) -> list[tuple[Rule, list[Finding]]]:
    """Return the findings of each rule that has some."""
    grouped = [(rule, [each for each in report.findings if each.rule is rule]) for rule in report.checked]
    return [(rule, findings) for rule, findings in grouped if findings]


def as_json(report: Report, *, strict: bool) -> str:
    """Return a report as JSON.

    Args:
        report: The report.
        strict: Whether warnings fail too.
    """
    data = {
        "target": report.target,
        "passed": not report.is_failed(strict=strict),
        "checked": [rule.id for rule in report.checked],
        "skipped": [rule.id for rule in report.skipped],
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "notes": report.count("note"),
        "findings": [
            {
                "rule": finding.rule.id,
                "severity": finding.rule.severity,
                "subject": finding.subject,
                "cause": finding.cause,
                "cure": finding.cure,
                "source": finding.rule.source,
            }
            for finding in report.findings
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def as_junit(report: Report, *, strict: bool) -> str:
    """Return a report as JUnit XML: a test case of each rule, which fails as the command does.

    Args:
        report: The report.
        strict: Whether warnings fail too.
    """
    failing = ("error", "warning") if strict else ("error",)
    broken = {rule.id: findings for rule, findings in _by_rule(report)}
    failed = [rule for rule in report.checked if rule.id in broken and rule.severity in failing]
    counts = {
        "name": "mcp-bridge doctor",
        "tests": str(len(report.checked) + len(report.skipped)),
        "failures": str(len(failed)),
        "errors": "0",
        "skipped": str(len(report.skipped)),
    }
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {**counts, "name": report.target})
    for rule in (*report.checked, *report.skipped):
        case = ElementTree.SubElement(suite, "testcase", {"classname": "mcp_bridge.doctor", "name": rule.id})
        if rule in report.skipped:
            ElementTree.SubElement(case, "skipped", {"message": "It does not apply to this server."})
        elif rule.id in broken:
            told = "\n".join(f"{each.subject}: {each.cause} {each.cure}" for each in broken[rule.id])
            if rule in failed:
                failure = {"type": rule.severity, "message": _printable(rule.claim)}
                ElementTree.SubElement(case, "failure", failure).text = _printable(told)
            else:
                ElementTree.SubElement(case, "system-out").text = _printable(f"{rule.severity}: {told}")
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _printable(value: str) -> str:
    """Return a text without the control characters that XML cannot carry."""
    return "".join(each for each in value if each in "\t\n" or ord(each) >= 32)


def as_sarif(report: Report) -> str:
    """Return a report as SARIF 2.1.0."""
    rules = [*report.checked, *report.skipped]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "mcp-bridge doctor",
                "version": __version__,
                "rules": [_sarif_rule(each) for each in rules],
            }
        },
        "results": [_sarif_result(finding, report, rules.index(finding.rule)) for finding in report.findings],
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    """Return a rule in the spelling of SARIF."""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.claim},
        "fullDescription": {"text": f"{rule.claim} Source: {rule.source}."},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"source": rule.source},
    }


def _sarif_result(finding: Finding, report: Report, index: int) -> dict[str, Any]:
    """Return a finding in the spelling of SARIF."""
    is_url = "://" in report.target
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": finding.rule.severity,
        "message": {"text": f"{finding.subject}: {finding.cause} {finding.cure}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": report.target if is_url else _ARTIFACT}},
                "logicalLocations": [{"fullyQualifiedName": finding.subject}],
            }
        ],
    }
