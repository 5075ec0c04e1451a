"""Two server processes and a Redis behind a round-robin: any of them serves any session, and each may die."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Iterator

import httpx
import pytest
from redis.asyncio import Redis

from tests.redis_processes import LOCK_SECONDS, App, Server, Widget, round_robin
from tests.redis_server import redis_server

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def first(app: App, redis_url: str) -> Iterator[Server]:
    """A process."""
    with app.serve(redis_url) as server:
        yield server


@pytest.fixture(scope="module")
def second(app: App, redis_url: str) -> Iterator[Server]:
    """Another process."""
    with app.serve(redis_url) as server:
        yield server


@pytest.fixture
def third(app: App, redis_url: str) -> Iterator[Server]:
    """A process to be killed."""
    with app.serve(redis_url) as server:
        yield server


@pytest.fixture
async def widget(app: App, first: Server, second: Server) -> AsyncGenerator[Widget]:
    """A widget whose calls go to the two processes in turn."""
    limits = httpx.Limits(max_keepalive_connections=0)
    async with round_robin(first.port, second.port) as origin, httpx.AsyncClient(limits=limits, timeout=40) as http:
        yield Widget(app, http, origin)


async def test_a_session_is_used_in_any_process(widget: Widget) -> None:
    """bridge: a session opened on one is used on the other."""
    await widget.open()
    for number in range(1, 7):
        update = await widget.send("add", entry=str(number))
        assert (update["ack"], update["pending"], update["full"]) == (number, False, False)
    assert widget.values["entries"] == ["1", "2", "3", "4", "5", "6"]


async def test_sequence_numbers_hold_across_processes(widget: Widget, first: Server, second: Server) -> None:
    """bridge: a repeated call does nothing twice, wherever it arrives."""
    await widget.open(first.origin)
    await widget.send("add", first.origin, entry="a")
    await widget.send("add", second.origin, seq=1, entry="a")
    await widget.send("add", second.origin, seq=2, entry="b")
    await widget.send("add", first.origin, seq=2, entry="b")
    await widget.send("add", first.origin, seq=3, entry="c")
    update = await widget.send("add", second.origin, seq=1, entry="a")
    assert widget.values["entries"] == ["a", "b", "c"]
    assert update["ack"] == 3


async def test_a_call_that_arrives_in_both_at_once_runs_once(widget: Widget, first: Server, second: Server) -> None:
    """bridge: a retry by the host while the first attempt runs."""
    await widget.open()
    await asyncio.gather(
        *(widget.send("add", server.origin, seq=1, entry="a") for server in (first, second, second, first))
    )
    await widget.settle()
    assert widget.values["entries"] == ["a"]


async def test_a_poll_gets_what_another_process_emits(widget: Widget, app: App, first: Server, second: Server) -> None:
    """bridge: a poll on one gets what a background task on the other emits."""
    await widget.open(second.origin)
    started = await widget.send("work", first.origin, name="job", steps=2)
    assert started["pending"]
    waiting = asyncio.create_task(widget.poll(second.origin))
    await app.reached("job1")
    app.open_gate("job1")
    update = await asyncio.wait_for(waiting, 20)
    assert (widget.values["progress"], update["pending"]) == (1, True)
    app.open_gate("job2")
    update = await asyncio.wait_for(widget.settle(second.origin), 20)
    assert (widget.values["progress"], update["pending"], update["ack"]) == (2, False, 1)


async def test_a_poll_sees_the_steps_of_a_handler_in_another_process(
    widget: Widget, app: App, first: Server, second: Server
) -> None:
    """bridge: `yield` reaches the widget while the handler still runs."""
    await widget.open(second.origin)
    update = await widget.send("add_slowly", first.origin, entry="slow")
    assert (widget.values["entries"], update["pending"], update["ack"]) == (["slow"], True, 0)
    waiting = asyncio.create_task(widget.settle(second.origin))
    await app.reached("slow")
    app.open_gate("slow")
    assert (await asyncio.wait_for(waiting, 20))["ack"] == 1
    assert widget.values["entries"] == ["slow", "slow, done"]


async def test_a_later_event_waits_for_an_earlier_one_in_another_process(
    widget: Widget, app: App, first: Server, second: Server
) -> None:
    """bridge: events run in order, wherever they arrive."""
    await widget.open(first.origin)
    assert (await widget.send("add_slowly", first.origin, entry="one"))["pending"]
    await app.reached("one")
    batch = [("add_slowly", 1, "one"), ("add", 2, "two")]
    both = asyncio.create_task(widget.send_all(batch, second.origin))
    await asyncio.sleep(0.2)
    app.open_gate("one")
    await asyncio.wait_for(both, 20)
    update = await asyncio.wait_for(widget.settle(second.origin), 20)
    assert widget.values["entries"] == ["one", "one, done", "two"]
    assert update["ack"] == 2


async def test_an_event_whose_predecessor_is_missing_is_refused(widget: Widget, app: App, second: Server) -> None:
    """bridge: a number out of range; nothing runs, and the widget may ask again."""
    await widget.open()
    refused = await widget.refused("add", second.origin, seq=2, entry="late")
    assert (refused["code"], refused["retry"]) == ("bad_request", True)
    await widget.send_all([("add", 1, "early"), ("add", 2, "late")])
    assert widget.values["entries"] == ["early", "late"]


async def test_any_process_cancels_what_another_runs(widget: Widget, app: App, first: Server, second: Server) -> None:
    """bridge: `host.cancel`, wherever the call arrives."""
    await widget.open(first.origin)
    assert (await widget.send("work", first.origin, name="endless", steps=1))["pending"]
    await app.reached("endless1")
    await widget.cancel("work", second.origin)
    update = await asyncio.wait_for(widget.settle(second.origin), 10)
    app.open_gate("endless1")
    assert (update["pending"], widget.values["progress"]) == (False, 0)


async def test_what_widgets_share_reaches_those_of_other_processes(
    widget: Widget, app: App, first: Server, second: Server
) -> None:
    """bridge: SharedState between two open widgets that no process knows both of."""
    other = Widget(app, widget.http, second.origin)
    await widget.open(first.origin)
    await other.open()
    await widget.send("join", first.origin)
    await other.send("join")
    await widget.send("say", first.origin)
    await other.until(said=1)
    assert (widget.values["said"], other.values["said"]) == (1, 1)
    await other.send("say")
    await widget.until(first.origin, said=2)
    assert (widget.values["said"], other.values["said"]) == (2, 2)


async def test_a_handler_may_run_for_longer_than_the_lock_lasts(widget: Widget, second: Server) -> None:
    """reflex-seam: `redis_lock_expiration`, put off for as long as the handler lives."""
    await widget.open()
    await widget.send("hold", seconds=LOCK_SECONDS * 1.6)
    update = await widget.settle()
    assert (widget.values["entries"], update["ack"], update["events"]) == (["held"], 1, [])


async def test_what_a_handler_did_before_it_raised_is_shown_no_longer(widget: Widget, app: App) -> None:
    """reflex-seam: the manager of Redis stores nothing of a handler that raised."""
    await widget.open()
    await widget.send("refuse", entry="refused")
    update = await widget.settle()
    await widget.send("refuse", seq=1, entry="refused")
    assert (await widget.settle())["ack"] == update["ack"] == 1
    assert widget.values["entries"] == []
    assert len(app.passed("refused")) == 1


async def test_a_killed_process_loses_nothing_that_was_acknowledged(
    widget: Widget, app: App, second: Server, third: Server
) -> None:
    """bridge: SIGKILL in the middle of a handler; its event runs once after it is sent again."""
    await widget.open(third.origin)
    acknowledged = await widget.send("add", third.origin, entry="stored")
    update = await widget.send("add_slowly", third.origin, entry="killed")
    assert (acknowledged["ack"], update["ack"], update["pending"]) == (1, 1, True)
    assert await app.reached("killed") == [third.process.pid]
    third.kill()
    app.open_gate("killed")
    update = await asyncio.wait_for(widget.settle(second.origin), 20)
    assert (update["ack"], update["pending"]) == (1, False)
    await widget.send("add_slowly", second.origin, seq=2, entry="killed")
    await widget.send("add_slowly", second.origin, seq=2, entry="killed")
    update = await widget.settle(second.origin)
    assert widget.values["entries"] == ["stored", "killed", "killed, done"]
    assert update["ack"] == 2


async def test_a_killed_process_leaves_no_view_that_is_not_stored(
    widget: Widget, app: App, second: Server, third: Server
) -> None:
    """bridge: the view equals the server's state at the end."""
    await widget.open(third.origin)
    await widget.send("add", third.origin, entry="stored")
    await widget.send("add_slowly", third.origin, entry="unstored")
    assert widget.values["entries"] == ["stored", "unstored"]
    await app.reached("unstored")
    third.kill()
    await asyncio.wait_for(widget.settle(second.origin), 20)
    assert widget.values["entries"] == ["stored"]


async def test_a_killed_process_breaks_no_chain(widget: Widget, app: App, second: Server, third: Server) -> None:
    """bridge: what a handler chained is run to its end, once."""
    await widget.open(third.origin)
    await widget.send("chain", third.origin, entry="link")
    await app.reached("link, chained")
    third.kill()
    app.open_gate("link, chained")
    update = await asyncio.wait_for(widget.settle(second.origin), 20)
    if update["ack"] < 1:
        await widget.send("chain", second.origin, seq=1, entry="link")
    await widget.settle(second.origin)
    assert widget.values["entries"] == ["link", "link, chained", "link, chained, done"]


async def test_a_job_of_a_killed_process_is_reported(widget: Widget, app: App, second: Server, third: Server) -> None:
    """bridge: a background handler is never silently gone."""
    await widget.open(third.origin)
    await widget.send("work", third.origin, name="lost", steps=2)
    await app.reached("lost1")
    third.kill()
    began = time.monotonic()
    update = await asyncio.wait_for(widget.settle(second.origin), 20)
    assert time.monotonic() - began < LOCK_SECONDS + 3
    told = [event["name"] for _, event in update["events"]]
    assert (update["pending"], update["ack"], told) == (False, 1, ["_bridge_interrupted"])


async def test_everything_in_redis_expires(widget: Widget, redis_url: str) -> None:
    """bridge: bounded memory; nothing is kept for longer than Reflex keeps the State."""
    await widget.open()
    await widget.send("add", entry="a")
    client = Redis.from_url(redis_url, decode_responses=True)
    keys: list[str] = [key async for key in client.scan_iter("mcp_bridge:*")]
    lives = {key: await client.ttl(key) for key in keys}
    await client.aclose()
    assert any(widget.session in key for key in keys)
    assert {key: seconds for key, seconds in lives.items() if not 0 <= seconds <= 3600} == {}


async def test_redis_may_be_away_for_a_moment(app: App) -> None:
    """bridge: a poll goes on where it was when the connection comes back."""
    with redis_server() as url, app.serve(url) as server:
        client = Redis.from_url(url)
        async with httpx.AsyncClient(timeout=40) as http:
            widget = Widget(app, http, server.origin)
            await widget.open()
            await widget.send("work", name="cut", steps=1)
            waiting = asyncio.create_task(widget.poll())
            await app.reached("cut1")
            with contextlib.suppress(ConnectionError):
                await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
                await client.execute_command("CLIENT", "KILL", "TYPE", "normal")
            app.open_gate("cut1")
            await asyncio.wait_for(waiting, 20)
            assert widget.values["progress"] == 1
        await client.aclose()
