"""The data of the reference app, against facts that can be read in the CSV files."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from app import flight_data
from app.flight_data import (
    Airport,
    Flight,
    airport,
    destinations_from,
    find_flight,
    flights_of,
    flights_on,
    nearest_codes,
    nearest_served,
    origins_to,
    week_of,
)

DATA = Path(flight_data.__file__).parent / "data"
MONDAY = dt.date(2013, 7, 1)


def test_every_row_of_the_file_is_a_flight_with_a_key_of_its_own() -> None:
    """bridge: 6,192 departures, none lost to a shared key."""
    with (DATA / "flights.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    loaded = [
        flight
        for origin in ("EWR", "JFK", "LGA")
        for to in destinations_from(origin)
        for flight in flights_of(origin, to)
    ]
    assert (len(rows), len(loaded), len({flight.key for flight in loaded})) == (6192, 6192, 6192)


def test_a_flight_has_what_its_row_says() -> None:
    """bridge: 7,1,750,755,-5,1050,1115,-25,AA,59,N329AA,JFK,SFO,321,2586."""
    assert find_flight("2013-07-01-JFK-AA59") == Flight(
        date=MONDAY,
        carrier="AA",
        airline="American Airlines Inc.",
        number=59,
        tail="N329AA",
        origin="JFK",
        destination="SFO",
        scheduled_departure=7 * 60 + 55,
        scheduled_arrival=11 * 60 + 15,
        departure=7 * 60 + 50,
        arrival=10 * 60 + 50,
        departure_delay=-5,
        arrival_delay=-25,
        air_time=321,
        distance=2586,
    )


def test_times_after_midnight_count_on_from_the_day_of_departure() -> None:
    """bridge: B6 915 should have left at 20:29 and left 212 minutes later, at 00:01 of the next day."""
    late = find_flight("2013-07-01-JFK-B6915")
    assert (late.scheduled_departure, late.departure) == (20 * 60 + 29, 24 * 60 + 1)


@pytest.mark.parametrize("origin", ["EWR", "JFK", "LGA"])
def test_delays_lead_to_the_recorded_times(origin: str) -> None:
    """bridge: schedule plus delay is the time in the file, also where the file writes 2400 for midnight."""
    with (DATA / "flights.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["origin"] == origin]
    for row in rows:
        flight = find_flight(f"2013-07-{int(row['day']):02}-{origin}-{row['carrier']}{row['flight']}")
        if flight.departure is not None:
            assert flight.departure % 1440 == int(row["dep_time"]) // 100 * 60 % 1440 + int(row["dep_time"]) % 100
        if flight.arrival is not None:
            assert flight.arrival % 1440 == int(row["arr_time"]) // 100 * 60 % 1440 + int(row["arr_time"]) % 100


def test_the_flights_of_a_route_and_a_day_come_by_scheduled_departure() -> None:
    """bridge: JFK to SFO on 1 July has 22 flights, from 06:10 to 20:29."""
    flights = flights_on("JFK", "SFO", MONDAY)
    times = [flight.scheduled_departure for flight in flights]
    assert (len(flights), flights[0].code, flights[-1].code, times) == (22, "UA 303", "B6 915", sorted(times))


def test_cancelled_and_diverted_flights_are_told_apart() -> None:
    """bridge: EWR to SFO on 6 July has 13 flights, of which 6 never left and 4 landed elsewhere."""
    flights = flights_on("EWR", "SFO", dt.date(2013, 7, 6))
    cancelled = sum(flight.is_cancelled for flight in flights)
    diverted = sum(flight.is_diverted for flight in flights)
    assert (len(flights), cancelled, diverted) == (13, 6, 4)


def test_a_route_or_day_without_flights_is_empty() -> None:
    """bridge: nobody flies from SFO here, and LGA to XNA pauses on 6 July."""
    assert (flights_of("SFO", "JFK"), flights_on("LGA", "XNA", dt.date(2013, 7, 6))) == ([], [])


def test_the_week_of_a_flight_has_the_same_number_on_each_day() -> None:
    """bridge: VX 27 flies every day of the week."""
    week = week_of(find_flight("2013-07-01-JFK-VX27"))
    assert [(flight.code, flight.date.day) for flight in week] == [("VX 27", day) for day in range(1, 8)]


def test_an_unknown_key_is_a_lookup_error_that_names_it() -> None:
    """bridge: a key comes from the widget, so it can be anything."""
    with pytest.raises(LookupError, match="no flight has the key 'x'"):
        find_flight("x")


def test_an_airport_that_only_the_flights_name_has_its_code_as_its_name() -> None:
    """bridge: airports.csv has no row for San Juan."""
    assert (airport("SJU"), airport("XXX")) == (Airport("SJU", "SJU"), None)


def test_the_nearest_code_has_the_most_letters_in_the_same_place() -> None:
    """bridge: SFX is first of all a mistyped SFO."""
    assert nearest_codes("SFX")[0] == "SFO"


def test_a_code_without_a_letter_in_common_has_no_near_one() -> None:
    """bridge: a suggestion out of nowhere would mislead."""
    assert nearest_codes("000") == []


def test_other_airports_of_a_destination_and_other_destinations_nearby_are_found() -> None:
    """bridge: Anchorage is flown to from Newark only; the nearest to Newark itself is Hartford."""
    assert (origins_to("ANC"), nearest_served("EWR", "JFK")[0]) == (["EWR"], "BDL")
