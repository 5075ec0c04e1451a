"""Building blocks of the size of a widget, made of plain elements: they cost a few hundred bytes each."""

from .badge import badge
from .button import button
from .choices import Choice, segmented, select
from .disclosure import disclosure
from .histogram import histogram
from .icons import chevron, spinner
from .progress import progress
from .rows import row, row_list
from .stat import stat, stats
from .states import empty_state, error_state, skeleton
from .table import table, table_row

__all__ = [
    "Choice",
    "badge",
    "button",
    "chevron",
    "disclosure",
    "empty_state",
    "error_state",
    "histogram",
    "progress",
    "row",
    "row_list",
    "segmented",
    "select",
    "skeleton",
    "spinner",
    "stat",
    "stats",
    "table",
    "table_row",
]
