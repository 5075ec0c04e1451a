"""What a home is worth by its features: the logarithm of the price over size, rooms, lot, age and time of sale.

    model = price_model()
    model.price_of(home)               # 142,000: the middle price of such a home in 2015
    effects_of(home)                   # "100 sq ft more", "10 years newer", … and what each does to the model's line

A sale that brought less than half or more than twice of what its features say was hardly made on the open market, or
its record is wrong; it is left out, here and in every round of the bootstrap. A lot that is not recorded has an effect
of its own, so those sales still tell what size and age are worth.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .homes_data import LAST_YEAR, Home, Sale, sample
from .valuation_model import Draw, Fit, bootstrap, fit_robust

FACTOR = 2.0
"""How many times more or less than expected a sale may have brought to count as one of the open market."""

_SEED = 2015

_SIZE, _LOT, _BEDROOMS, _BATHS, _DECADES = 1440, 0.284, 3, 1.75, 5
"""The middle home of the data; features are measured from it, which keeps the sums small."""


@dataclass(frozen=True)
class Effect:
    """A change of one feature.

    Attributes:
        change: In words, "100 sq ft more".
        direction: What it adds to each feature; times the coefficients it is the change of the logarithm of the price.
    """

    change: str
    direction: tuple[float, ...]


@dataclass(frozen=True)
class PriceModel:
    """The model that was fitted to all usable sales.

    Attributes:
        sales: The sales, usable but not all used.
        fit: The line.
    """

    sales: tuple[Sale, ...]
    fit: Fit

    @property
    def market_sales(self) -> list[Sale]:
        """The sales that were used."""
        return [sale for sale, is_kept in zip(self.sales, self.fit.kept, strict=True) if is_kept]

    def price_of(self, home: Home) -> float:
        """Return the middle price of such a home at the end of the data, in US dollars."""
        return math.exp(self.fit.at(features(home)))


def features(home: Home, year: int = LAST_YEAR) -> tuple[float, ...]:
    """Return the features of a home that is sold in a year, the constant first."""
    return (
        1.0,
        math.log(home.square_feet / _SIZE),
        home.bedrooms - _BEDROOMS,
        home.baths - _BATHS,
        math.log(home.lot_acres / _LOT) if home.lot_acres else 0.0,
        0.0 if home.lot_acres else 1.0,
        (year - home.year_built) / 10 - _DECADES,
        year - LAST_YEAR,
    )


def with_usual_lot(home: Home) -> Home:
    """Return a home with the middle lot of the data if its own is not known."""
    return home if home.lot_acres else Home(home.bedrooms, home.baths, home.square_feet, home.year_built, _LOT)


def effects_of(home: Home) -> tuple[Effect, ...]:
    """Return the changes of a home that people ask about."""
    lot = home.lot_acres or _LOT
    more_room, more_lot = math.log((home.square_feet + 100) / home.square_feet), math.log((lot + 0.1) / lot)
    return (
        Effect("100 sq ft more", (0, more_room, 0, 0, 0, 0, 0, 0)),
        Effect("One more bathroom", (0, 0, 0, 1, 0, 0, 0, 0)),
        Effect("One more bedroom, same size", (0, 0, 1, 0, 0, 0, 0, 0)),
        Effect("0.1 acre more land", (0, 0, 0, 0, more_lot, 0, 0, 0)),
        Effect("Built 10 years earlier", (0, 0, 0, 0, 0, 0, 1, 0)),
        Effect("Sold a year earlier", (0, 0, 0, 0, 0, 0, 0, -1)),
    )


@cache
def price_model() -> PriceModel:
    """Fit the model to the data, once."""
    sales = sample().sales
    columns, prices = _data()
    return PriceModel(sales, fit_robust(columns, prices, math.log(FACTOR)))


def rounds(home: Home, start: int, stop: int) -> Iterator[Draw]:
    """Yield rounds of the bootstrap for a home; estimates and outcomes are logarithms of dollars."""
    columns, prices = _data()
    return bootstrap(columns, prices, at=features(home), limit=math.log(FACTOR), seed=_SEED, start=start, stop=stop)


@cache
def _data() -> tuple[list[tuple[float, ...]], list[float]]:
    """Return the features of all usable sales as columns, and the logarithms of their prices."""
    sales = sample().sales
    columns = list(zip(*(features(sale.home, sale.date.year) for sale in sales), strict=True))
    return columns, [math.log(sale.price) for sale in sales]
