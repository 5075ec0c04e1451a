"""How a flight reads in the widget and to the model."""

from __future__ import annotations

import datetime as dt

import pytest

from app.flight_data import find_flight, flights_on
from app.flight_models import DayMark, FlightBrief, FlightRow, Stop, brief_of, details_of, row_of, summary_of
from app.flight_text import clock, duration, verdict

MONDAY = dt.date(2013, 7, 1)
SATURDAY = dt.date(2013, 7, 6)


def test_a_row_has_the_words_of_a_flight() -> None:
    """bridge: scheduled and actual times, the airline without "Inc.", and a verdict."""
    assert row_of(find_flight("2013-07-01-JFK-AA59")) == FlightRow(
        key="2013-07-01-JFK-AA59",
        carrier="AA",
        code="AA 59",
        airline="American Airlines",
        leaves="07:55",
        lands="11:15",
        actual="Left 07:50, landed 10:50",
        took="5 h 21 min",
        verdict="25 min early",
        tone="good",
        is_cancelled=False,
    )


@pytest.mark.parametrize(
    ("key", "actual", "words"),
    [
        ("2013-07-06-EWR-VX183", "Did not leave", ("Cancelled", "bad")),
        ("2013-07-06-EWR-UA317", "Left 11:33, diverted", ("Diverted", "warn")),
        ("2013-07-01-JFK-UA397", "Left 08:25, landed 11:51", ("8 min late", "muted")),
        ("2013-07-01-JFK-B615", "Left 08:49, landed 12:31", ("19 min late", "warn")),
        ("2013-07-01-JFK-B6915", "Left 00:01 +1, landed 02:36 +1", ("2 h 37 min late", "bad")),
    ],
)
def test_every_outcome_has_words_and_a_tone(key: str, actual: str, words: tuple[str, str]) -> None:
    """bridge: the words alone say what happened; the tone is only a help."""
    flight = find_flight(key)
    assert (row_of(flight).actual, verdict(flight)) == (actual, words)


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "00:00"), (366, "06:06"), (1439, "23:59"), (1445, "00:05 +1"), (-5, "23:55 -1")]
)
def test_a_clock_tells_the_other_day(minutes: int, text: str) -> None:
    """bridge: a time on another day than the departure's says so."""
    assert clock(minutes) == text


@pytest.mark.parametrize(("minutes", "text"), [(0, "0 min"), (45, "45 min"), (180, "3 h"), (321, "5 h 21 min")])
def test_a_duration_has_no_empty_parts(minutes: int, text: str) -> None:
    """bridge: "3 h", never "3 h 0 min"."""
    assert duration(minutes) == text


def test_details_have_both_ends_and_the_week() -> None:
    """bridge: planned and actual times, and a mark for every day."""
    details = details_of(find_flight("2013-07-01-JFK-VX27"))
    assert details.departure == Stop("JFK", "John F Kennedy Intl", "17:29", "planned 16:30")
    assert details.arrival == Stop("SFO", "San Francisco Intl", "20:16", "planned 19:59")
    assert (details.left, details.distance, details.aircraft) == ("59 min late", "2,586 mi", "N837VA")
    assert [day.mark for day in details.week] == ["+17", "+29", "−18", "−13", "−23", "+297", "+411"]
    assert details.week[0] == DayMark("Mon 1", "+17", "warn", is_this=True, label="Mon 1: 17 min late")
    assert details.booking == (
        "Book flight VX 27 from JFK to SFO on Monday 1 July 2013, departing at 16:30 and arriving at 19:59."
    )


def test_a_cancelled_flight_has_no_actual_times() -> None:
    """bridge: nothing is made up for what never happened."""
    details = details_of(find_flight("2013-07-06-EWR-VX183"))
    assert (details.departure.time, details.arrival.time, details.row.took, details.left) == ("", "", "", "–")


def test_the_model_sees_a_flight_in_six_facts() -> None:
    """bridge: what the model sees is compact."""
    assert brief_of(find_flight("2013-07-06-EWR-VX183")) == FlightBrief(
        flight="VX 183", airline="Virgin America", departs="07:30", arrives="10:45", delay=None, cancelled=True
    )


def test_the_summary_answers_the_question() -> None:
    """bridge: how many, how punctual, first, last and latest."""
    assert summary_of(flights_on("JFK", "SFO", MONDAY), "JFK", "SFO", MONDAY) == (
        "22 flights from JFK to SFO on Monday 1 July 2013: 12 on time. The first leaves at 06:10 (UA 303), the last at "
        "20:29 (B6 915). The latest to arrive was DL 1465, 3 h 8 min late."
    )


def test_the_summary_of_an_empty_day_says_so() -> None:
    """bridge: the model's text is never empty."""
    assert summary_of([], "LGA", "XNA", SATURDAY) == "No flights from LGA to XNA on Saturday 6 July 2013."
