"""Commands that run as a person's do: with nothing in the environment of what runs these tests.

done = run_pytest(folder, "-W", "error")
assert done.returncode == 0, done.stdout + done.stderr
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.served import PROJECT

_PYTEST = "import sys; sys.path.remove(''); import pytest; sys.exit(pytest.main())"
"""`pytest`; `python -m pytest` would put the folder on Python's path."""

_OURS = ("REFLEX_", "MCP_BRIDGE_", "PYTEST_", "COV_")


def clean_environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without the settings of the tests, but with the package of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**kept, "PYTHONPATH": str(PROJECT), "REFLEX_TELEMETRY_ENABLED": "false", **variables}


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder to its end, whatever its exit code.

    Args:
        command: The command.
        folder: Where it runs.
        variables: Further environment variables.
    """
    return subprocess.run(
        command,
        cwd=folder,
        env=clean_environment(**variables),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a project as the command `pytest` does."""
    return run([sys.executable, "-c", _PYTEST, "-q", "-p", "no:cacheprovider", *arguments], folder)
