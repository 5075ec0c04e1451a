"""A valuation as it is shown: ranges of prices, the chart, what changes the price, and the sales that are most alike.

likely_range(home, tally)      # PriceRange(low=83_000, high=171_000): eight of ten sales
effect_rows(home, tally)[0]    # EffectRow("Built 10 years earlier", "−$7,500", "−$8,100 to −$6,800")
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from components.histogram import Histogram, draw_histogram

from .homes_data import Home, Sale, nearest
from .homes_model import effects_of, price_model
from .homes_text import dollars, features_of
from .valuation_tally import Counts, Tally

FEW_ROUNDS = 40
"""Below this many rounds no range is shown, since it would jump about."""

_LIKELY = (0.1, 0.9)
_SURE = (0.025, 0.975)
_NORMAL_95 = 1.96
_BARS = 44
_VIEW = (0.35, 2.0)  # the chart's ends, as multiples of the estimate


@dataclass
class PriceRange:
    """US dollars, to the hundred."""

    low: int
    high: int


@dataclass
class EffectRow:
    """What a change does to the price: in words, in dollars, and between which dollars, "" if that is not known yet."""

    change: str
    amount: str
    between: str


@dataclass
class SaleRow:
    """A sale in the list: where, what, for how much and when."""

    address: str
    features: str
    price: str
    sold: str


@dataclass
class SaleBrief:
    """A sale as the model sees it; `sold` is year and month."""

    address: str
    price: int
    sold: str
    bedrooms: int
    baths: float
    square_feet: int
    year_built: int


def likely_range(home: Home, tally: Tally) -> PriceRange | None:
    """Return between which prices eight of ten sales of such a home lie, None if too few rounds were run."""
    return _range(home, tally.outcomes, tally.rounds, _LIKELY)


def sure_range(home: Home, tally: Tally) -> PriceRange | None:
    """Return between which prices the middle price lies with a confidence of 95 %, None if too few rounds were run."""
    return _range(home, tally.estimates, tally.rounds, _SURE)


def in_words(prices: PriceRange | None) -> str:
    """Return "$83,000 to $171,000", or "" for None."""
    return f"{dollars(prices.low)} to {dollars(prices.high)}" if prices else ""


def chart_of(home: Home, tally: Tally) -> Histogram:
    """Draw how the prices of such a home spread."""
    first, last = _VIEW
    edges = [first + (last - first) * bar / _BARS for bar in range(_BARS + 1)]
    below = [tally.outcomes.share_below(math.log(edge)) for edge in edges]
    price = price_model().price_of(home)
    likely = likely_range(home, tally)
    low, high = (likely.low / price, likely.high / price) if likely else (first, first)
    return draw_histogram(
        [after - before for before, after in pairwise(below)],
        low=(low - first) / (last - first),
        high=(high - first) / (last - first),
        mark=(1 - first) / (last - first),
    )


def effect_rows(home: Home, tally: Tally, limit: int = 5) -> list[EffectRow]:
    """Say what changes of a home do to its price, the strongest first."""
    price = price_model().price_of(home)
    fit = price_model().fit
    rows: list[tuple[float, EffectRow]] = []
    for number, effect in enumerate(effects_of(home)):
        point = fit.at(effect.direction)
        amount = price * math.expm1(point)
        between = ""
        if tally.rounds >= FEW_ROUNDS:
            _, deviation = tally.effect(number)
            ends = [price * math.expm1(point + sign * _NORMAL_95 * deviation) for sign in (-1, 1)]
            between = " to ".join(_signed(end) for end in sorted(ends, key=abs))
        rows.append((abs(amount), EffectRow(effect.change, _signed(amount), between)))
    rows.sort(key=lambda row: row[0], reverse=True)
    return [row for _, row in rows[:limit]]


def alike(home: Home) -> list[Sale]:
    """Return the market sales that are most like a home."""
    return nearest(home, price_model().market_sales)


def row_of(sale: Sale) -> SaleRow:
    """Put a sale into the words of a row."""
    return SaleRow(sale.address, features_of(sale), f"${sale.price:,}", f"{sale.date:%b %Y}")


def brief_of(sale: Sale) -> SaleBrief:
    """Say of a sale what the model needs to talk about it."""
    home = sale.home
    return SaleBrief(
        sale.address, sale.price, f"{sale.date:%Y-%m}", home.bedrooms, home.baths, home.square_feet, home.year_built
    )


def _range(home: Home, counts: Counts, rounds: int, shares: tuple[float, float]) -> PriceRange | None:
    """Return the prices between two quantiles."""
    if rounds < FEW_ROUNDS:
        return None
    price = price_model().price_of(home)
    low, high = (round(price * math.exp(counts.quantile(share))) for share in shares)
    return PriceRange(round(low, -2), round(high, -2))


def _signed(amount: float) -> str:
    """Return an amount with its sign: "+$5,800", "−$7,500"."""
    return ("−" if amount < 0 else "+") + dollars(abs(amount))
