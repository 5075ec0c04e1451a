"""The home sales and the price model, against facts that can be read in the CSV file."""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path

import pytest

from app import homes_data
from app.homes_data import Home, Sale, nearest, sample
from app.homes_model import effects_of, features, price_model, rounds, with_usual_lot
from app.homes_text import counted, described, dollars, features_of, number
from app.valuation_model import dot

MIDDLE = Home(bedrooms=3, baths=1.75, square_feet=1440, year_built=1956, lot_acres=0.284)


def test_every_row_is_a_sale_or_is_left_out_for_a_reason() -> None:
    """bridge: 929 rows; what is left out is counted, so that the widget can say it."""
    path = Path(homes_data.__file__).parent / "data" / "homes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == sample().recorded == 929
    assert sample().left_out == {"entered twice": 10, "without rooms": 14, "without a size": 10}
    assert len(sample().sales) == 929 - 34


def test_a_sale_has_what_its_row_says() -> None:
    """bridge: 1510 First Ave #112 ,2,1.0,1120.0,,1993,2005,9,16,17000,10500,7000."""
    found = [sale for sale in sample().sales if sale.address.startswith("1510 First Ave #112")]
    assert found == [Sale("1510 First Ave #112", Home(2, 1.0, 1120, 1993, None), dt.date(2005, 9, 16), 7000)]


def test_a_lot_that_is_not_recorded_stays_unknown() -> None:
    """bridge: nothing is made up."""
    assert sum(sale.home.lot_acres is None for sale in sample().sales) == 175


def test_the_middle_home_is_where_the_features_begin() -> None:
    """bridge: features are measured from the middle of the data, and a lot that is unknown has a feature of its own."""
    assert features(MIDDLE) == (1.0, 0.0, 0, 0.0, 0.0, 0.0, pytest.approx(0.9), 0)
    assert features(Home(4, 2.75, 2880, 2005), 2010)[1:] == (math.log(2), 1, 1.0, 0.0, 1.0, -4.5, -5)


def test_a_lot_that_is_not_given_is_the_middle_one() -> None:
    """bridge: an assumption that the widget names."""
    assert with_usual_lot(Home(3, 1.75, 1440, 1956)) == MIDDLE
    assert with_usual_lot(Home(3, 1.75, 1440, 1956, 2.0)).lot_acres == 2.0


def test_sales_far_from_what_their_features_say_are_left_out() -> None:
    """bridge: 52 of 895, among them the one for $7,000; the others are the market."""
    assert len(price_model().market_sales) == 843
    assert not [sale for sale in price_model().market_sales if sale.address.startswith("1510 First Ave #112")]


def test_the_fit_is_the_best_one() -> None:
    """spec: least squares; what is left is orthogonal to every feature."""
    used = price_model().market_sales
    rows = [features(sale.home, sale.date.year) for sale in used]
    left = [math.log(sale.price) - price_model().fit.at(row) for sale, row in zip(used, rows, strict=True)]
    assert [dot(left, column) for column in zip(*rows, strict=True)] == pytest.approx([0.0] * 8, abs=1e-7)


def test_the_model_says_what_people_know_of_homes() -> None:
    """bridge: more room and land cost more, age costs less, and prices rose by 1.5 % a year."""
    found = [round(price_model().fit.at(effect.direction), 4) for effect in effects_of(MIDDLE)]
    assert found == [0.0435, 0.1143, 0.0496, 0.0221, -0.0608, -0.0154]
    assert dollars(price_model().price_of(MIDDLE)) == "$128,000"


def test_the_rounds_lie_around_the_fit() -> None:
    """bridge: estimates within a few percent, single sales further off."""
    centre = math.log(price_model().price_of(MIDDLE))
    draws = list(rounds(MIDDLE, 0, 40))
    assert max(abs(draw.estimate - centre) for draw in draws) < 0.1
    assert 0.15 < max(abs(outcome - centre) for draw in draws for outcome in draw.outcomes) < 1.0


def test_the_nearest_sales_are_alike() -> None:
    """bridge: five sales, none of them with another number of bedrooms where there are so many."""
    found = nearest(MIDDLE, price_model().market_sales)
    assert [sale.address for sale in found][:2] == ["1515 Summer", "1702 Country Club Dr"]
    assert {sale.home.bedrooms for sale in found} == {3}
    assert len(found) == 5


def test_a_sale_is_nearest_to_itself() -> None:
    """bridge: the distance of nothing is nothing, but for the years since."""
    latest = max(price_model().market_sales, key=lambda sale: (sale.home.lot_acres is not None, sale.date))
    assert nearest(latest.home, price_model().market_sales, 1) == [latest]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (142_318, "$142,000"),
        (99_800, "$100,000"),
        (88_760, "$89,000"),
        (88_740, "$88,500"),
        (5_849, "$5,800"),
        (0, "$0"),
    ],
)
def test_an_amount_is_as_exact_as_it_deserves(amount: float, text: str) -> None:
    """bridge: no false precision."""
    assert dollars(amount) == text


def test_a_home_and_a_sale_read_in_one_line() -> None:
    """bridge: singular and plural, and no lot where none is known."""
    assert described(MIDDLE) == "3 bedrooms, 1.75 baths, 1,440 sq ft, built 1956, 0.28 acres"
    assert described(Home(1, 1.0, 800, 1900)) == "1 bedroom, 1 bath, 800 sq ft, built 1900"
    assert (counted(0.5, "acre"), number(9000), number(2.5)) == ("0.5 acres", "9,000", "2.5")
    sale = Sale("1 Elm St", Home(3, 2.0, 1500, 1960, 0.3), dt.date(2014, 5, 6), 120_000)
    assert features_of(sale) == "3 bed, 2 bath, 1,500 sq ft, 1960, 0.3 ac"
