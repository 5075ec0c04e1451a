"""Rules for the connection: the handshake, HTTP around it, and authentication.

A host says only "could not connect" when one of these is broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from mcp_bridge.metadata import EXTENSION_ID

from .evidence import Answer, Evidence, is_answered, items, mapping, strings, text
from .findings import Problem, Rule, rule
from .survey import FOREIGN_HOST, FOREIGN_ORIGIN, RESOURCE_METADATA, named_metadata

_NONE = Answer()


def _always(_: Evidence) -> bool:
    """Whether a rule can always be told."""
    return True


def _is_reached(evidence: Evidence) -> bool:
    """Whether anything answered."""
    return evidence.probes.get("plain", _NONE).status > 0


def _is_probed_locally(evidence: Evidence) -> bool:
    """Whether something on this machine answered."""
    return evidence.is_local and _is_reached(evidence)


def _is_elsewhere(evidence: Evidence) -> bool:
    """Whether the server is not on this machine."""
    return not evidence.is_local


def _offers_ui(evidence: Evidence) -> bool:
    """Whether the server has a UI resource, or a tool that names one."""
    return is_answered(evidence) and bool(evidence.widgets)


def _is_protected(evidence: Evidence) -> bool:
    """Whether a request without credentials is refused."""
    return evidence.probes.get("plain", _NONE).status == 401


def _is_open(evidence: Evidence) -> bool:
    """Whether no request and no tool asks for credentials."""
    schemes = [
        mapping(scheme).get("type")
        for tool in evidence.tools
        for scheme in (
            *items(tool.get("securitySchemes")),
            *items(mapping(tool.get("_meta")).get("securitySchemes")),
        )
    ]
    return is_answered(evidence) and not _is_protected(evidence) and "oauth2" not in schemes


def _named_to_us(evidence: Evidence) -> bool:
    """Whether the stateless era was answered."""
    return evidence.discover.result is not None


# The handshake -----------------------------------------------------------------------------------------------------


@rule("error", source="MCP 2025-11-25, Lifecycle", applies=_always)
def initialize(evidence: Evidence) -> Iterator[Problem]:
    """The server answers `initialize`."""
    reply = evidence.initialize
    if reply.result is None:
        if _is_protected(evidence):
            cure = "Give credentials with --header, for example --header 'Authorization: Bearer TOKEN'"
        else:
            cure = "Start the server and give the URL of its MCP endpoint, which usually ends in /mcp"
        yield Problem(evidence.url, f"`initialize` got {reply.said}", cure)


@rule("error", source="MCP Apps 2026-01-26, capability negotiation", applies=_offers_ui, is_cached=True)
def extension(evidence: Evidence) -> Iterator[Problem]:
    """The server announces the extension of MCP Apps."""
    cure = f'Put "{EXTENSION_ID}": {{}} into capabilities.extensions'
    if EXTENSION_ID not in mapping(evidence.capabilities.get("extensions")):
        yield Problem("initialize", f"the capabilities have no `{EXTENSION_ID}`", cure)
    if _named_to_us(evidence):
        capabilities = mapping(mapping(evidence.discover.result).get("capabilities"))
        if EXTENSION_ID not in mapping(capabilities.get("extensions")):
            yield Problem("server/discover", f"the capabilities have no `{EXTENSION_ID}`", cure)


@rule("warning", source="MCP 2026-07-28, server/discover", applies=is_answered)
def stateless_era(evidence: Evidence) -> Iterator[Problem]:
    """The server answers hosts of the stateless era too."""
    if not _named_to_us(evidence):
        yield Problem("server/discover", f"it got {evidence.discover.said}", "Serve MCP 2026-07-28 on the same URL")


@rule("error", source="MCP 2025-11-25, Ping", applies=is_answered)
def ping(evidence: Evidence) -> Iterator[Problem]:
    """The server answers `ping` with an empty result."""
    if evidence.ping.result is None:
        yield Problem("ping", f"it got {evidence.ping.said}", "Answer `ping` with an empty result")


@rule("error", source="MCP 2025-11-25, Tools", applies=is_answered)
def tools_list(evidence: Evidence) -> Iterator[Problem]:
    """`tools/list` answers with tools that have names."""
    listing = evidence.listing
    cure = 'Answer `tools/list` with {"tools": [...]}, each an object with a name'
    if listing.result is None:
        yield Problem("tools/list", f"it got {listing.said}", cure)
        return
    entries = listing.result.get("tools")
    nameless = sum(not text(mapping(each).get("name")) for each in items(entries))
    if not isinstance(entries, list):
        yield Problem("tools/list", "`tools` is not a list", cure)
    elif nameless:
        yield Problem("tools/list", f"{nameless} of its entries have no name", cure)


# HTTP --------------------------------------------------------------------------------------------------------------


@rule("error", source="OpenAI, App review; Claude, Connectors Directory", applies=_is_elsewhere)
def https(evidence: Evidence) -> Iterator[Problem]:
    """A server that is not local is reached by https."""
    if urlsplit(evidence.url).scheme != "https":
        yield Problem(evidence.url, "the URL is not https", "Serve it over https, for example behind a proxy with TLS")


@rule("error", source="MCP 2025-11-25, Streamable HTTP, Security Warning", applies=_is_probed_locally)
def foreign_host(evidence: Evidence) -> Iterator[Problem]:
    """A local server refuses a foreign `Host` (DNS rebinding)."""
    answer = evidence.probes.get("foreign_host", _NONE)
    if not 400 <= answer.status < 500:
        cause = f"a request with `Host: {FOREIGN_HOST}` got {answer.said}, so any web page can call the server"
        yield Problem("Host", cause, "Answer 421 to a Host that is not the server's own")


@rule("error", source="Claude, MCP Apps troubleshooting", applies=_is_reached)
def foreign_origin(evidence: Evidence) -> Iterator[Problem]:
    """A request of any `Origin` is answered."""
    answer, plain = evidence.probes.get("foreign_origin", _NONE), evidence.probes.get("plain", _NONE)
    if answer.status != plain.status:
        cause = f"`initialize` from {FOREIGN_ORIGIN} got {answer.said}, without an Origin it got {plain.said}"
        yield Problem("Origin", cause, "Do not refuse by Origin, but by authentication and by Host")


@rule("warning", source="Fetch Standard, CORS preflight; hosts that connect from a browser", applies=_is_reached)
def cors(evidence: Evidence) -> Iterator[Problem]:
    """A browser may call the endpoint from any origin."""
    answer = evidence.probes.get("preflight", _NONE)
    cure = "Answer OPTIONS with Access-Control-Allow-Origin, -Methods and -Headers"
    if answer.status >= 300 or not answer.status:
        yield Problem("OPTIONS", f"the preflight got {answer.said}", cure)
        return
    if answer.headers.get("access-control-allow-origin") not in ("*", FOREIGN_ORIGIN):
        yield Problem("OPTIONS", "the answer does not allow the origin", cure)
        return
    allowed = answer.headers.get("access-control-allow-headers", "").lower()
    missing = [name for name in ("content-type", "mcp-protocol-version") if name not in allowed and allowed != "*"]
    if missing:
        yield Problem("OPTIONS", f"the answer does not allow the header {missing[0]}", cure)


@rule("error", source="MCP 2025-11-25, Streamable HTTP, Sending Messages", applies=_is_reached)
def content_type(evidence: Evidence) -> Iterator[Problem]:
    """A body that is not JSON by its `Content-Type` is refused with a 4xx and a text."""
    answer = evidence.probes.get("octet_stream", _NONE)
    if not answer.is_refusal:
        cause = f"a POST with application/octet-stream got {_said(answer)}"
        yield Problem("Content-Type", cause, "Answer 400 or 415 with a sentence")


@rule("warning", source="RFC 9110, 406 Not Acceptable; MCP 2025-11-25, Streamable HTTP", applies=_is_reached)
def accept(evidence: Evidence) -> Iterator[Problem]:
    """A request that takes neither JSON nor a stream is refused with a 4xx and a text."""
    answer = evidence.probes.get("text_only", _NONE)
    if not answer.is_refusal:
        yield Problem("Accept", f"a POST with `Accept: text/plain` got {_said(answer)}", "Answer 406 with a sentence")


@rule("error", source="RFC 9110, 400 Bad Request; JSON-RPC 2.0, error -32700", applies=_is_reached)
def malformed_body(evidence: Evidence) -> Iterator[Problem]:
    """A body that is no JSON is refused with a 4xx and a text."""
    answer = evidence.probes.get("not_json", _NONE)
    if not answer.is_refusal:
        yield Problem("POST", f"a body that is no JSON got {_said(answer)}", "Answer 400 with error -32700")


@rule("warning", source="MCP 2025-11-25, Streamable HTTP, Listening for Messages", applies=_is_reached)
def get_stream(evidence: Evidence) -> Iterator[Problem]:
    """A GET gets a stream, or 405 if there is none."""
    answer = evidence.probes.get("get", _NONE)
    is_stream = answer.status == 200 and answer.media_type == "text/event-stream"
    # With sessions a GET without one is a 400, and with authentication it is a 401.
    if not is_stream and answer.status not in (400, 401, 405):
        yield Problem("GET", f"it got {_said(answer)}", "Answer 405 with `Allow: POST`")


@rule("warning", source="RFC 9110, 404 Not Found", applies=_is_reached)
def unknown_path(evidence: Evidence) -> Iterator[Problem]:
    """A path that there is not gets a 4xx."""
    answer = evidence.probes.get("no_path", _NONE)
    if not 400 <= answer.status < 500:
        cause = f"an unknown path got {answer.said}, which hosts take for metadata when they look for it"
        yield Problem("GET", cause, "Answer 404 to paths that there are not")


# Authentication ----------------------------------------------------------------------------------------------------


@rule("error", source="MCP 2025-11-25, Authorization; RFC 9728", applies=_is_protected)
def auth_challenge(evidence: Evidence) -> Iterator[Problem]:
    """A 401 says by `WWW-Authenticate` where the metadata of the resource is."""
    answer = evidence.probes["plain"]
    if not named_metadata(answer):
        shown = answer.headers.get("www-authenticate", "")
        cause = f"WWW-Authenticate is {shown!r}, without resource_metadata" if shown else "it has no WWW-Authenticate"
        cure = f'Send `WWW-Authenticate: Bearer resource_metadata="<origin>{RESOURCE_METADATA}<path>"`'
        yield Problem("401", cause, cure)


@rule("error", source="RFC 9728, Protected Resource Metadata", applies=_is_protected)
def auth_metadata(evidence: Evidence) -> Iterator[Problem]:
    """The metadata of the resource names this server and its authorization servers."""
    probes = evidence.probes
    answer = next(
        (probes[name] for name in ("metadata_named", "metadata_path", "metadata_root") if name in probes), _NONE
    )
    data = answer.json()
    if answer.status != 200 or not data:
        yield Problem(RESOURCE_METADATA, f"it got {_said(answer)}", "Serve the metadata as JSON with 200")
        return
    resource = text(data.get("resource"))
    if resource.rstrip("/") not in {evidence.url.rstrip("/"), evidence.public_url.rstrip("/"), _origin(evidence.url)}:
        cause = f"`resource` is {resource!r}, and the server is {evidence.url}"
        yield Problem(RESOURCE_METADATA, cause, "Name the URL of the MCP endpoint exactly")
    if not strings(data.get("authorization_servers")):
        cause = "`authorization_servers` names no server"
        yield Problem(RESOURCE_METADATA, cause, "Name at least one authorization server")


@rule("warning", source="MCP 2025-11-25, Authorization; RFC 9728", applies=_is_open)
def auth_absent(evidence: Evidence) -> Iterator[Problem]:
    """A server that asks for no credentials has no metadata of a protected resource."""
    for name, path in (("metadata_root", RESOURCE_METADATA), ("metadata_path", f"{RESOURCE_METADATA}/…")):
        answer = evidence.probes.get(name, _NONE)
        if answer.status == 200:
            cause = f"{path} answers 200, though no request is refused with 401, so hosts start a login that never ends"
            yield Problem(path, cause, "Answer 401 without credentials, or 404 to this path")
            return


def _said(answer: Answer) -> str:
    """Return what an answer was, and whether it lacks a text."""
    lacks = 400 <= answer.status < 500 and not answer.body.strip()
    return f"{answer.said} without a text" if lacks else answer.said


def _origin(url: str) -> str:
    """Return scheme and host of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


RULES: tuple[Rule, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Rule))
