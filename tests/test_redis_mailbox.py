"""Mailboxes in Redis, as several processes see them; `test_mailbox.py` has what is common to all mailboxes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator

import pytest
from redis.asyncio import Redis

from mcp_bridge import redis_scripts
from mcp_bridge.mailbox import EVENTS_KEPT, MOUNTS_KEPT, STEPS_KEPT, MemoryMailboxes
from mcp_bridge.redis_mailbox import RedisMailbox, RedisMailboxes, mailboxes_for
from tests.demo import demo_app

pytestmark = pytest.mark.anyio

HEARTBEAT = 0.4


@pytest.fixture
async def processes(redis_url: str) -> AsyncGenerator[list[RedisMailboxes]]:
    """Two processes, as Redis sees them."""
    clients = [Redis.from_url(redis_url) for _ in range(2)]
    opened = [RedisMailboxes(client=client, lifetime=3600, heartbeat=HEARTBEAT) for client in clients]
    yield opened
    for mailboxes, client in zip(opened, clients, strict=True):
        await mailboxes.close()
        await client.aclose()


@pytest.fixture
async def boxes(processes: list[RedisMailboxes]) -> list[RedisMailbox]:
    """The mailbox of one session in both processes."""
    session = secrets.token_urlsafe(24)
    opened = [await each.open(session, frozenset({"shop"})) for each in processes]
    return [each for each in opened if isinstance(each, RedisMailbox)]


async def test_what_one_process_puts_in_the_other_takes_out(boxes: list[RedisMailbox]) -> None:
    """bridge: a mailbox is one, whoever asks."""
    first, second = boxes
    await first.put_delta({"shop": {"a": 1}})
    await second.put_event({"name": "_x", "payload": {}}, "m1")
    await second.set_ack("m1", 4)
    assert await first.since(0, "m1") == await second.since(0, "m1")
    assert (await first.version(), (await first.since(0, "m1")).ack) == (2, 4)


async def test_a_change_in_one_process_wakes_a_poll_in_the_other(boxes: list[RedisMailbox]) -> None:
    """bridge: one connection of a process listens for all of its polls."""
    first, second = boxes
    waiting = [asyncio.create_task(second.wait_beyond(0)) for _ in range(20)]
    await asyncio.sleep(0.1)
    await first.put_delta({"shop": {"a": 1}})
    await asyncio.wait_for(asyncio.gather(*waiting), 5)


async def test_what_a_dead_process_had_begun_does_not_run(
    boxes: list[RedisMailbox], processes: list[RedisMailboxes]
) -> None:
    """bridge: a heartbeat that stops ends `pending`; one process goes on with what is left."""
    first, second = boxes
    await first.started("t1", "shop.add")
    await second.started("t2", "shop.add")
    await asyncio.sleep(2 * HEARTBEAT)
    assert await second.running() == await first.running() == {"t1": "shop.add", "t2": "shop.add"}
    assert await second.take_lost() == {}
    heart = processes[0]._heart  # pyright: ignore
    assert heart is not None
    heart.cancel()
    await asyncio.sleep(1.5 * HEARTBEAT)
    assert await second.running() == {"t2": "shop.add"}
    assert await second.take_lost() == {"t1": "shop.add"}
    assert await second.take_lost() == {}


async def test_a_process_that_stops_says_so(boxes: list[RedisMailbox], processes: list[RedisMailboxes]) -> None:
    """bridge: nobody waits for the heartbeat of a process that was stopped in order."""
    first, second = boxes
    await first.started("t1", "shop.add")
    assert await second.running() == {"t1": "shop.add"}
    await processes[0].close()
    assert await second.running() == {}


async def test_a_process_hears_what_it_is_to_cancel(boxes: list[RedisMailbox], processes: list[RedisMailboxes]) -> None:
    """bridge: a handler is cancelled wherever it runs."""
    first, second = boxes
    heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    processes[0].on_cancel(lambda session, handler: heard.put_nowait((session, handler)))
    await first.started("t1", "shop.add")
    await asyncio.sleep(0.1)
    await second.cancel("shop.add")
    assert await asyncio.wait_for(heard.get(), 5) == (first.session, "shop.add")


async def test_handlers_that_were_offered_are_known_everywhere(boxes: list[RedisMailbox]) -> None:
    """bridge: the button of a toast works, whichever process is asked."""
    first, second = boxes
    await first.offer(set())
    assert await second.offered() == set()
    await first.offer({"shop.undo", "shop.add"})
    assert await second.offered() == {"shop.undo", "shop.add"}


async def test_a_command_that_the_client_repeats_puts_an_event_in_once(boxes: list[RedisMailbox]) -> None:
    """reflex-seam: Reflex's client repeats a command whose answer was lost."""
    box = boxes[0]
    for _ in range(2):
        await box._run(redis_scripts.PUT_EVENT, EVENTS_KEPT, '["nonce","m1","{\\"name\\":\\"_x\\"}"]')  # pyright: ignore
    assert (await box.since(0, "m1")).events == [(1, {"name": "_x"})]


async def test_a_mailbox_is_bounded_and_expires(boxes: list[RedisMailbox], redis_url: str) -> None:
    """bridge: bounded memory, and nothing is kept for longer than the State."""
    box = boxes[0]
    for number in range(EVENTS_KEPT + 10):
        await box.put_delta({"shop": {"a": number}})
        await box.put_event({"name": "_x", "payload": {}}, "m1")
        await box.set_ack(f"m{number}", 1)
    await box.started("t1", "shop.add")
    client = Redis.from_url(redis_url, decode_responses=True)
    keys = {kind: f"mcp_bridge:{{{box.session}}}:{kind}" for kind in redis_scripts.KINDS}
    sizes = [
        await client.hlen(keys["values"]),
        await client.zcard(keys["changed"]),
        await client.llen(keys["steps"]),
        await client.zcard(keys["events"]),
        await client.hlen(keys["acks"]),
        await client.hlen(keys["running"]),
    ]
    lives = {kind: await client.ttl(key) for kind, key in keys.items() if await client.exists(key)}
    await client.aclose()
    assert sizes == [1, 1, STEPS_KEPT, EVENTS_KEPT, MOUNTS_KEPT, 1]
    assert all(0 < seconds <= 3600 for seconds in lives.values()), lives
    assert lives["version"] > 3500


async def test_an_app_without_redis_keeps_its_mailboxes_in_memory() -> None:
    """bridge: the embedded default."""
    assert isinstance(mailboxes_for(demo_app()), MemoryMailboxes)
