"""`mcp-bridge dev` on a small project: the real command, Reflex's compiler, Vite, and the MCP client of the SDK."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from mcp_bridge.dev import faults, tunnel, watch
from mcp_bridge.errors import CommandError
from tests.emulated import Emulator, emulated
from tests.test_bundle import lend_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
_SECONDS = 40
HOSTS: dict[str, Any] = json.loads((ROOT / "mcp_bridge/preview/profiles.json").read_text())
APP = '''\
"""A counter."""

import reflex as rx

from mcp_bridge import widget


class Counter(rx.State):
    count: int = 0

    @rx.var
    def shown(self) -> str:
        return str(self.count)

    @rx.event
    def open_counter(self, start: int):
        self.count = start

    @rx.event
    def add(self):
        self.count += 1


@widget(on_call=Counter.open_counter, content=Counter.shown)
def counter() -> rx.Component:
    """Count clicks."""
    return rx.vstack(
        rx.button("Plus one: ", Counter.count, on_click=Counter.add),
        rx.text("Shown as ", Counter.shown),
    )


app = rx.App()
'''
CONFIG = """\
import reflex as rx
from mcp_bridge import WidgetsPlugin

config = rx.Config(
    app_name="app",
    plugins=[WidgetsPlugin(), rx.plugins.RadixThemesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
"""

pytestmark = [pytest.mark.export, pytest.mark.timeout(600)]


class Dev:
    """The command, running in a project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "app/app.py"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mcp_bridge.cli", "dev", "--port", "0", "--json"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "REFLEX_TELEMETRY_ENABLED": "false"},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.endpoint = str(self.wait_for("listening")["endpoint"])

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._events.put(json.loads(line))

    def wait_for(self, *states: str) -> dict[str, Any]:
        """Return the next event of one of these states."""
        while True:
            event = self._events.get(timeout=_SECONDS)
            if event["state"] in states:
                return event

    def save(self, old: str, new: str) -> dict[str, Any]:
        """Change the source, and return how it ended."""
        text = self.source.read_text()
        assert old in text
        self.source.write_text(text.replace(old, new))
        return self.wait_for("ready", "failed")

    def label(self, text: str) -> None:
        """Change the words of the widget's button."""
        old = re.search(r'rx.button\("(.*?): "', self.source.read_text())
        assert old is not None
        assert self.save(old[0], f'rx.button("{text}: "')["state"] == "ready"

    def line_of(self, text: str) -> int:
        """Return the number of the line that is this text."""
        return self.source.read_text().splitlines().index(text) + 1

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool; the result, or the error of JSON-RPC."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        params = {"name": name, "arguments": arguments, "_meta": meta}
        answer = httpx.post(
            self.endpoint,
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
            headers={
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": "2026-07-28",
                "Mcp-Method": "tools/call",
                "Mcp-Name": name,
            },
            timeout=_SECONDS,
        )
        text = answer.text
        data = next((line[5:] for line in text.splitlines() if line.startswith("data:")), text)
        return json.loads(data)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Get a page."""
        return httpx.get(self.endpoint.removesuffix("/mcp") + path, headers=headers, timeout=_SECONDS)

    def stop(self) -> None:
        """End the command as Ctrl+C does."""
        self.process.terminate()
        assert self.process.wait(timeout=_SECONDS) in (0, -15)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """The command in a project with the packages of this one."""
    folder = tmp_path_factory.mktemp("dev")
    (folder / "app").mkdir()
    (folder / "app/__init__.py").touch()
    (folder / "app/app.py").write_text(APP)
    (folder / "rxconfig.py").write_text(CONFIG)
    (folder / "assets").mkdir()
    lend_packages(folder / ".web", folder)
    running = Dev(folder)
    try:
        begun = running.wait_for("ready", "failed")
        assert begun["state"] == "ready", begun["fault"]["trace"]
        yield running
    finally:
        running.stop()


def part_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what the bridge gave a widget."""
    found = [value for value in answer["result"]["_meta"].values() if "session" in value]
    assert found, answer
    return found[0]


def test_a_changed_handler_is_what_runs_next(dev: Dev) -> None:
    """bridge: a change of a handler shows."""
    assert dev.call("counter", start=3)["result"]["content"][0]["text"] == "3"
    event = dev.save("self.count = start", "self.count = start * 10")
    assert (event["state"], event["files"]) == ("ready", ["app/app.py"])
    assert dev.call("counter", start=3)["result"]["content"][0]["text"] == "30"


def test_a_changed_component_is_in_the_bundle(dev: Dev) -> None:
    """bridge: a change of a component makes another version of the widget; a change of a handler alone does not."""
    same = dev.save("self.count += 1", "self.count += 2")["uris"]
    other = dev.save("Plus one: ", "Add: ")["uris"]
    assert same != other
    assert '"Add: "' in dev.get("/widgets/counter").text
    assert dev.save("self.count += 2", "self.count += 1")["uris"] == other


def test_an_open_widget_keeps_what_still_fits(dev: Dev) -> None:
    """bridge: the session of a State with another var is restored from the snapshot, var by var."""
    opened = part_of(dev.call("counter", start=4))
    own = next(values for name, values in opened["update"]["vars"].items() if name.endswith("counter"))
    dev.save("    count: int = 0\n", '    count: int = 0\n    note: str = "new"\n')
    session, seal = opened["session"], opened["update"]["seal"]
    asked = {"session": session, "seal": seal, "tool": "counter", "arguments": {"start": 4}}
    answer = dev.call("reflex_event", session=session, mount="m", since=0, events=[], restore=asked)
    assert "result" in answer, answer
    update = part_of(answer)["update"]
    state = next(values for name, values in update["vars"].items() if name.endswith("counter"))
    assert state == {**own, "note_rx_state_": "new"}
    assert part_of(answer)["notice"] is None


def test_an_error_is_told_with_file_and_line_and_what_worked_goes_on(dev: Dev) -> None:
    """bridge: an error in the Python shows with file and line, and clears when mended."""
    failed = dev.save("self.count += 1", "self.count += (1")
    line = dev.source.read_text().splitlines().index("        self.count += (1") + 1
    assert (failed["state"], failed["fault"]["file"], failed["fault"]["line"]) == ("failed", "app/app.py", line)
    assert {"line": line, "text": "        self.count += (1"} in failed["fault"]["source"]
    assert "result" in dev.call("counter", start=1)
    assert dev.save("self.count += (1", "self.count += 1")["state"] == "ready"


def test_a_handler_that_raises_is_told_to_the_author_only(dev: Dev) -> None:
    """bridge: the place of the exception is for the author, the widget and the model get a general sentence."""
    dev.save("self.count = start * 10", "self.count = start // 0")
    answer = dev.call("counter", start=1)["result"]
    raised = dev.wait_for("raised")["fault"]
    assert (raised["kind"], raised["file"]) == ("ZeroDivisionError", "app/app.py")
    assert answer["isError"] is True
    assert "ZeroDivision" not in json.dumps(answer)
    dev.save("self.count = start // 0", "self.count = start * 10")


def test_a_mistake_in_a_declaration_is_told_as_it_is(dev: Dev) -> None:
    """bridge: what is wrong with a `@widget` is found at import."""
    failed = dev.save("def open_counter(self, start: int)", "def open_counter(self, start)")
    assert failed["fault"]["kind"] == "WidgetError"
    assert "has no type annotation" in failed["fault"]["message"]
    assert failed["fault"]["file"] == "app/app.py"
    dev.save("def open_counter(self, start)", "def open_counter(self, start: int)")


def test_pages_follow_and_foreign_hosts_are_refused(dev: Dev) -> None:
    """bridge: one port; the stream of events has source code, so a foreign name gets none of it."""
    assert 'src="preview/live.js"' in dev.get("/").text
    assert 'src="../preview/live.js"' in dev.get("/widgets/counter").text
    assert dev.get("/preview/live.js").headers["content-type"].startswith("text/javascript")
    assert dev.get("/dev/events", Host="attacker.example").status_code == 421


@pytest.fixture(scope="module")
def emulator(dev: Dev) -> Iterator[Emulator]:
    """The emulator of that project, in a browser."""
    with emulated(dev.endpoint) as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize("host", HOSTS)
def test_an_open_widget_shows_what_changed_and_keeps_its_state(dev: Dev, emulator: Emulator, host: str) -> None:
    """bridge: in every emulated host, with no other word than the saved file."""
    emulator.run(tool="counter", input={"start": 4}, host=host)
    count = int(emulator.widget.get_by_role("button").inner_text().rpartition(" ")[2])
    if HOSTS[host]["capabilities"].get("serverTools") is not None:
        emulator.widget.get_by_role("button").click()
        count += 1
        expect(emulator.widget.get_by_role("button")).to_have_text(re.compile(f": {count}$"))
    label = f"Plus one in {host}"
    dev.label(label)
    expect(emulator.widget.get_by_role("button")).to_have_text(f"{label}: {count}")
    expect(emulator.widget.get_by_role("alert")).to_have_count(0)
    assert emulator.ask("e.mounts") == 2
    emulator.assert_clean()


@pytest.mark.browser
def test_a_changed_computed_var_shows_without_a_new_document(dev: Dev, emulator: Emulator) -> None:
    """bridge: the bundle is the same, so the widget stays and asks what holds now."""
    emulator.run(tool="counter", input={"start": 4}, host="chatgpt")
    shown = emulator.widget.get_by_text("Shown as")
    expect(shown).to_have_text(re.compile(r"^Shown as \d+$"))
    dev.save("return str(self.count)", 'return f"no less than {self.count}"')
    expect(shown).to_have_text(re.compile(r"^Shown as no less than \d+$"))
    assert emulator.ask("e.mounts") == 1
    dev.save('return f"no less than {self.count}"', "return str(self.count)")
    expect(shown).to_have_text(re.compile(r"^Shown as \d+$"))


@pytest.mark.browser
def test_an_error_stands_over_the_page_until_it_is_mended(dev: Dev, emulator: Emulator) -> None:
    """bridge: with file, line and source; what worked last stays open below it."""
    emulator.run(tool="counter", input={"start": 4}, host="claude")
    line = dev.line_of("    def add(self):")
    dev.save("    def add(self):", "    def add(self:")
    panel = emulator.page.get_by_role("alert")
    expect(panel).to_contain_text(f"app/app.py, line {line}")
    expect(panel).to_contain_text("SyntaxError")
    expect(panel).to_contain_text("    def add(self:")
    expect(emulator.widget.get_by_role("button")).to_be_visible()
    dev.save("    def add(self:", "    def add(self):")
    expect(panel).to_have_count(0)
    assert emulator.ask("e.state") == "open"


@pytest.mark.browser
def test_a_page_of_its_own_follows_and_keeps_its_state(dev: Dev, emulator: Emulator) -> None:
    """bridge: a standalone page is loaded again, and its session is taken up."""
    page = emulator.page.context.new_page()
    page.goto(dev.endpoint.removesuffix("/mcp") + "/widgets/counter?args=" + quote('{"start": 4}'))
    dev.label("Add one")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("button", name="Add one")).to_be_visible()
    count = int(page.get_by_role("button").inner_text().rpartition(" ")[2]) + 1
    page.get_by_role("button").click()
    expect(page.get_by_role("button")).to_have_text(f"Add one: {count}")
    dev.label("Add another")
    expect(page.get_by_role("button")).to_have_text(f"Add another: {count}")
    page.get_by_role("button").click()
    expect(page.get_by_role("button")).to_have_text(f"Add another: {count + 1}")
    page.close()


def test_a_place_is_the_innermost_of_the_project(tmp_path: Path) -> None:
    """bridge: the line that is named is the author's own, also where a library raised."""
    module = tmp_path / "own.py"
    module.write_text("import json\n\n\ndef read():\n    return json.loads('{')\n")
    space: dict[str, Any] = {}
    exec(compile(module.read_text(), str(module), "exec"), space)
    with pytest.raises(ValueError, match="Expecting") as caught:
        space["read"]()
    fault = faults.describe(caught.value, tmp_path)
    assert (fault["kind"], fault["file"], fault["line"]) == ("JSONDecodeError", "own.py", 5)
    assert {"line": 5, "text": "    return json.loads('{')"} in fault["source"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app/flights.py", True),
        ("rxconfig.py", True),
        (".env", True),
        ("assets/plane.png", True),
        ("app/table.csv", False),
        ("tests/test_x.py", False),
        (".web/app/root.jsx", False),
        ("dist/widgets/a.css", False),
    ],
)
def test_source_files_are_watched_and_nothing_that_is_generated(tmp_path: Path, path: str, *, expected: bool) -> None:
    """bridge: a change that an app writes itself must not start it anew."""
    assert watch.is_source(tmp_path / path, tmp_path) is expected


def test_a_tunnel_without_a_program_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: one sentence on how."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="Install cloudflared"), tunnel.opened(1):
        pass


def test_cloudflared_gives_the_address_that_it_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: the program's own output has the address."""
    program = tmp_path / "cloudflared"
    program.write_text('#!/bin/sh\necho "INF |  https://quick-brown-fox.trycloudflare.com  |" >&2\nexec sleep 60\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with tunnel.opened(8000) as url:
        assert url == "https://quick-brown-fox.trycloudflare.com"
