"""The tool without UI: how punctual a route was."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import statistics
from pathlib import Path

import pytest

from app import flight_data
from app.delays import RouteDelays, delays, delays_of
from app.flight_data import flights_on
from mcp_bridge import ToolError


def test_the_answer_has_a_text_and_the_same_figures() -> None:
    """bridge: text for the model to say, figures for it to reckon with."""
    text, figures = asyncio.run(delays("JFK", "SFO"))
    assert figures == RouteDelays(
        origin="JFK",
        destination="SFO",
        flights=146,
        cancelled=7,
        average_departure_delay=44.4,
        median_departure_delay=3.0,
        average_arrival_delay=32.4,
        median_arrival_delay=-9.0,
        late_share=0.321,
        worst_day=dt.date(2013, 7, 7),
        worst_day_average=164.6,
    )
    assert text == (
        "JFK to SFO, 1-7 July 2013: 146 flights, 7 cancelled. They left 44.4 min late on average (median 3 min late) "
        "and arrived 32.4 min late (median 9 min early). 32% arrived more than 15 minutes late. The worst day was "
        "Sunday 7 July 2013: 164.6 min late on average."
    )


def test_the_figures_agree_with_the_file() -> None:
    """bridge: reckoned here once more, straight from the rows."""
    path = Path(flight_data.__file__).parent / "data" / "flights.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["origin"], row["dest"]) == ("LGA", "ORD")]
    arrivals = [int(row["arr_delay"]) for row in rows if row["arr_delay"]]
    _, figures = asyncio.run(delays("LGA", "ORD"))
    assert (figures.flights, figures.cancelled, figures.average_arrival_delay, figures.late_share) == (
        len(rows),
        sum(not row["dep_time"] for row in rows),
        round(statistics.mean(arrivals), 1),
        round(sum(delay > 15 for delay in arrivals) / len(arrivals), 3),
    )


def test_a_route_on_which_nothing_arrived_has_no_averages() -> None:
    """bridge: no division by nothing."""
    cancelled = [flight for flight in flights_on("EWR", "SFO", dt.date(2013, 7, 6)) if flight.is_cancelled]
    figures = delays_of(cancelled)
    assert (figures.flights, figures.cancelled, figures.average_arrival_delay, figures.worst_day) == (6, 6, None, None)


def test_an_unknown_route_is_refused() -> None:
    """bridge: the same sentences as the widget's."""
    with pytest.raises(ToolError, match="from EWR, JFK and LGA only"):
        asyncio.run(delays("SFO", "JFK"))
