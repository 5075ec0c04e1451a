"""The sentences of a valuation: what the model reads, how it was done, and how long it takes."""

from __future__ import annotations

from .homes_data import FIRST_YEAR, LAST_YEAR, Home, sample
from .homes_model import price_model
from .homes_text import counted, described, dollars
from .valuation_figures import in_words, likely_range, sure_range
from .valuation_tally import Tally


def home_in_words(home: Home, *, is_lot_known: bool) -> str:
    """Return a home in one line; a lot that was not given is named as assumed."""
    return described(home) + ("" if is_lot_known else " (assumed)")


def price_in_words(home: Home) -> str:
    """Return the middle price of a home."""
    return dollars(price_model().price_of(home))


def summary_of(home: Home, status: str, tally: Tally, goal: int, *, is_lot_known: bool) -> str:
    """Answer the model: the price at once, and the range or when it comes.

    Args:
        home: The home.
        status: "running", "done", "stopped" or "failed".
        tally: The rounds so far.
        goal: How many rounds there shall be.
        is_lot_known: Whether its lot was given, not assumed.
    """
    what = home_in_words(home, is_lot_known=is_lot_known)
    text = (
        f"A home in Grinnell, Iowa, with {what}: about {price_in_words(home)} at {LAST_YEAR} prices, the "
        "middle of what such homes sell for."
    )
    if status == "running":
        return (
            f"{text} The valuation has started: {goal:,} bootstrap rounds work out how far from it a price can be. The "
            "widget shows the progress and then the result in the same place; there is no need to call again."
        )
    likely, sure = in_words(likely_range(home, tally)), in_words(sure_range(home, tally))
    ranges = f"Eight of ten such homes sell for {likely}; the middle itself is {sure} with 95 % confidence."
    if status == "done":
        return f"{text} {ranges} From {tally.rounds:,} bootstrap rounds."
    cause = "was stopped" if status == "stopped" else "broke off"
    text += f" The valuation {cause} after {tally.rounds:,} of {goal:,} rounds; the widget can continue it."
    return f"{text} So far: {ranges}" if likely else text


def method_of(home: Home, *, is_lot_known: bool) -> list[str]:
    """Say how the figures were found and what they leave out.

    Args:
        home: The home.
        is_lot_known: Whether its lot was given, not assumed.
    """
    used, usable = price_model().market_sales, len(price_model().sales)
    left_out = ", ".join(f"{count} {reason}" for reason, count in sample().left_out.items())
    without_lot = sum(sale.home.lot_acres is None for sale in used)
    fit = (
        f"The price follows from size, rooms, lot, age and year of sale, by least squares on the logarithms of "
        f"{len(used)} sales in Grinnell, Iowa, from {FIRST_YEAR} to {LAST_YEAR}. Prices are those of {LAST_YEAR}."
    )
    sales = (
        f"Of {sample().recorded} sales on record these are left out: {left_out}, and {usable - len(used)} that brought "
        "less than half or more than twice of what their features say, since they were hardly made on the open market."
    )
    lots = f"{without_lot} of the sales have no lot on record; they count with an effect of their own."
    if not is_lot_known and home.lot_acres:
        lots += f" The lot of this home was not given; {counted(home.lot_acres, 'acre')}, the middle one, is assumed."
    rounds = (
        "Each round draws as many sales anew, with replacement, does all of that again, and adds the deviation of one "
        "sale. Eight of ten outcomes lie in the range of prices."
    )
    return [fit, sales, lots, rounds]


def duration(seconds: float) -> str:
    """Return a length of time in words: to five seconds, or to minutes."""
    if seconds > 100:
        return f"about {round(seconds / 60)} min"
    return f"about {max(5, round(seconds / 5) * 5)} s"
