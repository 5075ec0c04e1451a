"""The emulator, served here, for a server elsewhere that may have no preview: what it asks is passed on.

with relaying("https://pizza.example.com/mcp", headers={"authorization": "Bearer ..."}) as origin:
    ...                                          # the emulator is at `origin`

Bundles come over MCP like everything else, so what is shown is what a host would get from that server, and nothing
depends on whether it allows other origins.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from mcp_bridge.csp import Csp
from mcp_bridge.preview import preview_routes
from mcp_bridge.web import HostCheck

from .listening import listening

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_SECONDS = 300.0
_HOP_BY_HOP = {"host", "origin", "referer", "connection", "content-length", "transfer-encoding", "accept-encoding"}
_FOR_PAGES_ONLY = {"cookie", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"}
_PASSED_BACK = {"content-type", "mcp-session-id", "www-authenticate"}
_VERSION = "2026-07-28"
_ORIGIN = re.compile(r"(https?|wss?)://(\*\.)?[A-Za-z0-9.-]+(:\d+)?")


@dataclass(frozen=True)
class Read:
    """A bundle as a server elsewhere gives it."""

    html: str
    csp: Csp
    is_versioned: bool = False


@contextlib.contextmanager
def relaying(url: str, headers: Mapping[str, str] | None = None) -> Generator[str]:
    """Serve the emulator for an MCP endpoint until the end of the block; gives the emulator's origin.

    Args:
        url: The endpoint.
        headers: Further headers of each request to it, such as `Authorization`.
    """
    with listening(relay(url, headers)) as origin:
        yield origin


def relay(url: str, headers: Mapping[str, str] | None = None) -> ASGIApp:
    """Return the application that is the emulator and passes `/mcp` on to an endpoint."""
    further = {name.lower(): value for name, value in (headers or {}).items()}
    ids = itertools.count(1)
    client = httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with client:
            yield

    async def mcp(request: Request) -> Response:
        passed = {
            name: value
            for name, value in request.headers.items()
            if name not in _HOP_BY_HOP and name not in _FOR_PAGES_ONLY and not name.startswith("sec-")
        }
        asked = client.build_request("POST", url, headers={**passed, **further}, content=await request.body())
        try:
            answer = await client.send(asked, stream=True)
        except httpx.HTTPError as error:
            return PlainTextResponse(f"No MCP server answers at {url}: {type(error).__name__}.", status_code=502)
        given = {name: value for name, value in answer.headers.items() if name in _PASSED_BACK}
        return StreamingResponse(
            _body(answer), status_code=answer.status_code, headers=given, background=BackgroundTask(answer.aclose)
        )

    def read_bundle(uri: str) -> Read | None:
        return _read(url, further, uri, next(ids)) if uri.startswith("ui://") else None

    routes = [Route("/mcp", mcp, methods=["POST"]), *preview_routes(read_bundle)]
    # It may carry credentials: pages of other names must not reach it (DNS rebinding).
    check = Middleware(HostCheck, allowed=frozenset[str]())
    return Starlette(lifespan=lifespan, routes=routes, middleware=[check])


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    """Yield what a server says as it says it; where it stops halfway, so does this."""
    with contextlib.suppress(httpx.HTTPError):
        async for part in answer.aiter_bytes():
            yield part


def _read(url: str, headers: Mapping[str, str], uri: str, number: int) -> Read | None:
    """Return the bundle at a URI, None if the server gives none."""
    asked_by = {
        "io.modelcontextprotocol/protocolVersion": _VERSION,
        "io.modelcontextprotocol/clientInfo": {"name": "mcp-bridge", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    own = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": _VERSION,
        "Mcp-Method": "resources/read",
        "Mcp-Name": uri,
    }
    body = {"jsonrpc": "2.0", "id": number, "method": "resources/read", "params": {"uri": uri, "_meta": asked_by}}
    try:
        answer = httpx.post(url, headers={**own, **headers}, json=body, timeout=_SECONDS)
        contents: list[Any] = _message(answer).get("result", {}).get("contents", [])
        content: dict[str, Any] = contents[0]
        meta = cast("dict[str, dict[str, Any]]", content.get("_meta") or {})
        csp = cast("dict[str, Any]", meta.get("ui", {}).get("csp") or {})
        return Read(
            html=str(content["text"]),
            csp=Csp(
                connect=_origins(csp, "connectDomains"),
                resource=_origins(csp, "resourceDomains"),
                frame=_origins(csp, "frameDomains"),
                base_uri=_origins(csp, "baseUriDomains"),
            ),
        )
    except (httpx.HTTPError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None


def _origins(csp: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """Return the origins of one kind, without what is none and could say something else in a policy."""
    found = cast("list[Any]", csp.get(kind) or [])
    return tuple(each for each in found if isinstance(each, str) and _ORIGIN.fullmatch(each))


def _message(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON-RPC message of an answer, of a stream its last."""
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        lines = [line[5:] for line in answer.text.splitlines() if line.startswith("data:") and line[5:].strip()]
        return json.loads(lines[-1])
    return answer.json()
