"""Private names of Reflex's Redis manager, each with the version it was checked on: 0.10.1.

Reflex locks a session in Redis for `redis_lock_expiration`, 10 seconds by default, and a handler that runs for longer
may not save what it did. A lock that outlives its process by an hour would be no better. So the lock is kept short,
and extended for as long as its handler runs: when a process is killed, another has the session within seconds.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Any

import reflex as rx
from redis.exceptions import RedisError
from reflex.istate.manager.redis import StateManagerRedis

logger = logging.getLogger(__name__)

_EXTEND = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""


def redis_manager(app: rx.App) -> StateManagerRedis | None:
    """Return the app's state manager if it keeps states in Redis, set up for widgets.

    A handler keeps its lock until it ends, and what it did is in Redis before anyone is told that it was done.
    """
    manager = app.state_manager
    if not isinstance(manager, StateManagerRedis):
        return None
    if manager._oplock_enabled:  # 0.10.1
        logger.warning(
            "REFLEX_OPLOCK_ENABLED is on, so a process that ends would lose up to %.0f s of changes that its widgets "
            "believe to be stored. It is turned off for this process.",
            manager.oplock_hold_time_ms / 1000,
        )
        manager._oplock_enabled = False
    if not isinstance(manager._lock, _KeptLock):  # 0.10.1
        manager._lock = _KeptLock(manager, manager._lock)
    return manager


class _KeptLock:
    """Reflex's lock of a session, extended until the end of the block."""

    def __init__(self, manager: StateManagerRedis, lock: Any) -> None:
        self._manager = manager
        self._lock = lock

    @contextlib.asynccontextmanager
    async def __call__(self, token: Any, event_name: str | None = None) -> AsyncGenerator[bytes]:
        """Hold the lock."""
        async with self._lock(token, event_name) as lock_id:
            key = self._manager._lock_key(token)  # 0.10.1
            keeper = asyncio.create_task(_extend(self._manager, key, lock_id))
            try:
                yield lock_id
            finally:
                keeper.cancel()


async def _extend(manager: StateManagerRedis, key: bytes, lock_id: bytes) -> None:
    """Extend a lock again and again, while it is held."""
    evaluate: Any = manager.redis.eval
    while True:
        await asyncio.sleep(manager.lock_expiration / 3000)
        try:
            if not await evaluate(_EXTEND, 1, key, lock_id, manager.lock_expiration):
                return
        except (RedisError, OSError) as error:
            logger.warning("A session's lock in Redis could not be extended (%s); trying again.", error)
