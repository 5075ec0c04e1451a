"""Least squares and the bootstrap, in plain Python: fit a line to many columns, and see how far it could be off.

    fitted = fit_robust(columns, y, limit=math.log(2))
    for draw in bootstrap(columns, y, at=point, limit=math.log(2), seed=1, start=0, stop=200):
        draw.estimate, draw.outcomes

A data set is a list of columns of equal length, the first of them all ones. Each round of the bootstrap draws as many
rows as there are, with replacement, and does everything again: the first fit, leaving out what does not fit, and the
second fit. The random numbers of a round depend on the seed and its number only, so rounds that were interrupted go on
to the same result.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter, mul

Columns = Sequence[Sequence[float]]

_SMALLEST_PIVOT = 1e-9
_CASES = 10


class SingularError(ArithmeticError):
    """The columns say the same thing twice, so no single answer fits best."""


@dataclass(frozen=True)
class Fit:
    """A fitted line.

    Attributes:
        coefficients: One for each column.
        kept: For each row whether it was used.
    """

    coefficients: list[float]
    kept: list[bool]

    def at(self, point: Sequence[float]) -> float:
        """Return the fitted value at a point."""
        return dot(self.coefficients, point)


@dataclass(frozen=True)
class Draw:
    """What one round of the bootstrap gives.

    Attributes:
        coefficients: Those of the fit to the rows that were drawn.
        estimate: Its value at the point: where the line could be.
        outcomes: The estimate with the deviations of a few rows: where single cases could be.
    """

    coefficients: list[float]
    estimate: float
    outcomes: list[float]


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the sum of the products of two sequences of equal length."""
    return sum(map(mul, a, b))


def solve(matrix: Sequence[Sequence[float]], vector: Sequence[float]) -> list[float]:
    """Solve a symmetric, positive definite system by Cholesky's method.

    Args:
        matrix: The rows; only the lower triangle is read.
        vector: The right side.

    Raises:
        SingularError: If the matrix is not positive definite.
    """
    size = len(vector)
    lower: list[list[float]] = []
    forward: list[float] = []
    for i in range(size):
        row: list[float] = []
        for j in range(i):
            row.append((matrix[i][j] - dot(row, lower[j][:j])) / lower[j][j])
        pivot = matrix[i][i] - dot(row, row)
        if pivot <= _SMALLEST_PIVOT * max(matrix[i][i], 1.0):
            raise SingularError(f"Column {i} follows from the columns before it. Leave one of them out.")
        forward.append((vector[i] - dot(row, forward)) / math.sqrt(pivot))
        lower.append([*row, math.sqrt(pivot)])
    solution = [0.0] * size
    for i in reversed(range(size)):
        known = sum(lower[k][i] * solution[k] for k in range(i + 1, size))
        solution[i] = (forward[i] - known) / lower[i][i]
    return solution


def least_squares(columns: Columns, y: Sequence[float]) -> list[float]:
    """Return the coefficients with the least sum of squared deviations, by the normal equations.

    Raises:
        SingularError: If there is no single best answer.
    """
    products = [[dot(column, other) for other in columns[: i + 1]] for i, column in enumerate(columns)]
    return solve(products, [dot(column, y) for column in columns])


def residuals(columns: Columns, y: Sequence[float], coefficients: Sequence[float]) -> list[float]:
    """Return how far each row is above the line."""
    return [value - dot(coefficients, row) for value, row in zip(y, zip(*columns, strict=True), strict=True)]


def fit_robust(columns: Columns, y: Sequence[float], limit: float) -> Fit:
    """Fit, leave out the rows that are further from the line than a limit, and fit again.

    Raises:
        SingularError: If there is no single best answer.
    """
    first = least_squares(columns, y)
    kept = [abs(deviation) <= limit for deviation in residuals(columns, y, first)]
    chosen = [list(compress(column, kept)) for column in columns]
    return Fit(least_squares(chosen, list(compress(y, kept))), kept)


def bootstrap(
    columns: Columns, y: Sequence[float], *, at: Sequence[float], limit: float, seed: int, start: int, stop: int
) -> Iterator[Draw]:
    """Yield the rounds from one number up to another, which is not included.

    Args:
        columns: The data.
        y: What they explain.
        at: The point that is asked for, a value for each column.
        limit: How far a row may be from the line.
        seed: The same seed gives the same rounds.
        start: The number of the first round, from 0.
        stop: The number after the last.

    Raises:
        SingularError: If the rows of a round have no single best answer.
    """
    rows = range(len(y))
    for number in range(start, stop):
        numbers = random.Random(f"{seed}/{number}")  # noqa: S311
        pick = itemgetter(*numbers.choices(rows, k=len(rows)))
        drawn, target = [pick(column) for column in columns], pick(y)
        fitted = fit_robust(drawn, target, limit)
        estimate = fitted.at(at)
        cases = numbers.choices(list(compress(rows, fitted.kept)), k=_CASES)
        deviations = (target[case] - fitted.at([column[case] for column in drawn]) for case in cases)
        yield Draw(fitted.coefficients, estimate, [estimate + deviation for deviation in deviations])
