"""The questions that are put to a server, once each; nothing is changed by them.

evidence = survey("https://pizza.example.com/mcp")
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from .evidence import Answer, Evidence, Json, Reply, items, mapping, strings, text, tool_uris
from .wire import Wire

CHATGPT = "openai-mcp/1.0.0"
CLAUDE = "Claude-User"
FOREIGN_HOST = "doctor.example"
FOREIGN_ORIGIN = "https://doctor.example"
NO_PATH = "/mcp-bridge-doctor-asks-for-nothing"
RESOURCE_METADATA = "/.well-known/oauth-protected-resource"

_PAGES = 20
_READS = 200
_CALLS = 20


def survey(
    url: str, *, public_url: str = "", ledger: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Evidence:
    """Ask a server everything that rules want to know.

    Args:
        url: The MCP endpoint.
        public_url: The https URL of the endpoint from outside; by default the URL itself, unless it is local.
        ledger: The sha256 of each published build by URI, where they are known.
        headers: Further headers of each request, such as `Authorization`.
    """
    is_local = Evidence(url).is_local
    with Wire(url, is_local=is_local) as stranger:
        probes = _probe(stranger, url)
    with Wire(url, headers, is_local=is_local) as wire:
        initialize = wire.initialize()
        found = Evidence(
            url=url,
            public_url=public_url or ("" if is_local or not url.startswith("https://") else url),
            initialize=initialize,
            ledger=ledger or {},
            probes=probes,
            is_authorized=bool(headers),
        )
        return found if initialize.result is None else _look(wire, found)


def _look(wire: Wire, begun: Evidence) -> Evidence:
    """Return the evidence with all that a server tells after its handshake."""
    ping, discover = wire.ask("ping"), wire.discover()
    listing, tools = _pages(wire, "tools/list", "tools", "name")
    _, resources = _pages(wire, "resources/list", "resources", "uri")
    named = dict.fromkeys(uri for tool in tools for uri in tool_uris(tool).values() if uri)
    listed = (each["uri"] for each in resources if each["uri"].startswith("ui://"))
    every = list(dict.fromkeys([*named, *listed, *begun.ledger]))[:_READS]
    return Evidence(
        url=begun.url,
        public_url=begun.public_url,
        initialize=begun.initialize,
        discover=discover,
        ping=ping,
        listing=listing,
        tools=tools,
        resources=resources,
        reads=_read(wire, every),
        openai_reads=_read(wire, named, CHATGPT),
        claude_reads=_read(wire, named, CLAUDE),
        calls={tool["name"]: _call(wire, tool) for tool in [each for each in tools if is_harmless(each)][:_CALLS]},
        ledger=begun.ledger,
        probes=begun.probes,
        is_authorized=begun.is_authorized,
    )


def is_harmless(tool: Json) -> bool:
    """Whether a tool may be called to look at its result: it only reads, needs no arguments, and is for the model."""
    visibility = mapping(mapping(tool.get("_meta")).get("ui")).get("visibility")
    return (
        mapping(tool.get("annotations")).get("readOnlyHint") is True
        and not items(mapping(tool.get("inputSchema")).get("required"))
        and (visibility is None or "model" in strings(visibility))
    )


def _call(wire: Wire, tool: Json) -> Reply:
    """Call a tool without arguments."""
    return wire.ask("tools/call", {"name": tool["name"], "arguments": {}})


def _read(wire: Wire, uris: Iterable[str], agent: str = "") -> dict[str, Reply]:
    """Read resources."""
    return {uri: wire.ask("resources/read", {"uri": uri}, agent=agent) for uri in uris}


def _pages(wire: Wire, method: str, key: str, name: str) -> tuple[Reply, tuple[Json, ...]]:
    """Return the first answer of a list, and the entries of all its pages that have a name."""
    first = reply = wire.ask(method, {})
    entries: list[Json] = []
    for _ in range(_PAGES):
        result = mapping(reply.result)
        entries += [mapping(each) for each in items(result.get(key)) if text(mapping(each).get(name))]
        if not (cursor := text(result.get("nextCursor"))):
            break
        reply = wire.ask(method, {"cursor": cursor})
    return first, tuple(entries)


def _probe(wire: Wire, url: str) -> dict[str, Answer]:
    """Return answers of requests that a host does not send, or that someone else sends; none has credentials."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "probe", "version": "0"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})
    as_json = {"content-type": "application/json"}
    preflight = {
        "origin": FOREIGN_ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,mcp-protocol-version",
    }
    probes = {
        "plain": wire.send("POST", url, as_json, body, wanted=1),
        "foreign_host": wire.send("POST", url, {**as_json, "host": FOREIGN_HOST}, body),
        "foreign_origin": wire.send("POST", url, {**as_json, "origin": FOREIGN_ORIGIN}, body),
        "preflight": wire.send("OPTIONS", url, preflight),
        "octet_stream": wire.send("POST", url, {"content-type": "application/octet-stream"}, body),
        "text_only": wire.send("POST", url, {**as_json, "accept": "text/plain"}, body),
        "not_json": wire.send("POST", url, as_json, "{not json"),
        "get": wire.send("GET", url, {"accept": "text/event-stream"}),
        "no_path": wire.send("GET", f"{origin}{NO_PATH}"),
        "metadata_root": wire.send("GET", f"{origin}{RESOURCE_METADATA}"),
        "metadata_path": wire.send("GET", f"{origin}{RESOURCE_METADATA}{parts.path}"),
    }
    if named := named_metadata(probes["plain"]):
        probes["metadata_named"] = wire.send("GET", named)
    return probes


def named_metadata(answer: Answer) -> str:
    """Return the URL that `WWW-Authenticate` names as `resource_metadata`, "" if it names none."""
    _, _, rest = answer.headers.get("www-authenticate", "").partition("resource_metadata=")
    return rest.lstrip('"').partition('"')[0].partition(",")[0].strip() if rest else ""
