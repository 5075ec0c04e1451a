"""The same counter three times: a widget of ours, a page of Reflex, a view of Skybridge, each with its own command.

    with Bridge(folder) as project:
        project.open(page)
        project.save("component", 3)       # writes `Round 3 component` into the source

A text `Round N component` is in the component's own code; `Round N computed` comes from a computed var in Python.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx
from playwright.sync_api import Page

from tests.test_bundle import lend_packages

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 180
_STOP_SECONDS = 15

_STATE = '''\
import reflex as rx
{imports}

class Counter(rx.State):
    count: int = 4

    @rx.var
    def shown(self) -> str:
        return f"Round 0 computed: {{self.count}}"

    @rx.event
    def open_counter(self, start: int):
        self.count = start

    @rx.event
    def add(self):
        self.count += 1


{decorator}
def counter() -> rx.Component:
    """Count clicks."""
    return rx.vstack(
        rx.button("Round 0 component: ", Counter.count, on_click=Counter.add),
        rx.text(Counter.shown),
    )


app = rx.App()
'''
_CONFIG = """\
import reflex as rx
{imports}
config = rx.Config(app_name="app", plugins=[{plugins}], disable_plugins=[rx.plugins.SitemapPlugin])
"""
_THEME = "rx.plugins.RadixThemesPlugin()"
_SKYBRIDGE = {
    "package.json": json.dumps(
        {
            "name": "counter",
            "private": True,
            "type": "module",
            # The newest version of which the registry has the emulator of the same version, too.
            "dependencies": {"skybridge": "1.0.3", "react": "19", "react-dom": "19", "zod": "4"},
            "devDependencies": {
                "@skybridge/devtools": "1.0.3",
                "@types/node": "24",
                "@types/react": "19",
                "@types/react-dom": "19",
                "@vitejs/plugin-react": "6",
                "nodemon": "3",
                "tsx": "4",
                "typescript": "6",
                "vite": "8",
            },
        }
    ),
    "tsconfig.json": json.dumps({"extends": "skybridge/tsconfig", "include": ["src", ".skybridge/**/*.d.ts"]}),
    "vite.config.ts": """\
import react from "@vitejs/plugin-react";
import { skybridge } from "skybridge/vite";
import { defineConfig } from "vite";

export default defineConfig({ plugins: [skybridge(), react()] });
""",
    "src/server.ts": """\
import { McpServer } from "skybridge/server";
import { z } from "zod";

const server = new McpServer({ name: "counter", version: "1.0.0" }, { capabilities: {} }).registerTool(
  { name: "counter", description: "Count clicks.", inputSchema: { start: z.number() }, view: { component: "counter" } },
  async ({ start }) => ({ structuredContent: { count: start }, content: [{ type: "text", text: String(start) }] }),
);

export default await server.run();
export type AppType = typeof server;
""",
    "src/helpers.ts": """\
import { generateHelpers } from "skybridge/web";
import type { AppType } from "./server.js";

export const { useToolInfo } = generateHelpers<AppType>();
""",
    "src/views/counter.tsx": """\
import { useState } from "react";
import { useToolInfo } from "../helpers.js";

export default function Counter() {
  const { output } = useToolInfo<"counter">();
  const [more, setMore] = useState(0);
  return <button onClick={() => setMore(more + 1)}>Round 0 component: {(output?.count ?? 0) + more}</button>;
}
""",
}


class MissingError(Exception):
    """What is compared with is not to be had here; the text says what."""


class Project(ABC):
    """A project whose command runs in it.

    Attributes:
        title: What the table calls it.
        kinds: Which of the texts it has.
        variables: Environment variables of its command.
    """

    title: str
    kinds: tuple[str, ...] = ("component", "computed")
    variables: Mapping[str, str] = {}
    source: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Write the files and start the command.

        Raises:
            MissingError: If its packages cannot be installed.
        """
        self.folder.mkdir()
        self.write()
        self._log = (self.folder / "output.txt").open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the command with all that it has started."""
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._log is not None:
            self._log.close()

    @abstractmethod
    def write(self) -> None:
        """Write the files."""

    @abstractmethod
    def open(self, page: Page) -> None:
        """Start the command, and open the counter in a page, beginning with 4."""

    @property
    @abstractmethod
    def versions(self) -> str:
        """What is measured, with its version."""

    def save(self, kind: str, number: int) -> None:
        """Change one text in the source."""
        path = self.folder / self.source
        path.write_text(re.sub(rf"Round \d+ {kind}", f"Round {number} {kind}", path.read_text()))

    def run(self, *command: str, url: str) -> None:
        """Start the command, and return when it answers.

        Raises:
            RuntimeError: If it does not, with the end of its output.
        """
        self._process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**environment(), **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(url, timeout=_START_SECONDS, headers={"Accept": "text/html"}).is_success:
                    return
            time.sleep(0.2)
        output = (self.folder / "output.txt").read_text(errors="replace")
        raise RuntimeError(f"`{' '.join(command)}` did not come up:\n{output[-2000:]}")


class Bridge(Project):
    """`mcp-bridge dev`, and the widget open in the emulator."""

    title = "mcp-bridge dev"
    source = "app/app.py"

    def write(self) -> None:
        """Write the files."""
        decorator = "@widget(on_call=Counter.open_counter, content=Counter.shown)"
        _write_reflex(
            self.folder,
            _STATE.format(imports="from mcp_bridge import widget\n", decorator=decorator),
            _CONFIG.format(imports="from mcp_bridge import WidgetsPlugin\n", plugins=f"WidgetsPlugin(), {_THEME}"),
        )

    def open(self, page: Page) -> None:
        """Start the command, and open the widget in the host `chatgpt`."""
        port = free_port()
        self.run(program("mcp-bridge"), "dev", "--no-open", "--port", str(port), url=f"http://127.0.0.1:{port}/")
        page.goto(f"http://127.0.0.1:{port}/?bare")
        page.evaluate("() => window.emulator.set({ tool: 'counter', input: { start: 4 }, host: 'chatgpt' })")
        page.evaluate("() => void window.emulator.run()")

    @property
    def versions(self) -> str:
        """What is measured, with its version."""
        return f"mcp_bridge {version('reflex-mcp-bridge')}"


class Reflex(Project):
    """`reflex run`, and the component as an ordinary page.

    With the disk manager, its default, an open page goes on with what the old code has computed. So it has the memory
    manager, with which the State begins anew at each change.
    """

    title = "reflex run"
    variables = {"REFLEX_STATE_MANAGER_MODE": "memory"}
    source = "app/app.py"

    def write(self) -> None:
        """Write the files."""
        _write_reflex(
            self.folder,
            _STATE.format(imports="", decorator='@rx.page(route="/")'),
            _CONFIG.format(imports="", plugins=_THEME),
        )

    def open(self, page: Page) -> None:
        """Start the command, and open the page."""
        front, back = free_port(), free_port()
        ports = ("--frontend-port", str(front), "--backend-port", str(back), "--backend-host", "127.0.0.1")
        self.run(program("reflex"), "run", *ports, url=f"http://localhost:{front}/")
        page.goto(f"http://localhost:{front}/")

    @property
    def versions(self) -> str:
        """What is measured, with its version."""
        return f"reflex {version('reflex')}"


class Skybridge(Project):
    """`skybridge dev`, and the view open in the emulator that it serves.

    There is no computed var: what a tool has returned stays with the open view until the tool is called again.
    """

    title = "skybridge dev"
    kinds = ("component",)
    source = "src/views/counter.tsx"

    def write(self) -> None:
        """Write the files, and install the packages."""
        for name, text in _SKYBRIDGE.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [program("npm"), "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=self.folder, env=environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise MissingError(f"Its npm packages could not be installed:\n{done.stderr.strip()[-400:]}")

    def open(self, page: Page) -> None:
        """Start the command, and call the tool in the emulator."""
        port = free_port()
        command = str(self.folder / "node_modules/.bin/skybridge")
        self.run(program("node"), command, "dev", "--no-open", "--port", str(port), url=f"http://localhost:{port}/")
        page.goto(f"http://localhost:{port}/?tool=counter")
        page.get_by_role("spinbutton").or_(page.get_by_role("textbox")).first.fill("4")
        page.get_by_role("button", name="Run").click()

    @property
    def versions(self) -> str:
        """What is measured, with its version."""
        names = {"skybridge": "skybridge", "vite": "Vite"}
        packages = {name: json.loads((self.folder / f"node_modules/{name}/package.json").read_text()) for name in names}
        return ", ".join(f"{title} {packages[name]['version']}" for name, title in names.items())


def _write_reflex(folder: Path, app: str, config: str) -> None:
    """Write a project of Reflex with the npm packages of this one."""
    (folder / "app").mkdir()
    (folder / "assets").mkdir()
    (folder / "app/__init__.py").touch()
    (folder / "app/app.py").write_text(app)
    (folder / "rxconfig.py").write_text(config)
    lend_packages(folder / ".web", folder)


def environment() -> dict[str, str]:
    """Return the environment of the commands: the Node of this environment, and no telemetry."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    silent = {"REFLEX_TELEMETRY_ENABLED": "false", "SKYBRIDGE_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1"}
    return {**os.environ, **silent, "PATH": path, "PYTHONPATH": str(ROOT), "REFLEX_USE_NPM": "1"}


def program(name: str) -> str:
    """Return the path of a program of this environment."""
    return shutil.which(name, path=environment()["PATH"]) or name


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
