"""What the valuation may be asked: the types of its parameters, and the homes that the data can speak of.

refuse_unlike(Home(3, 2, 140, 1956))   # ToolError: … Is it 140 square metres? That is 1,507 square feet.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mcp_bridge import ToolError

from .homes_data import LAST_YEAR, Home, sample
from .homes_text import number

Bedrooms = Annotated[int, Field(ge=1, le=8)]
Baths = Annotated[float, Field(ge=0.75, le=6, multiple_of=0.25)]
SquareFeet = Annotated[int, Field(gt=0)]
YearBuilt = Annotated[int, Field(ge=1000, le=9999)]
LotAcres = Annotated[float, Field(gt=0)]
Thoroughness = Literal["quick", "full"]

_SQUARE_FEET_PER_METRE = 10.7639
_SQUARE_FEET_PER_ACRE = 43_560


def refuse_unlike(home: Home) -> None:
    """Refuse a home that is like none in the data, and say what the data has.

    Raises:
        ToolError: The sentence for the model.
    """
    homes = [sale.home for sale in sample().sales]
    sizes = [each.square_feet for each in homes]
    lots = [each.lot_acres for each in homes if each.lot_acres]
    oldest = min(each.year_built for each in homes)
    if not min(sizes) <= home.square_feet <= max(sizes):
        metres = round(home.square_feet * _SQUARE_FEET_PER_METRE)
        hint = f" Is it {home.square_feet} square metres? That is {metres:,} square feet."
        raise ToolError(
            f"The homes in this data have {min(sizes):,} to {max(sizes):,} square feet, so nothing can be said of one "
            f"with {home.square_feet:,}.{hint if min(sizes) <= metres <= max(sizes) else ''}"
        )
    if home.lot_acres and not min(lots) <= home.lot_acres <= max(lots):
        acres = home.lot_acres / _SQUARE_FEET_PER_ACRE
        hint = f" Is it {number(home.lot_acres)} square feet? That is {number(acres)} acres."
        raise ToolError(
            f"The lots in this data have {number(min(lots))} to {number(max(lots))} acres, so nothing can be said of "
            f"one with {number(home.lot_acres)}.{hint if min(lots) <= acres <= max(lots) else ''} Leave lot_acres out "
            "if it is not known."
        )
    if not oldest <= home.year_built <= LAST_YEAR:
        raise ToolError(
            f"The homes in this data were built from {oldest} to {LAST_YEAR}, when the sales end, so nothing can be "
            f"said of one built in {home.year_built}."
        )
