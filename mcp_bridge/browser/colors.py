"""Contrast is a quotient of luminances (WCAG 2.2), and a text gets readable on its way to black or white.

contrast("#767676", "#ffffff")            # 4.54
readable("#9aa0a6", "#ffffff", 4.5)       # "#6c7074"
"""

from __future__ import annotations

_STEPS = 100


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, 1 to 21.

    Args:
        one: A color as `#rrggbb`.
        other: Another.
    """
    dark, light = sorted((_luminance(_parts(one)), _luminance(_parts(other))))
    return (light + 0.05) / (dark + 0.05)


def readable(text: str, ground: str, wanted: float) -> str:
    """Return the color next to that of a text that has a contrast with its ground, or the end of the way there.

    Args:
        text: The color of the text, as `#rrggbb`.
        ground: The color behind it.
        wanted: The contrast that is needed.
    """
    ends = sorted(((0, 0, 0), (255, 255, 255)), key=lambda end: -contrast(_hex(end), ground))
    parts = _parts(text)
    for step in range(_STEPS + 1):
        mixed = tuple(round(a + (b - a) * step / _STEPS) for a, b in zip(parts, ends[0], strict=True))
        if contrast(_hex(mixed), ground) >= wanted:
            return _hex(mixed)
    return _hex(ends[0])


def _parts(color: str) -> tuple[int, int, int]:
    """Return red, green and blue of `#rrggbb` or `#rrggbbaa`, 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _hex(parts: tuple[int, ...]) -> str:
    """Return a color as `#rrggbb`."""
    return "#" + "".join(f"{part:02x}" for part in parts)


def _luminance(parts: tuple[int, int, int]) -> float:
    """Return the relative luminance, 0 to 1."""
    linear = [part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
