"""Whether a widget keeps still and fits: what moves under the reader, and what sticks out at the side.

A browser tells of each layout shift (Layout Instability API), but only to who listens inside the frame; `WATCH` is the
script that does. Shifts within half a second of an input are the answer to it, and are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from playwright.sync_api import Frame

MOST_SHIFT = 0.1
"""The sum of shifts from which a page counts as unsteady (web.dev, Cumulative Layout Shift)."""

LOOP_STEPS = 8
"""So many times a frame may grow in a row while nothing happens."""

WATCH = """(() => {
  const seen = (window.__mcpBridgeShifts = []);
  const words = (node) => {
    const element = node instanceof Element ? node : node?.parentElement;
    if (!element) return '';
    const text = (element.innerText ?? element.textContent ?? '').trim().replace(/\\s+/g, ' ').slice(0, 60);
    return `<${element.localName}>${text}`;
  };
  const take = (entries) => {
    for (const entry of entries) {
      if (entry.hadRecentInput) continue;
      // The whole document goes where it is scrolled, and where its direction puts it.
      const parts = entry.sources.filter(({ node }) => node !== document.documentElement);
      if (parts.length === 0 && entry.sources.length > 0) continue;
      const moved = parts.map(({ node, previousRect, currentRect }) => ({
        element: words(node),
        dx: Math.round(currentRect.x - previousRect.x),
        dy: Math.round(currentRect.y - previousRect.y),
      }));
      seen.push({ value: entry.value, at: entry.startTime, moved: moved.filter((each) => each.element) });
    }
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  window.__mcpBridgeTakeShifts = () => (take(observer.takeRecords()), seen);
})()"""
_SHIFTS = "() => window.__mcpBridgeTakeShifts?.() ?? []"

# What is scrolled or cut by something inside the widget is meant so; what the document itself cuts is not.
_OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  const outside = ({ left, right }) => Math.round(Math.max(right - width, -left));
  const isKept = (element) => {
    for (let each = element.parentElement; each && each !== document.body; each = each.parentElement) {
      const { overflowX, position } = getComputedStyle(each);
      if (overflowX !== 'visible' || each.closest('[inert], dialog:not([open])')) return true;
      if (position === 'fixed') break;
    }
    return false;
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || outside(box) <= 1) continue;
    const { visibility, opacity, clipPath } = getComputedStyle(element);
    if (visibility === 'hidden' || opacity === '0' || clipPath !== 'none' || isKept(element)) continue;
    if (found.some((each) => each.element.contains(element) && each.by >= outside(box))) {
      found.splice(found.findIndex((each) => each.element.contains(element)), 1);
    }
    found.push({ element, by: outside(box) });
  }
  return found.slice(0, 5).map(({ element, by }) => ({
    element: `<${element.localName}>${(element.textContent ?? '').trim().replace(/\\s+/g, ' ').slice(0, 60)}`,
    by, width,
  }));
}"""
_FRAMES = """(count) => new Promise((resolve) => {
  const next = () => (count-- > 0 ? requestAnimationFrame(next) : resolve());
  next();
})"""


@dataclass(frozen=True)
class Shift:
    """One movement that nobody asked for.

    Attributes:
        value: How much of the view moved how far, 0 to 1.
        moved: What moved, as pairs of the element's words and the pixels that it went down, negative for up.
    """

    value: float
    moved: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        """The whole in one line."""
        told = "; ".join(f"`{element}` went {abs(by)} px {'down' if by >= 0 else 'up'}" for element, by in self.moved)
        return f"{self.value:.2f}: {told or 'something moved'}"


@dataclass(frozen=True)
class Overhang:
    """An element that sticks out at the side.

    Attributes:
        element: Its words.
        by: The pixels.
        width: How wide the widget is, in pixels.
    """

    element: str
    by: int
    width: int

    def __str__(self) -> str:
        """The whole in one line."""
        return f"`{self.element}` sticks out {self.by} px of a widget that is {self.width} px wide"


def shifts(frame: Frame) -> list[Shift]:
    """Return what has moved in a document since it was opened, in which `WATCH` runs."""
    found = cast("list[dict[str, Any]]", frame.evaluate(_SHIFTS))
    return [
        Shift(
            float(each["value"]), tuple((str(part["element"]), int(part["dy"] or part["dx"])) for part in each["moved"])
        )
        for each in found
    ]


def overhangs(frame: Frame) -> list[Overhang]:
    """Return what sticks out of a document at its sides, five at most."""
    found = cast("list[dict[str, Any]]", frame.evaluate(_OVERFLOW))
    return [Overhang(str(each["element"]), int(each["by"]), int(each["width"])) for each in found]


def pass_frames(frame: Frame, count: int) -> None:
    """Let a document be painted so many times."""
    frame.evaluate(_FRAMES, count)


def is_loop(heights: Sequence[float]) -> bool:
    """Whether heights only grow or only shrink, again and again, as of a widget that asks for what it was given."""
    steps = [b - a for a, b in itertools.pairwise(heights) if b != a][-LOOP_STEPS:]
    return len(steps) >= LOOP_STEPS and (all(step > 0 for step in steps) or all(step < 0 for step in steps))
