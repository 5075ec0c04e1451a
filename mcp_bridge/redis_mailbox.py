"""Mailboxes that several server processes share, in the Redis that Reflex keeps its states in.

With many processes the answer to a poll is given by one, and what it tells is emitted by another. So everything of a
session is in Redis, and whatever changes it is one script there, all or nothing:

    mailboxes = mailboxes_for(app)                       # in memory, unless Reflex's states are in Redis
    mailbox = await mailboxes.open(session_id, states)
    await mailbox.wait_beyond(7)                         # wakes when any process puts something in

The keys are `mcp_bridge:{session}:...`. They expire as Reflex's state of the session does, and each use puts that off.
One connection of a process listens for changes. A heartbeat says that the process lives; when it stops, nothing that
the process had begun counts as running any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from . import redis_scripts as scripts
from ._reflex_redis import redis_manager
from .mailbox import (
    EVENTS_KEPT,
    MOUNTS_KEPT,
    STEPS_BYTES,
    STEPS_KEPT,
    STEPS_SECONDS,
    Delta,
    Mailbox,
    Mailboxes,
    MemoryMailboxes,
    Update,
    steps_of,
)

if TYPE_CHECKING:
    from reflex import App

logger = logging.getLogger(__name__)

_PREFIX = "mcp_bridge"
_CHANNEL = f"{_PREFIX}:changed"
_RETRY_SECONDS = 1.0
_ANSWER_SECONDS = 2.0


@dataclass
class RedisMailbox:
    """The values and events of one session, in Redis.

    Attributes:
        states: The full names of the States that the widget has; anything else is not kept.
        session: The session.
    """

    states: frozenset[str]
    session: str
    _owner: RedisMailboxes

    async def version(self) -> int:
        """Return the version of the last change; 0 is an empty mailbox."""
        return int(await self._owner.client.get(self._key("version")) or 0)

    async def begin(self, version: int) -> bool:
        """Have an empty mailbox begin at a version; whether it has no value."""
        await self._owner.client.set(self._key("version"), version, nx=True, ex=self._owner.lifetime)
        return not await self._owner.client.exists(self._key("values"))

    async def put_delta(self, delta: Delta) -> None:
        """Keep the values of a delta; they must be JSON data."""
        kept = {state: values for state, values in delta.items() if state in self.states and values}
        if not kept:
            return
        fields: list[str] = []
        for state, values in kept.items():
            for name, value in values.items():
                fields += [f"{state}|{name}", _dump(value)]
        step = _dump(kept)
        # A step of this size is never played back: `steps_of`.
        await self._run(scripts.PUT_DELTA, STEPS_KEPT, step if len(step) <= STEPS_BYTES else "null", *fields)

    async def put_event(self, event: dict[str, Any], mount: str) -> None:
        """Keep a frontend event for the mount whose event caused it."""
        await self._run(scripts.PUT_EVENT, EVENTS_KEPT, _dump([secrets.token_hex(8), mount, _dump(event)]))

    async def since(self, version: int, mount: str = "") -> Update:
        """Return what changed after a version."""
        now, is_full, fields, found, scored, steps, ack = await self._run(scripts.SINCE, version, mount)
        values: dict[str, dict[str, Any]] = {}
        for name, value in zip(fields, found, strict=True):
            state, _, var = name.decode().partition("|")
            values.setdefault(state, {})[var] = json.loads(value)
        events: list[tuple[int, dict[str, Any]]] = []
        for entry, at in zip(scored[::2], scored[1::2], strict=True):
            _, owner, event = json.loads(entry)
            if owner in ("", mount):
                events.append((int(at), json.loads(event)))
        return Update(
            version=now,
            full=bool(is_full),
            vars=values,
            events=events,
            steps=_steps(steps, version),
            ack=int(ack.split()[0]) if ack else 0,
        )

    async def acknowledge(self, version: int, mount: str) -> None:
        """Forget the events that a mount has, and note that it was heard of."""
        await self._run(scripts.ACKNOWLEDGE, version, mount)

    async def quiet_seconds(self) -> float:
        """Return for how long no mount was heard of, in whatever process."""
        return float(await self._run(scripts.QUIET))

    async def set_ack(self, mount: str, number: int) -> None:
        """Note up to which sequence number a mount's events are committed; a lower one changes nothing."""
        await self._run(scripts.SET_ACK, mount, number, MOUNTS_KEPT)

    async def wait_beyond(self, version: int) -> None:
        """Return when something changes after a version, in whatever process."""
        if await self.version() > version:
            return
        with self._owner.listening(self.session) as woken:
            while True:
                woken.clear()
                if await self.version() > version:
                    return
                await woken.wait()

    async def cancel(self, handler: str) -> None:
        """Have every process cancel what it runs of a handler."""
        await self._owner.client.publish(_CHANNEL, f"{self.session} {handler}")

    async def offer(self, handlers: set[str]) -> None:
        """Note handlers that an action has offered to the widget."""
        if handlers:
            await self._run(scripts.OFFER, *sorted(handlers))

    async def offered(self) -> set[str]:
        """Return the handlers that actions have offered to the widget, in whatever process."""
        return {each.decode() for each in await self._owner.client.smembers(self._key("offered"))}

    async def started(self, transaction: str, handler: str) -> None:
        """Note that a handler runs for the session, in this process."""
        self._owner.listen()
        await self._owner.beat()
        await self._run(scripts.STARTED, transaction, f"{self._owner.process} {handler}")

    async def ended(self, transaction: str) -> None:
        """Note that it has ended, with all that it chained."""
        await self._run(scripts.ENDED, transaction)

    async def running(self) -> dict[str, str]:
        """Return the handlers that run for the session, by transaction; those of dead processes do not run."""
        living, _ = await self._begun()
        return living

    async def take_lost(self) -> dict[str, str]:
        """Return what had begun in a process that has died, by transaction; only one asker gets each."""
        _, dead = await self._begun()
        return {
            each: handler for each, handler in dead.items() if await self._owner.client.hdel(self._key("running"), each)
        }

    async def put_chunk(self, upload: str, part: str, data: bytes, limit: int) -> bool:
        """Keep a part of an upload; False if that has too many bytes."""
        return bool(await self._run(scripts.PUT_CHUNK, limit, upload, part, data))

    async def chunks(self, upload: str) -> dict[str, bytes]:
        """Return the parts of an upload that are there."""
        found: list[bytes] = await self._run(scripts.CHUNKS, upload)
        return {part.decode(): data for part, data in zip(found[::2], found[1::2], strict=True)}

    async def drop_chunks(self, upload: str) -> None:
        """Forget an upload."""
        await self._run(scripts.DROP_CHUNKS, upload)

    async def close(self) -> None:
        """Forget everything, for every process."""
        await self._owner.client.delete(*self._keys)

    async def _begun(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the handlers that have begun and not ended, by transaction: of living processes, of dead ones."""
        found: dict[bytes, bytes] = await self._owner.client.hgetall(self._key("running"))
        entries = {key.decode(): value.decode().split(" ", 1) for key, value in found.items()}
        living = await self._owner.living({process for process, _ in entries.values()})
        parts: tuple[dict[str, str], dict[str, str]] = ({}, {})
        for transaction, (process, handler) in entries.items():
            parts[process not in living][transaction] = handler
        return parts

    @property
    def _keys(self) -> list[str]:
        """The session's keys."""
        return [self._key(kind) for kind in scripts.KINDS]

    def _key(self, kind: str) -> str:
        """Return one of the session's keys; the braces keep them together in a cluster."""
        return f"{_PREFIX}:{{{self.session}}}:{kind}"

    async def _run(self, script: str, *arguments: str | int | bytes) -> Any:
        """Run a script on the session's keys.

        It is sent whole each time, as Reflex does: the client would repeat a call by hash for seconds before it says
        that the server does not know the script.
        """
        given = (self._owner.lifetime, self.session, _CHANNEL, *arguments)
        return await self._owner.client.eval(scripts.LOCALS + script, len(scripts.KINDS), *self._keys, *given)


@dataclass
class RedisMailboxes:
    """The mailboxes of a Redis server, as one process sees them.

    Attributes:
        client: The connections.
        lifetime: How long the mailbox of an idle session is kept, in seconds.
        heartbeat: How long after its last sign of life a process counts as dead, in seconds.
        process: The name of this process, random.
    """

    client: Any  # redis.asyncio.Redis, whose types are partly unknown
    lifetime: int
    heartbeat: float = 10.0
    process: str = field(default_factory=lambda: secrets.token_hex(8))
    is_shared: bool = field(default=True, init=False)
    _cancel: Callable[[str, str], None] | None = field(default=None, init=False)
    _waiting: dict[str, set[asyncio.Event]] = field(default_factory=dict[str, set[asyncio.Event]])
    _listener: asyncio.Task[None] | None = None
    _heart: asyncio.Task[None] | None = None

    async def open(self, session: str, states: frozenset[str]) -> Mailbox:
        """Return the mailbox of a session, with what it holds already."""
        return RedisMailbox(states=states, session=session, _owner=self)

    async def answers(self) -> bool:
        """Whether Redis answers, within two seconds."""
        try:
            await asyncio.wait_for(self.client.ping(), _ANSWER_SECONDS)
        except (RedisError, OSError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Stop listening, and say that nothing of this process runs any more; the connections belong to Reflex."""
        tasks = [task for task in (self._listener, self._heart) if task is not None]
        had_begun = self._heart is not None
        self._listener = self._heart = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if had_begun:
            with contextlib.suppress(RedisError, OSError):
                await self.client.delete(_process_key(self.process))

    def on_cancel(self, cancel: Callable[[str, str], None]) -> None:
        """Call a function with a session and a handler when any process is asked to cancel it."""
        self._cancel = cancel

    def listen(self) -> None:
        """Begin to listen to the other processes, if this one does not yet."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())

    @contextlib.contextmanager
    def listening(self, session: str) -> Generator[asyncio.Event]:
        """Give an event that is set whenever a session changes, or may have changed while nobody listened."""
        self.listen()
        woken = asyncio.Event()
        self._waiting.setdefault(session, set()).add(woken)
        try:
            yield woken
        finally:
            self._waiting[session].discard(woken)
            if not self._waiting[session]:
                del self._waiting[session]

    async def beat(self) -> None:
        """Begin to give signs of life, if this process does not yet."""
        if self._heart is None:
            await self._say_alive()
            self._heart = self._heart or asyncio.create_task(self._keep_beating())

    async def living(self, processes: set[str]) -> set[str]:
        """Return which of the processes are alive."""
        others = sorted(processes - {self.process})
        found: list[Any] = await self.client.mget([_process_key(each) for each in others]) if others else []
        return {each for each, sign in zip(others, found, strict=True) if sign is not None} | {self.process}

    async def _listen(self) -> None:
        """Wake who waits, for as long as this process lives; after a lost connection everyone looks again."""
        while True:
            try:
                async with self.client.pubsub() as pubsub:
                    await pubsub.subscribe(_CHANNEL)
                    async for message in pubsub.listen():
                        self._hear(message["data"].decode() if message["type"] == "message" else None)
            except (RedisError, OSError) as error:
                logger.warning("Redis cannot be listened to (%s); trying again.", error)
                await asyncio.sleep(_RETRY_SECONDS)

    def _hear(self, said: str | None) -> None:
        """Wake who waits for a session, or cancel a handler of it.

        Args:
            said: The session, with the handler if it is to be cancelled; None where listening has just begun, and
                anything may have been said before.
        """
        session, _, handler = (said or "").partition(" ")
        if handler:
            if self._cancel is not None:
                self._cancel(session, handler)
            return
        sets = self._waiting.values() if said is None else [self._waiting.get(session, set[asyncio.Event]())]
        for waiting in sets:
            for woken in waiting:
                woken.set()

    async def _keep_beating(self) -> None:
        """Give a sign of life now and again."""
        while True:
            await asyncio.sleep(self.heartbeat / 4)
            try:
                await self._say_alive()
            except (RedisError, OSError) as error:
                logger.warning("Redis cannot be told that this process lives (%s); trying again.", error)

    async def _say_alive(self) -> None:
        """Give a sign of life."""
        await self.client.set(_process_key(self.process), 1, px=round(self.heartbeat * 1000))


def mailboxes_for(app: App) -> Mailboxes:
    """Return where the mailboxes of an app are: in Redis if Reflex keeps its states there, else in this process.

    Args:
        app: The Reflex app; `redis_url` in `rxconfig.py` or `REFLEX_REDIS_URL` decides.
    """
    manager = redis_manager(app)
    if manager is None:
        return MemoryMailboxes()
    # A handler that holds up its process for longer loses Reflex's lock too, and with it the right to save.
    heartbeat = manager.lock_expiration / 1000
    return RedisMailboxes(client=manager.redis, lifetime=manager.token_expiration, heartbeat=heartbeat)


def _steps(entries: list[bytes], version: int) -> list[tuple[int, dict[str, dict[str, Any]]]]:
    """Return the views after a version as they are played back."""
    deltas: list[tuple[float, dict[str, dict[str, Any]] | None]] = []
    for entry in entries:
        number, at, delta = entry.decode().split(" ", 2)
        if int(number) > version:
            deltas.append((float(at), json.loads(delta)))
    recent = [(at, delta) for at, delta in deltas if deltas[-1][0] - at <= STEPS_SECONDS]
    kept = [(at, delta) for at, delta in recent if delta is not None]
    return steps_of(kept) if len(kept) == len(recent) else []


def _process_key(process: str) -> str:
    """Return the key of a process's sign of life."""
    return f"{_PREFIX}:process:{process}"


def _dump(value: Any) -> str:
    """Return JSON."""
    return json.dumps(value, separators=(",", ":"))
