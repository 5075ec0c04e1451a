"""What is kept of the rounds, and the figures and words that are made of it."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest
from pydantic import TypeAdapter

from app.homes_data import Home
from app.homes_model import price_model
from app.valuation_figures import alike, brief_of, chart_of, effect_rows, likely_range, row_of, sure_range
from app.valuation_tally import Counts, Tally, advance
from app.valuation_text import duration, method_of

HOME = Home(bedrooms=3, baths=1.75, square_feet=1440, year_built=1956, lot_acres=0.28)


def test_counts_have_quantiles_and_shares() -> None:
    """bridge: four values on a grid; inside a cell they count as spread evenly."""
    counts = Counts.empty(width=1.0, reach=3.0)
    for value in (-1.5, 0.5, 0.5, 2.5):
        counts.add(value)
    assert counts.cells == [0, 1, 0, 2, 0, 1]
    assert [counts.quantile(share) for share in (0.125, 0.5, 1.0)] == [-1.5, 0.5, 3.0]
    assert [counts.share_below(value) for value in (-9, -1.0, 0.5, 9)] == [0.0, 0.25, 0.5, 1.0]


def test_what_lies_beyond_the_grid_counts_at_its_end() -> None:
    """bridge: so it stays bounded whatever comes."""
    counts = Counts.empty(width=1.0, reach=2.0)
    counts.add(-1e9)
    counts.add(1e9)
    assert counts.cells == [1, 0, 0, 1]


def test_counts_of_nothing_have_no_quantile() -> None:
    """bridge: no figure out of nothing."""
    with pytest.raises(ValueError, match="nothing has been counted"):
        Counts.empty(1.0, 2.0).quantile(0.5)
    assert Counts.empty(1.0, 2.0).share_below(0.0) == 0.0


def test_rounds_that_were_interrupted_go_on_to_the_same_result() -> None:
    """bridge: resuming after 7 of 20 rounds, by way of JSON, gives what an uninterrupted run gives."""
    whole = advance(HOME, Tally(), 20, math.inf)
    part = TypeAdapter(Tally).validate_json(TypeAdapter(Tally).dump_json(advance(HOME, Tally(), 7, math.inf)))
    resumed = advance(HOME, part, 20, math.inf)
    assert {**asdict(resumed), "seconds": 0} == {**asdict(whole), "seconds": 0}


def test_a_step_ends_when_its_time_is_over_and_runs_one_round_at_least() -> None:
    """bridge: a slow machine makes progress too."""
    before = Tally()
    assert advance(HOME, before, 1000, seconds=0.0).rounds == 1
    assert before == Tally()


def test_the_sum_of_the_rounds_does_not_grow() -> None:
    """bridge: what is kept is bounded, so it fits into a session."""
    tally = advance(HOME, Tally(), 60, math.inf)
    assert len(TypeAdapter(Tally).dump_json(tally)) < 8000
    assert (tally.rounds, sum(tally.estimates.cells), sum(tally.outcomes.cells)) == (60, 60, 600)


def test_the_ranges_hold_the_estimate() -> None:
    """bridge: the middle price is surer than a single sale's."""
    tally = advance(HOME, Tally(), 60, math.inf)
    likely, sure, price = likely_range(HOME, tally), sure_range(HOME, tally), price_model().price_of(HOME)
    assert likely is not None
    assert sure is not None
    assert 60_000 < likely.low < sure.low < price < sure.high < likely.high < 220_000


def test_too_few_rounds_give_no_range() -> None:
    """bridge: a range of a few rounds would jump about."""
    tally = advance(HOME, Tally(), 5, math.inf)
    assert (likely_range(HOME, tally), sure_range(HOME, tally)) == (None, None)
    assert {row.between for row in effect_rows(HOME, tally)} == {""}
    assert chart_of(HOME, tally).inside == ""


def test_the_rows_say_what_changes_the_price_most() -> None:
    """bridge: the strongest first, each with its range in the same direction."""
    rows = effect_rows(HOME, advance(HOME, Tally(), 60, math.inf))
    assert [(row.change, row.amount) for row in rows] == [
        ("One more bathroom", "+$15,500"),
        ("Built 10 years earlier", "−$7,500"),
        ("One more bedroom, same size", "+$6,500"),
        ("100 sq ft more", "+$5,700"),
        ("0.1 acre more land", "+$2,900"),
    ]
    assert all(row.between.count(row.amount[0]) == 2 for row in rows)


def test_the_chart_has_a_range_around_the_estimate() -> None:
    """bridge: bars inside and outside, and the mark between the ends."""
    chart = chart_of(HOME, advance(HOME, Tally(), 60, math.inf))
    low, mark, high = (float(place.rstrip("%")) for place in (chart.low, chart.mark, chart.high))
    assert 0 < low < mark < high < 100
    assert chart.inside.startswith("M")
    assert chart.outside.startswith("M")


def test_a_sale_reads_as_a_row_and_as_a_brief() -> None:
    """bridge: exact prices, since these are facts."""
    sale = alike(HOME)[0]
    assert tuple(asdict(row_of(sale)).values()) == (
        "1515 Summer",
        "3 bed, 1.75 bath, 1,399 sq ft, 1948, 0.28 ac",
        "$85,000",
        "Feb 2015",
    )
    assert (brief_of(sale).sold, brief_of(sale).price) == ("2015-02", 85_000)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "about 5 s"), (52, "about 50 s"), (100, "about 100 s"), (119, "about 2 min")]
)
def test_a_time_is_as_exact_as_it_deserves(seconds: float, text: str) -> None:
    """bridge: an estimate does not tick."""
    assert duration(seconds) == text


def test_the_method_says_what_was_left_out_and_assumed() -> None:
    """bridge: the reader can judge the figures."""
    method = " ".join(method_of(HOME, is_lot_known=False))
    assert "843 sales in Grinnell, Iowa, from 2005 to 2015" in method
    assert "10 entered twice, 14 without rooms, 10 without a size, and 52 that brought less than half" in method
    assert "0.28 acres, the middle one, is assumed" in method
    assert "assumed" not in " ".join(method_of(HOME, is_lot_known=True))
