"""What a person does with the reference app and a new project where there is no network.

It runs in a network namespace that has nothing but `lo`, and no route:

    unshare --net python -m tests.offline_steps FOLDER

FOLDER has `app/`, a copy of the reference app with its npm packages. The last line printed is JSON: by step, what the
step said and how often it looked for a way out (`Step`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect, sync_playwright

from tests.own_process import clean_environment, run, run_pytest
from tests.served import serve

COMMAND = [sys.executable, "-m", "mcp_bridge.cli"]
EXPORT = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]

_BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass
class Step:
    """One thing that was done.

    Attributes:
        said: The end of its output if it failed, else "".
        tried: How often it looked for a way out.
        facts: What it is about to show.
    """

    said: str = ""
    tried: int = 0
    facts: dict[str, object] = field(default_factory=dict[str, object])

    def take(self, done: subprocess.CompletedProcess[str]) -> None:
        """Note how a command ended."""
        self.said = "" if done.returncode == 0 else (done.stdout + done.stderr)[-4000:]


def raise_loopback() -> None:
    """Set `lo` up, as `ip link set lo up` does."""
    request = struct.pack("16sH14x", b"lo", 0x1)  # struct ifreq: name and IFF_UP
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def attempts() -> int:
    """Return how often anything in this namespace has looked for a way out.

    Counted are connections and datagrams that found no route, and datagrams to a port of this machine where nobody
    listens, which is what a question to a local resolver is (Linux, networking/snmp_counter).
    """
    rows: dict[str, dict[str, int]] = {}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        protocol, *keys = names.split()
        rows[protocol.rstrip(":")] = dict(zip(keys, map(int, values.split()[1:]), strict=True))
    six = {name: int(value) for name, value in map(str.split, Path("/proc/net/snmp6").read_text().splitlines())}
    return rows["Ip"]["OutNoRoutes"] + rows["Udp"]["NoPorts"] + six["Ip6OutNoRoutes"] + six["Udp6NoPorts"]


@contextlib.contextmanager
def noted(steps: dict[str, Step], name: str) -> Iterator[Step]:
    """Note a step, and what it tried."""
    before = attempts()
    steps[name] = step = Step()
    yield step
    step.tried = attempts() - before


def control() -> None:
    """Try to get out, by address and by name, so that counting is known to work."""
    with contextlib.suppress(OSError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with contextlib.suppress(OSError):
        socket.getaddrinfo("example.com", 80)


def look(origin: str, steps: dict[str, Step], picture: Path) -> None:
    """Run a tool in the emulator, use its widget, and note every address that the pages ask for."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_BROWSER)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        with noted(steps, "emulator") as step:
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"{origin}/#tool=hello&args=%7B%22name%22%3A%22Ada%22%7D")
            page.click("body[data-state=ready] #form button[type=submit]")
            widget = page.frame_locator("#viewport iframe")
            expect(widget.get_by_role("heading")).to_contain_text("Ada", timeout=30_000)
            button = widget.get_by_role("button")
            before = button.inner_text()
            button.click()
            expect(button).not_to_have_text(before)
            page.screenshot(path=picture)
            # The emulator takes a widget's frame from the other name of this machine.
            own = urlsplit(origin)
            names = {f"{name}:{own.port}" for name in ("127.0.0.1", "localhost")}
            outside = {urlsplit(url).netloc for url in asked if url.startswith("http")} - names
            step.facts = {"requests": len(asked), "outside": sorted(outside)}
        browser.close()


def develop(app: Path, step: Step) -> None:
    """Follow the source of an app through a change, as `mcp-bridge dev` does."""
    source = app / "app/hello.py"
    command = [*COMMAND, "dev", "--no-open", "--port", "0", "--json"]
    environment = clean_environment(REFLEX_CHECK_LATEST_VERSION="false", PATH=os.environ["PATH"])
    said = ""
    with subprocess.Popen(command, cwd=app, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            event = json.loads(line)
            if event["state"] == "ready" and event.get("files"):
                break
            if event["state"] == "ready":
                source.write_text(source.read_text().replace("Clicks: ", "Presses: "))
            elif event["state"] in ("failed", "raised"):
                step.said = said
                break
        process.terminate()


def main() -> None:
    """Do everything, and print what came of it."""
    folder = Path(sys.argv[1])
    app = folder / "app"
    steps: dict[str, Step] = {}
    raise_loopback()
    with noted(steps, "control"):
        control()
    commands = {
        "new": ([*COMMAND, "new", "pizzeria"], folder),
        "export": (EXPORT, app),
        "doctor": ([*COMMAND, "doctor"], app),
        "screenshot": ([*COMMAND, "screenshot", "hello", "name=Ada", "-o", str(folder / "alone.png")], app),
    }
    for name, (command, place) in commands.items():
        with noted(steps, name) as step:
            # Reflex asks PyPI once a day for its newest version, unless it is told not to.
            step.take(run(command, place, REFLEX_CHECK_LATEST_VERSION="false"))
    with noted(steps, "dev") as step:
        develop(app, step)
    with noted(steps, "tests") as step:
        step.take(run_pytest(folder / "pizzeria"))
    with contextlib.ExitStack() as stack:
        with noted(steps, "serve") as step:
            url = stack.enter_context(serve([*COMMAND[1:], "serve", "--port", "0"], folder / "log", folder=app))
            step.take(run([*COMMAND, "call", "hello", "name=Ada", "--url", url], folder))
        look(url.removesuffix("/mcp"), steps, folder / "emulator.png")
    print(json.dumps({name: dataclasses.asdict(step) for name, step in steps.items()}))


if __name__ == "__main__":
    main()
