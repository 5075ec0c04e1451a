"""Rules for the HTML of a widget: its size, what it loads, and what can be told of it without a browser."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

from .evidence import Evidence, Widget, has_widgets
from .findings import Problem, Rule, rule

LARGE = 500 * 1000
LARGEST = 1000 * 1000
SSE_EVENT = 1024 * 1024

_APPS = "MCP Apps 2026-01-26, Content Security Policy"
_EVAL = re.compile(r"(?<![\w$.])(?:eval\s*\(|new\s+Function\s*\(|Function\s*\(\s*[\"'`])")
_BADGE = re.compile(r"built\s+with\s+reflex", re.IGNORECASE)
_LANG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
_NO_ZOOM = re.compile(r"user-scalable\s*=\s*(?:no|0)|maximum-scale\s*=\s*1(?:\.0*)?(?![\d.])", re.IGNORECASE)
_EXECUTED = ("script", "link", "style", "font")


def _read(evidence: Evidence) -> Iterator[Widget]:
    """Yield the widgets whose HTML could be read."""
    return (widget for widget in evidence.widgets if widget.html)


def _packed(widget: Widget) -> int:
    """Return the size of the HTML after gzip, in bytes."""
    return len(gzip.compress(widget.html.encode(), mtime=0))


@rule(
    "warning", source="mcp-bridge, budgets: a widget is loaded before it is seen", applies=has_widgets, is_cached=True
)
def bundle_large(evidence: Evidence) -> Iterator[Problem]:
    """A widget has at most 500 KB after gzip."""
    for widget in _read(evidence):
        if LARGE < (size := _packed(widget)) <= LARGEST:
            cause = f"it has {size // 1000} KB after gzip"
            yield Problem(widget.uri, cause, "Leave out libraries and embedded media that it can do without")


@rule("error", source="mcp-bridge, budgets: a widget is loaded before it is seen", applies=has_widgets, is_cached=True)
def bundle_largest(evidence: Evidence) -> Iterator[Problem]:
    """A widget has at most 1 MB after gzip."""
    for widget in _read(evidence):
        if (size := _packed(widget)) > LARGEST:
            cause = f"it has {size // 1000} KB after gzip"
            yield Problem(widget.uri, cause, "Leave out libraries and embedded media that it can do without")


@rule("warning", source="MCP Python SDK 2.3, limit of a server-sent event", applies=has_widgets, is_cached=True)
def bundle_event(evidence: Evidence) -> Iterator[Problem]:
    """A widget that comes as a server-sent event fits into 1 MiB."""
    for widget in _read(evidence):
        reply = evidence.reads[widget.uri]
        if reply.answer.media_type == "text/event-stream" and len(reply.answer.body.encode()) > SSE_EVENT:
            cause = f"its event has {len(reply.answer.body.encode())} bytes, and clients of the Python SDK refuse it"
            yield Problem(widget.uri, cause, "Make it smaller, or answer with plain JSON")


@rule("error", source=_APPS, applies=has_widgets, is_cached=True)
def html_external(evidence: Evidence) -> Iterator[Problem]:
    """Scripts, styles and fonts are in the HTML itself."""
    for widget in _read(evidence):
        for load in widget.document.loads:
            if load.kind in _EXECUTED:
                cause = f"its {load.kind} is loaded from {load.url[:200]}"
                yield Problem(widget.uri, cause, "Put it into the HTML, since some hosts load nothing else")


@rule("error", source=_APPS, applies=has_widgets, is_cached=True)
def html_eval(evidence: Evidence) -> Iterator[Problem]:
    """No script makes code from text."""
    for widget in _read(evidence):
        if found := _EVAL.search(widget.document.code):
            around = widget.document.code[max(0, found.start() - 20) : found.end() + 20]
            cause = f"a script has {' '.join(around.split())!r}, and the CSP of hosts forbids it"
            yield Problem(widget.uri, cause, "Replace the library that does so, or use its build without eval")


@rule("warning", source="HTML, doctype", applies=has_widgets, is_cached=True)
def html_doctype(evidence: Evidence) -> Iterator[Problem]:
    """The HTML begins with a doctype."""
    for widget in _read(evidence):
        if not widget.document.has_doctype:
            cause = "it has no doctype, so browsers lay it out in quirks mode"
            yield Problem(widget.uri, cause, "Begin it with <!doctype html>")


@rule("warning", source="WCAG 2.2, 3.1.1 Language of Page", applies=has_widgets, is_cached=True)
def html_lang(evidence: Evidence) -> Iterator[Problem]:
    """The HTML says which language it is in."""
    for widget in _read(evidence):
        if not _LANG.match(widget.document.lang):
            shown = f"`lang` is {widget.document.lang!r}" if widget.document.lang else "<html> has no `lang`"
            yield Problem(widget.uri, f"{shown}, so screen readers guess", 'Write <html lang="en">')


@rule("warning", source="WCAG 2.2, 2.4.2 Page Titled", applies=has_widgets, is_cached=True)
def html_title(evidence: Evidence) -> Iterator[Problem]:
    """The HTML has a title."""
    for widget in _read(evidence):
        if not widget.document.title:
            yield Problem(widget.uri, "it has no <title>, which screen readers say of a frame", "Give it a <title>")


@rule("warning", source="WCAG 2.2, 1.4.4 Resize Text", applies=has_widgets, is_cached=True)
def html_zoom(evidence: Evidence) -> Iterator[Problem]:
    """The HTML can be zoomed."""
    for widget in _read(evidence):
        if _NO_ZOOM.search(widget.document.viewport):
            cause = f"its viewport is {widget.document.viewport!r}"
            yield Problem(widget.uri, cause, "Drop user-scalable and maximum-scale")


@rule("warning", source="mcp-bridge: a widget speaks for its app", applies=has_widgets, is_cached=True)
def html_badge(evidence: Evidence) -> Iterator[Problem]:
    """A widget has no badge "Built with Reflex"."""
    for widget in _read(evidence):
        if _BADGE.search(widget.document.code) or _BADGE.search(widget.document.words):
            cause = 'it shows the badge "Built with Reflex"'
            yield Problem(widget.uri, cause, "Drop show_built_with_reflex from rxconfig.py and run `reflex export`")


RULES: tuple[Rule, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Rule))
