"""A widget lives on when the server was restarted, when another process answers, and when the State is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import reflex as rx

from mcp_bridge import migrate, snapshots
from mcp_bridge.bridge import Bridge
from mcp_bridge.events import Widgets
from mcp_bridge.snapshots import Seals
from tests import demo
from tests.demo import REGISTRY, STATE, demo_app, event_name, var
from tests.test_events import Widget, opened

pytestmark = pytest.mark.anyio


def another(bridge: Bridge) -> Bridge:
    """Return a server process that shares the first one's state manager, secret and bundles, and nothing else."""
    widgets = Widgets(demo_app(), seals=bridge.widgets.seals)
    return Bridge(name="demo", folder=bridge.folder, manifest=bridge.manifest, tools=REGISTRY, widgets=widgets)


def forget_states() -> None:
    """Lose every State, as a memory manager does when its process ends."""
    manager: Any = demo_app().state_manager
    manager.states.clear()


def asked(widget: Widget, seal: str | None, **changes: Any) -> dict[str, Any]:
    """Return the arguments of a call that asks to restore a widget."""
    restore = {"session": widget.session, "seal": seal, "tool": "shop", "arguments": None, **changes}
    return {"mount": "m9", "since": 0, "events": [], "restore": restore}


async def test_a_click_after_a_restart_works_with_its_state_intact(bridge: Bridge) -> None:
    """bridge: the server's session store answers the next event; a durable manager has it."""
    async with bridge.running():
        widget = await opened(bridge)
        await widget.send(("add", {"by": 3}))
    restarted = another(bridge)
    async with restarted.running():
        widget.bridge = restarted
        answer = await widget.send(("add", {"by": 4}))
        assert answer["update"]["full"] is True
        assert answer["update"]["ack"] == 2
        assert answer["update"]["vars"][STATE][var("count")] == 7


async def test_numbers_are_honoured_by_every_process(bridge: Bridge) -> None:
    """bridge: the last number is kept in the Reflex state itself."""
    other = another(bridge)
    async with bridge.running():
        widget = await opened(bridge)
        async with other.running():
            await widget.send(("add", {"by": 1}))
            widget.bridge, widget.seq = other, 0
            await widget.send(("add", {"by": 1}), ("add", {"by": 10}))
            widget.bridge, widget.seq = bridge, 1
            await widget.send(("add", {"by": 10}), ("add", {"by": 100}))
            assert await widget.count() == 111


async def test_another_principal_does_not_get_a_session_from_the_state_manager(bridge: Bridge) -> None:
    """bridge: the principal is in the record."""
    async with bridge.running():
        result = await bridge.call_tool("shop", {"city": "Rome"}, "alice")
        session = result.meta["mcp-bridge"]["session"]
    restarted = another(bridge)
    call = {"session": session, "mount": "m1", "since": 0, "events": []}
    async with restarted.running():
        stolen = await restarted.call_tool("reflex_event", call, "bob")
        assert stolen.meta["mcp-bridge"]["error"]["code"] == "unknown_session"
        own = await restarted.call_tool("reflex_event", call, "alice")
        assert not own.is_error


async def test_a_state_that_is_gone_is_noticed_before_anything_runs(bridge: Bridge) -> None:
    """bridge: never a fresh State in place of the old one."""
    async with bridge.running():
        widget = await opened(bridge)
        await widget.send(("add", {"by": 3}))
        forget_states()
        answer = await widget.send(("add", {"by": 4}))
        assert answer["error"]["code"] == "unknown_session"


async def test_the_sealed_snapshot_restores_a_lost_state(bridge: Bridge) -> None:
    """bridge: with only the sealed snapshot, a click works with its state intact, backend vars included."""
    async with bridge.running():
        widget = await opened(bridge)
        seal = (await widget.send(("add", {"by": 3})))["update"]["seal"]
    forget_states()
    restarted = another(bridge)
    async with restarted.running():
        widget.bridge = restarted
        call = asked(widget, seal)
        call["events"] = [{"seq": 1, "name": event_name("add"), "payload": {"by": 4}}]
        answer = await widget.ask("reflex_event", call)
        assert (answer["rung"], answer["widget"], answer["tool"]) == ("snapshot", "shop", "shop")
        assert answer["session"] != widget.session
        assert "restarted" in answer["notice"]
        shown = answer["update"]["vars"][STATE]
        assert (shown[var("count")], shown[var("city")], len(shown[var("items")])) == (7, "Rome", 2)
        assert answer["update"]["vars"][demo.ROOT_STATE][var("is_hydrated")] is True


async def test_a_snapshot_says_nothing_to_who_carries_it(bridge: Bridge) -> None:
    """bridge: sealed; the browser and the host see no value of it."""
    async with bridge.running():
        widget = await opened(bridge)
        seal = (await widget.send(("add", {"by": 3})))["update"]["seal"]
    assert "Rome" not in seal
    assert "secret" not in seal


async def test_a_read_only_tool_is_run_again_when_nothing_else_is_left(bridge: Bridge) -> None:
    """bridge: the third rung, with a notice."""
    async with bridge.running():
        widget = await opened(bridge)
        forget_states()
        bridge.widgets.sessions.forget(widget.session)
        answer = await widget.ask("reflex_event", asked(widget, None, arguments={"city": "Oslo"}))
        assert answer["rung"] == "rerun"
        assert "opened again" in answer["notice"]
        assert answer["update"]["vars"][STATE][var("city")] == "Oslo"


async def test_a_tool_that_does_not_only_read_is_never_run_again_by_itself(bridge: Bridge) -> None:
    """bridge: else a panel with a Reopen button."""
    async with bridge.running():
        demo.hold_job()
        result = await bridge.call_tool("shop_job", {}, "")
        widget = Widget(bridge, result.meta["mcp-bridge"]["session"], 0)
        forget_states()
        bridge.widgets.sessions.forget(widget.session)
        answer = await widget.ask("reflex_event", asked(widget, None, tool="shop_job", arguments={}))
        assert answer["error"]["code"] == "unknown_session"


@pytest.mark.parametrize("change", ["flip", "cut", "other secret", "other widget", "other user", "nonsense"])
async def test_a_snapshot_that_is_not_ours_is_not_used(
    bridge: Bridge, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    """bridge: a forged, altered or foreign snapshot: refused, logged once, next rung."""
    async with bridge.running():
        widget = await opened(bridge)
        seal: str = (await widget.send(("add", {"by": 3})))["update"]["seal"]
        made = bridge.widgets.seals.unseal(seal, widget="shop", principal="", version=1)
        forged = {
            "flip": seal[:40] + ("A" if seal[40] != "A" else "B") + seal[41:],
            "cut": seal[:-8],
            "other secret": Seals(b"x" * 32).seal(made),
            "other widget": bridge.widgets.seals.seal(snapshots.Snapshot("job", "shop_job", "", 1, made.values)),
            "other user": bridge.widgets.seals.seal(snapshots.Snapshot("shop", "shop", "mallory", 1, made.values)),
            "nonsense": "%%%",
        }[change]
        forget_states()
        bridge.widgets.sessions.forget(widget.session)
        answer = await widget.ask("reflex_event", asked(widget, forged, arguments={"city": "Oslo"}))
        assert answer["rung"] == "rerun"
    assert caplog.text.count("A snapshot of widget `shop` was not used") == 1


async def test_an_expired_snapshot_is_not_used(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: an expired snapshot: refused, next rung."""
    async with bridge.running():
        widget = await opened(bridge)
        seal = (await widget.send(("add", {"by": 3})))["update"]["seal"]
        monkeypatch.setattr(snapshots, "LIFETIME_SECONDS", -1)
        forget_states()
        bridge.widgets.sessions.forget(widget.session)
        answer = await widget.ask("reflex_event", asked(widget, seal))
        assert answer["error"]["code"] == "unknown_session"


async def test_a_snapshot_of_an_older_version_is_migrated(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: an old snapshot after a code change is migrated by the author's function."""
    made = {"old_state": {"total": 5}}
    seal = bridge.widgets.seals.seal(snapshots.Snapshot("shop", "shop", "", 1, made))
    monkeypatch.setattr(snapshots, "_migrations", {})

    @migrate("shop", 1)
    def rename(values: snapshots.Values) -> snapshots.Values:
        return {STATE: {"count": values["old_state"]["total"], "city": "Rome"}}

    newer = REGISTRY.widgets["shop"].__class__(**{**vars(REGISTRY.widgets["shop"]), "state_version": 2})
    monkeypatch.setitem(REGISTRY.widgets, "shop", newer)
    async with bridge.running():
        answer = await Widget(bridge, "gone", 0).ask("reflex_event", asked(Widget(bridge, "gone", 0), seal))
        assert answer["rung"] == "snapshot"
        assert answer["update"]["vars"][STATE][var("count")] == 5


@pytest.mark.parametrize(
    "values",
    [{STATE: {"count": "many"}}, {STATE: {"gone": 1}}, {"no_such_state": {"x": 1}}],
)
async def test_a_snapshot_that_does_not_fit_falls_to_the_next_rung(bridge: Bridge, values: snapshots.Values) -> None:
    """bridge: it never crashes a widget."""
    seal = bridge.widgets.seals.seal(snapshots.Snapshot("shop", "shop", "", 1, values))
    async with bridge.running():
        widget = Widget(bridge, "gone", 0)
        answer = await widget.ask("reflex_event", asked(widget, seal, arguments={"city": "Oslo"}))
        assert answer["rung"] == "rerun"


async def test_a_snapshot_of_a_newer_version_is_not_used(bridge: Bridge) -> None:
    """bridge: a deploy that was taken back."""
    seal = bridge.widgets.seals.seal(snapshots.Snapshot("shop", "shop", "", 2, {}))
    async with bridge.running():
        widget = Widget(bridge, "gone", 0)
        answer = await widget.ask("reflex_event", asked(widget, seal))
        assert answer["error"]["code"] == "unknown_session"


async def test_a_job_that_a_restart_interrupted_is_reported(bridge: Bridge) -> None:
    """bridge: the job is reported as interrupted; it is never silently gone."""
    demo.hold_job()
    bridge.widgets.background_seconds = bridge.widgets.flush_seconds = 0.05
    async with bridge.running():
        widget = await opened(bridge)
        assert (await widget.send(("job", {})))["update"]["ack"] == 1
    restarted = another(bridge)
    async with restarted.running():
        widget.bridge = restarted
        answer = await widget.send()
        [[_, event]] = answer["update"]["events"]
        assert event["name"] == "_bridge_interrupted"
        assert event["payload"]["handler"] == event_name("job")
        assert event["payload"]["event"] == {"name": event_name("job"), "payload": {}}
        assert answer["update"]["pending"] is False
        assert (await widget.send())["update"]["events"] == []


async def test_a_job_that_was_lost_with_the_state_is_reported_from_the_snapshot(bridge: Bridge) -> None:
    """bridge: a job in a memory manager is never silently gone either, and the user may start it again."""
    demo.hold_job()
    bridge.widgets.background_seconds = bridge.widgets.flush_seconds = 0.05
    async with bridge.running():
        widget = await opened(bridge)
        await widget.send(("add", {"by": 3}))
        started = (await widget.send(("job", {})))["update"]
        assert (started["pending"], started["ack"]) == (True, 2)
    forget_states()
    restarted = another(bridge)
    async with restarted.running():
        widget.bridge = restarted
        answer = await widget.ask("reflex_event", asked(widget, started["seal"], mount="m1"))
        assert answer["rung"] == "snapshot"
        assert (answer["update"]["vars"][STATE][var("count")], answer["update"]["ack"]) == (3, 0)
        [[_, event]] = answer["update"]["events"]
        assert event["payload"]["handler"] == event_name("job")
        demo.hold_job().set()
        widget.session, widget.seq, widget.mount = answer["session"], 0, "m9"
        again = await widget.send((event["payload"]["event"]["name"].rpartition(".")[2], {}))
        assert "error" not in again
        assert await widget.count() == 103


async def test_a_job_that_no_component_names_can_be_started_again(bridge: Bridge) -> None:
    """bridge: the report of a job offers its handler, which only another handler has named until then."""
    demo.hold_job()
    bridge.widgets.flush_seconds = 0.05
    async with bridge.running():
        widget = await opened(bridge)
        await widget.send(("begin_job", {}))
    restarted = another(bridge)
    async with restarted.running():
        widget.bridge = restarted
        [[_, event]] = (await widget.send())["update"]["events"]
        assert event["payload"]["handler"] == event_name("chained_job")
        demo.hold_job().set()
        assert "error" not in await widget.send(("chained_job", {}))
        assert await widget.count() == 100


async def test_what_runs_in_the_foreground_is_acknowledged_with_the_next_snapshot(bridge: Bridge) -> None:
    """bridge: an event that a widget believes to be done is in the snapshot that it has."""
    bridge.widgets.flush_seconds = 0.05
    async with bridge.running():
        widget = await opened(bridge)
        running = (await widget.send(("add", {"by": 1}), ("count_to_twenty", {})))["update"]
        assert (running["pending"], running["ack"], "seal" in running) == (True, 0, False)
        while running["pending"]:
            running = (await widget.poll())["update"]
        assert (running["ack"], bool(running["seal"])) == (2, True)


async def test_a_job_may_be_declared_to_start_again(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: it can be restarted by a declared policy."""
    again = REGISTRY.widgets["shop"].__class__(**{**vars(REGISTRY.widgets["shop"]), "on_interrupted": "restart"})
    monkeypatch.setitem(REGISTRY.widgets, "shop", again)
    demo.hold_job()
    bridge.widgets.flush_seconds = 0.05
    async with bridge.running():
        widget = await opened(bridge)
        await widget.send(("job", {}))
    demo.hold_job().set()
    restarted = another(bridge)
    async with restarted.running():
        widget.bridge = restarted
        answer = await widget.send()
        while answer["update"]["pending"]:
            answer = await widget.poll()
        assert await widget.count() == 100


async def test_a_job_that_has_ended_is_not_reported(bridge: Bridge) -> None:
    """bridge: only what was lost is reported."""
    demo.hold_job().set()
    async with bridge.running():
        widget = await opened(bridge)
        await widget.send(("job", {}))
        await asyncio.sleep(0)
    restarted = another(bridge)
    async with restarted.running():
        widget.bridge = restarted
        assert (await widget.send())["update"]["events"] == []


def test_the_secret_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bridge: sessions and snapshots outlive a restart."""
    first = snapshots.load_secret(tmp_path / "states")
    assert snapshots.load_secret(tmp_path / "states") == first
    assert (tmp_path / "states/mcp_bridge.secret").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("MCP_BRIDGE_SECRET", "too short")
    with pytest.raises(snapshots.BridgeError, match="MCP_BRIDGE_SECRET has 9 characters"):
        snapshots.load_secret(tmp_path)
    monkeypatch.setenv("MCP_BRIDGE_SECRET", "s" * 32)
    assert snapshots.load_secret(tmp_path) == b"s" * 32


def test_a_secret_that_another_process_is_writing_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bridge: two processes that start at once have one secret, and none is ever guessable."""
    path = tmp_path / "mcp_bridge.secret"
    path.touch()
    monkeypatch.setattr(snapshots.time, "sleep", lambda _: path.write_bytes(b"s" * 32))
    assert snapshots.load_secret(tmp_path) == b"s" * 32


def test_a_secret_that_was_cut_or_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    """bridge: error texts; sessions under an empty secret could be made up by anybody."""
    (tmp_path / "mcp_bridge.secret").write_bytes(b"cut")
    with pytest.raises(snapshots.BridgeError, match="has 3 bytes, and a secret needs 32"):
        snapshots.load_secret(tmp_path)
    with pytest.raises(snapshots.BridgeError, match="set MCP_BRIDGE_SECRET"):
        snapshots.load_secret(tmp_path / "mcp_bridge.secret")


def test_the_record_reaches_no_browser() -> None:
    """reflex-seam: backend vars only."""
    from mcp_bridge.record import WidgetSession

    assert not [name for name in WidgetSession.vars if name not in rx.State.vars]
