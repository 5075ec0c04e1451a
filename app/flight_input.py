"""What the flight tools may be asked: the types of their parameters, and the routes that the data has.

refuse_unknown_route("JFK", "SFX")   # ToolError: No airport in this data has the code SFX. Similar codes: SFO …
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from mcp_bridge import ToolError

from .flight_data import (
    FIRST_DAY,
    LAST_DAY,
    ORIGINS,
    airport,
    flights_of,
    nearest_codes,
    nearest_served,
    origins_to,
)
from .flight_text import named

AirportCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
FlightDate = Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY)]


def refuse_unknown_route(origin: str, destination: str) -> None:
    """Refuse a route that the data does not have, and name what comes near.

    Raises:
        ToolError: The sentence for the model.
    """
    for code in (origin, destination):
        if airport(code) is None:
            near = ", ".join(named(each) for each in nearest_codes(code))
            hint = f" Similar codes: {near}." if near else ""
            raise ToolError(f"No airport in this data has the code {code}.{hint}")
    if origin not in ORIGINS:
        raise ToolError(f"This data has flights from EWR, JFK and LGA only, and none from {origin}.")
    if not flights_of(origin, destination):
        others = origins_to(destination)
        near = others or nearest_served(origin, destination)
        where = f"from {' and '.join(near)}" if others else f"to {', '.join(map(named, near))}"
        hint = f" There are flights {where} instead." if near else ""
        raise ToolError(f"No airline flew from {origin} to {destination} in this week.{hint}")
