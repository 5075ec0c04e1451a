"""Fixtures that every test may use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

# Before Reflex reads its configuration.
os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
os.environ["REFLEX_STATE_MANAGER_MODE"] = "memory"

import pytest

from tests.demo import demo_bridge
from tests.host_fixtures import browser, host_servers, mcp_url, open_in_host  # noqa: F401
from tests.redis_processes import App
from tests.redis_server import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcp_bridge.bridge import Bridge


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, like Reflex."""
    return "asyncio"


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    """The small app of `tests/demo.py`, with bundles on disk, not running yet."""
    return demo_bridge(tmp_path / "widgets")


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """A Redis for the tests of one module."""
    with redis_server() as url:
        yield url


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """The app of several processes, in a folder of one module."""
    return App.copy_to(tmp_path_factory.mktemp("app"))
