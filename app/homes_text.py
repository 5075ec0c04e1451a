"""The words of a home: how a price, a size or a sale reads.

dollars(142_318)        # "$142,000"
described(home)         # "3 bedrooms, 1.75 baths, 1,440 sq ft, built 1956, 0.28 acres"
"""

from __future__ import annotations

from .homes_data import Home, Sale


def dollars(amount: float) -> str:
    """Return an amount as it is spoken of: to the $1,000, to the $500 below $100,000, to the $100 below $10,000."""
    step = 1000 if abs(amount) >= 100_000 else 500 if abs(amount) >= 10_000 else 100
    return f"${round(amount / step) * step:,}"


def number(value: float) -> str:
    """Return a number without needless zeros: "1.75", "2"."""
    return f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def counted(count: float, noun: str) -> str:
    """Return "1 bath" or "1.75 baths"."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def described(home: Home) -> str:
    """Return a home in one line."""
    rooms = f"{counted(home.bedrooms, 'bedroom')}, {counted(home.baths, 'bath')}, {home.square_feet:,} sq ft"
    lot = f", {counted(home.lot_acres, 'acre')}" if home.lot_acres else ""
    return f"{rooms}, built {home.year_built}{lot}"


def features_of(sale: Sale) -> str:
    """Return what a sold home has, in few words."""
    home = sale.home
    lot = f", {number(home.lot_acres)} ac" if home.lot_acres else ""
    return f"{home.bedrooms} bed, {number(home.baths)} bath, {home.square_feet:,} sq ft, {home.year_built}{lot}"
