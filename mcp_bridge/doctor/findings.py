"""A rule is a function from what a server answered to what is wrong with it.

    @rule("error", source="MCP Apps 2026-01-26, UI Resource Format", is_cached=True, applies=has_widgets)
    def resource_mime(evidence: Evidence) -> Iterator[Problem]:
        \"\"\"A UI resource has the MIME type of MCP Apps.\"\"\"
        yield Problem("ui://shop.html", "its type is text/html", "Give it text/html;profile=mcp-app.")

The function's name is the rule's id, and its docstring is what the rule demands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .evidence import Evidence

Severity = Literal["error", "warning", "note"]

RECONNECT = ", then reconnect the connector in the host."
"""How the cure of what hosts cache ends: tools per connection, resources per URI."""


@dataclass(frozen=True)
class Problem:
    """One thing that breaks a rule.

    Attributes:
        subject: What it is about: a tool, a URI, a request.
        cause: One sentence on what is wrong with the value.
        cure: One sentence on what to do.
    """

    subject: str
    cause: str
    cure: str


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: Its name, in lower case with hyphens.
        severity: What breaking it means: "error" fails in some host, "warning" is refused in review or costs much,
            "note" is worth knowing.
        claim: What it demands, one sentence.
        source: The specification or documentation that says so.
        is_cached: Whether hosts keep the value, so that a cure shows after a reconnect only.
        applies: Whether it can be told from what a server answered.
        check: Gives what breaks it.
    """

    id: str
    severity: Severity
    claim: str
    source: str
    is_cached: bool
    applies: Callable[[Evidence], bool]
    check: Callable[[Evidence], Iterator[Problem]]


@dataclass(frozen=True)
class Finding:
    """A problem and the rule that it breaks."""

    rule: Rule
    subject: str
    cause: str
    cure: str


@dataclass(frozen=True)
class Report:
    """What came of all rules.

    Attributes:
        target: The app or the URL that was checked.
        checked: The rules that were applied.
        skipped: The rules that do not apply to this server.
        findings: What breaks them, in the order of the rules.
    """

    target: str
    checked: tuple[Rule, ...]
    skipped: tuple[Rule, ...]
    findings: tuple[Finding, ...]

    def count(self, severity: Severity) -> int:
        """Return how many findings have a severity."""
        return sum(finding.rule.severity == severity for finding in self.findings)

    def is_failed(self, *, strict: bool) -> bool:
        """Whether there are errors, or with `strict` warnings."""
        return bool(self.count("error") or (strict and self.count("warning")))


def rule(
    severity: Severity,
    *,
    source: str,
    applies: Callable[[Evidence], bool],
    is_cached: bool = False,
) -> Callable[[Callable[[Evidence], Iterator[Problem]]], Rule]:
    """Make a rule of a function, whose name is the id and whose docstring is the claim."""

    def make(check: Callable[[Evidence], Iterator[Problem]]) -> Rule:
        return Rule(
            id=check.__name__.replace("_", "-"),
            severity=severity,
            claim=(check.__doc__ or "").strip(),
            source=source,
            is_cached=is_cached,
            applies=applies,
            check=check,
        )

    return make


def apply(rules: Iterable[Rule], evidence: Evidence, target: str) -> Report:
    """Return what the rules find."""
    checked: list[Rule] = []
    skipped: list[Rule] = []
    findings: list[Finding] = []
    for each in rules:
        if not each.applies(evidence):
            skipped.append(each)
            continue
        checked.append(each)
        for problem in each.check(evidence):
            cure = problem.cure.rstrip(".") + (RECONNECT if each.is_cached else ".")
            findings.append(Finding(each, problem.subject, problem.cause.rstrip(".") + ".", cure))
    return Report(target, tuple(checked), tuple(skipped), tuple(findings))
