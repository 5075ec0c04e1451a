"""Rules for UI resources: their URIs, what they are, and which origins they may reach."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mcp_bridge.metadata import APP_MIME_TYPE

from .documents import origin_of
from .evidence import NONE, Evidence, Widget, content_of, has_widgets, is_answered, mapping, sha256_of, strings, text
from .findings import Problem, Rule, rule

_APPS = "MCP Apps 2026-01-26, UI Resource Format"
_CSP = "MCP Apps 2026-01-26, Content Security Policy"
_OPENAI = "OpenAI, Plugins reference, resource metadata"

_TWINS = {"connectDomains": "connect_domains", "resourceDomains": "resource_domains", "frameDomains": "frame_domains"}
_ORIGIN = re.compile(r"^(https?|wss?)://(\*\.)?[A-Za-z0-9.-]+(:\d+)?$")
_HTTPS_ORIGIN = re.compile(r"^https://[A-Za-z0-9.-]+(:\d+)?$")
_SHARED = ("oaiusercontent.com", "claudemcpcontent.com")
_KNOWN_WORDS = {"www.w3.org", "react.dev", "reactjs.org", "reactrouter.com", "radix-ui.com", "www.radix-ui.com"}


def _has_public_url(evidence: Evidence) -> bool:
    """Whether hosts may be told a domain of the app's own."""
    return has_widgets(evidence) and evidence.public_url.startswith("https://")


def _has_domains(evidence: Evidence) -> bool:
    """Whether a widget has a domain for ChatGPT."""
    return any(_domain(widget.for_openai) for widget in evidence.widgets)


def _has_ledger(evidence: Evidence) -> bool:
    """Whether it is known what was published."""
    return is_answered(evidence) and bool(evidence.ledger)


def _is_ours(evidence: Evidence) -> bool:
    """Whether the URIs are made by this package."""
    return evidence.is_ours and has_widgets(evidence)


def _has_resources(evidence: Evidence) -> bool:
    """Whether there is a UI resource."""
    return bool(evidence.reads)


def _read(evidence: Evidence) -> Iterator[Widget]:
    """Yield the widgets that could be read."""
    return (widget for widget in evidence.widgets if widget.content)


def _domain(content: Any) -> str:
    """Return the domain in the metadata of a content."""
    return text(mapping(mapping(mapping(content).get("_meta")).get("ui")).get("domain"))


# What they are -----------------------------------------------------------------------------------------------------


@rule("error", source=_APPS, applies=_has_resources, is_cached=True)
def resource_answers(evidence: Evidence) -> Iterator[Problem]:
    """Each URI that a tool names or a list has answers with a text."""
    for uri, reply in evidence.reads.items():
        if uri in evidence.ledger and uri not in {widget.uri for widget in evidence.widgets}:
            continue
        content = content_of(reply)
        if reply.result is None:
            yield Problem(uri, f"resources/read got {reply.said}", "Answer every URI that was ever listed")
        elif not text(content.get("text")) and not text(content.get("blob")):
            yield Problem(uri, "the content has no text", "Put the HTML into `text`")


@rule("error", source=_APPS, applies=has_widgets, is_cached=True)
def resource_mime(evidence: Evidence) -> Iterator[Problem]:
    """The type is exactly `text/html;profile=mcp-app`, in the list and in the content."""
    for widget in _read(evidence):
        for where, entry in (("resources/list", widget.listed), ("resources/read", widget.content)):
            if entry and entry.get("mimeType") != APP_MIME_TYPE:
                cause = f"its mimeType in {where} is {entry.get('mimeType')!r}"
                yield Problem(widget.uri, cause, f"Write {APP_MIME_TYPE}, without a space")


@rule("warning", source=_APPS, applies=has_widgets, is_cached=True)
def resource_meta(evidence: Evidence) -> Iterator[Problem]:
    """The metadata is the same in the list and in the content."""
    for widget in _read(evidence):
        listed = mapping(mapping(widget.listed.get("_meta")).get("ui"))
        if widget.listed and listed != widget.ui:
            cause = "its _meta.ui in resources/list is not that of resources/read"
            yield Problem(widget.uri, cause, "Give the list entry and the content the same _meta.ui")


@rule("warning", source="OpenAI, App review, template cache", applies=has_widgets, is_cached=True)
def uri_version(evidence: Evidence) -> Iterator[Problem]:
    """The URI changes with the content."""
    for widget in _read(evidence):
        if not parse_qs(urlsplit(widget.uri).query) and not re.search(r"[0-9a-f]{8}", widget.uri):
            cause = "the URI has no version, and hosts keep showing the content that they have for it"
            yield Problem(widget.uri, cause, "Put a hash of the content into the URI, for example ?v=1a2b3c4d")


@rule("error", source="mcp-bridge, URIs and the ledger", applies=_is_ours, is_cached=True)
def uri_hash(evidence: Evidence) -> Iterator[Problem]:
    """The version in a URI of this package is the hash of the content."""
    for widget in _read(evidence):
        version = "".join(parse_qs(urlsplit(widget.uri).query).get("v", []))
        digest = sha256_of(evidence.reads[widget.uri])
        if version and not digest.startswith(version):
            cause = f"the URI says {version}, and the sha256 of the content begins with {digest[:8]}"
            yield Problem(widget.uri, cause, "Run `reflex export` and start the server again")


@rule("error", source="mcp-bridge, URIs and the ledger; OpenAI, App review", applies=_has_ledger)
def ledger(evidence: Evidence) -> Iterator[Problem]:
    """Each build that was published still answers with its own bytes."""
    for uri, digest in evidence.ledger.items():
        reply = evidence.reads.get(uri, NONE)
        if reply.result is None:
            cause = f"resources/read got {reply.said}, so widgets in old conversations stay empty"
        elif sha256_of(reply) != digest:
            cause = "it answers with other bytes than were published"
        else:
            continue
        yield Problem(uri, cause, "Keep the file of every build that the manifest lists")


# What they may reach -----------------------------------------------------------------------------------------------


@rule("error", source=f"{_CSP}; {_OPENAI}", applies=has_widgets, is_cached=True)
def csp_dialects(evidence: Evidence) -> Iterator[Problem]:
    """`_meta.ui.csp` and `openai/widgetCSP` are both there and list the same origins."""
    for widget in _read(evidence):
        meta = mapping(widget.content.get("_meta"))
        standard, openai = widget.ui.get("csp"), meta.get("openai/widgetCSP")
        absent = [
            key for key, value in (("ui.csp", standard), ("openai/widgetCSP", openai)) if not isinstance(value, dict)
        ]
        if absent:
            cause = f"its _meta has no {' and no '.join(absent)}"
            yield Problem(widget.uri, cause, "Declare both, with empty lists if nothing outside is needed")
            continue
        for kind, twin in _TWINS.items():
            ours, theirs = set(strings(mapping(standard).get(kind))), set(strings(mapping(openai).get(twin)))
            if ours != theirs:
                cause = f"{kind} of ui.csp and {twin} of openai/widgetCSP differ by {', '.join(sorted(ours ^ theirs))}"
                yield Problem(widget.uri, cause, "List the same origins in both")


def _entries(evidence: Evidence) -> Iterator[tuple[Widget, str, str]]:
    """Yield each origin that a widget lists, with the widget and the list."""
    for widget in _read(evidence):
        for kind, origins in widget.csp.items():
            for origin in origins:
                yield widget, kind, origin


def _is_wild(origin: str) -> bool:
    """Whether an origin stands for hosts of everybody: `*`, `https:`, `https://*`, `https://*.com`."""
    host = origin.partition("://")[2] or origin
    if host.endswith(":") and "://" not in origin:
        return True
    return host == "*" or ("*" in host and host.count(".") < 2) or "*" in host[1:]


@rule("error", source=_CSP, applies=has_widgets, is_cached=True)
def csp_wildcard(evidence: Evidence) -> Iterator[Problem]:
    """No origin stands for everybody's hosts."""
    for widget, kind, origin in _entries(evidence):
        if _is_wild(origin):
            yield Problem(widget.uri, f"{kind} has {origin}", "Name each host that the widget needs")


@rule("note", source="mcp-bridge: a widget reaches as few hosts as it can", applies=has_widgets, is_cached=True)
def csp_subdomains(evidence: Evidence) -> Iterator[Problem]:
    """Origins name hosts, not all subdomains."""
    for widget, kind, origin in _entries(evidence):
        if "://*." in origin and not _is_wild(origin):
            yield Problem(
                widget.uri, f"{kind} has {origin}, which is every host below it", "Name the hosts if you know them"
            )


@rule("error", source=_CSP, applies=has_widgets, is_cached=True)
def csp_secure(evidence: Evidence) -> Iterator[Problem]:
    """Every origin is reached by https or wss."""
    for widget, kind, origin in _entries(evidence):
        if origin.lower().startswith(("http:", "ws:")):
            yield Problem(widget.uri, f"{kind} has {origin}, which browsers block in a widget", "Use https or wss")


@rule("error", source=_CSP, applies=has_widgets, is_cached=True)
def csp_origin(evidence: Evidence) -> Iterator[Problem]:
    """Every entry is an origin: a scheme and a host."""
    for widget, kind, origin in _entries(evidence):
        if not _is_wild(origin) and not _ORIGIN.match(origin):
            cause = f"{kind} has {origin!r}, which is not a scheme and a host"
            yield Problem(widget.uri, cause, "Write it like https://api.example.com")


@rule("note", source=_OPENAI, applies=has_widgets, is_cached=True)
def csp_frames(evidence: Evidence) -> Iterator[Problem]:
    """No widget shows frames of others."""
    for widget in _read(evidence):
        if frames := widget.csp.get("frameDomains"):
            cause = f"frameDomains has {', '.join(frames)}, which is reviewed strictly, and Claude blocks it"
            yield Problem(widget.uri, cause, "Do without frames where you can")


@rule("warning", source=_CSP, applies=has_widgets, is_cached=True)
def csp_covers(evidence: Evidence) -> Iterator[Problem]:
    """Each literal URL that the HTML loads is covered by the origins."""
    for widget in _read(evidence):
        outside = [load.url for load in widget.document.loads if "://" in load.url]
        for origin in dict.fromkeys(origin_of(url) for url in (*outside, *widget.document.requests)):
            if not _is_covered(origin, widget):
                cause = f"it loads from {origin}, which no list of its CSP has, so hosts block it"
                yield Problem(widget.uri, cause, f"Declare it, for example csp=Csp(resource=[{origin!r}])")


@rule("note", source=_CSP, applies=has_widgets)
def csp_mentions(evidence: Evidence) -> Iterator[Problem]:
    """Literal URLs that scripts have for other ends are covered by the origins too."""
    for widget in _read(evidence):
        for origin in dict.fromkeys(origin_of(url) for url in widget.document.mentions):
            if (urlsplit(origin).hostname or "") not in _KNOWN_WORDS and not _is_covered(origin, widget):
                cause = f"a script has a URL of {origin}, which no list of its CSP has"
                yield Problem(widget.uri, cause, "Declare the origin if the script loads it, and else do nothing")


def _is_covered(origin: str, widget: Widget) -> bool:
    """Whether a list of a widget's CSP has an origin."""
    scheme, _, host = origin.partition("://")
    for allowed in (each for origins in widget.csp.values() for each in origins):
        allowed_scheme, _, allowed_host = allowed.lower().partition("://")
        if scheme == allowed_scheme and (
            host == allowed_host or (allowed_host.startswith("*.") and host.endswith(allowed_host[1:]))
        ):
            return True
    return False


# Where they run ----------------------------------------------------------------------------------------------------


@rule("warning", source=_OPENAI, applies=_has_public_url, is_cached=True)
def domain_present(evidence: Evidence) -> Iterator[Problem]:
    """A widget has a domain for ChatGPT, without which it cannot be submitted."""
    for widget in _read(evidence):
        if not _domain(widget.for_openai):
            cause = "asked as ChatGPT asks, its _meta.ui has no domain"
            yield Problem(widget.uri, cause, "Set MCP_BRIDGE_PUBLIC_URL to the https URL of the server")


@rule("error", source=_OPENAI, applies=_has_domains, is_cached=True)
def domain_form(evidence: Evidence) -> Iterator[Problem]:
    """A domain for ChatGPT is an https origin."""
    for widget in _read(evidence):
        domain = _domain(widget.for_openai)
        if domain and not _HTTPS_ORIGIN.match(domain):
            yield Problem(widget.uri, f"its domain is {domain!r}", "Write it like https://pizza.example.com")


@rule("error", source=_OPENAI, applies=_has_domains, is_cached=True)
def domain_unique(evidence: Evidence) -> Iterator[Problem]:
    """All widgets of an app have one domain for ChatGPT, and no other app has it."""
    domains = {domain: widget.uri for widget in _read(evidence) if (domain := _domain(widget.for_openai))}
    for domain, uri in domains.items():
        if (urlsplit(domain).hostname or domain).endswith(_SHARED):
            yield Problem(uri, f"its domain {domain} is shared with other apps", "Use the origin of your own server")
    if len(domains) > 1:
        cause = f"its widgets have the domains {', '.join(sorted(domains))}"
        yield Problem("resources/read", cause, "Give all widgets of the app the same domain")


@rule("error", source="Claude, MCP Apps getting started, domain", applies=_has_public_url, is_cached=True)
def domain_claude(evidence: Evidence) -> Iterator[Problem]:
    """A domain for Claude is that of the URL of the connector."""
    right = f"{hashlib.sha256(evidence.public_url.encode()).hexdigest()[:32]}.claudemcpcontent.com"
    for widget in _read(evidence):
        domain = _domain(widget.for_claude)
        if domain and domain != right:
            cause = f"asked as Claude asks, its domain is {domain}, and Claude shows an error unless it is {right}"
            yield Problem(
                widget.uri, cause, "Leave the domain out for Claude, or make it of the exact URL of the connector"
            )


RULES: tuple[Rule, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Rule))
