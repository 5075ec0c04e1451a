"""The State behind the flights widget: what was asked, how it is shown, and which flight is open.

Only the question and the user's choices are kept; the list follows from them and from the data.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable

import reflex as rx

from components import Choice

from .flight_data import FIRST_DAY, Flight, find_flight, flights_of, flights_on
from .flight_input import AirportCode, FlightDate, refuse_unknown_route
from .flight_models import FlightBrief, FlightDetails, FlightRow, brief_of, details_of, row_of, summary_of, tally
from .flight_text import airline_name, airport_name, counted, long_date

_FIRST_ROWS = 8
_NEVER = 10_000

_ORDERS: dict[str, tuple[str, Callable[[Flight], int]]] = {
    "departure": ("earliest departure first", lambda flight: flight.scheduled_departure),
    "delay": ("latest to arrive first", lambda flight: _NEVER if (late := flight.arrival_delay) is None else -late),
    "duration": ("shortest time in the air first", lambda flight: flight.air_time or _NEVER),
}


class Flights(rx.State):
    """One question about flights, and how its answer is looked at.

    Attributes:
        origin: Where the flights leave.
        destination: Where they go.
        date: On which day.
        order: "departure", "delay" or "duration".
        airline: The only airline to show, or "" for all.
        is_punctual_only: Whether only flights that arrived on time are shown.
        is_whole: Whether all rows are shown, not only the first few.
        opening: The key of the flight whose details are on their way, or "".
        focused: The key of the flight whose row takes the keyboard's focus when it appears, or "".
        details: The flight that is open.
        is_moving: Whether another day is on its way.
        problem: Why the details did not open, or "".
        failed: The key of the flight whose details did not open, or "".
    """

    origin: str = "JFK"
    destination: str = "SFO"
    date: dt.date = FIRST_DAY
    order: str = "departure"
    airline: str = ""
    is_punctual_only: bool = False
    is_whole: bool = False
    opening: str = ""
    focused: str = ""
    details: FlightDetails | None = None
    is_moving: bool = False
    problem: str = ""
    failed: str = ""

    @rx.event
    def search(self, origin: AirportCode, destination: AirportCode, date: FlightDate) -> None:
        """Find the flights of a route on a day.

        Args:
            origin: IATA code of the airport of departure: EWR, JFK or LGA.
            destination: IATA code of the airport of arrival, such as SFO.
            date: The day of departure, from 2013-07-01 to 2013-07-07.
        """
        refuse_unknown_route(origin, destination)
        self.reset()
        self.origin, self.destination, self.date = origin, destination, date

    @rx.event
    def sort(self, order: str) -> None:
        """Put the list in another order."""
        if order in _ORDERS:
            self.order, self.focused = order, ""

    @rx.event
    def choose_airline(self, carrier: str) -> None:
        """Show one airline only, or all for ""."""
        self.airline, self.focused = carrier, ""

    @rx.event
    def toggle_punctual(self) -> None:
        """Show on-time flights only, or all again."""
        self.is_punctual_only, self.focused = not self.is_punctual_only, ""

    @rx.event
    def clear_filters(self) -> None:
        """Show every flight of the day again."""
        self.airline, self.is_punctual_only = "", False
        self._focus_row(0)

    @rx.event
    def show_all(self) -> None:
        """Show the rows beyond the first few."""
        self.is_whole = True
        self._focus_row(_FIRST_ROWS)

    @rx.event
    async def open_flight(self, key: str) -> AsyncIterator[None]:
        """Open the details of a flight; its row is busy until they are there."""
        self.opening, self.focused, self.problem = key, key, ""
        yield
        try:
            self.details = await load_details(key)
        except LookupError:
            self.problem, self.failed = "The details of this flight could not be loaded.", key
        self.opening = ""

    @rx.event
    def close_flight(self) -> None:
        """Go back to the list."""
        self.details = None

    @rx.event
    async def show_nearest_day(self) -> AsyncIterator[None]:
        """Go to the nearest day that has flights of this route."""
        self.is_moving = True
        yield
        self.date = self._nearest_day()
        self.airline, self.is_punctual_only = "", False
        self._focus_row(0)
        self.is_moving = False

    @rx.var
    def count(self) -> int:
        """How many flights the day has."""
        return len(self._of_day())

    @rx.var
    def long_date(self) -> str:
        """The date in words."""
        return long_date(self.date)

    @rx.var
    def airports(self) -> str:
        """The names of both airports."""
        return f"{airport_name(self.origin)} to {airport_name(self.destination)}"

    @rx.var
    def airlines(self) -> list[Choice]:
        """The airlines that fly on the day, with their number of flights."""
        day = self._of_day()
        names = {flight.carrier: airline_name(flight) for flight in day}
        counts = {carrier: sum(flight.carrier == carrier for flight in day) for carrier in names}
        by_name = sorted(names, key=lambda carrier: names[carrier])
        return [Choice("", "All airlines"), *[Choice(each, f"{names[each]} ({counts[each]})") for each in by_name]]

    @rx.var
    def rows(self) -> list[FlightRow]:
        """The rows that are shown."""
        chosen = sorted(self._chosen(), key=_ORDERS[self.order][1])
        return [row_of(flight) for flight in chosen[: None if self.is_whole else _FIRST_ROWS]]

    @rx.var
    def more(self) -> int:
        """How many rows are not shown yet."""
        return 0 if self.is_whole else max(0, len(self._chosen()) - _FIRST_ROWS)

    @rx.var
    def status(self) -> str:
        """How many flights the list has and how they did."""
        chosen, day = self._chosen(), self._of_day()
        counts = counted(len(day), "flight") if len(chosen) == len(day) else f"{len(chosen)} of {len(day)} flights"
        return f"{counts}, {tally(chosen)}" if chosen else counts

    @rx.var
    def order_text(self) -> str:
        """The order in words, for a screen reader."""
        return _ORDERS[self.order][0]

    @rx.var
    def nearest_day(self) -> str:
        """The nearest day that has flights of this route, in words."""
        return long_date(self._nearest_day())

    @rx.var
    def flights(self) -> list[FlightBrief]:
        """The flights of the day, for the model."""
        return [brief_of(flight) for flight in self._of_day()]

    @rx.var
    def summary(self) -> str:
        """The answer in words, for the model."""
        return summary_of(self._of_day(), self.origin, self.destination, self.date)

    def _focus_row(self, index: int) -> None:
        """Let a row take the focus when it appears, since the button that was pressed goes away."""
        self.focused = self.rows[index].key if index < len(self.rows) else ""

    def _of_day(self) -> list[Flight]:
        """Return the flights of the day."""
        return flights_on(self.origin, self.destination, self.date)

    def _chosen(self) -> list[Flight]:
        """Return the flights that pass the filters."""
        return [
            flight
            for flight in self._of_day()
            if self.airline in ("", flight.carrier) and (flight.is_on_time or not self.is_punctual_only)
        ]

    def _nearest_day(self) -> dt.date:
        """Return the nearest day with flights of this route, or the day itself if the route has none."""
        days = {flight.date for flight in flights_of(self.origin, self.destination)} or {self.date}
        return min(days, key=lambda day: (abs(day - self.date), day))


async def load_details(key: str) -> FlightDetails:
    """Load the details of a flight; in a thread, because the first use reads the file.

    Raises:
        LookupError: If no flight has the key.
    """
    return await asyncio.to_thread(lambda: details_of(find_flight(key)))
