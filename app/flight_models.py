"""A flight as it is shown: the row of a list, the details, and what the model sees.

row_of(flight).actual     # "Left 07:50, landed 10:50"
details_of(flight).week   # how the same flight did on every day of the week
brief_of(flight).delay    # -25
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from components.badge import Tone

from .flight_data import FIRST_DAY, LAST_DAY, Flight, week_of
from .flight_text import airline_name, airport_name, clock, counted, duration, long_date, punctuality, verdict


@dataclass
class FlightRow:
    """A flight in the list.

    Attributes:
        key: What tells it from the others.
        carrier: The airline's code, "AA".
        code: The flight number, "AA 59".
        airline: The airline's name without its legal form.
        leaves: Scheduled departure, "07:55".
        lands: Scheduled arrival.
        actual: What really happened, in words.
        took: Time in the air, "5 h 21 min", or "" if it did not fly.
        verdict: "25 min early", "On time", "Cancelled", …
        tone: What the verdict means for the traveller.
        is_cancelled: Whether it never left.
    """

    key: str
    carrier: str
    code: str
    airline: str
    leaves: str
    lands: str
    actual: str
    took: str
    verdict: str
    tone: Tone
    is_cancelled: bool


@dataclass
class Stop:
    """One end of a flight: the airport, the actual time ("" if never), and the plan in words."""

    code: str
    airport: str
    time: str
    plan: str


@dataclass
class DayMark:
    """How the same flight did on one day: "Mon 1", "+44", its tone, and a sentence for a screen reader."""

    day: str
    mark: str
    tone: Tone
    is_this: bool
    label: str


@dataclass
class FlightDetails:
    """A flight with all that the data knows of it.

    `left` is how punctually it left, `booking` the user's message that books it.
    """

    row: FlightRow
    departure: Stop
    arrival: Stop
    left: str
    distance: str
    aircraft: str
    week: list[DayMark]
    booking: str


@dataclass
class FlightBrief:
    """A flight as the model sees it; `delay` is minutes at arrival, None if it did not arrive as planned."""

    flight: str
    airline: str
    departs: str
    arrives: str
    delay: int | None
    cancelled: bool


def row_of(flight: Flight) -> FlightRow:
    """Put a flight into the words of a row."""
    text, tone = verdict(flight)
    return FlightRow(
        key=flight.key,
        carrier=flight.carrier,
        code=flight.code,
        airline=airline_name(flight),
        leaves=clock(flight.scheduled_departure),
        lands=clock(flight.scheduled_arrival),
        actual=_actual(flight),
        took="" if flight.air_time is None else duration(flight.air_time),
        verdict=text,
        tone=tone,
        is_cancelled=flight.is_cancelled,
    )


def details_of(flight: Flight) -> FlightDetails:
    """Put all that the data knows of a flight into words."""
    leaves, lands = clock(flight.scheduled_departure), clock(flight.scheduled_arrival)
    return FlightDetails(
        row=row_of(flight),
        departure=_stop(flight.origin, flight.departure, flight.scheduled_departure),
        arrival=_stop(flight.destination, flight.arrival, flight.scheduled_arrival),
        left="–" if flight.departure_delay is None else punctuality(flight.departure_delay),
        distance=f"{flight.distance:,} mi",
        aircraft=flight.tail or "not recorded",
        week=_week(flight),
        booking=(
            f"Book flight {flight.code} from {flight.origin} to {flight.destination} on {long_date(flight.date)}, "
            f"departing at {leaves} and arriving at {lands}."
        ),
    )


def brief_of(flight: Flight) -> FlightBrief:
    """Say of a flight what the model needs to talk about it."""
    return FlightBrief(
        flight=flight.code,
        airline=airline_name(flight),
        departs=clock(flight.scheduled_departure),
        arrives=clock(flight.scheduled_arrival),
        delay=flight.arrival_delay,
        cancelled=flight.is_cancelled,
    )


def summary_of(flights: list[Flight], origin: str, destination: str, date: dt.date) -> str:
    """Answer the model in a few sentences: how many, how punctual, the first, the last and the worst."""
    where = f"from {origin} to {destination} on {long_date(date)}"
    if not flights:
        return f"No flights {where}."
    text = f"{counted(len(flights), 'flight')} {where}: {tally(flights)}."
    first, last = flights[0], flights[-1]
    text += f" The first leaves at {clock(first.scheduled_departure)} ({first.code})"
    text += f", the last at {clock(last.scheduled_departure)} ({last.code})." if last is not first else "."
    arrived = [(flight.arrival_delay, flight) for flight in flights if flight.arrival_delay is not None]
    delay, worst = max(arrived, key=lambda pair: pair[0], default=(0, first))
    return text if delay < 15 else f"{text} The latest to arrive was {worst.code}, {duration(delay)} late."


def tally(flights: list[Flight]) -> str:
    """Count what became of flights: "15 on time, 1 cancelled"."""
    counts = {
        "on time": sum(flight.is_on_time for flight in flights),
        "cancelled": sum(flight.is_cancelled for flight in flights),
        "diverted": sum(flight.is_diverted for flight in flights),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "on time")


def _actual(flight: Flight) -> str:
    """Say what really happened to a flight."""
    if flight.departure is None:
        return "Did not leave"
    landed = "diverted" if flight.arrival is None else f"landed {clock(flight.arrival)}"
    return f"Left {clock(flight.departure)}, {landed}"


def _stop(code: str, actual: int | None, planned: int) -> Stop:
    """Describe one end of a flight."""
    return Stop(
        code=code,
        airport=airport_name(code),
        time="" if actual is None else clock(actual),
        plan=f"planned {clock(planned)}" if actual != planned else "as planned",
    )


def _week(flight: Flight) -> list[DayMark]:
    """Mark every day of the week with what became of the same flight."""
    by_date = {each.date: each for each in week_of(flight)}
    days = (LAST_DAY - FIRST_DAY).days + 1
    return [
        _day_mark(date, by_date.get(date), is_this=date == flight.date)
        for date in (FIRST_DAY + dt.timedelta(days=day) for day in range(days))
    ]


def _day_mark(date: dt.date, flight: Flight | None, *, is_this: bool) -> DayMark:
    """Mark one day."""
    day = f"{date:%a} {date.day}"
    if flight is None:
        return DayMark(day, "–", "muted", is_this, f"{day}: no flight")
    text, tone = verdict(flight)
    delay = flight.arrival_delay
    mark = ("✕" if flight.is_cancelled else "↷") if delay is None else f"{delay:+}".replace("-", "−").replace("+0", "0")
    return DayMark(day, mark, tone, is_this, f"{day}: {text}")
