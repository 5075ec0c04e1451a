"""The State behind the valuation widget: which home, how far the rounds are, and what they say so far.

A minute of work in a thread, in steps of a fraction of a second, so that it can be stopped at any time. The sum of the
rounds goes into the State often at first, and then every few seconds, since each change is a call of the widget.
Whatever interrupts the work, `run` goes on from there.
"""

from __future__ import annotations

import asyncio
import time
from typing import Literal

import reflex as rx
from reflex.event import EventSpec

from components.histogram import Histogram

from .homes_data import Home
from .homes_model import price_model, with_usual_lot
from .homes_text import dollars
from .valuation_figures import (
    EffectRow,
    PriceRange,
    SaleBrief,
    SaleRow,
    alike,
    brief_of,
    chart_of,
    effect_rows,
    in_words,
    likely_range,
    row_of,
    sure_range,
)
from .valuation_input import Baths, Bedrooms, LotAcres, SquareFeet, Thoroughness, YearBuilt, refuse_unlike
from .valuation_tally import Tally, advance
from .valuation_text import duration, home_in_words, method_of, price_in_words, summary_of

Status = Literal["empty", "running", "done", "stopped", "failed"]

ROUNDS: dict[Thoroughness, int] = {"quick": 100, "full": 30_000}
"""About a quarter of a second, and over a minute."""

_STEP_SECONDS = 0.3
_LONGEST_PAUSE = 8.0


def pause_after(seconds: float) -> float:
    """Return how many seconds to wait before the progress is shown anew, so many seconds after the beginning."""
    return min(seconds / 4, _LONGEST_PAUSE)


class Valuation(rx.State):
    """One home, and what is known of its price.

    Attributes:
        status: "empty" before the first call, then "running" until it is "done", "stopped" by the user, or "failed".
        goal: How many rounds there shall be in the end.
        has_focus: Whether the next button takes the keyboard's focus, since the one that was pressed goes away.
    """

    status: Status = "empty"
    goal: int = ROUNDS["full"]
    has_focus: bool = False
    _home: Home | None = None
    _is_lot_known: bool = True
    _tally: Tally = Tally()
    _turn: int = 0

    @rx.event(background=True)
    async def value(
        self,
        bedrooms: Bedrooms,
        baths: Baths,
        square_feet: SquareFeet,
        year_built: YearBuilt,
        lot_acres: LotAcres | None = None,
        thoroughness: Thoroughness = "full",
    ) -> EventSpec:
        """Begin the valuation of a home.

        Args:
            bedrooms: Number of bedrooms.
            baths: Number of bathrooms; 0.5 is one without bath or shower, 0.75 one with a shower only.
            square_feet: Living area in square feet, 640 to 6,815.
            year_built: From 1870 to 2015.
            lot_acres: Size of the lot in acres, if it is known.
            thoroughness: "full" takes over a minute and shows its progress; "quick" gives a rough range at once.
        """
        home = Home(bedrooms, baths, square_feet, year_built, lot_acres)
        refuse_unlike(home)
        async with self:
            self.status, self.goal = "running", ROUNDS[thoroughness]
            self._home, self._is_lot_known = with_usual_lot(home), lot_acres is not None
            self._tally, self.has_focus = Tally(), False
            self._turn += 1
        return Valuation.run()

    @rx.event(background=True)
    async def run(self) -> None:
        """Run the rounds that are missing; nothing is run twice, and a later run ends an earlier one."""
        async with self:
            self._turn += 1
            turn, home, goal, tally = self._turn, self._home, self.goal, self._tally
            if home is None:
                return
            self.status = "running"
        ending: Status = "failed"
        began = shown = time.monotonic()
        try:
            while tally.rounds < goal:
                tally = await asyncio.to_thread(advance, home, tally, goal, _STEP_SECONDS)
                now = time.monotonic()
                async with self:
                    if self._turn != turn or self.status != "running":
                        return
                    if now - shown >= pause_after(shown - began):
                        self._tally, shown = tally, now
            ending = "done"
        except asyncio.CancelledError:
            ending = "stopped"
            raise
        finally:
            async with self:
                if self._turn == turn:
                    self._tally = tally
                    self.status = ending if self.status == "running" else self.status

    @rx.event
    def stop(self) -> None:
        """Stop, and keep what there is."""
        self.has_focus = True
        if self.status == "running":
            self.status = "stopped"

    @rx.event
    def start_over(self) -> EventSpec:
        """Forget the rounds and run them anew."""
        self.status, self._tally = "running", Tally()
        self._turn += 1
        return Valuation.run()

    @rx.event
    def refine(self) -> EventSpec:
        """Go on to the full number of rounds."""
        self.status, self.goal, self.has_focus = "running", ROUNDS["full"], True
        return Valuation.run()

    @rx.var
    def home(self) -> str:
        """The home in words."""
        return home_in_words(self._home, is_lot_known=self._is_lot_known) if self._home else ""

    @rx.var
    def rounds(self) -> int:
        """How many rounds were run."""
        return self._tally.rounds

    @rx.var
    def rounds_text(self) -> str:
        """The same with a comma."""
        return f"{self._tally.rounds:,}"

    @rx.var
    def done(self) -> str:
        """How many rounds of how many were run."""
        return f"{self._tally.rounds:,} of {self.goal:,}"

    @rx.var
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return 100 * self._tally.rounds // self.goal

    @rx.var
    def progress(self) -> str:
        """How much is done and how long the rest takes, in words."""
        done = f"{self._tally.rounds:,} of {self.goal:,} rounds"
        return f"{done}, {duration(self._seconds_left())} left" if self._tally.rounds else done

    @rx.var
    def said(self) -> str:
        """What a screen reader says of itself: every quarter of the work, and its end."""
        match self.status:
            case "running":
                return f"{self.progress_quarters} percent of the rounds are done."
            case "done":
                return f"Done. Eight of ten such homes sell for {self.likely}."
            case "stopped" | "failed":
                return f"Stopped after {self.done} rounds."
            case "empty":
                return ""

    @rx.var
    def is_rough(self) -> bool:
        """Whether all rounds were run and more would make the range surer."""
        return self.status == "done" and self.goal < ROUNDS["full"]

    @rx.var
    def price(self) -> str:
        """The middle price in words."""
        return price_in_words(self._home) if self._home else ""

    @rx.var
    def likely(self) -> str:
        """Between which prices eight of ten sales lie, "" if too few rounds were run."""
        return in_words(likely_range(self._home, self._tally)) if self._home else ""

    @rx.var
    def sure(self) -> str:
        """Between which prices the middle price lies, "" if too few rounds were run."""
        return in_words(sure_range(self._home, self._tally)) if self._home else ""

    @rx.var
    def chart(self) -> Histogram:
        """How the prices of such homes spread."""
        return chart_of(self._home, self._tally) if self._home else Histogram()

    @rx.var
    def ends(self) -> list[str]:
        """The words at both ends of the likely range."""
        prices = likely_range(self._home, self._tally) if self._home else None
        return [dollars(prices.low), dollars(prices.high)] if prices else ["", ""]

    @rx.var
    def effects(self) -> list[EffectRow]:
        """What changes the price."""
        return effect_rows(self._home, self._tally) if self._home else []

    @rx.var
    def sales(self) -> list[SaleRow]:
        """The sales that are most alike."""
        return [row_of(sale) for sale in alike(self._home)] if self._home else []

    @rx.var
    def method(self) -> list[str]:
        """How the figures were found, in sentences."""
        return method_of(self._home, is_lot_known=self._is_lot_known) if self._home else []

    @rx.var
    def estimate(self) -> int | None:
        """The middle price in US dollars, to the hundred, for the model."""
        return round(round(price_model().price_of(self._home)), -2) if self._home else None

    @rx.var
    def progress_quarters(self) -> int:
        """How much is done in percent, for the model: in steps of 25, so that it is told a few times only."""
        return self.percent // 25 * 25

    @rx.var
    def sale_price_range(self) -> PriceRange | None:
        """The range of eight in ten sales, for the model: once nothing runs."""
        return likely_range(self._home, self._tally) if self._home and self.status != "running" else None

    @rx.var
    def estimate_range(self) -> PriceRange | None:
        """The range of the middle price, for the model: once nothing runs."""
        return sure_range(self._home, self._tally) if self._home and self.status != "running" else None

    @rx.var
    def comparable_sales(self) -> list[SaleBrief]:
        """The sales that are most alike, for the model."""
        return [brief_of(sale) for sale in alike(self._home)] if self._home else []

    @rx.var
    def summary(self) -> str:
        """The answer in words, for the model."""
        if not self._home:
            return "No home has been valued yet."
        return summary_of(self._home, self.status, self._tally, self.goal, is_lot_known=self._is_lot_known)

    def _seconds_left(self) -> float:
        """Return how long the missing rounds will take."""
        return (self.goal - self._tally.rounds) * self._tally.seconds / max(self._tally.rounds, 1)
