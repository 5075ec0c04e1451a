"""What is kept of the rounds that were run: counts on a grid, never the rounds themselves, so it stays small.

    tally = advance(home, tally, goal=30_000, seconds=0.3)    # some more rounds, as many as the time allows
    tally.outcomes.quantile(0.1)                              # a tenth of the sales brought less than this

It is plain data, and a round depends on its number only. So it can be put away at any time, and going on with it gives
what an uninterrupted run would have given.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace

from .homes_data import Home
from .homes_model import effects_of, price_model, rounds
from .valuation_model import dot


@dataclass
class Counts:
    """How often values fell into each cell of a grid around zero; what lies beyond counts in the last cell.

    Attributes:
        width: The width of a cell.
        cells: The counts; the middle of the grid is zero.
    """

    width: float
    cells: list[int]

    @classmethod
    def empty(cls, width: float, reach: float) -> Counts:
        """Return a grid that reaches from -reach to +reach."""
        return cls(width, [0] * (2 * math.ceil(reach / width)))

    def add(self, value: float) -> None:
        """Count a value."""
        cell = math.floor(value / self.width) + len(self.cells) // 2
        self.cells[min(max(cell, 0), len(self.cells) - 1)] += 1

    def share_below(self, value: float) -> float:
        """Return the share of the values below one, 0 to 1; inside a cell they count as spread evenly."""
        total = sum(self.cells)
        if not total:
            return 0.0
        place = min(max(value / self.width + len(self.cells) / 2, 0.0), float(len(self.cells)))
        whole = int(place)
        below = sum(self.cells[:whole]) + (place - whole) * sum(self.cells[whole : whole + 1])
        return below / total

    def quantile(self, share: float) -> float:
        """Return the value below which a share of the values lies.

        Raises:
            ValueError: If nothing has been counted.
        """
        left = share * sum(self.cells)
        for cell, count in enumerate(self.cells):
            if count and left <= count:
                return (cell - len(self.cells) / 2 + left / count) * self.width
            left -= count
        raise ValueError("nothing has been counted, so there is no quantile")


@dataclass
class Tally:
    """The rounds of one valuation, summed up.

    Attributes:
        rounds: How many were run.
        seconds: The time that they took.
        estimates: Where the middle price could be: logarithms of its ratio to the point estimate.
        outcomes: Where the price of one sale could be, in the same way.
        sums: For each effect the sum over the rounds.
        squares: For each effect the sum of the squares.
    """

    rounds: int = 0
    seconds: float = 0.0
    estimates: Counts = field(default_factory=lambda: Counts.empty(0.002, 0.6))
    outcomes: Counts = field(default_factory=lambda: Counts.empty(0.01, 1.6))
    sums: list[float] = field(default_factory=lambda: [0.0] * 6)
    squares: list[float] = field(default_factory=lambda: [0.0] * 6)

    def effect(self, number: int) -> tuple[float, float]:
        """Return the mean and the standard deviation of an effect over the rounds."""
        mean = self.sums[number] / self.rounds
        return mean, math.sqrt(max(self.squares[number] / self.rounds - mean * mean, 0.0))


def advance(home: Home, tally: Tally, goal: int, seconds: float) -> Tally:
    """Run the next rounds until all are done or the time is over, and return the new sum.

    Args:
        home: The home that is valued.
        tally: What has been summed up; it is left as it is.
        goal: How many rounds there shall be in the end.
        seconds: How long to go on; at least one round is run.
    """
    began = time.monotonic()
    centre = math.log(price_model().price_of(home))
    directions = [effect.direction for effect in effects_of(home)]
    estimates = replace(tally.estimates, cells=list(tally.estimates.cells))
    outcomes = replace(tally.outcomes, cells=list(tally.outcomes.cells))
    sums, squares, count = list(tally.sums), list(tally.squares), tally.rounds
    for draw in rounds(home, tally.rounds, goal):
        estimates.add(draw.estimate - centre)
        for outcome in draw.outcomes:
            outcomes.add(outcome - centre)
        for number, direction in enumerate(directions):
            effect = dot(direction, draw.coefficients)
            sums[number] += effect
            squares[number] += effect * effect
        count += 1
        if time.monotonic() - began >= seconds:
            break
    return Tally(count, tally.seconds + time.monotonic() - began, estimates, outcomes, sums, squares)
