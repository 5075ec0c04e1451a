"""How punctual a route was in the week: a tool without UI, answered in text and in figures."""

from __future__ import annotations

import datetime as dt
import statistics
from typing import Annotated

from pydantic import BaseModel, Field

from mcp_bridge import tool

from .flight_data import Flight, flights_of
from .flight_input import AirportCode, refuse_unknown_route
from .flight_text import counted, long_date

Minutes = Annotated[float | None, Field(description="Minutes; negative is early, null if no flight has a value")]


class RouteDelays(BaseModel):
    """The punctuality of a route from 1 to 7 July 2013."""

    origin: str
    destination: str
    flights: int = Field(description="Scheduled flights")
    cancelled: int
    average_departure_delay: Minutes
    median_departure_delay: Minutes
    average_arrival_delay: Minutes
    median_arrival_delay: Minutes
    late_share: float = Field(description="Share of the arrived flights that were more than 15 minutes late, 0 to 1")
    worst_day: dt.date | None = Field(description="The day with the highest average arrival delay")
    worst_day_average: Minutes


@tool(read_only=True, idempotent=True)
async def delays(origin: AirportCode, destination: AirportCode) -> tuple[str, RouteDelays]:
    """Tell how late the flights of a route from New York were in the week of 1-7 July 2013.

    Args:
        origin: IATA code of the airport of departure: EWR, JFK or LGA.
        destination: IATA code of the airport of arrival, such as SFO.
    """
    refuse_unknown_route(origin, destination)
    found = delays_of(flights_of(origin, destination))
    return in_words(found), found


def delays_of(flights: list[Flight]) -> RouteDelays:
    """Reckon the punctuality of the flights of one route, of which there must be at least one."""
    departures = [flight.departure_delay for flight in flights if flight.departure_delay is not None]
    arrivals = [flight.arrival_delay for flight in flights if flight.arrival_delay is not None]
    by_day: dict[dt.date, list[int]] = {}
    for flight in flights:
        if flight.arrival_delay is not None:
            by_day.setdefault(flight.date, []).append(flight.arrival_delay)
    averages = {day: statistics.mean(minutes) for day, minutes in by_day.items()}
    worst = max(averages, key=lambda day: averages[day], default=None)
    return RouteDelays(
        origin=flights[0].origin,
        destination=flights[0].destination,
        flights=len(flights),
        cancelled=sum(flight.is_cancelled for flight in flights),
        average_departure_delay=_rounded(statistics.mean(departures) if departures else None),
        median_departure_delay=_rounded(statistics.median(departures) if departures else None),
        average_arrival_delay=_rounded(statistics.mean(arrivals) if arrivals else None),
        median_arrival_delay=_rounded(statistics.median(arrivals) if arrivals else None),
        late_share=round(sum(delay > 15 for delay in arrivals) / len(arrivals), 3) if arrivals else 0.0,
        worst_day=worst,
        worst_day_average=_rounded(averages[worst] if worst else None),
    )


def in_words(found: RouteDelays) -> str:
    """Put the punctuality of a route into sentences."""
    route = f"{found.origin} to {found.destination}, 1-7 July 2013"
    text = f"{route}: {counted(found.flights, 'flight')}, {found.cancelled} cancelled."
    if found.average_arrival_delay is None or found.median_arrival_delay is None:
        return f"{text} None of them arrived as planned."
    if found.average_departure_delay is not None and found.median_departure_delay is not None:
        text += (
            f" They left {_late(found.average_departure_delay)} on average (median "
            f"{_late(found.median_departure_delay)}) and"
        )
    text += f" arrived {_late(found.average_arrival_delay)} (median {_late(found.median_arrival_delay)})."
    text += f" {found.late_share:.0%} arrived more than 15 minutes late."
    if found.worst_day is not None and found.worst_day_average is not None:
        text += f" The worst day was {long_date(found.worst_day)}: {_late(found.worst_day_average)} on average."
    return text


def _late(minutes: float) -> str:
    """Return a delay in words."""
    return "on time" if minutes == 0 else f"{abs(minutes):g} min {'late' if minutes > 0 else 'early'}"


def _rounded(minutes: float | None) -> float | None:
    """Round to a tenth of a minute."""
    return None if minutes is None else round(minutes, 1)
