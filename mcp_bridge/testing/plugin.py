"""The pytest plugin: the fixture `open_widget`, and the loop that its asynchronous tests run on.

It is loaded by every pytest run in an environment with this package, so it imports nothing heavy before it is used.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .stage import Stage

_VIRTUAL = "virtual_time"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting that says where the app is."""
    parser.addini("mcp_bridge_app", "The folder of rxconfig.py, from pytest's root folder.", default=".")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Let tests import the app's package, as Reflex does, also where pytest is not run as `python -m pytest`."""
    folder = early_config.rootpath / str(early_config.getini("mcp_bridge_app"))
    if (folder / "rxconfig.py").is_file() and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def pytest_configure(config: pytest.Config) -> None:
    """Add the marker."""
    config.addinivalue_line(
        "markers", f"{_VIRTUAL}: the clock jumps to the next timer, so that sleeps take no time; no real network then"
    )


@pytest.fixture
def open_widget(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Give what opens widgets as a host does.

    `await open_widget("flights", origin="JFK", destination="SFO")` calls the tool. Every test has States of its own,
    and what a handler raises is raised.
    """
    # Before Reflex reads its configuration.
    os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
    from .stage import Stage

    if not inspect.iscoroutinefunction(request.function):
        msg = f"{request.node.nodeid} takes `open_widget`, but is not asynchronous. Declare it with `async def`."
        raise pytest.UsageError(msg)
    with Stage.of(request.config.rootpath / str(request.config.getini("mcp_bridge_app"))) as stage:
        yield stage


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an asynchronous test that takes `open_widget`."""
    names = inspect.signature(pyfuncitem.obj).parameters
    if "open_widget" not in pyfuncitem.fixturenames or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    stage: Any = pyfuncitem.funcargs["open_widget"]
    if not hasattr(stage, "running"):
        # Somebody else's fixture of this name.
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    async def run() -> None:
        async with stage.running():
            await pyfuncitem.obj(**arguments)

    if pyfuncitem.get_closest_marker(_VIRTUAL):
        from .clock import virtual_loop

        with virtual_loop() as loop:
            loop.run_until_complete(run())
    else:
        asyncio.run(run())
    return True
