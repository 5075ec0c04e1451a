"""What the server has to know of a session, kept in the Reflex State itself.

So it is stored, locked and expired together with the State that it speaks of, by whatever state manager the app uses;
and a sequence number is committed in the same step as the effects of its event.
"""

# pyright: reportPrivateUsage=false
# The vars of the record are backend vars, so that they stay on the server.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import reflex as rx

from ._reflex import jsonable, plain

MOUNTS_KEPT = 32


class WidgetSession(rx.State):
    """The record of one session; backend vars only, so nothing of it reaches a browser.

    Attributes:
        _widget: The widget's name, "" for a State that no widget opened.
        _tool: The tool that opened it.
        _build: The version of the bundle that was current then.
        _principal: Who opened it, "" without authentication.
        _numbers: Per mount, the sequence numbers whose events are committed: all up to the first, and the others.
        _jobs: What has still to run, and background handlers that have not ended, by transaction: the handler, its
            payload, the transaction that began the chain, and whether it has begun.
        _shape: A hash of the vars of each State that the widget shows, as they were declared then.
    """

    _widget: str = ""
    _tool: str = ""
    _build: str = ""
    _principal: str = ""
    _numbers: dict[str, list[int]] = {}
    _jobs: dict[str, list[Any]] = {}
    _shape: dict[str, str] = {}


@dataclass(frozen=True)
class Record:
    """A copy of the record, for use outside of the State's lock."""

    widget: str
    tool: str
    build: str
    principal: str
    numbers: dict[str, list[int]]
    jobs: dict[str, list[Any]]
    shape: Mapping[str, str] = field(default_factory=dict[str, str])


def has_number(numbers: list[int], number: int) -> bool:
    """Whether a sequence number is among the committed ones."""
    return bool(numbers) and (number <= numbers[0] or number in numbers[1:])


def with_number(numbers: list[int], number: int) -> list[int]:
    """Return the committed sequence numbers with one more: all up to the first, then those beyond a gap."""
    upto, beyond = (numbers[0], {*numbers[1:], number}) if numbers else (0, {number})
    while upto + 1 in beyond:
        upto += 1
    return [upto, *sorted(each for each in beyond if each > upto)]


def noted(numbers: dict[str, list[int]], mount: str, number: int) -> dict[str, list[int]]:
    """Return the numbers of all mounts with one more, that mount last; the oldest mounts are forgotten."""
    kept = {name: list(values) for name, values in numbers.items() if name != mount}
    kept[mount] = with_number(numbers.get(mount, []), number)
    return dict(list(kept.items())[-MOUNTS_KEPT:])


def begin_record(record: WidgetSession, opened: Record) -> None:
    """Begin a record."""
    record._widget, record._tool = opened.widget, opened.tool
    record._build, record._principal = opened.build, opened.principal
    record._numbers, record._jobs = dict(opened.numbers), dict(opened.jobs)
    record._shape = dict(opened.shape)


def numbers_of(record: WidgetSession) -> dict[str, list[int]]:
    """Return a plain copy of a record's numbers."""
    return {mount: [int(each) for each in numbers] for mount, numbers in plain(record._numbers).items()}


def jobs_of(record: WidgetSession) -> dict[str, list[Any]]:
    """Return a plain copy of a record's jobs."""
    return cast("dict[str, list[Any]]", jsonable(record._jobs))
