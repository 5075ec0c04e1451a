"""Building blocks of the size of a widget, made of plain elements: they cost a few hundred bytes each."""

from .badge import badge
from .button import button
from .choices import Choice, segmented, select
from .icons import chevron, spinner
from .rows import row, row_list
from .stat import stat, stats
from .states import empty_state, error_state, skeleton

__all__ = [
    "Choice",
    "badge",
    "button",
    "chevron",
    "empty_state",
    "error_state",
    "row",
    "row_list",
    "segmented",
    "select",
    "skeleton",
    "spinner",
    "stat",
    "stats",
]
