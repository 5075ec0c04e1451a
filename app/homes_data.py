"""Ten years of home sales in Grinnell, Iowa, as plain data: what can be used of them, and what was left out and why.

    sample().sales                   # 895 sales with a size and rooms, by date
    sample().left_out                # {"entered twice": 10, …}
    nearest(home, sample().sales)    # the five that are most like a home

A lot that is not recorded stays None: one sale in five has none. Sales without a size or without rooms say too little
of the home and are left out; nothing is made up for them.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FIRST_YEAR = 2005
LAST_YEAR = 2015

_FILE = Path(__file__).parent / "data" / "homes.csv"


@dataclass(frozen=True)
class Home:
    """What is known of a home; `lot_acres` is None where it is not."""

    bedrooms: int
    baths: float
    square_feet: int
    year_built: int
    lot_acres: float | None = None


@dataclass(frozen=True)
class Sale:
    """One sale; `price` is US dollars."""

    address: str
    home: Home
    date: dt.date
    price: int


@dataclass(frozen=True)
class Sample:
    """What the file has.

    Attributes:
        sales: The sales that can be used, by date.
        recorded: How many rows the file has.
        left_out: How many rows were left out, by the reason in words.
    """

    sales: tuple[Sale, ...]
    recorded: int
    left_out: dict[str, int]


@cache
def sample() -> Sample:
    """Read the sales and leave out the rows that cannot be used."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    left_out = {"entered twice": 0, "without rooms": 0, "without a size": 0}
    seen: set[tuple[str, ...]] = set()
    sales: list[Sale] = []
    for row in rows:
        facts = tuple(value.strip() for value in row.values())
        if facts in seen:
            left_out["entered twice"] += 1
        elif not int(row["bedrooms"]) or not float(row["baths"]):
            left_out["without rooms"] += 1
        elif not row["square_feet"]:
            left_out["without a size"] += 1
        else:
            sales.append(_sale(row))
        seen.add(facts)
    sales.sort(key=lambda sale: (sale.date, sale.address))
    return Sample(tuple(sales), len(rows), left_out)


def nearest(home: Home, sales: Sequence[Sale], count: int = 5) -> list[Sale]:
    """Return the sales that are most like a home and not too long ago, the most alike first.

    Likeness is the distance over size, rooms, age, lot and time of sale, each in units of a difference that matters
    about as much as the others: a third in size, one bedroom, one bath, 25 years of age, twice the lot, five years.
    """

    def distance(sale: Sale) -> float:
        other = sale.home
        steps = (
            math.log(other.square_feet / home.square_feet) / 0.3,
            other.bedrooms - home.bedrooms,
            other.baths - home.baths,
            (other.year_built - home.year_built) / 25,
            math.log2(other.lot_acres / home.lot_acres) if other.lot_acres and home.lot_acres else 0.5,
            (LAST_YEAR - sale.date.year) / 5,
        )
        return math.hypot(*steps)

    return sorted(sales, key=distance)[:count]


def _sale(row: dict[str, str]) -> Sale:
    """Make a sale from its CSV row."""
    home = Home(
        bedrooms=int(row["bedrooms"]),
        baths=float(row["baths"]),
        square_feet=round(float(row["square_feet"])),
        year_built=int(row["year_built"]),
        lot_acres=float(row["lot_acres"]) if row["lot_acres"] else None,
    )
    date = dt.date(int(row["year_sold"]), int(row["month_sold"]), int(row["day_sold"]))
    return Sale(row["address"].strip(" ."), home, date, int(row["sale_price"]))
