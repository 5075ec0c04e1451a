"""The words of a flight: how a time, a delay, a name or a day reads.

clock(1445)          # "00:05 +1", five past midnight of the next day
duration(321)        # "5 h 21 min"
verdict(flight)      # ("25 min early", "good")
"""

from __future__ import annotations

import datetime as dt

from components.badge import Tone

from .flight_data import DAY_MINUTES, Flight, airport

_LEGAL_FORMS = (" Inc.", " Co.", " Corporation")


def verdict(flight: Flight) -> tuple[str, Tone]:
    """Say in a few words how a flight arrived, and what that means."""
    if flight.is_cancelled:
        return "Cancelled", "bad"
    delay = flight.arrival_delay
    if delay is None:
        return "Diverted", "warn"
    return punctuality(
        delay
    ), "good" if delay <= 0 else "muted" if flight.is_on_time else "warn" if delay < 60 else "bad"


def punctuality(delay: int) -> str:
    """Return a delay in minutes as "25 min early", "On time" or "3 h 8 min late"."""
    return "On time" if delay == 0 else f"{duration(abs(delay))} {'late' if delay > 0 else 'early'}"


def clock(minutes: int) -> str:
    """Return minutes after midnight as "HH:MM", with "+1" for the next day."""
    days, rest = divmod(minutes, DAY_MINUTES)
    return f"{rest // 60:02}:{rest % 60:02}" + (f" {days:+}" if days else "")


def duration(minutes: int) -> str:
    """Return a length of time: "45 min", "3 h", "5 h 21 min"."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def long_date(date: dt.date) -> str:
    """Return a date as "Monday 1 July 2013"."""
    return f"{date:%A} {date.day} {date:%B} {date.year}"


def counted(number: int, noun: str) -> str:
    """Return "1 flight" or "22 flights"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def airline_name(flight: Flight) -> str:
    """Return the airline's name without its legal form."""
    name = flight.airline
    for form in _LEGAL_FORMS:
        name = name.removesuffix(form)
    return name


def airport_name(code: str) -> str:
    """Return an airport's name, or its code where the data has no name."""
    found = airport(code)
    return found.name if found else code


def named(code: str) -> str:
    """Return an airport's code with its name, "SFO (San Francisco Intl)", or alone where the data has no name."""
    name = airport_name(code)
    return code if name == code else f"{code} ({name})"
