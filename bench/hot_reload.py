"""Compare the time from saving a file to the new text on the screen: ours, Reflex's own, Skybridge's.

The three commands run at the same time and are measured in turn, in tabs of one Chromium. A script that the browser
puts into every document looks at each animation frame for the text; what counts is the frame after, when it is painted.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.hot_reload_projects import Bridge, MissingError, Project, Reflex, Skybridge, program
from tests.browser import ARGUMENTS

_ROUNDS = 9
_WARM_UP = 2
_PAUSE_SECONDS = 4
"""For what follows a change, such as the start of the next process: nobody saves again at once."""

_OPEN_SECONDS = 120
_SEEN_SECONDS = 60

_WATCH = r"""
(() => {
  const seen = new Set();
  const look = () => {
    for (const [text] of (document.body?.innerText ?? "").matchAll(/Round \d+ \w+/g)) {
      if (seen.has(text)) continue;
      seen.add(text);
      requestAnimationFrame(() => window.__seen(text, Date.now()));
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""

Times = dict[tuple[str, str], list[float]]
"""By project and kind of change: the milliseconds of each."""


class Tab:
    """The page of one project."""

    def __init__(self, context: BrowserContext, project: Project) -> None:
        self.project = project
        self._seen: dict[str, float] = {}
        self.page: Page = context.new_page()
        self.page.expose_function("__seen", self._note)
        self.page.add_init_script(_WATCH)
        self._number = 0

    def _note(self, text: str, at: float) -> None:
        self._seen.setdefault(text, at)

    def open(self) -> None:
        """Open the counter."""
        self.project.open(self.page)
        for kind in self.project.kinds:
            self._wait(f"Round 0 {kind}", _OPEN_SECONDS)

    def change(self, kind: str) -> float:
        """Save a change, and return the milliseconds until it was on the screen."""
        self.page.bring_to_front()
        self._number += 1
        saved = time.time() * 1000
        self.project.save(kind, self._number)
        return self._wait(f"Round {self._number} {kind}", _SEEN_SECONDS) - saved

    def _wait(self, text: str, seconds: float) -> float:
        """Return when a text was painted."""
        deadline = time.monotonic() + seconds
        while text not in self._seen:
            if time.monotonic() > deadline:
                msg = f"{self.project.title}: `{text}` did not show within {seconds} s"
                raise TimeoutError(msg)
            self.page.wait_for_timeout(20)
        return self._seen[text]


def measure(projects: list[Project]) -> Times:
    """Return the milliseconds of each change, the projects taking turns."""
    times: Times = {(project.title, kind): [] for project in projects for kind in project.kinds}
    with sync_playwright() as playwright:
        executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        context = chromium.new_context(viewport={"width": 1200, "height": 900})
        tabs = [Tab(context, project) for project in projects]
        for tab in tabs:
            tab.open()
            print(f"open: {tab.project.title}", file=sys.stderr)
        for number in range(_ROUNDS + _WARM_UP):
            for tab in tabs:
                for kind in tab.project.kinds:
                    time.sleep(_PAUSE_SECONDS)
                    taken = tab.change(kind)
                    if number >= _WARM_UP:
                        times[tab.project.title, kind].append(taken)
            print(f"round {number + 1} of {_ROUNDS + _WARM_UP}", file=sys.stderr)
        print(f"Chromium {chromium.version}, ", end="")
        chromium.close()
    return times


def report(times: Times) -> None:
    """Print a table, each row with the ratios of its median to those of the others."""
    medians = {key: statistics.median(values) for key, values in times.items()}
    rivals = [name for name in (Reflex.title, Skybridge.title) if (name, "component") in medians]
    heads = "".join(f"{'/ ' + name:>17}" for name in rivals)
    print(f"{'':<16}{'change of':<12}{'min ms':>8}{'median':>8}{'max':>8}{heads}")
    for (title, kind), values in times.items():
        ratios = ""
        for rival in rivals:
            other: Any = medians.get((rival, kind))
            ratios += f"{medians[title, kind] / other:>17.2f}" if other else f"{'':>17}"
        print(f"{title:<16}{kind:<12}{min(values):>8.0f}{medians[title, kind]:>8.0f}{max(values):>8.0f}{ratios}")


def main() -> None:
    """Measure and print; without Skybridge's packages, what can be compared."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        projects: list[Project] = []
        for number, each in enumerate((Bridge, Reflex, Skybridge)):
            try:
                projects.append(running.enter_context(each(Path(folder) / str(number))))
            except MissingError as error:
                print(f"{each.title} is left out. {error}")
        times = measure(projects)
        node = subprocess.run([program("node"), "--version"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"Node {node}, Python {platform.python_version()}, {os.cpu_count()} processors, ", end="")
        print(", ".join(project.versions for project in projects))
    report(times)


if __name__ == "__main__":
    main()
