"""Everything but the first installation works without a network, and nothing looks for one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.own_process import clean_environment, run
from tests.test_bundle import lend_packages

ROOT = Path(__file__).parent.parent
UNSHARE = [["unshare", "--net"], ["unshare", "--map-root-user", "--net"]]

pytestmark = [pytest.mark.browser, pytest.mark.export, pytest.mark.timeout(600)]


def without_network() -> list[str]:
    """Return the command that runs another one in a network namespace of its own."""
    for command in UNSHARE:
        with contextlib.suppress(OSError):
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
                return command
    pytest.skip("This kernel gives this user no network namespace (`unshare --net` is refused).")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference app in a folder of its own, with the npm packages of an export before."""
    folder = tmp_path_factory.mktemp("offline") / "app"
    folder.mkdir()
    shutil.copy(ROOT / "rxconfig.py", folder)
    for name in ("app", "assets", "components"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    lend_packages(folder / ".web", folder)
    # Reflex installs again if the packages, or the path of npm, are not those of the last time.
    installed = folder / ".web/reflex.install_frontend_packages.cached"
    npm = Path(sysconfig.get_path("scripts"), "npm")
    if not installed.exists() or bytes(npm) not in installed.read_bytes():
        first = run([sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"], folder)
        assert first.returncode == 0, first.stdout + first.stderr
    return folder


def test_nothing_needs_a_network_and_nothing_looks_for_one(app: Path) -> None:
    """bridge: new, export, dev, serve, emulator, screenshot, test kit and doctor, with `lo` and no route."""
    done = subprocess.run(
        [*without_network(), sys.executable, "-m", "tests.offline_steps", str(app.parent)],
        cwd=ROOT,
        env=clean_environment(PATH=os.environ["PATH"]),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    steps: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    assert {name: step["said"] for name, step in steps.items() if step["said"]} == {}
    assert steps.pop("control")["tried"] >= 2
    # Chromium asks for its own updates; what the pages ask for is in the facts.
    tried = {name: step["tried"] for name, step in steps.items() if name not in ("screenshot", "emulator")}
    assert tried == {"new": 0, "export": 0, "doctor": 0, "dev": 0, "tests": 0, "serve": 0}
    assert steps["emulator"]["facts"]["requests"] > 3
    assert steps["emulator"]["facts"]["outside"] == []
