"""The flights widget without a browser: its tool, its event handlers, and what its list shows."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app import flight_state
from app.flight_input import refuse_unknown_route
from app.flight_state import Flights
from app.flights import flights as flights_widget
from mcp_bridge import ToolError

MONDAY = dt.date(2013, 7, 1)


def run(state: Flights, handler: Any, *arguments: Any) -> Any:
    """Run the function behind an event handler on a state."""
    return handler.fn(state, *arguments)


async def steps(events: AsyncIterator[None], look: Any) -> list[Any]:
    """Run a handler that yields, and look at the state at each of its steps and at its end."""
    return [look() async for _ in events] + [look()]


@pytest.fixture
def state() -> Flights:
    """A state that has been asked for JFK to SFO on 1 July."""
    fresh = Flights(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    run(fresh, Flights.search, "JFK", "SFO", MONDAY)
    return fresh


def test_the_list_shows_the_first_eight_and_how_many_more(state: Flights) -> None:
    """bridge: a widget does not fill the conversation."""
    assert (len(state.rows), state.more, state.count, state.status) == (8, 14, 22, "22 flights, 12 on time")


def test_all_rows_can_be_shown(state: Flights) -> None:
    """bridge: the button "Show 14 more" goes away, so the first new row takes the focus."""
    run(state, Flights.show_all)
    assert (len(state.rows), state.more, state.focused) == (22, 0, state.rows[8].key)


@pytest.mark.parametrize(("order", "first"), [("departure", "UA 303"), ("delay", "DL 1465"), ("duration", "DL 269")])
def test_the_list_is_sorted_as_chosen(state: Flights, order: str, first: str) -> None:
    """bridge: earliest, latest to arrive, shortest in the air first."""
    run(state, Flights.sort, order)
    assert (state.order, state.rows[0].code) == (order, first)


def test_an_order_that_there_is_not_changes_nothing(state: Flights) -> None:
    """bridge: what a widget sends is client input."""
    run(state, Flights.sort, "price")
    assert state.order == "departure"


def test_flights_that_never_arrived_come_last_by_delay(state: Flights) -> None:
    """bridge: a missing delay is not a delay."""
    run(state, Flights.search, "EWR", "SFO", dt.date(2013, 7, 6))
    run(state, Flights.sort, "delay")
    run(state, Flights.show_all)
    assert {row.verdict for row in state.rows[3:]} == {"Cancelled", "Diverted"}


def test_the_filters_work_together_and_can_be_cleared(state: Flights) -> None:
    """bridge: five flights of Delta, three of them on time."""
    run(state, Flights.choose_airline, "DL")
    assert (state.status, {row.carrier for row in state.rows}) == ("5 of 22 flights, 3 on time", {"DL"})
    run(state, Flights.toggle_punctual)
    assert state.status == "3 of 22 flights, 3 on time"
    run(state, Flights.clear_filters)
    assert (state.status, state.focused) == ("22 flights, 12 on time", state.rows[0].key)


def test_filters_that_nothing_passes_leave_no_rows(state: Flights) -> None:
    """bridge: the empty state after filtering."""
    run(state, Flights.search, "EWR", "SFO", dt.date(2013, 7, 6))
    run(state, Flights.choose_airline, "VX")
    run(state, Flights.toggle_punctual)
    assert (state.rows, state.status) == ([], "0 of 13 flights")


def test_the_airlines_of_the_day_are_listed_with_their_flights(state: Flights) -> None:
    """bridge: the choices of the filter."""
    assert [(each.value, each.label) for each in state.airlines] == [
        ("", "All airlines"),
        ("AA", "American Airlines (4)"),
        ("DL", "Delta Air Lines (5)"),
        ("B6", "JetBlue Airways (3)"),
        ("UA", "United Air Lines (6)"),
        ("VX", "Virgin America (4)"),
    ]


def test_a_row_is_busy_until_its_details_are_there(state: Flights) -> None:
    """bridge: the pending state of a handler that yields."""
    key = "2013-07-01-JFK-VX27"
    opening = run(state, Flights.open_flight, key)
    seen = asyncio.run(steps(opening, lambda: (state.opening, state.details is not None, state.problem)))
    assert seen == [(key, False, ""), ("", True, "")]


def test_details_that_cannot_be_loaded_are_a_problem_that_can_be_retried(state: Flights) -> None:
    """bridge: the error state, and the key for another try."""
    opening = run(state, Flights.open_flight, "gone")
    seen = asyncio.run(steps(opening, lambda: (state.opening, state.failed, state.problem)))
    assert seen == [("gone", "", ""), ("", "gone", "The details of this flight could not be loaded.")]


def test_closing_the_details_gives_the_focus_back_to_the_row(state: Flights) -> None:
    """bridge: focus goes back where it came from, and a later sort does not take it again."""
    asyncio.run(steps(run(state, Flights.open_flight, "2013-07-01-JFK-VX27"), lambda: None))
    run(state, Flights.close_flight)
    assert (state.details, state.focused) == (None, "2013-07-01-JFK-VX27")
    run(state, Flights.sort, "delay")
    assert state.focused == ""


def test_a_day_without_flights_offers_the_nearest_day_that_has_some(state: Flights) -> None:
    """bridge: the empty state leads on."""
    run(state, Flights.search, "LGA", "XNA", dt.date(2013, 7, 6))
    assert (state.count, state.rows, state.nearest_day) == (0, [], "Friday 5 July 2013")
    seen = asyncio.run(steps(run(state, Flights.show_nearest_day), lambda: (state.is_moving, state.date.day)))
    assert seen[0] == (True, 6)
    assert seen[-1] == (False, 5)
    assert (state.count, state.focused) == (1, state.rows[0].key)


def test_a_new_question_forgets_the_choices_of_the_last(state: Flights) -> None:
    """bridge: an answer starts unfiltered and closed."""
    run(state, Flights.choose_airline, "DL")
    asyncio.run(steps(run(state, Flights.open_flight, "2013-07-01-JFK-VX27"), lambda: None))
    run(state, Flights.search, "EWR", "SFO", dt.date(2013, 7, 6))
    assert (state.airline, state.details, state.origin, state.date.day) == ("", None, "EWR", 6)


def test_the_model_sees_every_flight_of_the_day_whatever_the_filters(state: Flights) -> None:
    """bridge: structuredContent answers the question; the user's view is the user's."""
    run(state, Flights.choose_airline, "DL")
    assert (len(state.flights), state.flights[3].flight, state.flights[3].delay) == (22, "AA 59", -25)


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        (
            ("JFK", "SFX"),
            (
                "No airport in this data has the code SFX. Similar codes: SFO (San Francisco Intl), SDF (Louisville "
                "International Airport), SMF (Sacramento Intl)."
            ),
        ),
        (("SFO", "JFK"), "This data has flights from EWR, JFK and LGA only, and none from SFO."),
        (("LGA", "HNL"), "No airline flew from LGA to HNL in this week. There are flights from EWR and JFK instead."),
        (
            ("EWR", "JFK"),
            (
                "No airline flew from EWR to JFK in this week. There are flights to BDL (Bradley Intl), PVD (Theodore "
                "Francis Green State), ALB (Albany Intl) instead."
            ),
        ),
    ],
)
def test_a_route_that_there_is_not_is_refused_with_what_comes_near(route: tuple[str, str], sentence: str) -> None:
    """bridge: a ToolError is a sentence that the model can act on."""
    with pytest.raises(ToolError) as refusal:
        refuse_unknown_route(*route)
    assert str(refusal.value) == sentence


def test_a_refused_question_leaves_the_state_alone(state: Flights) -> None:
    """bridge: a failed call changes nothing."""
    with pytest.raises(ToolError):
        run(state, Flights.search, "JFK", "ZZZ", MONDAY)
    assert (state.origin, state.destination) == ("JFK", "SFO")


def test_the_widget_renders_with_list_details_and_states() -> None:
    """reflex-seam: the component can be built without a page."""
    assert flights_widget().render()["name"] == '"section"'


def test_details_are_loaded_off_the_event_loop() -> None:
    """bridge: reading the file does not hold up other sessions."""
    details = asyncio.run(flight_state.load_details("2013-07-01-JFK-AA59"))
    assert details.row.code == "AA 59"
