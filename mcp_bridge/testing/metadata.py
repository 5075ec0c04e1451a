"""The fixture `check_tools`: the metadata of tools and resources against the kept file, `snapshots/tools.json`.

check_tools()                 # AssertionError with a diff, if a description, a schema or a hint changed
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_bridge.errors import BridgeError

from .snapshots import as_text, difference

FOLDER = "snapshots"
UPDATE_OPTION = "--update-snapshots"

Listed = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""The entries of `tools/list` and of `resources/list`."""


@dataclass(frozen=True)
class ToolCheck:
    """What compares the metadata of one app with the kept file.

    Attributes:
        test: The path of the test's module.
        is_updated: Whether the file is written and not compared.
        read: Returns what the server lists.
    """

    test: Path
    is_updated: bool
    read: Callable[[], Listed]

    def __call__(self, name: str = "tools") -> None:
        """Compare what `tools/list` and `resources/list` say with the kept file.

        Args:
            name: The name of the file, without `.json`.

        Raises:
            AssertionError: If it differs, or none is kept.
            ManifestError: If the bundles are not those of the code as it is.
        """
        __tracebackhide__ = True
        kept = self.test.parent / FOLDER / f"{name}.json"
        shown = f"{FOLDER}/{name}.json"
        try:
            now = as_text(*self.read())
        except BridgeError as error:
            # It says all in a sentence, and the way through the kit says no more.
            raise error.with_traceback(None) from None
        if self.is_updated:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(now, encoding="utf-8")
            return
        if not kept.is_file():
            msg = f"there is no snapshot {shown} to compare with. Run pytest with {UPDATE_OPTION}, and review it."
            raise AssertionError(msg)
        if diff := difference(kept.read_text(encoding="utf-8"), now, shown):
            msg = (
                f"what hosts are told of the tools is no longer what {shown} says. Hosts keep it for as long as a "
                "connector is connected, and reviewers have approved it as it was.\n"
                f"{diff}\nIf it is meant so, run pytest with {UPDATE_OPTION}."
            )
            raise AssertionError(msg)
