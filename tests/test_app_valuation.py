"""The valuation widget without a browser: its rounds, its event handlers, its words, and what is refused."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

from app import valuation_state
from app.homes_data import Home
from app.valuation import valuation as valuation_widget
from app.valuation_figures import PriceRange
from app.valuation_input import refuse_unlike
from app.valuation_state import ROUNDS, Valuation, pause_after
from app.valuation_tally import Tally, advance
from mcp_bridge import ToolError

HOME = Home(bedrooms=3, baths=1.75, square_feet=1440, year_built=1956, lot_acres=0.28)
SPEC = (3, 1.75, 1440, 1956, 0.28, "quick")


class Background:
    """A state as a background handler sees it: written under `async with self` only; notes it at the end of each."""

    def __init__(self, state: Valuation, look: Callable[[Valuation], Any]) -> None:
        self.__dict__.update(state=state, look=look, seen=[], is_open=False)

    async def __aenter__(self) -> Self:
        self.__dict__["is_open"] = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__dict__["is_open"] = False
        self.seen.append(self.look(self.state))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.state, name)

    def __setattr__(self, name: str, value: Any) -> None:
        assert self.is_open, f"{name} is set outside of `async with self`"
        setattr(self.state, name, value)


def progress(state: Valuation) -> tuple[str, int]:
    """Return the status and the rounds."""
    return state.status, state.rounds


def run(state: Valuation, handler: Any, *arguments: Any, look: Callable[[Valuation], Any] = progress) -> list[Any]:
    """Run a background handler and return what was to be seen after each `async with self`."""
    proxy = Background(state, look)
    asyncio.run(handler.fn(proxy, *arguments))
    return proxy.seen


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Valuation:
    """A state that has been asked for a quick valuation, whose rounds have not been run; a step is two rounds."""
    monkeypatch.setattr(valuation_state, "advance", two_rounds)
    monkeypatch.setattr(valuation_state, "pause_after", lambda _: 0.0)
    monkeypatch.setitem(ROUNDS, "quick", 6)
    fresh = Valuation(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    assert run(fresh, Valuation.value, *SPEC) == [("running", 0)]
    return fresh


def two_rounds(home: Home, tally: Tally, goal: int, seconds: float) -> Tally:
    """Run two rounds, whatever the time."""
    assert seconds < 0.5, "a step is as long as the widget waits for news"
    return advance(home, tally, min(tally.rounds + 2, goal), math.inf)


def test_the_answer_is_there_before_the_rounds(state: Valuation) -> None:
    """bridge: the model is told the price at once, and that the range will show in the widget."""
    assert state.summary == (
        "A home in Grinnell, Iowa, with 3 bedrooms, 1.75 baths, 1,440 sq ft, built 1956, 0.28 acres: about $128,000 at "
        "2015 prices, the middle of what such homes sell for. The valuation has started: 6 bootstrap rounds work out "
        "how far from it a price can be. The widget shows the progress and then the result in the same place; there is "
        "no need to call again."
    )
    assert (state.estimate, state.sale_price_range, state.estimate_range) == (128_000, None, None)


def test_the_opening_handler_goes_on_with_the_rounds(state: Valuation) -> None:
    """bridge: a background handler returns the event of the next."""
    event = asyncio.run(Valuation.value.fn(Background(state, progress), *SPEC))
    assert event.handler.fn is Valuation.run.fn


def test_progress_shows_after_every_step(state: Valuation) -> None:
    """bridge: a background handler updates the widget each time that it has the state."""
    assert run(state, Valuation.run) == [
        ("running", 0),
        ("running", 2),
        ("running", 4),
        ("running", 6),
        ("done", 6),
    ]
    assert (state.percent, state.done, state.said[:5]) == (100, "6 of 6", "Done.")


def test_progress_is_said_in_quarters_only(state: Valuation) -> None:
    """bridge: a screen reader and the model are not told every step."""
    seen = run(state, Valuation.run, look=lambda each: (each.percent, each.progress_quarters, each.said))
    assert seen[:4] == [
        (0, 0, "0 percent of the rounds are done."),
        (33, 25, "25 percent of the rounds are done."),
        (66, 50, "50 percent of the rounds are done."),
        (100, 100, "100 percent of the rounds are done."),
    ]


def test_the_progress_has_the_time_that_is_left(state: Valuation) -> None:
    """bridge: from the time that the rounds have taken so far, interruptions not counted."""
    state.goal = 3000
    state._tally = Tally(rounds=1000, seconds=25.0)
    assert (state.progress, state.percent) == ("1,000 of 3,000 rounds, about 50 s left", 33)


@pytest.mark.parametrize(("seconds", "pause"), [(0, 0), (10, 2.5), (100, 8)])
def test_the_progress_shows_often_at_first_and_then_less(seconds: float, pause: float) -> None:
    """bridge: a few calls a minute while a long job runs."""
    assert pause_after(seconds) == pause


def test_rounds_that_were_not_shown_yet_are_kept_at_the_end(state: Valuation, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: whether it is stopped or done, no round that was run is lost."""
    monkeypatch.setattr(valuation_state, "pause_after", lambda _: 60.0)
    proxy = Background(state, progress)

    async def stop_later() -> None:
        task = asyncio.create_task(Valuation.run.fn(proxy))
        while len(proxy.seen) < 3:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stop_later())
    assert proxy.seen == [("running", 0), ("running", 0), ("running", 0), ("stopped", 4)]
    assert run(state, Valuation.run) == [("running", 4), ("running", 4), ("done", 6)]


def stop_at(state: Valuation, rounds: int) -> Callable[[Valuation], tuple[str, int]]:
    """Return a look that presses Cancel when so many rounds have been run."""

    def look(each: Valuation) -> tuple[str, int]:
        seen = progress(each)
        if seen == ("running", rounds):
            Valuation.stop.fn(state)
        return seen

    return look


def test_cancel_keeps_what_there_is_and_continue_goes_on(state: Valuation) -> None:
    """bridge: cancelled while the second step runs, and the third step later."""
    assert run(state, Valuation.run, look=stop_at(state, 2)) == [
        ("running", 0),
        ("running", 2),
        ("stopped", 2),
        ("stopped", 4),
    ]
    assert (state.said, state.has_focus) == ("Stopped after 4 of 6 rounds.", True)
    assert "was stopped after 4 of 6 rounds; the widget can continue it." in state.summary
    assert [rounds for _, rounds in run(state, Valuation.run)] == [4, 6, 6]
    assert state.status == "done"


def test_cancelling_the_handler_itself_is_a_stop_too(state: Valuation, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: `host.cancel` raises at the handler's await."""

    def cancelled(home: Home, tally: Tally, goal: int, seconds: float) -> Tally:
        if tally.rounds:
            raise asyncio.CancelledError
        return two_rounds(home, tally, goal, seconds)

    monkeypatch.setattr(valuation_state, "advance", cancelled)
    with pytest.raises(asyncio.CancelledError):
        run(state, Valuation.run)
    assert progress(state) == ("stopped", 2)


def test_a_failure_keeps_what_there_is(state: Valuation, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: the error goes to the exception handler, the state offers to continue."""

    def broken(home: Home, tally: Tally, goal: int, seconds: float) -> Tally:
        raise ArithmeticError("singular")

    monkeypatch.setattr(valuation_state, "advance", broken)
    with pytest.raises(ArithmeticError):
        run(state, Valuation.run)
    assert (state.status, state.said) == ("failed", "Stopped after 0 of 6 rounds.")
    assert "broke off after 0 of 6 rounds" in state.summary


def test_a_later_run_ends_an_earlier_one(state: Valuation) -> None:
    """bridge: two presses of Continue do not run the rounds twice."""

    async def both() -> None:
        await asyncio.gather(*(Valuation.run.fn(Background(state, progress)) for _ in range(2)))

    asyncio.run(both())
    assert (progress(state), sum(state._tally.estimates.cells)) == (("done", 6), 6)


def test_starting_over_forgets_the_rounds(state: Valuation) -> None:
    """bridge: the way to begin anew."""
    run(state, Valuation.run)
    event = Valuation.start_over.fn(state)
    assert (event.handler.fn is Valuation.run.fn, state.rounds) == (True, 0)


def test_a_rough_valuation_can_go_on_to_the_full_one(state: Valuation) -> None:
    """bridge: the rounds of the quick one count."""
    run(state, Valuation.run)
    assert state.is_rough
    Valuation.refine.fn(state)
    assert (state.goal, state.rounds, state.status) == (30_000, 6, "running")
    assert run(state, Valuation.run, look=stop_at(state, 8))[0] == ("running", 6)


def test_nothing_runs_before_a_home_is_named() -> None:
    """bridge: what a widget sends is client input."""
    fresh = Valuation(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    assert run(fresh, Valuation.run) == [("empty", 0)]
    assert (fresh.summary, fresh.price, fresh.sales, fresh.said) == ("No home has been valued yet.", "", [], "")


def test_the_quick_setting_gives_an_answer_at_once() -> None:
    """bridge: a small setting for tests and for those in a hurry."""
    fresh = Valuation(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    run(fresh, Valuation.value, *SPEC)
    run(fresh, Valuation.run)
    assert (fresh.status, fresh.rounds, fresh.sale_price_range) == ("done", 100, PriceRange(low=88_800, high=171_800))
    assert fresh.summary.endswith(
        "Eight of ten such homes sell for $89,000 to $172,000; the middle itself is $123,000 to $134,000 with 95 % "
        "confidence. From 100 bootstrap rounds."
    )


@pytest.mark.parametrize(
    ("home", "sentence"),
    [
        (
            Home(3, 1.75, 140, 1956),
            (
                "The homes in this data have 640 to 6,815 square feet, so nothing can be said of one with 140. Is it "
                "140 square metres? That is 1,507 square feet."
            ),
        ),
        (
            Home(3, 1.75, 9000, 1956),
            "The homes in this data have 640 to 6,815 square feet, so nothing can be said of one with 9,000.",
        ),
        (
            Home(3, 1.75, 1440, 1956, 9000),
            (
                "The lots in this data have 0.03 to 55 acres, so nothing can be said of one with 9,000. Is it 9,000 "
                "square feet? That is 0.21 acres. Leave lot_acres out if it is not known."
            ),
        ),
        (
            Home(3, 1.75, 1440, 2022),
            (
                "The homes in this data were built from 1870 to 2015, when the sales end, so nothing can be said of "
                "one built in 2022."
            ),
        ),
    ],
)
def test_a_home_that_is_like_none_is_refused_with_the_reason(home: Home, sentence: str) -> None:
    """bridge: a ToolError is a sentence that the model can act on."""
    with pytest.raises(ToolError) as refusal:
        refuse_unlike(home)
    assert str(refusal.value) == sentence


def test_a_refused_home_leaves_the_state_alone(state: Valuation) -> None:
    """bridge: a failed call changes nothing."""
    with pytest.raises(ToolError):
        run(state, Valuation.value, 3, 1.75, 140, 1956)
    assert state.estimate == 128_000


@pytest.mark.parametrize(
    ("name", "value"),
    [("bedrooms", 0), ("bedrooms", 9), ("baths", 1.6), ("baths", 0), ("square_feet", 0), ("lot_acres", -1.0)],
)
def test_the_types_of_the_parameters_refuse_what_cannot_be(name: str, value: float) -> None:
    """bridge: the tool's schema has the limits."""
    hints = get_type_hints(Valuation.value.fn, include_extras=True)
    with pytest.raises(ValidationError):
        TypeAdapter(hints[name]).validate_python(value)


def test_the_widget_renders_in_every_state() -> None:
    """reflex-seam: the component can be built without a page."""
    rendered = str(valuation_widget().render())
    assert [words for words in ("progressbar", "Continue", "Start over", "Work it out fully") if words in rendered] == [
        "progressbar",
        "Continue",
        "Start over",
        "Work it out fully",
    ]
