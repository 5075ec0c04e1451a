"""The one port: requests go on to the process that has the app now, and open pages are told what happened to it.

A request that arrives while that process is being replaced waits for the next one. `/dev/events` is a stream of
server-sent events, each a JSON object with `state`:

| `state` | means | with |
|---|---|---|
| `building` | a file was saved | `files` |
| `ready` | the app is served as its files are | `build` (a number that rises), `uris`, `seconds` |
| `failed` | the files cannot be served; what worked last is still there, if there was anything | `fault` |
| `raised` | a handler or a tool has raised an exception | `fault` |
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from types import FrameType
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from mcp_bridge.metadata import MCP_PATH
from mcp_bridge.web import HostCheck

if TYPE_CHECKING:
    from .supervisor import Supervisor

_PATIENCE_SECONDS = 120
_PUBLIC = (MCP_PATH, "/health", "/ready")
_HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"te", b"trailer", b"upgrade", b"proxy-connection"}
_LIVE = files("mcp_bridge").joinpath("preview", "live.js")
_PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Not running</title><script type="module" src="/preview/live.js"></script></head>
<body><noscript>The app is not running. The terminal says why.</noscript></body></html>
"""
_PAGE_CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; frame-ancestors 'none'"


def front(supervisor: Supervisor, *, public_host: str = "") -> Starlette:
    """Return the application that listens on the port.

    Args:
        supervisor: What knows the process that has the app.
        public_host: The name under which a tunnel reaches it, which gets MCP and nothing else.
    """

    async def events(_: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(_stream(supervisor), media_type="text/event-stream", headers=headers)

    async def anything(request: Request) -> Response:
        if public_host and request.url.hostname == public_host and request.url.path not in _PUBLIC:
            return Response("Only the MCP endpoint is public.\n", status_code=404, media_type="text/plain")
        port = await supervisor.port(within=_PATIENCE_SECONDS)
        if port is None:
            return _not_running(request, supervisor)
        return await _pass_on(request, app.state.client, port, supervisor)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        async with httpx.AsyncClient(timeout=None, limits=limits, trust_env=False) as client:  # noqa: S113 (polls are long)
            app.state.client = client
            yield

    methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
    app = Starlette(
        routes=[Route("/dev/events", events), Route("/{path:path}", anything, methods=methods)],
        middleware=[Middleware(HostCheck, allowed=frozenset({public_host} if public_host else ()))],
        lifespan=lifespan,
    )
    return app


class Server(uvicorn.Server):
    """uvicorn's server, which lets go of open streams and waiting requests as soon as it is asked to stop."""

    def __init__(self, config: uvicorn.Config, supervisor: Supervisor) -> None:
        super().__init__(config)
        self._supervisor = supervisor
        self._loop = asyncio.get_running_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._loop.call_soon_threadsafe(self._supervisor.leave)
        super().handle_exit(sig, frame)


async def _stream(supervisor: Supervisor) -> AsyncIterator[bytes]:
    """Yield what happens, beginning with what is."""
    yield b"retry: 300\n\n"
    with supervisor.listening() as queue:
        while (event := await queue.get()) is not None:
            yield b"data: " + json.dumps(event).encode() + b"\n\n"


async def _pass_on(request: Request, client: httpx.AsyncClient, port: int, supervisor: Supervisor) -> Response:
    """Answer with what the process answers; with that of its successor if it does not take the request."""
    headers = [(name, value) for name, value in request.headers.raw if name not in _HOP_BY_HOP]
    body = await request.body()
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    while True:
        build = supervisor.build
        sent = client.build_request(request.method, f"http://127.0.0.1:{port}{path}", headers=headers, content=body)
        try:
            answer = await client.send(sent, stream=True)
            break
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # It stopped between two requests. What it may have begun, an event tool does once only.
            found = await supervisor.port(other_than=port, within=_PATIENCE_SECONDS)
            if found is None:
                return _not_running(request, supervisor)
            port = found
    kept = [(name, value) for name, value in answer.headers.raw if name.lower() not in _HOP_BY_HOP]
    # By this a page knows whether what it is told of next is newer than itself (preview/live.js).
    kept.append((b"server-timing", b'build;desc="%d"' % build))
    response = StreamingResponse(
        answer.aiter_raw(), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
    )
    response.raw_headers = kept
    return response


def _not_running(request: Request, supervisor: Supervisor) -> Response:
    """Say that there is no process to answer."""
    if request.url.path == "/preview/live.js":
        return Response(_LIVE.read_bytes(), media_type="text/javascript", headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _PAGE_CSP}
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_PAGE, status_code=503, headers=headers)
    fault: dict[str, Any] = supervisor.fault or {}
    place = f"{fault['file']}, line {fault['line']}: " if fault.get("file") else ""
    message = f"The app is not running. {place}{fault.get('kind', '')}: {fault.get('message', '')}".rstrip(": ")
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32603, "message": message}}
    return JSONResponse(error, status_code=503, headers=headers)
