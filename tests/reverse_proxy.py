"""A reverse proxy that puts a server under a path prefix, in either of the two ways in which proxies do that.

with serving(proxy(origin, "/tools", strips=True)) as url:
    httpx.get(f"{url}/tools/health")
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@contextlib.contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an application on a free port of this machine; gives its origin."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="websockets-sansio"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def proxy(upstream: str, prefix: str, *, strips: bool, headers: dict[str, str] | None = None) -> Starlette:
    """Return a proxy that serves only what is below the prefix.

    Args:
        upstream: The origin of the server behind.
        prefix: The path before all others.
        strips: Whether the server behind is asked without the prefix.
        headers: What the proxy adds to each request.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with httpx.AsyncClient(base_url=upstream, timeout=60) as client:
            app.state.client = client
            yield

    async def forward(request: Request) -> Response:
        below = request.url.path.removeprefix(prefix)
        target = (below or "/") if strips else request.url.path
        answer = await request.app.state.client.request(
            request.method,
            httpx.URL(target, query=request.url.query.encode()),
            content=await request.body(),
            headers={**dict(request.headers), "x-forwarded-proto": "https", **(headers or {})},
        )
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
        kept.pop("content-encoding", None)
        return Response(answer.content, answer.status_code, kept)

    methods = ["GET", "POST", "DELETE", "OPTIONS"]
    routes = [Route(prefix, forward, methods=methods), Route(prefix + "/{path:path}", forward, methods=methods)]
    return Starlette(routes=routes, lifespan=lifespan)
