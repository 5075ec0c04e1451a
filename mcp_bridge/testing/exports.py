"""The bundles that tests look at must be those of the code that is tested.

folder, built = exported(project)            # ManifestError: run `reflex export`
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from mcp_bridge import _reflex, manifest
from mcp_bridge.errors import ManifestError
from mcp_bridge.manifest import Manifest
from mcp_bridge.sources import PACKAGE, changed
from mcp_bridge.widgets import registry

EXPORT_OPTION = "--mcp-bridge-export"

_CURE = f"Run `reflex export`, or pytest with {EXPORT_OPTION}."
_LINES = 15


def exported(project: Path) -> tuple[Path, Manifest]:
    """Return the folder of the bundles, and what is in it; the app has been imported.

    Args:
        project: The folder of rxconfig.py.

    Raises:
        ManifestError: If there are none, or they are not those of the code as it is.
    """
    with contextlib.chdir(project):
        folder = manifest.output_folder(_reflex.configured_output())
    try:
        built = manifest.read(folder)
        manifest.require_fresh(built, registry().widgets)
        manifest.verify(built, folder)
    except ManifestError as error:
        msg = f"{str(error).removesuffix(' again.').removesuffix('.').removesuffix(' Run `reflex export`')} {_CURE}"
        raise ManifestError(msg) from error
    if names := changed(built, project):
        msg = f"the bundles in {_shown(folder, project)} are older than {_told(names)}. {_CURE}"
        raise ManifestError(msg)
    return folder, built


def export_if_needed(project: Path) -> None:
    """Run `reflex export` unless the bundles are those of the code as it is.

    Raises:
        BridgeError: If there is no app in the folder.
        ManifestError: If the export fails.
    """
    from .stage import app_of

    app_of(project)
    try:
        exported(project)
    except ManifestError:
        export(project)


def export(project: Path) -> None:
    """Run `reflex export` in a process of its own, where the app is imported anew.

    Raises:
        ManifestError: If it fails, with the end of what it said.
    """
    command = [sys.executable, "-m", "reflex", "export", "--no-zip", "--frontend-only"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LINES:])
        msg = f"`reflex export` failed in {project}:\n{said}"
        raise ManifestError(msg)


def _told(names: list[str]) -> str:
    """Return what is newer, in words."""
    if names == ["manifest.json"]:
        return "this version of mcp-bridge, which notes what they were made of"
    first = "this version of mcp-bridge" if names[0] == PACKAGE else f"`{names[0]}`"
    more = len(names) - 1
    return first + (f" and {more} more file{'s' if more > 1 else ''}" if more else "")


def _shown(folder: Path, project: Path) -> str:
    """Return a folder, from the project's if it is in there."""
    return str(folder.relative_to(project)) if folder.is_relative_to(project) else str(folder)
