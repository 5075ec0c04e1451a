"""The pictures of one test, beside it: `tests/screenshots/<module>/<test>.png`.

Album.of(item, update=False, reports=Path("test-report")).check(png, "")
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mcp_bridge.errors import CommandError

from .pictures import TOLERANCE, compare
from .report import page

FOLDER = "screenshots"
UPDATE_OPTION = "--update-screenshots"


@dataclass(frozen=True)
class Album:
    """The pictures of one test.

    Attributes:
        test: The path of the test's module.
        name: The name of the test, with its parameters.
        is_updated: Whether pictures are written and not compared.
        reports: Where reports go.
    """

    test: Path
    name: str
    is_updated: bool
    reports: Path

    def check(self, png: bytes, name: str, tolerance: int | None = None, pixels: int = 0) -> None:
        """Compare a picture with the kept one, or keep it.

        Args:
            png: The picture of now.
            name: What it is called, "" if the test has one only.
            tolerance: By how much a pixel's red, green or blue may differ, of 255.
            pixels: How many pixels may differ more than that.

        Raises:
            AssertionError: If it differs, or none is kept.
        """
        __tracebackhide__ = True
        stem = _file_name(f"{self.name}-{name}" if name else self.name)
        kept = self.test.parent / FOLDER / self.test.stem / f"{stem}.png"
        shown = f"{FOLDER}/{self.test.stem}/{stem}.png"
        if self.is_updated:
            kept.parent.mkdir(parents=True, exist_ok=True)
            if not kept.is_file() or _is_other(kept.read_bytes(), png):
                kept.write_bytes(png)
            return
        if not kept.is_file():
            msg = f"there is no picture {shown} to compare with. Run pytest with {UPDATE_OPTION}, and look at it."
            raise AssertionError(msg)
        expected = kept.read_bytes()
        found = compare(expected, png, TOLERANCE if tolerance is None else tolerance)
        if found.pixels <= pixels and found.sizes[0] == found.sizes[1]:
            return
        report = self.reports / f"{self.test.stem}-{stem}.html"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(page(f"{self.test.stem} › {stem}", found, expected, png), encoding="utf-8")
        msg = (
            f"the widget looks different from {shown}: {found}.\n"
            f"See {report}\nIf it is meant so, run pytest with {UPDATE_OPTION}."
        )
        raise AssertionError(msg)

    def keep_failure(self, png: bytes) -> Path:
        """Write what a failed test showed last, and return where."""
        path = self.reports / f"{self.test.stem}-{_file_name(self.name)}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
        return path


def _is_other(kept: bytes, png: bytes) -> bool:
    """Whether a picture is worth being written anew; one that is the same would be a change for nothing."""
    try:
        found = compare(kept, png, 0)
    except CommandError:
        return True
    return found.pixels > 0 or found.sizes[0] != found.sizes[1]


def _file_name(test: str) -> str:
    """Return the name of a test as that of a file."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", test).strip("-")
