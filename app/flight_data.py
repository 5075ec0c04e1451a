"""All departures from New York's airports in the first week of July 2013, as plain data.

    flights_on("JFK", "SFO", dt.date(2013, 7, 1))    # 22 flights by scheduled departure
    week_of(flight)                                  # the same flight number on every day of the week
    nearest_codes("SFX")                             # ["SFO", …]

Times are local. A time is kept as minutes after midnight of the scheduled departure's day, so 1445 is 00:05 of the
next day; what never happened (a cancelled departure, a diverted arrival) is None.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FIRST_DAY = dt.date(2013, 7, 1)
LAST_DAY = dt.date(2013, 7, 7)
ORIGINS = ("EWR", "JFK", "LGA")
DAY_MINUTES = 24 * 60

_DATA = Path(__file__).parent / "data"
_EARTH_RADIUS_MILES = 3959


@dataclass(frozen=True)
class Airport:
    """One airport; `position` is latitude and longitude in degrees, None where the data has none."""

    code: str
    name: str
    position: tuple[float, float] | None = None


@dataclass(frozen=True)
class Flight:
    """One scheduled departure and what became of it. Delays and air time are minutes, distance is miles."""

    date: dt.date
    carrier: str
    airline: str
    number: int
    tail: str
    origin: str
    destination: str
    scheduled_departure: int
    scheduled_arrival: int
    departure: int | None
    arrival: int | None
    departure_delay: int | None
    arrival_delay: int | None
    air_time: int | None
    distance: int

    @property
    def key(self) -> str:
        """What tells this flight from every other: "2013-07-01-JFK-AA59"."""
        return f"{self.date.isoformat()}-{self.origin}-{self.carrier}{self.number}"

    @property
    def code(self) -> str:
        """The flight number as people write it: "AA 59"."""
        return f"{self.carrier} {self.number}"

    @property
    def is_cancelled(self) -> bool:
        """Whether it never left."""
        return self.departure is None

    @property
    def is_diverted(self) -> bool:
        """Whether it left but did not arrive where and when it should have."""
        return self.departure is not None and self.arrival_delay is None

    @property
    def is_on_time(self) -> bool:
        """Whether it arrived less than 15 minutes late (US Department of Transportation's rule)."""
        return self.arrival_delay is not None and self.arrival_delay < 15


def flights_on(origin: str, destination: str, date: dt.date) -> list[Flight]:
    """Return the flights of a route on a day, by scheduled departure."""
    return [flight for flight in flights_of(origin, destination) if flight.date == date]


def flights_of(origin: str, destination: str) -> list[Flight]:
    """Return the flights of a route in the whole week, by date and scheduled departure."""
    return list(_routes().get((origin, destination), ()))


def find_flight(key: str) -> Flight:
    """Return the flight of a key.

    Raises:
        LookupError: If no flight has it.
    """
    try:
        return _flights()[key]
    except KeyError:
        raise LookupError(f"no flight has the key {key!r}") from None


def week_of(flight: Flight) -> list[Flight]:
    """Return the flights of the same airline, number and route in the week, this one included, by date."""
    route = flights_of(flight.origin, flight.destination)
    return [each for each in route if each.code == flight.code]


def airport(code: str) -> Airport | None:
    """Return an airport, or None if the data does not name it."""
    return _airports().get(code)


def destinations_from(origin: str) -> list[str]:
    """Return the codes of the airports that an origin has flights to, in alphabetical order."""
    return sorted(destination for start, destination in _routes() if start == origin)


def origins_to(destination: str) -> list[str]:
    """Return the codes of the New York airports that have flights to a destination."""
    return sorted(start for start, end in _routes() if end == destination)


def nearest_codes(code: str, limit: int = 3) -> list[str]:
    """Return the known codes that look most like an unknown one: same letters in the same places, then any order."""

    def likeness(known: str) -> tuple[int, int]:
        in_place = sum(a == b for a, b in zip(known, code, strict=False))
        return in_place, len(set(known) & set(code))

    alike = [known for known in sorted(_airports()) if likeness(known)[0]]
    return sorted(alike, key=likeness, reverse=True)[:limit]


def nearest_served(origin: str, destination: str, limit: int = 3) -> list[str]:
    """Return the airports nearest to a destination, in miles over ground, that an origin has flights to."""
    goal = _airports()[destination].position
    if goal is None:
        return []
    distances = {
        code: _miles(goal, position)
        for code in destinations_from(origin)
        if (position := _airports()[code].position) is not None
    }
    return sorted(distances, key=lambda code: distances[code])[:limit]


def _miles(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two positions in miles (haversine formula)."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, each)) for each in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_RADIUS_MILES * math.asin(math.sqrt(half))


def _rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file."""
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def _airports() -> dict[str, Airport]:
    """Load the airports by code; one that only flights.csv names has its code as its name."""
    known = {
        row["faa"]: Airport(row["faa"], row["name"], (float(row["lat"]), float(row["lon"])))
        for row in _rows("airports.csv")
    }
    unnamed = {end for _, end in _routes()} - set(known)
    return known | {code: Airport(code, code) for code in sorted(unnamed)}


@cache
def _flights() -> dict[str, Flight]:
    """Load the flights by key, by date and scheduled departure."""
    airlines = {row["carrier"]: row["name"] for row in _rows("airlines.csv")}
    loaded = [_flight(row, airlines) for row in _rows("flights.csv")]
    loaded.sort(key=lambda flight: (flight.date, flight.scheduled_departure, flight.carrier, flight.number))
    return {flight.key: flight for flight in loaded}


@cache
def _routes() -> dict[tuple[str, str], tuple[Flight, ...]]:
    """Group the flights by origin and destination."""
    routes: dict[tuple[str, str], list[Flight]] = {}
    for flight in _flights().values():
        routes.setdefault((flight.origin, flight.destination), []).append(flight)
    return {route: tuple(flights) for route, flights in routes.items()}


def _flight(row: dict[str, str], airlines: dict[str, str]) -> Flight:
    """Make a flight from its CSV row."""
    leaves, lands = _minutes(row["sched_dep_time"]), _minutes(row["sched_arr_time"])
    lands += DAY_MINUTES if lands < leaves else 0
    departure_delay, arrival_delay = _number(row["dep_delay"]), _number(row["arr_delay"])
    return Flight(
        date=dt.date(2013, int(row["month"]), int(row["day"])),
        carrier=row["carrier"],
        airline=airlines[row["carrier"]],
        number=int(row["flight"]),
        tail=row["tailnum"],
        origin=row["origin"],
        destination=row["dest"],
        scheduled_departure=leaves,
        scheduled_arrival=lands,
        departure=None if departure_delay is None else leaves + departure_delay,
        arrival=None if arrival_delay is None else lands + arrival_delay,
        departure_delay=departure_delay,
        arrival_delay=arrival_delay,
        air_time=_number(row["air_time"]),
        distance=int(row["distance"]),
    )


def _minutes(hhmm: str) -> int:
    """Return a local time such as "906" in minutes after midnight."""
    return int(hhmm) // 100 * 60 + int(hhmm) % 100


def _number(text: str) -> int | None:
    """Return a whole number, or None where the data has none."""
    return int(text) if text else None
