"""Fixtures for tests that open widgets in browser hosts; `conftest.py` imports them.

The app under test is the one of the project's folder, as it was exported last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser import Browser, WidgetPage
from tests.host_servers import HostServers
from tests.served import serve

OpenInHost = Callable[..., WidgetPage]


@pytest.fixture(scope="session")
def mcp_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of `mcp-bridge serve`, running the exported app in a process of its own."""
    log = tmp_path_factory.mktemp("served") / "log"
    with serve(["-m", "mcp_bridge.cli", "serve", "--port", "0"], log) as url:
        yield url


@pytest.fixture(scope="session")
def host_servers() -> Iterator[HostServers]:
    """The static servers of the host pages."""
    with HostServers() as servers:
        yield servers


@pytest.fixture(scope="module")
def browser(host_servers: HostServers, mcp_url: str) -> Iterator[Browser]:
    """Chromium; for one module, because asynchronous tests cannot run beside it."""
    with Browser(host_servers, mcp_url) as opened:
        yield opened


@pytest.fixture
def open_in_host(browser: Browser) -> Iterator[OpenInHost]:
    """`Browser.open_in_host`; what it opened is closed after the test."""
    yield browser.open_in_host
    browser.close_pages()
