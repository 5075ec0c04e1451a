"""What every mailbox does, in memory and in Redis: the same assertions for both."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from redis.asyncio import Redis

from mcp_bridge import mailbox
from mcp_bridge.mailbox import EVENTS_KEPT, MOUNTS_KEPT, STEPS_BYTES, STEPS_KEPT, Mailbox, MemoryMailboxes, Update
from mcp_bridge.redis_mailbox import RedisMailboxes

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "redis"])
async def box(request: pytest.FixtureRequest) -> AsyncGenerator[Mailbox]:
    """A mailbox of two States."""
    states, session = frozenset({"root", "shop"}), secrets.token_urlsafe(24)
    if request.param == "memory":
        yield await MemoryMailboxes().open(session, states)
        return
    client = Redis.from_url(request.getfixturevalue("redis_url"))
    mailboxes = RedisMailboxes(client=client, lifetime=3600)
    yield await mailboxes.open(session, states)
    await mailboxes.close()
    await client.aclose()


def update(version: int, vars: dict[str, Any] | None = None, **other: Any) -> Update:  # noqa: A002
    """Return an update in which nothing else happened."""
    return Update(
        **{"version": version, "full": False, "vars": vars or {}, "events": [], "steps": [], "ack": 0, **other}
    )


async def test_a_reader_without_a_version_gets_the_full_state(box: Mailbox) -> None:
    """bridge: unknown version, full state."""
    assert (await box.version(), await box.since(0)) == (0, update(0, full=True))
    await box.put_delta({"shop": {"a": 1, "b": 2}})
    await box.put_delta({"shop": {"a": 3}})
    assert await box.version() == 2
    assert await box.since(0) == update(2, {"shop": {"a": 3, "b": 2}}, full=True)


async def test_a_reader_gets_only_what_changed_after_its_version(box: Mailbox) -> None:
    """bridge: absolute values of what changed since a version."""
    await box.put_delta({"shop": {"a": 1, "b": 2}})
    await box.put_delta({"root": {"c": 3}})
    assert await box.since(1) == update(2, {"root": {"c": 3}})
    assert await box.since(2) == update(2)


@pytest.mark.parametrize("version", [-1, 50, 10**18])
async def test_a_version_that_there_never_was_gets_the_full_state(box: Mailbox, version: int) -> None:
    """bridge: a version out of range."""
    await box.put_delta({"shop": {"a": 1}})
    assert await box.since(version) == update(1, {"shop": {"a": 1}}, full=True)


async def test_uploads_are_kept_in_parts_and_bounded(box: Mailbox) -> None:
    """bridge: one that has too many bytes is forgotten as a whole; older ones make room."""
    assert await box.put_chunk("a", "0/0", b"12\xff", 8)
    assert await box.put_chunk("a", "0/1", b"4", 8)
    assert await box.put_chunk("a", "0/1", b"5", 8)
    assert await box.chunks("a") == {"0/0": b"12\xff", "0/1": b"5"}
    assert await box.put_chunk("ab", "0/0", b"1234", 8)
    assert await box.chunks("a") == {"0/0": b"12\xff", "0/1": b"5"}
    assert await box.put_chunk("ab", "0/1", b"5", 8)
    assert (await box.chunks("a"), await box.chunks("ab")) == ({}, {"0/0": b"1234", "0/1": b"5"})
    assert not await box.put_chunk("ab", "0/2", b"6789", 8)
    assert await box.chunks("ab") == {}
    await box.put_chunk("c", "0/0", b"1", 8)
    await box.drop_chunks("c")
    assert await box.chunks("c") == {}


async def test_a_mailbox_knows_for_how_long_nobody_was_heard_of(box: Mailbox) -> None:
    """bridge: who asks for the first time counts as heard of; Redis counts whole seconds."""
    assert await box.quiet_seconds() < 1
    await asyncio.sleep(2.1)
    assert await box.quiet_seconds() >= 2
    await box.acknowledge(0, "m1")
    assert await box.quiet_seconds() < 2


async def test_a_slow_reader_gets_the_newest_value_and_no_more(box: Mailbox) -> None:
    """bridge: coalescing."""
    for value in range(100):
        await box.put_delta({"shop": {"a": value}})
    slow = await box.since(1)
    assert (slow.version, slow.full, slow.vars) == (100, False, {"shop": {"a": 99}})
    assert len(slow.steps) <= STEPS_KEPT


async def test_a_value_comes_back_as_it_was(box: Mailbox) -> None:
    """bridge: JSON data, whatever is in it."""
    value = {
        "": [],
        "n": None,
        "big": 2**63,
        "small": 1e-300,
        "text": "ÿ😀\x00\ud800|\n",
        "deep": [[{}], {"x": [True]}],
    }
    await box.put_delta({"shop": {"a|b": value, "empty": []}})
    assert (await box.since(0)).vars == {"shop": {"a|b": value, "empty": []}}
    await box.put_event({"name": "_x", "payload": value}, "m|1")
    assert (await box.since(1, "m|1")).events == [(2, {"name": "_x", "payload": value})]


async def test_asking_again_gives_the_same_answer(box: Mailbox) -> None:
    """bridge: a lost answer loses nothing."""
    await box.put_delta({"shop": {"a": 1}})
    await box.put_event({"name": "_x", "payload": {}}, "m1")
    assert await box.since(0, "m1") == await box.since(0, "m1")


async def test_states_of_other_widgets_are_not_kept(box: Mailbox) -> None:
    """bridge: a widget receives only the States that it shows."""
    await box.put_delta({"other": {"secret": 1}})
    await box.put_delta({"shop": {}})
    await box.put_delta({})
    assert await box.since(0) == update(0, full=True)
    await box.put_delta({"other": {"secret": 1}, "shop": {"a": 1}})
    assert await box.since(0) == update(1, {"shop": {"a": 1}}, full=True)


async def test_an_event_is_kept_until_its_mount_acknowledges_it(box: Mailbox) -> None:
    """bridge: frontend events are delivered until acknowledged, then never again."""
    await box.put_event({"name": "_toast", "payload": {"n": 1}}, "m1")
    await box.put_event({"name": "_toast", "payload": {"n": 2}}, "m1")
    events = [(1, {"name": "_toast", "payload": {"n": 1}}), (2, {"name": "_toast", "payload": {"n": 2}})]
    assert (await box.since(0, "m1")).events == events
    await box.acknowledge(1, "m1")
    assert (await box.since(0, "m1")).events == events[1:]
    await box.acknowledge(2, "m1")
    assert (await box.since(0, "m1")).events == []


async def test_an_event_goes_only_to_the_mount_that_caused_it(box: Mailbox) -> None:
    """bridge: a reload does not repeat an effect."""
    await box.put_event({"name": "_toast", "payload": {}}, "m1")
    assert (await box.since(0, "m2")).events == []
    await box.acknowledge(1, "m2")
    assert len((await box.since(0, "m1")).events) == 1


async def test_an_event_of_no_mount_goes_to_whoever_asks_first(box: Mailbox) -> None:
    """bridge: frontend events of the opening handler."""
    await box.put_event({"name": "_toast", "payload": {}}, "")
    assert len((await box.since(0, "m1")).events) == len((await box.since(0, "m2")).events) == 1
    await box.acknowledge(1, "m2")
    assert (await box.since(0, "m1")).events == []


@pytest.mark.parametrize("version", [-1, 0, 2, 10**18])
async def test_a_version_that_was_never_given_acknowledges_nothing(box: Mailbox, version: int) -> None:
    """bridge: what a widget sends is client input."""
    await box.put_event({"name": "_toast", "payload": {}}, "m1")
    await box.acknowledge(version, "m1")
    assert len((await box.since(0, "m1")).events) == 1


async def test_events_are_bounded(box: Mailbox) -> None:
    """bridge: a widget that never comes back costs no more than this."""
    for number in range(EVENTS_KEPT + 5):
        await box.put_event({"name": "_toast", "payload": {"n": number}}, "m1")
    kept = (await box.since(0, "m1")).events
    assert len(kept) == EVENTS_KEPT
    assert kept[0] == (6, {"name": "_toast", "payload": {"n": 5}})


async def test_changes_that_can_be_told_apart_are_steps(box: Mailbox) -> None:
    """bridge: each view that a person can see, with its time."""
    await box.put_delta({"shop": {"a": 0}})
    for value in (1, 2, 3):
        await box.put_delta({"shop": {"a": value}, "other": {"b": 1}})
        await asyncio.sleep(0.1)
    told = await box.since(1)
    assert [step for _, step in told.steps] == [{"shop": {"a": value}} for value in (1, 2, 3)]
    assert told.steps[0][0] == 0
    assert all(80 < delay < 1000 for delay, _ in told.steps[1:])
    assert [step for _, step in (await box.since(2)).steps] == [{"shop": {"a": value}} for value in (2, 3)]
    assert (await box.since(3)).steps == []
    assert (await box.since(0)).steps == []


async def test_changes_at_one_moment_are_one_view(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: one view needs no playback; a moment is made as long as a busy machine may take."""
    monkeypatch.setattr(mailbox, "STEP_GAP", 60.0)
    await box.put_delta({"shop": {"a": 0}})
    await box.put_delta({"shop": {"a": 1}})
    await box.put_delta({"root": {"b": 1}})
    assert (await box.since(1)).steps == []


async def test_steps_that_are_too_large_are_not_played(box: Mailbox) -> None:
    """bridge: the values are, of course."""
    await box.put_delta({"shop": {"a": 0}})
    await box.put_delta({"shop": {"a": "x" * STEPS_BYTES}})
    await asyncio.sleep(0.05)
    await box.put_delta({"shop": {"a": 2}})
    assert await box.since(1) == update(3, {"shop": {"a": 2}})


async def test_an_acknowledged_number_never_falls(box: Mailbox) -> None:
    """bridge: ack is the highest number whose effects are committed, by mount."""
    await box.set_ack("m1", 3)
    await box.set_ack("m1", 2)
    await box.set_ack("m2", 1)
    assert [(await box.since(0, mount)).ack for mount in ("m1", "m2", "m3")] == [3, 1, 0]


async def test_the_mounts_that_were_heard_of_last_are_kept(box: Mailbox) -> None:
    """bridge: a widget that is reloaded for months costs no more than this."""
    await box.set_ack("first", 1)
    await box.set_ack("second", 1)
    for number in range(MOUNTS_KEPT - 2):
        await box.set_ack(f"m{number}", 1)
    await box.set_ack("first", 2)
    await box.set_ack("newest", 1)
    assert [(await box.since(0, mount)).ack for mount in ("first", "second", "m0", "newest")] == [2, 0, 1, 1]


async def test_waiting_ends_with_the_next_change(box: Mailbox) -> None:
    """bridge: a poll wakes when something changes."""
    waiting = [asyncio.create_task(box.wait_beyond(version)) for version in (0, 0, 1)]
    await asyncio.sleep(0.05)
    assert [task.done() for task in waiting] == [False, False, False]
    await box.put_delta({"shop": {"a": 1}})
    await asyncio.wait_for(asyncio.gather(*waiting[:2]), 5)
    assert not waiting[2].done()
    await box.put_event({"name": "_x", "payload": {}}, "m1")
    await asyncio.wait_for(waiting[2], 5)
    await asyncio.wait_for(box.wait_beyond(1), 5)


async def test_waiting_can_be_given_up(box: Mailbox) -> None:
    """bridge: a poll has a time limit."""
    waiting = asyncio.create_task(box.wait_beyond(0))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    await box.put_delta({"shop": {"a": 1}})
    await asyncio.wait_for(box.wait_beyond(0), 5)


async def test_what_runs_is_known_until_it_ends(box: Mailbox) -> None:
    """bridge: pending."""
    await box.started("t1", "shop.add item")
    await box.started("t2", "shop.search")
    assert await box.running() == {"t1": "shop.add item", "t2": "shop.search"}
    await box.ended("t1")
    await box.ended("t1")
    assert await box.running() == {"t2": "shop.search"}
    await box.ended("t2")
    assert await box.running() == {}


async def test_what_lives_is_not_lost(box: Mailbox) -> None:
    """bridge: only what had begun in a process that has died is lost."""
    await box.started("t1", "shop.add")
    assert await box.take_lost() == {}
    assert await box.running() == {"t1": "shop.add"}
    await box.cancel("shop.add")


async def test_handlers_that_were_offered_are_known(box: Mailbox) -> None:
    """bridge: the button of a toast is not in the bundle, and works."""
    await box.offer(set())
    assert await box.offered() == set()
    await box.offer({"shop.undo"})
    await box.offer({"shop.undo", "shop.add"})
    assert await box.offered() == {"shop.undo", "shop.add"}


async def test_what_is_closed_is_forgotten(box: Mailbox) -> None:
    """bridge: nothing of a closed session stays."""
    await box.put_delta({"shop": {"a": 1}})
    await box.put_event({"name": "_x", "payload": {}}, "")
    await box.close()
    told = await box.since(0)
    assert (told.vars, told.events) == ({}, [])
