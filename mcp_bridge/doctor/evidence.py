"""What a server answered, as plain data: everything that rules look at.

JSON of a stranger may have any shape, so it is read through `mapping`, `items` and `strings`, which give nothing
where a value is of another type.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlsplit

from mcp_bridge.widgets import EVENT_TOOL

from .documents import Document, read_document
from .seen import Sight

Json = dict[str, Any]

_LOCAL = ("localhost", "127.0.0.1", "::1")


def mapping(value: Any) -> Json:
    """Return a JSON object, or an empty one."""
    return cast("Json", value) if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return a JSON array, or an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def strings(value: Any) -> list[str]:
    """Return the strings of a JSON array."""
    return [each for each in items(value) if isinstance(each, str)]


def text(value: Any) -> str:
    """Return a string without outer space, or an empty one."""
    return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True)
class Answer:
    """What HTTP brought for one request.

    Attributes:
        status: The status code, 0 if there was no answer.
        headers: The headers by their names in lower case.
        body: The text, of a stream its first message.
        problem: Why there was no answer, "" if there was one.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str = ""
    problem: str = ""

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def said(self) -> str:
        """What the answer was, for a sentence."""
        if not self.status:
            return f"no answer ({self.problem})"
        location = self.headers.get("location", "")
        return f"HTTP {self.status} to {location}" if 300 <= self.status < 400 else f"HTTP {self.status}"

    @property
    def is_refusal(self) -> bool:
        """Whether it is a 4xx with a text."""
        return 400 <= self.status < 500 and bool(self.body.strip())

    def json(self) -> Json:
        """Return the body as a JSON object, or an empty one."""
        try:
            return mapping(json.loads(self.body))
        except ValueError:
            return {}


@dataclass(frozen=True)
class Reply:
    """What JSON-RPC brought for one request.

    Attributes:
        answer: The HTTP answer.
        result: The result, None if there is none.
        error: The error, None if there is none.
        characters: The length of the message.
    """

    answer: Answer = Answer()
    result: Json | None = None
    error: Json | None = None
    characters: int = 0

    @property
    def said(self) -> str:
        """What went wrong, for a sentence."""
        if self.error is not None:
            return f"error {self.error.get('code')} ({text(self.error.get('message'))[:200]})"
        return self.answer.said


NONE = Reply()


@dataclass(frozen=True)
class Widget:
    """A UI resource that hosts may open now.

    Attributes:
        uri: Its URI.
        listed: Its entry in `resources/list`, empty if it has none.
        content: Its entry in the answer of `resources/read`, empty if it has none.
        for_openai: The same for a requester of the family of ChatGPT.
        for_claude: The same for a requester of the family of Claude.
        document: Its HTML, read.
    """

    uri: str
    listed: Json
    content: Json
    for_openai: Json
    for_claude: Json
    document: Document

    @property
    def html(self) -> str:
        """Its HTML."""
        return raw if isinstance(raw := self.content.get("text"), str) else ""

    @property
    def ui(self) -> Json:
        """The standard's metadata."""
        return mapping(mapping(self.content.get("_meta")).get("ui"))

    @property
    def csp(self) -> dict[str, list[str]]:
        """The origins that the standard's metadata lists, by kind."""
        return {kind: strings(values) for kind, values in mapping(self.ui.get("csp")).items()}


@dataclass(frozen=True)
class Evidence:
    """Everything that a server answered.

    Attributes:
        url: The URL of the MCP endpoint.
        public_url: The https URL of the MCP endpoint from outside, "" if unknown.
        initialize: The handshake.
        discover: The answer of `server/discover` in the stateless era.
        ping: The answer of `ping`.
        listing: The answer of `tools/list`, its first page.
        tools: The tools that have a name.
        resources: The resources that have a URI.
        reads: Answers of `resources/read` by URI.
        openai_reads: The same, asked with the User-Agent of ChatGPT.
        claude_reads: The same, asked with the User-Agent of Claude.
        calls: Answers of `tools/call` by tool, of tools that only read and need no arguments.
        ledger: The sha256 of each build that this app has published, by URI; empty for a server elsewhere.
        probes: Answers of plain HTTP requests by name.
        is_authorized: Whether the checks were made with headers of the caller.
        sights: What widgets were like in a browser; empty if none was used.
    """

    url: str
    public_url: str = ""
    initialize: Reply = NONE
    discover: Reply = NONE
    ping: Reply = NONE
    listing: Reply = NONE
    tools: tuple[Json, ...] = ()
    resources: tuple[Json, ...] = ()
    reads: Mapping[str, Reply] = field(default_factory=dict[str, Reply])
    openai_reads: Mapping[str, Reply] = field(default_factory=dict[str, Reply])
    claude_reads: Mapping[str, Reply] = field(default_factory=dict[str, Reply])
    calls: Mapping[str, Reply] = field(default_factory=dict[str, Reply])
    ledger: Mapping[str, str] = field(default_factory=dict[str, str])
    probes: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    is_authorized: bool = False
    sights: tuple[Sight, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        host = urlsplit(self.url).hostname or ""
        return host in _LOCAL or host.startswith("127.")

    @property
    def is_ours(self) -> bool:
        """Whether the server is made by this package."""
        return any(tool["name"] == EVENT_TOOL for tool in self.tools)

    @property
    def capabilities(self) -> Json:
        """What the handshake says that the server can do."""
        return mapping(mapping(self.initialize.result).get("capabilities"))

    @cached_property
    def widgets(self) -> tuple[Widget, ...]:
        """The UI resources that hosts may open now: those that tools name, and of a stranger all that are listed."""
        listed = {each["uri"]: each for each in self.resources}
        uris = [uri for tool in self.tools for uri in dict.fromkeys(tool_uris(tool).values()) if uri]
        if not self.is_ours:
            uris += [uri for uri in listed if uri.startswith("ui://")]
        return tuple(
            Widget(
                uri=uri,
                listed=listed.get(uri, {}),
                content=(content := content_of(self.reads.get(uri, NONE))),
                for_openai=content_of(self.openai_reads.get(uri, NONE)),
                for_claude=content_of(self.claude_reads.get(uri, NONE)),
                document=read_document(raw if isinstance(raw := content.get("text"), str) else ""),
            )
            for uri in dict.fromkeys(uris)
        )


def tool_uris(tool: Json) -> dict[str, str]:
    """Return the URI that a tool's `_meta` has under each of its three keys, "" where there is none."""
    meta = mapping(tool.get("_meta"))
    return {
        "ui.resourceUri": text(mapping(meta.get("ui")).get("resourceUri")),
        "ui/resourceUri": text(meta.get("ui/resourceUri")),
        "openai/outputTemplate": text(meta.get("openai/outputTemplate")),
    }


def content_of(reply: Reply) -> Json:
    """Return the first content of an answer of `resources/read`."""
    return next((mapping(each) for each in items(mapping(reply.result).get("contents"))), mapping(None))


def sha256_of(reply: Reply) -> str:
    """Return the sha256 of the text of an answer of `resources/read`, 64 hex digits."""
    raw = content_of(reply).get("text")
    return hashlib.sha256((raw if isinstance(raw, str) else "").encode()).hexdigest()


def is_answered(evidence: Evidence) -> bool:
    """Whether the server answered the handshake."""
    return evidence.initialize.result is not None


def has_tools(evidence: Evidence) -> bool:
    """Whether the server has tools."""
    return bool(evidence.tools)


def has_widgets(evidence: Evidence) -> bool:
    """Whether the server has UI resources that were read."""
    return any(widget.content for widget in evidence.widgets)


def has_results(evidence: Evidence) -> bool:
    """Whether a tool could be called that gave a result without `isError`."""
    return any(reply.result is not None and not reply.result.get("isError") for reply in evidence.calls.values())
