"""The mailbox: what changed since a version."""

from __future__ import annotations

import asyncio

import pytest

from mcp_bridge.mailbox import MemoryMailbox, Update

pytestmark = pytest.mark.anyio


def mailbox() -> MemoryMailbox:
    """Return a mailbox of two States."""
    return MemoryMailbox(states=frozenset({"root", "shop"}))


async def test_a_reader_without_a_version_gets_the_full_state() -> None:
    """bridge: unknown version, full state."""
    box = mailbox()
    await box.put_delta({"shop": {"a": 1, "b": 2}})
    await box.put_delta({"shop": {"a": 3}})
    assert await box.since(0) == Update(
        version=2, full=True, vars={"shop": {"a": 3, "b": 2}}, events=[], steps=[], ack=0
    )


async def test_a_reader_gets_only_what_changed_after_its_version() -> None:
    """bridge: absolute values of what changed since a version."""
    box = mailbox()
    await box.put_delta({"shop": {"a": 1, "b": 2}})
    await box.put_delta({"root": {"c": 3}})
    assert await box.since(1) == Update(version=2, full=False, vars={"root": {"c": 3}}, events=[], steps=[], ack=0)


async def test_a_slow_reader_gets_the_newest_value_and_no_more() -> None:
    """bridge: coalescing."""
    box = mailbox()
    for value in range(100):
        await box.put_delta({"shop": {"a": value}})
    assert await box.since(1) == Update(version=100, full=False, vars={"shop": {"a": 99}}, events=[], steps=[], ack=0)


async def test_asking_again_gives_the_same_answer() -> None:
    """bridge: a lost answer loses nothing."""
    box = mailbox()
    await box.put_delta({"shop": {"a": 1}})
    await box.put_event({"name": "_x", "payload": {}}, "m1")
    assert await box.since(0, "m1") == await box.since(0, "m1")


async def test_a_version_from_the_future_gets_the_full_state() -> None:
    """bridge: a version that this mailbox never had."""
    box = mailbox()
    await box.put_delta({"shop": {"a": 1}})
    assert (await box.since(50)).full


async def test_states_of_other_widgets_are_not_kept() -> None:
    """bridge: a widget receives only the States that it shows."""
    box = mailbox()
    await box.put_delta({"other": {"secret": 1}})
    assert await box.since(0) == Update(version=0, full=True, vars={}, events=[], steps=[], ack=0)


async def test_an_event_is_kept_until_its_mount_acknowledges_it() -> None:
    """bridge: frontend events are delivered until acknowledged, then never again."""
    box = mailbox()
    await box.put_event({"name": "_toast", "payload": {}}, "m1")
    assert (await box.since(0, "m1")).events == [(1, {"name": "_toast", "payload": {}})]
    await box.acknowledge(1, "m1")
    assert (await box.since(0, "m1")).events == []


async def test_an_event_goes_only_to_the_mount_that_caused_it() -> None:
    """bridge: a reload does not repeat an effect."""
    box = mailbox()
    await box.put_event({"name": "_toast", "payload": {}}, "m1")
    assert (await box.since(0, "m2")).events == []
    await box.acknowledge(1, "m2")
    assert len((await box.since(0, "m1")).events) == 1


async def test_a_version_that_was_never_given_acknowledges_nothing() -> None:
    """bridge: what a widget sends is client input."""
    box = mailbox()
    await box.put_event({"name": "_toast", "payload": {}}, "m1")
    await box.acknowledge(99, "m1")
    assert len((await box.since(0, "m1")).events) == 1


async def test_waiting_ends_with_the_next_change() -> None:
    """bridge: a poll wakes when something changes."""
    box = mailbox()
    waiting = asyncio.create_task(box.wait_beyond(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    await box.put_delta({"shop": {"a": 1}})
    await asyncio.wait_for(waiting, 5)
