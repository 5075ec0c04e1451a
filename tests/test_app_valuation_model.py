"""Least squares and the bootstrap, against values that were computed elsewhere or follow from theory."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.valuation_model import (
    Draw,
    SingularError,
    bootstrap,
    dot,
    fit_robust,
    least_squares,
    residuals,
    solve,
)

NUMBERS = st.floats(-100, 100).map(lambda value: round(value, 3))


def test_a_system_of_two_equations_is_solved() -> None:
    """spec: Cholesky; 4a + 2b = 8 and 2a + 3b = 7 by hand."""
    assert solve([[4.0], [2.0, 3.0]], [8.0, 7.0]) == pytest.approx([1.25, 1.5])


@given(st.lists(NUMBERS, min_size=9, max_size=9), st.lists(NUMBERS, min_size=3, max_size=3))
def test_a_solution_fulfils_its_equations(entries: list[float], wanted: list[float]) -> None:
    """spec: the matrix times the solution is the right side, for A = BBᵀ + I."""
    rows = [entries[0:3], entries[3:6], entries[6:9]]
    matrix = [[dot(a, b) + (100.0 if a is b else 0.0) for b in rows] for a in rows]
    solution = solve(matrix, wanted)
    assert [dot(row, solution) for row in matrix] == pytest.approx(wanted, abs=1e-6)


def test_a_line_through_four_points_is_the_one_by_hand() -> None:
    """spec: slope 9.5 / 5, intercept 4.75 - 1.9 · 2.5."""
    assert least_squares([[1, 1, 1, 1], [1, 2, 3, 4]], [2, 4, 5, 8]) == pytest.approx([0.0, 1.9])


def test_a_published_data_set_has_its_published_line() -> None:
    """spec: Anscombe, The American Statistician 27 (1973), first set: y = 3.0001 + 0.5001 x."""
    x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    found = least_squares([[1.0] * 11, x], y)
    assert [round(value, 4) for value in found] == [3.0001, 0.5001]


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=6, max_size=20, unique_by=(lambda p: p[0], lambda p: p[1])))
def test_what_a_fit_leaves_is_orthogonal_to_its_columns(points: list[tuple[float, float]]) -> None:
    """spec: the normal equations."""
    columns = [[1.0] * len(points), [x for x, _ in points]]
    y = [y for _, y in points]
    try:
        left = residuals(columns, y, least_squares(columns, y))
    except SingularError:
        return
    assert [dot(left, column) for column in columns] == pytest.approx([0.0, 0.0], abs=1e-4)


@given(st.lists(NUMBERS, min_size=3, max_size=3))
def test_a_plane_is_found_again(plane: list[float]) -> None:
    """spec: data without deviations gives the coefficients that made it."""
    columns = [[1.0] * 8, [0, 1, 2, 3, 4, 5, 6, 7], [3, 1, 4, 1, 5, 9, 2, 6]]
    y = [dot(plane, row) for row in zip(*columns, strict=True)]
    assert least_squares(columns, y) == pytest.approx(plane, abs=1e-6)


def test_columns_that_say_the_same_are_refused() -> None:
    """bridge: the message names the column and the cure."""
    with pytest.raises(SingularError, match="Column 2 follows from the columns before it"):
        least_squares([[1, 1, 1], [1, 2, 3], [2, 4, 6]], [1, 2, 3])


def test_a_row_far_from_the_line_is_left_out_and_the_rest_fitted_again() -> None:
    """bridge: nine points on a line and one far off."""
    x = list(range(10))
    y = [2.0 * value for value in x]
    y[4] = 30.0
    fitted = fit_robust([[1.0] * 10, x], y, limit=10.0)
    assert fitted.kept == [value != 4 for value in x]
    assert fitted.coefficients == pytest.approx([0.0, 2.0])
    assert fitted.at((1.0, 100.0)) == pytest.approx(200.0)


COLUMN = [[1.0] * 30]
VALUES = [float(value * value % 31) for value in range(30)]


def draws(start: int, stop: int, seed: int = 1) -> list[Draw]:
    """Return rounds for the mean of `VALUES`."""
    return list(bootstrap(COLUMN, VALUES, at=(1.0,), limit=1000.0, seed=seed, start=start, stop=stop))


def test_the_bootstrap_of_a_mean_spreads_as_theory_says() -> None:
    """spec: the standard error of a mean is s / √n; single cases spread as the data do."""
    found = draws(0, 2000)
    error = statistics.pstdev(VALUES) / math.sqrt(len(VALUES))
    assert statistics.mean(draw.estimate for draw in found) == pytest.approx(statistics.mean(VALUES), abs=0.2)
    assert statistics.pstdev(draw.estimate for draw in found) == pytest.approx(error, rel=0.05)
    outcomes = [outcome for draw in found for outcome in draw.outcomes]
    assert statistics.pstdev(outcomes) == pytest.approx(statistics.pstdev(VALUES), rel=0.05)
    assert set(map(round, outcomes)) <= set(map(int, VALUES))


def test_a_round_depends_on_its_number_only() -> None:
    """bridge: so an interrupted run goes on to the same result."""
    assert draws(0, 6) == [*draws(0, 2), *draws(2, 6)]
    assert draws(0, 6) != draws(0, 6, seed=2)


def test_a_round_draws_with_replacement_from_its_own_rows() -> None:
    """bridge: the fit is to the rows that were drawn."""
    assert len({draw.estimate for draw in draws(0, 50)}) > 40
    assert all(min(VALUES) <= draw.estimate <= max(VALUES) for draw in draws(0, 50))
