"""The pytest plugin: the fixtures `open_widget`, `widget_page` and `check_tools`, their markers and options.

It is loaded by every pytest run in an environment with this package, so it imports nothing heavy before it is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from . import markers

if TYPE_CHECKING:
    from mcp_bridge.scenes import Scene

    from .kit import Kit
    from .metadata import ToolCheck
    from .opener import WidgetOpener
    from .stage import Stage

_KIT = pytest.StashKey["Kit"]()
_USED = pytest.StashKey[set[str]]()


# Options --------------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting that says where the app is, and the options."""
    parser.addini("mcp_bridge_app", "The folder of rxconfig.py, from pytest's root folder.", default=".")
    group = parser.getgroup("mcp-bridge", "widgets of mcp-bridge")
    group.addoption("--update-screenshots", action="store_true", help="Keep the pictures of now, and compare none.")
    group.addoption("--update-snapshots", action="store_true", help="Keep the tool metadata of now, and compare none.")
    group.addoption("--mcp-bridge-export", action="store_true", help="Run `reflex export` first if bundles are old.")
    group.addoption("--mcp-bridge-url", metavar="URL", help="Run the tests with a browser against this MCP endpoint.")
    group.addoption(
        "--mcp-bridge-header", metavar="HEADER", action="append", default=[], help="A header of requests to the URL."
    )
    group.addoption(
        "--mcp-bridge-report", metavar="DIR", default="test-report", help="Where reports and pictures of failures go."
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Let tests import the app's package, as Reflex does, also where pytest is not run as `python -m pytest`."""
    folder = _project(early_config)
    if (folder / "rxconfig.py").is_file() and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def pytest_configure(config: pytest.Config) -> None:
    """Add the markers."""
    for name, text in markers.MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {text}")
    config.stash[_USED] = set()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Run `reflex export` if that is asked for and needed; of several processes (pytest-xdist) only the first does."""
    config = session.config
    wants = config.getoption("--mcp-bridge-export") and not config.getoption("--mcp-bridge-url")
    if not wants or config.getoption("--collect-only") or hasattr(config, "workerinput"):
        return
    _be_quiet()
    from mcp_bridge.errors import BridgeError

    from .exports import export_if_needed

    try:
        export_if_needed(_project(config).resolve())
    except BridgeError as error:
        raise pytest.UsageError(str(error)) from error


def _be_quiet() -> None:
    """Have Reflex send no telemetry of tests; before it reads its configuration."""
    os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")


def _project(config: pytest.Config) -> Path:
    """Return the folder of rxconfig.py."""
    return config.rootpath / str(config.getini("mcp_bridge_app"))


# Which tests run, and how often ---------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each combination of hosts and settings, and of each scene."""
    if mistake := markers.repeat(metafunc, _project(metafunc.config)):
        pytest.fail(f"{metafunc.definition.nodeid}: {mistake}", pytrace=False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the tests for a URL, or leave out those that are for a URL only."""
    is_live = bool(config.getoption("--mcp-bridge-url"))
    kept = [item for item in items if markers.runs(item, is_live=is_live)]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


# Fixtures -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def _widget_setting(request: pytest.FixtureRequest) -> Scene:
    """Give the host and the settings that the marker `hosts` asks for."""
    from mcp_bridge.scenes import Scene

    return cast("Scene", getattr(request, "param", None) or Scene())


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> Scene | None:
    """Give the scene that the marker `scenes` asks for, None without it."""
    return cast("Scene | None", getattr(request, "param", None))


@pytest.fixture
def mcp_bridge_url(request: pytest.FixtureRequest) -> str | None:
    """Give the MCP endpoint of `--mcp-bridge-url`, None without it."""
    return _kit(request.config).url


@pytest.fixture
def open_widget(request: pytest.FixtureRequest, scene: Scene | None) -> Iterator[Stage]:
    """Give what opens widgets as a host does.

    `await open_widget("flights", origin="JFK", destination="SFO")` calls the tool. Every test has States of its own,
    and what a handler raises is raised.
    """
    _be_quiet()
    from .stage import Stage

    if not inspect.iscoroutinefunction(request.function):
        msg = f"{request.node.nodeid} takes `open_widget`, but is not asynchronous. Declare it with `async def`."
        raise pytest.UsageError(msg)
    request.config.stash[_USED].add("open_widget")
    with Stage.of(_project(request.config), scene=scene) as stage:
        yield stage


@pytest.fixture
def widget_page(request: pytest.FixtureRequest, _widget_setting: Scene, scene: Scene | None) -> Iterator[WidgetOpener]:
    """Give what opens widgets in Chromium, in an emulated host.

    `widget_page("flights", origin="JFK", destination="SFO")` calls the tool. Every test has States of its own. At its
    end the test fails for what is left in the page's `errors`, `violations` and `lost_events`.
    """
    _be_quiet()
    if inspect.iscoroutinefunction(request.function):
        msg = (
            f"{request.node.nodeid} takes `widget_page`, which waits for the browser by itself. Declare it with `def`."
        )
        raise pytest.UsageError(msg)
    from mcp_bridge.browser.emulator import require_playwright

    require_playwright()

    from .albums import Album
    from .opener import WidgetOpener

    kit = _kit(request.config)
    album = Album(request.path, request.node.name, bool(request.config.getoption("--update-screenshots")), kit.reports)
    opener = WidgetOpener(kit, album, setting=_widget_setting, scene=scene)
    try:
        yield opener
        opener.close()
    finally:
        kit.leave_loop()


@pytest.fixture
def check_tools(request: pytest.FixtureRequest) -> ToolCheck:
    """Give what compares the metadata of tools and resources with the kept file, `snapshots/tools.json`."""
    _be_quiet()
    from .metadata import ToolCheck

    return ToolCheck(request.path, bool(request.config.getoption("--update-snapshots")), _kit(request.config).listed)


def _kit(config: pytest.Config) -> Kit:
    """Return what browser tests share."""
    if _KIT not in config.stash:
        from .kit import Kit, endpoint, headers_of

        url = config.getoption("--mcp-bridge-url")
        headers = headers_of(cast("list[str]", config.getoption("--mcp-bridge-header")))
        reports = config.rootpath / str(config.getoption("--mcp-bridge-report"))
        kit = Kit(_project(config).resolve(), endpoint(url) if url else None, headers, reports)
        config.stash[_KIT] = kit
        config.add_cleanup(kit.close)
    return config.stash[_KIT]


# Running --------------------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test with `widget_page` for what its pages complain of, and keep a picture of what it saw last."""
    opener: WidgetOpener | None = getattr(item, "funcargs", {}).get("widget_page")
    if opener is None or not hasattr(opener, "complaints"):
        return (yield)
    try:
        result = yield
    except (Exception, pytest.fail.Exception):
        _keep(item, opener)
        _tell(item, opener)
        raise
    opener.settle()
    allowed = {kind for marker in item.iter_markers("allows") for kind in marker.args}
    if found := opener.complaints(allowed):
        _keep(item, opener)
        told = "\n".join(f"  {kind}: {each}" for kind, each in found)
        cure = f"A test that means it so takes them, page.{found[0][0]}.clear(), or has @pytest.mark.allows."
        pytest.fail(f"the widget has left\n{told}\n{cure}", pytrace=False)
    return result


def _tell(item: pytest.Item, opener: WidgetOpener) -> None:
    """Note in the report of a failed test what the pages complain of, since that is often why it failed."""
    from playwright.sync_api import Error

    try:
        if found := opener.complaints(()):
            item.add_report_section("call", "widget errors", "\n".join(f"{kind}: {each}" for kind, each in found))
    except Error:
        return


def _keep(item: pytest.Item, opener: WidgetOpener) -> None:
    """Note in the report of a failed test what the browser said, and where a picture is."""
    from playwright.sync_api import Error

    for page in opener.pages[-1:]:
        if page.console:
            item.add_report_section("call", "widget console", "\n".join(page.console[-20:]))
    try:
        if path := opener.keep_failure():
            item.add_report_section("call", "widget", f"It looked like {path}")
    except Error:
        return


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

    with _no_running_loop():
        if pyfuncitem.get_closest_marker(markers.VIRTUAL):
            from .clock import virtual_loop

            with virtual_loop() as loop:
                loop.run_until_complete(run())
        else:
            asyncio.run(run())
    return True


@contextlib.contextmanager
def _no_running_loop() -> Generator[None]:
    """Set the loop aside that somebody else's Playwright leaves running while its browser is open."""
    others = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(others)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was not checked."""
    if "open_widget" not in config.stash[_USED]:
        return
    from .stage import unchecked

    for reason in unchecked.values():
        terminalreporter.write_line(f"mcp-bridge: `open_widget` checked no event against the bundles, since {reason}")
