"""What would be too much for the model or for a snapshot is said by the export already, as far as it can be known then.

The State of a fresh session tells: what is too large before anything has happened will be too large afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ._reflex import jsonable
from .manifest import Export
from .outputs import MODEL_BYTES, VisibleVar
from .snapshots import LARGEST
from .widgets import Widget

Initial = Mapping[str, Mapping[str, Any]]


def excesses(widgets: Mapping[str, Widget], exports: Iterable[Export], initial: Initial) -> Iterator[str]:
    """Yield a sentence for each widget that begins with too much.

    Args:
        widgets: The widgets by name.
        exports: What is to be written of each.
        initial: The vars of a fresh session by full State name, by their Python names.
    """
    for export in exports:
        widget = widgets[export.name]
        declared = [*widget.structured_content, *([widget.content] if widget.content else [])]
        sizes = {var.key: _size(var, initial) for var in declared}
        if (total := sum(sizes.values())) > MODEL_BYTES:
            largest = max(sizes, key=lambda key: sizes[key])
            yield (
                f"widget `{widget.name}` begins with {total} bytes for the model, and {MODEL_BYTES} are sent, so its "
                f"text will be cut. The largest var is `{largest}` with {sizes[largest]}. Declare less in "
                "structured_content, or a computed var with what matters."
            )
        stored = {state: initial[state] for state in export.states if state in initial}
        if (size := len(json.dumps(jsonable(stored)))) * 4 / 3 > LARGEST:
            yield (
                f"widget `{widget.name}` begins with {size} bytes in its States, and a snapshot holds "
                f"{LARGEST * 3 // 4}, so it cannot be restored after the server has lost it. Keep large data outside "
                "of the State, for example in a module or a database."
            )


def _size(var: VisibleVar, initial: Initial) -> int:
    """Return the bytes of a var as the model is told it; 0 if it cannot be known yet."""
    values = initial.get(var.state, {})
    if var.name not in values:
        return 0
    return len(json.dumps({var.key: var.dump(values[var.name])}, ensure_ascii=False).encode())
