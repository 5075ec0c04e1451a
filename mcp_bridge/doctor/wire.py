"""JSON-RPC over HTTP by hand, since status codes, headers and the exact JSON are what is checked.

with Wire("http://127.0.0.1:8000/mcp") as wire:
    wire.ask("tools/list").result

Nothing raises: what did not come is part of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from mcp_bridge._version import __version__

from .evidence import Answer, Json, Reply, mapping

if TYPE_CHECKING:
    import httpx

HANDSHAKE = "2025-11-25"
STATELESS = "2026-07-28"
BOTH_TYPES = "application/json, text/event-stream"

_LARGEST = 32 * 1024 * 1024
_SECONDS = 60.0


class Wire:
    """A connection to one MCP endpoint.

    Args:
        url: The endpoint.
        headers: Further headers of each request, such as `Authorization`.
        is_local: Whether it is on this machine, so that no proxy is asked.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, *, is_local: bool = False) -> None:
        import httpx

        self.url = url
        self._given = dict(headers or {})
        self._session = ""
        self._version = ""
        self._id = 0
        self._client = httpx.Client(timeout=httpx.Timeout(_SECONDS, connect=10), trust_env=not is_local)

    def __enter__(self) -> Wire:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the session, if the server has begun one, and close the connection."""
        if self._session:
            self.send("DELETE", self.url)
        self._client.close()

    def initialize(self) -> Reply:
        """Shake hands as hosts of the handshake era do."""
        reply = self.ask(
            "initialize",
            {
                "protocolVersion": HANDSHAKE,
                "capabilities": {},
                "clientInfo": {"name": "mcp-bridge-doctor", "version": __version__},
            },
        )
        if reply.result is not None:
            self._session = reply.answer.headers.get("mcp-session-id", "")
            self._version = str(reply.result.get("protocolVersion") or HANDSHAKE)
            self.send("POST", self.url, {"content-type": "application/json"}, _message("notifications/initialized"))
        return reply

    def ask(self, method: str, params: Json | None = None, *, agent: str = "") -> Reply:
        """Send a request of the handshake era."""
        return self._ask(method, params, {"user-agent": agent} if agent else {})

    def discover(self) -> Reply:
        """Ask for the capabilities as hosts of the stateless era do."""
        envelope: Json = {
            "io.modelcontextprotocol/protocolVersion": STATELESS,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        headers = {"mcp-protocol-version": STATELESS, "mcp-method": "server/discover"}
        return self._ask("server/discover", {"_meta": envelope}, headers)

    def _ask(self, method: str, params: Json | None, headers: Mapping[str, str]) -> Reply:
        """Send a request and wait for its answer."""
        self._id += 1
        body = _message(method, params, self._id)
        answer = self.send("POST", self.url, {"content-type": "application/json", **headers}, body, wanted=self._id)
        message = answer.json()
        result, error = message.get("result"), message.get("error")
        return Reply(
            answer=answer,
            result=mapping(result) if isinstance(result, dict) and answer.status < 300 else None,
            error=mapping(error) if isinstance(error, dict) else None,
            characters=len(answer.body),
        )

    def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: str = "", *, wanted: int = 0
    ) -> Answer:
        """Send any HTTP request.

        Args:
            method: The HTTP method.
            url: The URL.
            headers: Headers, which overrule those of each request.
            body: The text to send.
            wanted: The id of the message to wait for, where the answer is a stream.
        """
        import httpx

        known = {"user-agent": f"mcp-bridge-doctor/{__version__}", "accept": BOTH_TYPES, **self._given}
        known |= {"mcp-session-id": self._session} if self._session else {}
        known |= {"mcp-protocol-version": self._version} if self._version else {}
        try:
            with self._client.stream(method, url, headers={**known, **(headers or {})}, content=body) as response:
                return Answer(
                    status=response.status_code,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=_read(response, wanted),
                )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Answer(problem=f"{type(error).__name__}: {error}".rstrip(": "))


def _message(method: str, params: Json | None = None, number: int = 0) -> str:
    """Return a JSON-RPC message, a notification without a number."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    message |= {"id": number} if number else {}
    return json.dumps({**message, "params": params} if params is not None else message)


def _read(response: httpx.Response, wanted: int) -> str:
    """Return the body, or of a stream the message that has an id."""
    if "text/event-stream" in response.headers.get("content-type", ""):
        return _read_stream(response, wanted) if wanted else ""
    pieces: list[str] = []
    size = 0
    for piece in response.iter_text():
        pieces.append(piece)
        size += len(piece)
        if size > _LARGEST:
            break
    return "".join(pieces)


def _read_stream(response: httpx.Response, wanted: int) -> str:
    """Return the data of the first event that answers a request."""
    data: list[str] = []
    for line in response.iter_lines():
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            event, data = "\n".join(data), []
            if Answer(body=event).json().get("id") == wanted:
                return event
    return "\n".join(data)
