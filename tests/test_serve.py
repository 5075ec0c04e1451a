"""`mcp-bridge serve` as operators run it: several workers, production mode, a prefix, errors before anything starts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.redis_processes import App, Server, Widget
from tests.served import PROJECT, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "mcp_bridge.cli", "serve", "--port", "0"]


@pytest.fixture(scope="module")
def workers(app: App, redis_url: str) -> Iterator[Server]:
    """Two workers on one port."""
    with app.serve(redis_url, "--workers", "2") as server:
        yield server


def run(app: App, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the app's folder, to its end."""
    variables = {**os.environ, "PYTHONPATH": str(PROJECT), "COUNTER_FOLDER": str(app.folder), **environment}
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=app.folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def connect(app: App, origin: str, http: httpx.AsyncClient) -> Widget:
    """Open a widget."""
    widget = Widget(app, http, origin)
    await widget.open()
    return widget


async def until_seen(app: App, widget: Widget, name: str, processes: set[int], count: int) -> set[int]:
    """Run handlers of a widget until so many processes beyond those given have run one; return all of them."""
    ran = set(processes)
    for number in range(100):
        gate = f"{name}{number}"
        app.open_gate(gate)
        await widget.send("add_slowly", entry=gate)
        await widget.settle()
        assert widget.values["entries"][-2:] == [gate, f"{gate}, done"]
        ran |= set(app.passed(gate))
        if len(ran - processes) >= count:
            break
    return ran


@pytest.mark.anyio
async def test_workers_share_a_port_and_the_sessions(app: App, workers: Server) -> None:
    """bridge: --workers; a widget that one opened is used in the other."""
    async with httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0), timeout=40) as http:
        widget = await connect(app, workers.origin, http)
        ran = await until_seen(app, widget, "share", set(), 2)
        assert len(ran) == 2
        assert workers.process.pid not in ran


@pytest.mark.anyio
async def test_a_worker_that_dies_is_replaced_and_its_widgets_go_on(app: App, workers: Server) -> None:
    """bridge: --workers; uvicorn's supervisor, and sessions in Redis."""
    async with httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0), timeout=40) as http:
        widget = await connect(app, workers.origin, http)
        before = await until_seen(app, widget, "before", set(), 2)
        os.kill(min(before), signal.SIGKILL)
        after = await until_seen(app, widget, "after", before, 1)
        assert len(after - before) == 1
        await widget.send("add", entry="last")
        assert widget.values["entries"][-1] == "last"


def test_workers_without_a_shared_state_are_refused(app: App) -> None:
    """bridge: error texts, subject, cause, cure; before anything listens."""
    done = run(app, "--workers", "2", REFLEX_STATE_MANAGER_MODE="memory")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip().endswith(
        "Error: BridgeError: --workers is 2, but the states of the app are kept in one process, so another would not "
        "know the widgets that this one opened. Set REFLEX_REDIS_URL to a Redis that all share, or serve with one "
        "worker."
    )


def test_a_secret_that_cannot_be_kept_is_refused(app: App, tmp_path: Path) -> None:
    """bridge: error texts; without a shared secret a restart or another worker would know no widget."""
    (tmp_path / ".states").touch()
    for entry in app.folder.iterdir():
        if entry.name != ".states":
            (tmp_path / entry.name).symlink_to(entry)
    done = run(App(tmp_path, app.state, app.room), REFLEX_STATE_MANAGER_MODE="memory")
    assert done.returncode == 1
    assert "BridgeError: the secret cannot be kept in .states/mcp_bridge.secret: " in done.stderr
    assert "Make the folder writable and keep it over a restart, or set MCP_BRIDGE_SECRET." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_prefix_that_cannot_be_is_refused(app: App) -> None:
    """bridge: error texts, at start."""
    done = run(app, "--prefix", "/mcp", REFLEX_STATE_MANAGER_MODE="memory")
    assert done.returncode == 1
    assert "BridgeError: prefix '/mcp' is a path of the server itself" in done.stderr


MODES = [
    ([], {}, True),
    (["--no-preview"], {}, False),
    (["--env", "prod"], {}, False),
    ([], {"REFLEX_ENV_MODE": "prod"}, False),
    (["--env", "prod", "--preview"], {}, True),
    (["--env", "dev"], {"REFLEX_ENV_MODE": "prod"}, True),
]


@pytest.mark.parametrize(("arguments", "environment", "has_preview"), MODES)
def test_production_has_no_preview_unless_asked(
    app: App, tmp_path: Path, arguments: list[str], environment: dict[str, str], has_preview: bool
) -> None:
    """bridge: --env, as Reflex calls it; --preview and --no-preview decide."""
    variables = {"PYTHONPATH": str(PROJECT), "COUNTER_FOLDER": str(app.folder), **environment}
    with serve([*COMMAND[1:], *arguments], tmp_path / "log", folder=app.folder, **variables) as url:
        origin = url.removesuffix("/mcp")
        assert httpx.get(f"{origin}/").status_code == (200 if has_preview else 404)
        assert httpx.get(f"{origin}/widgets/counter").status_code == (200 if has_preview else 404)
        assert httpx.get(f"{origin}/ready").status_code == 200


def test_the_environment_names_port_and_prefix(app: App, tmp_path: Path) -> None:
    """bridge: PORT, as platforms set it; MCP_BRIDGE_PREFIX; MCP_BRIDGE_PUBLIC_URL is what is shown."""
    variables = {"PYTHONPATH": str(PROJECT), "COUNTER_FOLDER": str(app.folder), "PORT": "0"}
    arguments = COMMAND[1:-2]
    with serve(arguments, tmp_path / "log", folder=app.folder, MCP_BRIDGE_PREFIX="/tools", **variables) as url:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/tools/mcp", url)
        assert not url.startswith("http://127.0.0.1:8000/")
        assert httpx.get(url.removesuffix("mcp")).status_code == 200
    public = "https://example.com/tools"
    with serve(arguments, tmp_path / "log", folder=app.folder, MCP_BRIDGE_PUBLIC_URL=public, **variables) as url:
        assert url == f"{public}/mcp"
