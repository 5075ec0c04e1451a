"""Sessions: known while they are in use, answering only to their principal, forgotten when idle."""

from __future__ import annotations

import asyncio

import pytest

from mcp_bridge.mailbox import MemoryMailbox
from mcp_bridge.sessions import Running, Session, Sessions
from mcp_bridge.snapshots import Seals

SEALS = Seals(b"s" * 32)


def added(sessions: Sessions, principal: str = "") -> Session:
    """Add a session."""
    session = Session(
        id=SEALS.mint(),
        widget="shop",
        tool="shop",
        build="1",
        principal=principal,
        mailbox=MemoryMailbox(states=frozenset()),
    )
    sessions.add(session)
    return session


def test_ids_are_long_and_never_the_same() -> None:
    """bridge: 128 random bits or more."""
    ids = {SEALS.mint() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(each) == 48 for each in ids)


def test_only_ids_of_this_secret_are_known_as_minted() -> None:
    """bridge: a made-up id never reaches a state manager."""
    minted = SEALS.mint()
    assert SEALS.is_minted(minted)
    assert not Seals(b"t" * 32).is_minted(minted)
    for forged in ("", "made-up", minted[:-1] + ("0" if minted[-1] != "0" else "1"), "0" * 48):
        assert not SEALS.is_minted(forged)


def test_a_session_answers_only_to_its_principal() -> None:
    """bridge: a session is bound to the authenticated principal."""
    sessions = Sessions(lifetime=60)
    session = added(sessions, principal="alice")
    assert sessions.use(session.id, "alice") is session
    for foreign in ("bob", ""):
        assert sessions.use(session.id, foreign) is None


def test_an_idle_session_is_forgotten() -> None:
    """bridge: sessions end with the State that Reflex keeps for them."""
    sessions = Sessions(lifetime=60)
    session = added(sessions)
    session.used -= 61
    assert sessions.use(session.id, "") is None
    assert len(sessions) == 0


@pytest.mark.anyio
async def test_a_session_whose_handler_still_runs_is_not_forgotten() -> None:
    """bridge: a long job keeps its session."""
    sessions = Sessions(lifetime=60)
    session = added(sessions)
    session.used -= 61
    watch = asyncio.create_task(asyncio.sleep(0))
    session.running["t"] = Running(None, watch)
    assert sessions.use(session.id, "") is session
    await watch


def test_the_number_of_sessions_is_bounded() -> None:
    """bridge: opening widgets cannot fill the memory."""
    sessions = Sessions(lifetime=60, capacity=3)
    first = added(sessions)
    for _ in range(3):
        added(sessions)
    assert len(sessions) == 3
    assert sessions.find(first.id) is None


def test_the_number_of_mounts_is_bounded() -> None:
    """bridge: a widget that invents mounts cannot fill the memory."""
    session = added(Sessions(lifetime=60))
    for number in range(100):
        session.take(f"m{number}", 1)
    assert len(session.taken) == 32
    assert session.mount == "m99"
