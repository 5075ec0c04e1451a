"""Rules for what only a browser shows: whether a widget opens, can be read, keeps to its frame, and throws nothing."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_bridge.browser.accessibility import CONTRAST

from .evidence import Evidence
from .findings import Problem, Rule, rule
from .seen import Sight

_WCAG = "WCAG 2.2, levels A and AA, by axe-core"


def has_sights(evidence: Evidence) -> bool:
    """Whether a widget was looked at."""
    return bool(evidence.sights)


def _seen(evidence: Evidence) -> Iterator[Sight]:
    """Yield the widgets that could be shown."""
    return (sight for sight in evidence.sights if not sight.problem)


@rule("error", source="MCP Apps 2026-01-26, Lifecycle", applies=has_sights, is_cached=True)
def browser_opens(evidence: Evidence) -> Iterator[Problem]:
    """A widget shows itself, and answers its host."""
    for sight in evidence.sights:
        if sight.problem:
            yield Problem(
                sight.subject, f"it could not be shown: {sight.problem}", "Open it in the emulator to see why"
            )
        elif sight.state != "open":
            cause = "it never sent `ui/initialize`, and hosts hide the frame until then"
            yield Problem(sight.subject, cause, "Send it when the document is loaded")


@rule("error", source="mcp-bridge: an uncaught error leaves a widget half done", applies=has_sights, is_cached=True)
def browser_errors(evidence: Evidence) -> Iterator[Problem]:
    """A widget throws nothing while it opens."""
    for sight in _seen(evidence):
        for error in sight.errors:
            cause = f"it throws {error[:300]}"
            yield Problem(sight.subject, cause, "Open it in the emulator, whose console has the place")


@rule("error", source="MCP Apps 2026-01-26, Content Security Policy", applies=has_sights, is_cached=True)
def browser_csp(evidence: Evidence) -> Iterator[Problem]:
    """A widget loads nothing that the policy of hosts refuses."""
    for sight in _seen(evidence):
        for cause, cure in dict.fromkeys(sight.violations):
            yield Problem(sight.subject, cause, cure)


@rule("warning", source=_WCAG, applies=has_sights, is_cached=True)
def browser_accessibility(evidence: Evidence) -> Iterator[Problem]:
    """A widget can be used with a keyboard and a screen reader."""
    for sight in _seen(evidence):
        for each in sight.barriers:
            if each.rule != CONTRAST:
                yield Problem(sight.subject, f"{each.rule}: {each.cause}", each.cure)


@rule("warning", source="WCAG 2.2, 1.4.3 Contrast (Minimum), by axe-core", applies=has_sights, is_cached=True)
def browser_contrast(evidence: Evidence) -> Iterator[Problem]:
    """The text of a widget can be read, in light and dark."""
    for sight in _seen(evidence):
        for each in sight.barriers:
            if each.rule == CONTRAST:
                yield Problem(sight.subject, each.cause, each.cure)


@rule("warning", source="mcp-bridge: a phone is 390 px wide", applies=has_sights, is_cached=True)
def browser_width(evidence: Evidence) -> Iterator[Problem]:
    """A widget fits into 390 px."""
    for sight in _seen(evidence):
        for each in sight.overhangs:
            yield Problem(sight.subject, each, 'Let it wrap or shrink, for example with max_width="100%"')


@rule("error", source="MCP Apps 2026-01-26, size-changed; mcp-ui issue 215", applies=has_sights, is_cached=True)
def browser_height(evidence: Evidence) -> Iterator[Problem]:
    """The height of a widget comes to rest."""
    for sight in _seen(evidence):
        if sight.is_loop:
            last = " → ".join(f"{height:g}" for height in sight.heights[-4:])
            cause = f"it reports {last} px and so on, because what it shows grows with its frame"
            yield Problem(sight.subject, cause, "Measure the content, and give nothing in it a height of 100vh or 100%")


RULES: tuple[Rule, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Rule))
