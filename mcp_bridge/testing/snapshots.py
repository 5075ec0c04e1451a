"""What hosts and reviewers keep of a server: the metadata of its tools and resources, in a file that is reviewed too.

text = as_text(tools, resources)             # JSON, without what changes at each export
difference(kept, text)                       # "" or a unified diff
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any, cast

_HASH = re.compile(r"\?v=[^&\s\"']*")
_VARYING = {"size"}


def as_text(tools: Iterable[dict[str, Any]], resources: Iterable[dict[str, Any]]) -> str:
    """Return the metadata as JSON, by name, since the order is that in which modules happen to be imported.

    Args:
        tools: The entries of `tools/list`.
        resources: Those of `resources/list`; earlier versions of a widget are left out.
    """
    newest: dict[str, dict[str, Any]] = {}
    for each in resources:
        newest.setdefault(_HASH.sub("", str(each.get("uri"))), each)
    data = {
        "tools": sorted((_steady(each) for each in tools), key=lambda tool: str(tool.get("name"))),
        "resources": [_steady(each) for _, each in sorted(newest.items())],
    }
    return json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def difference(kept: str, now: str, name: str) -> str:
    """Return the lines that differ as a unified diff, "" if none do."""
    lines = difflib.unified_diff(kept.splitlines(), now.splitlines(), f"{name} (kept)", f"{name} (now)", lineterm="")
    return "\n".join(lines)


def _steady(value: Any) -> Any:
    """Return JSON without hashes and sizes of bundles."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {key: _steady(each) for key, each in entries.items() if key not in _VARYING or "uri" not in entries}
    if isinstance(value, list):
        return [_steady(each) for each in cast("list[Any]", value)]
    return _HASH.sub("?v=…", value) if isinstance(value, str) else value
