"""`/health` and `/ready`, over an app of the tests and over a real Redis."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.testclient import TestClient

from mcp_bridge import create_app, create_server
from tests.demo import demo_bridge
from tests.redis_processes import App
from tests.redis_server import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcp_bridge.bridge import Bridge


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Bridge, TestClient]]:
    """The small app, running."""
    bridge = demo_bridge(tmp_path / "widgets")
    with TestClient(create_app(create_server(bridge), bridge), base_url="http://localhost") as client:
        yield bridge, client


def test_a_server_with_its_bundles_is_ready(served: tuple[Bridge, TestClient]) -> None:
    """bridge: /ready."""
    answer = served[1].get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "bundles": "verified"})
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("change", ["altered", "gone"])
def test_a_server_whose_bundles_are_not_those_of_the_manifest_is_alive_and_not_ready(
    served: tuple[Bridge, TestClient], change: str
) -> None:
    """bridge: /ready notices what happens to the files while it serves; a restart would not help."""
    bridge, client = served
    assert client.get("/ready").status_code == 200
    file = bridge.folder / bridge.manifest.widgets["shop"].current.file
    bundle = file.read_bytes()
    if change == "gone":
        file.unlink()
    else:
        file.write_bytes(bundle.swapcase())
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "bundles": "altered"})
    assert client.get("/health").status_code == 200
    file.write_bytes(bundle)
    assert client.get("/ready").status_code == 200


def test_a_server_that_has_not_begun_is_not_ready(bridge: Bridge) -> None:
    """bridge: /ready."""
    client = TestClient(create_app(create_server(bridge), bridge), base_url="http://localhost")
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "starting")


def test_a_server_that_was_asked_to_stop_is_not_ready(served: tuple[Bridge, TestClient]) -> None:
    """bridge: /ready; no new request has to come here."""
    bridge, client = served
    bridge.widgets.leaving.set()
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "stopping")


def test_a_server_whose_redis_is_silent_is_alive_and_not_ready(tmp_path: Path) -> None:
    """bridge: /ready says so in time, /health asks no one; neither tells where the Redis is."""
    app = App.copy_to(tmp_path)
    with redis_server() as url, app.serve(url) as server:
        ready = {"status": "ready", "bundles": "verified", "redis": "answers"}
        assert httpx.get(f"{server.origin}/ready").json() == ready
        pid = _redis_pid(url)
        os.kill(pid, signal.SIGSTOP)
        try:
            answer = httpx.get(f"{server.origin}/ready", timeout=4)
            assert (answer.status_code, answer.json()) == (503, {**ready, "status": "not ready", "redis": "silent"})
            assert httpx.get(f"{server.origin}/health", timeout=1).status_code == 200
        finally:
            os.kill(pid, signal.SIGCONT)
        assert httpx.get(f"{server.origin}/ready", timeout=4).json() == ready


def _redis_pid(url: str) -> int:
    """Return the process of a Redis of this test."""
    from redis import Redis

    with Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])  # pyright: ignore
