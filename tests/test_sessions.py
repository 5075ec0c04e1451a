"""Sessions: minted by the server, refused when foreign, forgotten when idle."""

from __future__ import annotations

import pytest

from mcp_bridge.errors import CallError
from mcp_bridge.mailbox import Mailbox
from mcp_bridge.sessions import Session, Sessions


def opened(sessions: Sessions, principal: str = "") -> Session:
    """Open a session."""
    return sessions.open(
        widget="shop", tool="shop", build="1", principal=principal, mailbox=Mailbox(states=frozenset())
    )


def test_ids_are_long_and_never_the_same() -> None:
    """bridge: 128 random bits or more."""
    sessions = Sessions(lifetime=60)
    ids = {opened(sessions).id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(each) >= 32 for each in ids)


def test_an_unknown_session_is_refused_and_not_created() -> None:
    """bridge: unknown session refused, nothing created."""
    sessions = Sessions(lifetime=60)
    with pytest.raises(CallError) as refused:
        sessions.get("made-up", "")
    assert refused.value.code == "unknown_session"
    assert len(sessions) == 0


def test_a_session_answers_only_to_its_principal() -> None:
    """bridge: a session is bound to the authenticated principal."""
    sessions = Sessions(lifetime=60)
    session = opened(sessions, principal="alice")
    assert sessions.get(session.id, "alice") is session
    for foreign in ("bob", ""):
        with pytest.raises(CallError) as refused:
            sessions.get(session.id, foreign)
        assert refused.value.code == "unknown_session"


def test_an_idle_session_is_forgotten() -> None:
    """bridge: sessions end with the State that Reflex keeps for them."""
    sessions = Sessions(lifetime=60)
    session = opened(sessions)
    session.used -= 61
    with pytest.raises(CallError):
        sessions.get(session.id, "")
    assert len(sessions) == 0


def test_a_session_whose_handler_still_runs_is_not_forgotten() -> None:
    """bridge: a long job keeps its session."""
    sessions = Sessions(lifetime=60)
    session = opened(sessions)
    session.used -= 61
    session.running["t"] = (None, object())
    assert sessions.get(session.id, "") is session


def test_the_number_of_sessions_is_bounded() -> None:
    """bridge: opening widgets cannot fill the memory."""
    sessions = Sessions(lifetime=60, capacity=3)
    first = opened(sessions)
    for _ in range(3):
        opened(sessions)
    assert len(sessions) == 3
    assert sessions.find(first.id) is None


def test_the_number_of_mounts_is_bounded() -> None:
    """bridge: a widget that invents mounts cannot fill the memory."""
    session = opened(Sessions(lifetime=60))
    for number in range(100):
        session.accept(f"m{number}", 1)
    assert len(session.accepted) == 32
    assert session.mount == "m99"
