"""What happens in one run: what the person does, and what the host does to each call.

A schedule is JSON data, so that a failing one can be printed and given again:

    {"steps": [["send", 0, "add"], ["wait", 400], ["reload", 0]],
     "faults": [{"lost": "answer"}, {}, {"out": 900, "again": 50}]}

`steps` are in order; a mount is named by its number among those that are open. `faults` go to the calls of all mounts
in the order in which they are made; a call beyond the list has none, and so has every call after the last step.
"""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import strategies as st

from tests.exactly_once.app import KINDS

Schedule = dict[str, Any]

LOST = ("request", "answer", "error", "meta", "silence")
"""What does not arrive: the request; the answer; the answer, told as `isError`; its `_meta`; anything at all."""

_milliseconds = st.sampled_from([0, 1, 20, 150, 300, 400, 700, 1300, 2500, 6000])
_mount = st.integers(0, 2)


def _step(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Return a strategy for one kind of step."""
    return st.tuples(st.just(name), *arguments).map(list)


_send = _step("send", _mount, st.sampled_from(KINDS))

_any_step = st.one_of(
    *[_send] * 4,
    *[_step("wait", _milliseconds)] * 2,
    _step("copy"),
    _step("reload", _mount),
    _step("deliver", _mount),
    _step("hide", _mount),
    _step("show", _mount),
    _step("retry", _mount),
)

_fault = st.fixed_dictionaries(
    {},
    optional={
        "lost": st.sampled_from(LOST),
        "out": _milliseconds,
        "back": _milliseconds,
        "again": st.sampled_from([0, 20, 700, 6000, 40_000]),
    },
)


def _many(each: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Return a strategy for lists that are long as a rule, and can be made as short as you like."""
    return st.lists(st.lists(each, max_size=8), max_size=8).map(lambda lists: list(itertools.chain(*lists)))


_faults = _many(st.one_of(st.just({}), _fault, _fault))

schedules: st.SearchStrategy[Schedule] = st.fixed_dictionaries({"steps": _many(_any_step), "faults": _faults})
"""Milliseconds: `out` and `back` delay a request and its answer, `again` is when the host repeats the request."""

FOUND: dict[str, Schedule] = {
    "an effect goes to the copy that caused it": {
        "steps": [["copy"], ["send", 0, "effect"], ["send", 1, "add"]],
        "faults": [],
    },
    "an old poll does not end the polling": {
        "steps": [["reload", 0], ["wait", 20], ["send", 0, "silent"]],
        "faults": [{"back": 6000}],
    },
    "views that were shown are not played again": {
        "steps": [["send", 0, "steps"], ["send", 0, "steps"]],
        "faults": [],
    },
    "versions of a server before are told apart": {
        "steps": [["restart", 0], ["send", 0, "add"]],
        "faults": [],
        "durable": True,
    },
    "an event that was taken and not committed goes before the next": {
        "steps": [["send", 0, "steps"], ["wait", 700], ["send", 0, "add"], ["restart", 0]],
        "faults": [],
        "durable": True,
    },
    "two mounts that come first after a restart have one session": {
        "steps": [["copy"], ["send", 0, "add"], ["send", 0, "add"], ["send", 1, "add"], ["restart", 1]],
        "faults": [],
        "durable": True,
    },
    "what is left of a chain is noted until it has run": {
        "steps": [["send", 0, "chain"], ["reload", 0], ["restart", 1], *[["send", 0, "add"]] * 3, ["restart", 0]],
        "faults": [],
        "durable": True,
    },
    "what the snapshot does not have is not acknowledged": {
        "steps": [["send", 0, "steps"], ["wait", 400], ["send", 0, "steps"], ["restart", 700]],
        "faults": [],
    },
    "a session that is lost again before it has answered is restored again": {
        "steps": [["copy"], ["send", 0, "add"], ["reload", 0], ["restart", 0], ["restart", 700]],
        "faults": [],
        "durable": True,
    },
}
"""Schedules that have failed once; `durable`: with a state manager that outlives the server."""

_RESTART = _step("restart", _milliseconds)

_restarts = st.one_of(
    *[_send] * 4,
    _step("wait", _milliseconds),
    _step("copy"),
    _step("reload", _mount),
    *[_RESTART] * 2,
)

schedules_with_restarts: st.SearchStrategy[Schedule] = st.fixed_dictionaries(
    {"steps": _many(_restarts), "faults": _faults}
)
"""The same, with kills of the server after some milliseconds."""

_between = st.lists(
    st.one_of(*[_send] * 4, _step("wait", _milliseconds), _step("hide", _mount), _step("show", _mount)), max_size=8
)

schedules_with_losses: st.SearchStrategy[Schedule] = st.fixed_dictionaries(
    {
        "steps": st.lists(st.tuples(_between, _RESTART), max_size=3).map(
            lambda parts: [step for between, restart in parts for step in [*between, restart]]
        ),
        "faults": _faults,
    }
)
"""One document, and up to three kills after which nothing is left of the State but the snapshot that it has; after more
of them in as many seconds a widget asks the person whether to go on."""
