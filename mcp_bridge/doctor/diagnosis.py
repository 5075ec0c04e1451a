"""All rules, applied to what a server answered."""

from __future__ import annotations

from . import rules_browser, rules_documents, rules_http, rules_resources, rules_tools
from .evidence import Evidence
from .findings import Report, Rule, apply

RULES: tuple[Rule, ...] = (
    *rules_http.RULES,
    *rules_tools.RULES,
    *rules_resources.RULES,
    *rules_documents.RULES,
    *rules_browser.RULES,
)
"""Every rule, in the order in which findings are told."""


def diagnose(evidence: Evidence, target: str = "") -> Report:
    """Return what all rules find.

    Args:
        evidence: What the server answered.
        target: What to call the server in the report; by default its URL.
    """
    return apply(RULES, evidence, target or evidence.url)
