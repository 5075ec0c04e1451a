"""What `serve` and `test` share: an environment that is set up once and again only when its inputs change.

Runs on a bare Python, before anything is installed, so it imports the standard library only.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
CACHE = ROOT / ".cache"

_OLDEST = (3, 11)
_TICK_SECONDS = 1 if sys.stdout.isatty() else 20
_LINES_SHOWN = 25


def program(name: str) -> str:
    """Return the path of a program of the environment."""
    return str(SCRIPTS / (f"{name}.exe" if os.name == "nt" else name))


def require_python() -> None:
    """Leave with a sentence if this Python is too old."""
    if sys.version_info < _OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SystemExit(f"This is Python {found}, and the project needs {_OLDEST[0]}.{_OLDEST[1]} or newer.")


def step(title: str, command: list[str], *, env: dict[str, str] | None = None) -> None:
    """Run a command quietly with a clock beside its title; leave with its last lines if it fails.

    Args:
        title: What is being done, for a person.
        command: The command.
        env: Its environment; this process's by default.
    """
    CACHE.mkdir(exist_ok=True)
    log = CACHE / "last-step.log"
    started = time.monotonic()
    print(f"{title} …", end="" if sys.stdout.isatty() else "\n", flush=True)
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=env)
        while True:
            try:
                code = process.wait(timeout=_TICK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                _tick(title, time.monotonic() - started)
    seconds = f"{time.monotonic() - started:.0f} s"
    print(f"\r{title} … {'done' if code == 0 else 'failed'}, {seconds}".ljust(60), flush=True)
    if code != 0:
        lines = log.read_text(errors="replace").splitlines()[-_LINES_SHOWN:]
        print("\n".join(lines), file=sys.stderr)
        raise SystemExit(f"{title}: the command ended with code {code}; its whole output is in {log}.")


def _tick(title: str, seconds: float) -> None:
    """Show that a step is still running."""
    print(f"\r{title} … {seconds:.0f} s", end="" if sys.stdout.isatty() else "\n", flush=True)


def fingerprint(paths: Iterable[Path]) -> str:
    """Return a hash over names and contents of files, folders included."""
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts and "node_modules" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(stamp: str, value: str) -> bool:
    """Whether a step was done with these inputs."""
    path = CACHE / stamp
    return path.exists() and path.read_text() == value


def remember(stamp: str, value: str) -> None:
    """Note that a step was done with these inputs."""
    CACHE.mkdir(exist_ok=True)
    (CACHE / stamp).write_text(value)


def install(*, tests: bool) -> None:
    """Create the environment and install what is needed, unless that was done already.

    Args:
        tests: Whether the tools of the tests are needed too.
    """
    require_python()
    wanted = fingerprint([ROOT / "pyproject.toml"])
    stamp = "installed-tests" if tests else "installed"
    is_there = Path(program("python")).exists()
    if is_there and (is_current(stamp, wanted) or is_current("installed-tests", wanted)):
        return
    if not is_there:
        print("Creating the environment in .venv …", flush=True)
        try:
            venv.create(ENVIRONMENT, with_pip=True)
        except subprocess.CalledProcessError as error:
            raise SystemExit(
                "This Python cannot create an environment with pip, because `ensurepip` fails. On Debian and Ubuntu "
                "install the package python3-venv."
            ) from error
    pip = [program("python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    step("Updating pip", [*pip, "--upgrade", "pip>=25.1"])
    group = ["--group", "dev"] if tests else []
    step("Installing Python packages", [*pip, "--editable", ".", *group])
    remember(stamp, wanted)


def export_inputs() -> list[Path]:
    """Return the files and folders that an export reads."""
    names = ("app", "assets", "components", "mcp_bridge", "pyproject.toml", "reflex.lock", "rxconfig.py")
    return [ROOT / name for name in names if (ROOT / name).exists()]


def export(*, force: bool = False) -> None:
    """Run `reflex export`, unless that was done with the same inputs."""
    wanted = fingerprint(export_inputs())
    if not force and is_current("exported", wanted) and (ROOT / "dist/widgets/manifest.json").exists():
        return
    step("Exporting the widgets (reflex export)", [program("reflex"), "export", "--no-zip", "--frontend-only"])
    remember("exported", fingerprint(export_inputs()))
