"""Contrast is a quotient of luminances (WCAG 2.2), and a text gets readable on its way to black or white.

contrast("#767676", "#ffffff")            # 4.54
readable("#9aa0a6", "#ffffff", 4.5)       # ("#6f7378", 28)
"""

from __future__ import annotations

import io

from mcp_bridge.errors import CommandError

_STEPS = 100


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, 1 to 21.

    Args:
        one: A color as `#rrggbb`.
        other: Another.
    """
    dark, light = sorted((_luminance(_parts(one)), _luminance(_parts(other))))
    return (light + 0.05) / (dark + 0.05)


def readable(color: str, other: str, wanted: float) -> tuple[str, int]:
    """Return the color next to one that has a contrast with another, and how far it is: 0 to 100, 101 for never.

    Args:
        color: The color to change, as `#rrggbb`.
        other: The one that stays.
        wanted: The contrast that is needed.
    """
    ends = sorted(((0, 0, 0), (255, 255, 255)), key=lambda end: -contrast(_hex(end), other))
    parts = _parts(color)
    for step in range(_STEPS + 1):
        mixed = tuple(round(a + (b - a) * step / _STEPS) for a, b in zip(parts, ends[0], strict=True))
        if contrast(_hex(mixed), other) >= wanted:
            return _hex(mixed), step
    return _hex(ends[0]), _STEPS + 1


def first_pixel(png: bytes) -> str:
    """Return the color of a picture's first pixel, as `#rrggbb`.

    Raises:
        CommandError: If Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        msg = 'Pillow is not installed, and it reads pictures. Run `pip install "reflex-mcp-bridge[testing]"`.'
        raise CommandError(msg) from error
    return "#" + Image.open(io.BytesIO(png)).convert("RGB").crop((0, 0, 1, 1)).tobytes().hex()


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
