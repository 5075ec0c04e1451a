"""The few style fragments that every building block shares.

Colours are Radix variables, which follow the theme; sizes suit a chat: text of 13 to 15 px, touch targets of 44 px.
Space is logical (inline, block), so right-to-left languages need nothing more.
"""

from __future__ import annotations

from typing import Any

Style = dict[str, Any]

WIDE = "@media (min-width: 560px)"
"""A widget beside a conversation is about 720 px wide, on a phone about 360."""

TOUCH = "44px"

TEXT: Style = {"font": "inherit", "font_size": "15px", "line_height": "20px", "color": "var(--gray-12)"}
SMALL: Style = {"font_size": "13px", "line_height": "18px", "color": "var(--gray-11)"}
TABULAR: Style = {"font_variant_numeric": "tabular-nums"}
ONE_LINE: Style = {"overflow": "hidden", "text_overflow": "ellipsis", "white_space": "nowrap"}

FOCUS: Style = {"&:focus-visible": {"outline": "2px solid var(--accent-11)", "outline_offset": "2px"}}
"""What the keyboard's focus looks like; inside a clipped box set a negative offset."""

HIDDEN: Style = {
    "position": "absolute",
    "width": "1px",
    "height": "1px",
    "overflow": "hidden",
    "clip_path": "inset(50%)",
    "white_space": "nowrap",
}
"""Read by a screen reader, not seen."""

MIRRORED: Style = {"[dir=rtl] &": {"transform": "scaleX(-1)"}}
"""For arrows: they point the other way in right-to-left languages."""
