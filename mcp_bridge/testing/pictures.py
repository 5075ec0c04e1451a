"""A picture is the same as another if no pixel differs more than an eye could see.

    comparison = compare(expected_png, actual_png)
    if comparison.is_different: print(comparison)          # "1,204 of 234,000 pixels differ (0.5 %), ..."

Pillow does the comparing; it is part of the extra `testing`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from mcp_bridge.errors import CommandError

TOLERANCE = 24
"""By how much a pixel's red, green or blue may differ, of 255."""


@dataclass(frozen=True)
class Comparison:
    """What two pictures have in common.

    Attributes:
        pixels: How many pixels differ; where one picture ends, all of the other's.
        total: How many pixels both have together.
        sizes: The sizes, expected and actual.
        box: The smallest box around all that differs: left, top, right, bottom.
        difference: A PNG of the actual picture, faded, with what differs in red.
    """

    pixels: int
    total: int
    sizes: tuple[tuple[int, int], tuple[int, int]]
    box: tuple[int, int, int, int] | None
    difference: bytes

    def __str__(self) -> str:
        """What differs, in a sentence."""
        (old_wide, old_high), (wide, high) = self.sizes
        share = 100 * self.pixels / max(self.total, 1)
        said = f"{self.pixels:,} of {self.total:,} pixels differ ({share:.2g} %)"
        if self.box:
            left, top, right, bottom = self.box
            said += f", between x {left} to {right} and y {top} to {bottom}"
        if self.sizes[0] != self.sizes[1]:
            said += f"; it was {old_wide} × {old_high} pixels and is {wide} × {high}"
        return said


def compare(expected: bytes, actual: bytes, tolerance: int = TOLERANCE) -> Comparison:
    """Compare two PNGs.

    Args:
        expected: The one that is kept.
        actual: The one of now.
        tolerance: By how much a pixel's red, green or blue may differ, of 255.

    Raises:
        CommandError: If Pillow is not installed.
    """
    try:
        from PIL import Image, ImageChops, ImageDraw
    except ImportError as error:
        msg = 'Pillow is not installed, and it compares pictures. Run `pip install "reflex-mcp-bridge[testing]"`.'
        raise CommandError(msg) from error

    before, now = (Image.open(io.BytesIO(data)).convert("RGB") for data in (expected, actual))
    size = (max(before.width, now.width), max(before.height, now.height))
    canvases = [Image.new("RGB", size, "#ffffff") for _ in range(2)]
    for canvas, picture in zip(canvases, (before, now), strict=True):
        canvas.paste(picture)
    bands = ImageChops.difference(*canvases).split()
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    steps = [255 if value > tolerance else 0 for value in range(256)]
    mask = most.point(steps)  # pyright: ignore[reportUnknownMemberType]
    # What only one of them has differs, whatever its color.
    outside = Image.new("L", size, 255)
    both = (min(before.width, now.width) - 1, min(before.height, now.height) - 1)
    ImageDraw.Draw(outside).rectangle((0, 0, *both), fill=0)
    mask = ImageChops.lighter(mask, outside)
    faded = Image.blend(canvases[1], Image.new("RGB", size, "#ffffff"), 0.75)
    faded.paste(Image.new("RGB", size, "#e5484d"), mask=mask)
    written = io.BytesIO()
    faded.save(written, "PNG")
    return Comparison(
        pixels=mask.histogram()[255],
        total=size[0] * size[1],
        sizes=(before.size, now.size),
        box=mask.getbbox(),
        difference=written.getvalue(),
    )
