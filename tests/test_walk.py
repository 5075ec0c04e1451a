"""From an empty folder to a changed widget on the screen: the commands and the lines that it takes a person."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.own_process import clean_environment

ROOT = Path(__file__).parent.parent
_SECONDS = 300
_MILLISECONDS = 120_000
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

OLD = """        rx.heading(f"Hello, {Hello.name}", size="5"),
"""
NEW = """        rx.heading(f"Welcome, {Hello.name}", size="5", color_scheme="tomato"),
        rx.badge("changed", color_scheme="green"),
"""

pytestmark = [pytest.mark.browser, pytest.mark.export, pytest.mark.timeout(600)]


class Person:
    """Somebody with a shell, an empty folder and a fresh virtual environment; there is no Node.

    Attributes:
        typed: The commands, without what changes the folder.
        folder: Where the person is.
    """

    def __init__(self, home: Path) -> None:
        self.typed: list[str] = []
        self.folder = home / "empty"
        self.folder.mkdir()
        programs = home / "programs"
        programs.mkdir()
        for name in ("sh", "env", "uname", "dirname", "readlink"):
            if found := shutil.which(name):
                (programs / name).symlink_to(found)
        subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True, timeout=_SECONDS)
        self._environment = clean_environment(PATH=f"{home / 'venv/bin'}{os.pathsep}{programs}")
        for name in ("PYTHONPATH", "VIRTUAL_ENV"):
            self._environment.pop(name, None)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Type a command."""
        self.typed.append(" ".join(command))
        path = shutil.which(command[0], path=self._environment["PATH"])
        assert path, f"there is no {command[0]}"
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                [path, *command[1:]],
                cwd=self.folder,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def run(self, *command: str) -> str:
        """Type a command and wait for its end; return what it printed."""
        with self.start(*command) as process:
            printed, _ = process.communicate(timeout=_SECONDS)
        assert process.returncode == 0, printed + (self.folder / "log").read_text()
        return printed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as others install it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
    [built] = folder.glob("*.whl")
    return built


@contextlib.contextmanager
def ready(process: subprocess.Popen[str], log: Path) -> Iterator[str]:
    """Wait until `mcp-bridge dev --json` is ready; gives the address of the emulator."""
    assert process.stdout is not None
    address, seen = "", ""
    try:
        for line in process.stdout:
            seen += line
            event = json.loads(line)
            address = event.get("emulator", address)
            assert event["state"] not in ("failed", "raised"), seen
            if event["state"] == "ready":
                break
        else:
            pytest.fail(seen + log.read_text()[-4000:])
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=_SECONDS)


@contextlib.contextmanager
def browser_page() -> Iterator[Page]:
    """A page of the system's Chromium."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page.set_default_timeout(_MILLISECONDS)
        yield page
        browser.close()


def shoot(page: Page, name: str) -> bytes:
    """Return the widget's pixels; the whole page goes to the folder that MCP_BRIDGE_SCREENSHOTS names."""
    if folder := os.environ.get("MCP_BRIDGE_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
    return page.locator("#viewport iframe").screenshot(animations="disabled")


def test_three_commands_and_few_lines_lead_to_a_changed_widget_on_the_screen(wheel: Path, tmp_path: Path) -> None:
    """bridge: at most 3 commands and 25 lines written, from `pip install` to a changed widget on screen."""
    person = Person(tmp_path)
    person.run("pip", "install", "--quiet", str(wheel))
    told = person.run("mcp-bridge", "new", "hello")
    assert "  cd hello\n  mcp-bridge dev\n" in told
    person.folder /= "hello"
    process = person.start("mcp-bridge", "dev", "--no-open", "--port", "0", "--json")
    with ready(process, person.folder / "log") as address, browser_page() as page:
        page.goto(f"{address}#tool=hello&args=%7B%22name%22%3A%22Ada%22%7D")
        page.click("body[data-state=ready] #form button[type=submit]")
        widget = page.frame_locator("#viewport iframe")
        expect(widget.get_by_role("heading")).to_have_text("Hello, Ada", timeout=_MILLISECONDS)
        widget.get_by_role("button").click()
        expect(widget.get_by_role("button")).to_have_text("Clicks: 1")
        before = shoot(page, "walk-before")

        source = person.folder / "app/hello.py"
        text = source.read_text()
        assert OLD in text
        source.write_text(text.replace(OLD, NEW))
        expect(widget.get_by_role("heading")).to_have_text("Welcome, Ada", timeout=_MILLISECONDS)
        expect(widget.get_by_text("changed")).to_be_visible()
        assert shoot(page, "walk-after") != before
    changed = difflib.ndiff(text.splitlines(), source.read_text().splitlines())
    assert len([line for line in changed if line.startswith("+ ")]) <= 25
    assert [each.split()[:2] for each in person.typed] == [
        ["pip", "install"],
        ["mcp-bridge", "new"],
        ["mcp-bridge", "dev"],
    ]
