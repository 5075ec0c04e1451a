"""Events of a widget run through Reflex's own event processor: in order, each once, and only the widget's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from mcp_bridge.results import META_KEY
from tests import demo
from tests.demo import ROOT_STATE, STATE, event_name, var

if TYPE_CHECKING:
    from mcp_bridge.bridge import Bridge

pytestmark = pytest.mark.anyio

GENERAL = "Something went wrong on the server. Try again; if it stays, tell the people who run this tool."


@dataclass
class Widget:
    """A widget as the server sees it: it keeps a version, counts its events, and asks."""

    bridge: Bridge
    session: str
    version: int
    mount: str = "m1"
    seq: int = 0

    async def send(self, *events: tuple[str, dict[str, Any]], **changes: Any) -> dict[str, Any]:
        """Send events and return what the server answered under its key."""
        batch: list[dict[str, Any]] = []
        for name, payload in events:
            self.seq += 1
            batch.append({"seq": self.seq, "name": event_name(name), "payload": payload})
        call = {"session": self.session, "mount": self.mount, "since": self.version, "events": batch, **changes}
        return await self.ask("reflex_event", call)

    async def poll(self) -> dict[str, Any]:
        """Ask what is new."""
        return await self.ask("reflex_poll", {"session": self.session, "mount": self.mount, "since": self.version})

    async def ask(self, tool: str, call: dict[str, Any]) -> dict[str, Any]:
        """Call one of the widget's own tools."""
        result = await self.bridge.call_tool(tool, call, "")
        answer: dict[str, Any] = result.meta[META_KEY]
        assert result.is_error == ("error" in answer)
        if "update" in answer:
            self.version = answer["update"]["version"]
        return answer

    async def count(self) -> int:
        """Return the var `count` as the server has it."""
        answer = await self.send(since=0)
        return answer["update"]["vars"][STATE][var("count")]


async def opened(bridge: Bridge, tool: str = "shop", **arguments: Any) -> Widget:
    """Open a widget."""
    result = await bridge.call_tool(tool, arguments or {"city": "Rome"}, "")
    assert not result.is_error, result.text
    answer = result.meta[META_KEY]
    return Widget(bridge, answer["session"], answer["update"]["version"])


async def test_opening_gives_text_data_and_the_first_state(bridge: Bridge) -> None:
    """bridge: the three channels of a result."""
    async with bridge.running():
        result = await bridge.call_tool("shop", {"city": "Rome", "limit": "1"}, "")
    item = {"name": "food 1", "price": 1.0, "due": "2026-01-01"}
    assert result.text == "1 items in Rome."
    assert result.structured == {"city": "Rome", "items": [item]}
    answer = result.meta[META_KEY]
    assert (answer["widget"], answer["tool"]) == ("shop", "shop")
    update = answer["update"]
    assert set(update["vars"]) == {ROOT_STATE, STATE}
    assert update["vars"][STATE] == {
        var("city"): "Rome",
        var("items"): [{**item, "due": "2026-01-01"}],
        var("count"): 0,
        var("note"): "for the widget only",
        var("summary"): "1 items in Rome.",
    }
    assert update["vars"][ROOT_STATE][var("is_hydrated")] is True
    assert (update["full"], update["events"], update["ack"], update["pending"]) == (True, [], 0, False)


async def test_what_was_not_declared_stays_out_of_the_models_sight(bridge: Bridge) -> None:
    """bridge: state visibility; backend vars never leave the server."""
    async with bridge.running():
        result = await bridge.call_tool("shop", {"city": "Rome"}, "")
    seen_by_model = f"{result.text}{result.structured}"
    assert "for the widget only" not in seen_by_model
    assert "backend secret" not in f"{seen_by_model}{result.meta}"
    assert "of another widget" not in f"{result.meta}"


async def test_a_reply_of_the_handler_is_the_models_text(bridge: Bridge) -> None:
    """bridge: `return host.reply(...)` overrides `content`."""
    async with bridge.running():
        result = await bridge.call_tool("shop", {"city": "Reply"}, "")
    assert result.text == "Replied for Reply."
    assert "_host_reply" not in str(result.meta)


async def test_a_foreseen_failure_of_the_opening_is_told_in_its_own_words(bridge: Bridge) -> None:
    """bridge: `raise ToolError` becomes `isError` with that sentence."""
    async with bridge.running():
        result = await bridge.call_tool("shop", {"city": "Nowhere"}, "")
        assert (result.is_error, result.text) == (True, "There is no shop in Nowhere. Try Rome.")
        assert result.meta == {}
        assert len(bridge.widgets.sessions) == 0


async def test_an_unforeseen_failure_gives_nothing_away(bridge: Bridge, caplog: pytest.LogCaptureFixture) -> None:
    """bridge: a general sentence for the model, the traceback in the log."""
    async with bridge.running():
        opening = await bridge.call_tool("shop", {"city": "Boom"}, "")
        plain = await bridge.call_tool("broken", {}, "")
    assert (opening.is_error, opening.text) == (True, GENERAL)
    assert (plain.is_error, plain.text) == (True, GENERAL)
    assert "hunter2" in caplog.text
    assert "postgres://secret" in caplog.text


async def test_an_event_runs_in_python_and_changes_come_back(bridge: Bridge) -> None:
    """bridge: one click is one call, and the answer has what changed."""
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(("add", {"by": 3}))
    update = answer["update"]
    assert update["vars"] == {STATE: {var("count"): 3}}
    assert (update["full"], update["ack"], update["pending"]) == (False, 1, False)


async def test_a_batch_runs_in_order_and_is_one_answer(bridge: Bridge) -> None:
    """bridge: what queues meanwhile goes in the next call as one batch."""
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(("add", {"by": 1}), ("stream", {}), ("add", {"by": 10}))
    assert answer["update"]["vars"] == {STATE: {var("count"): 14}}
    assert answer["update"]["ack"] == 3


async def test_a_repeated_call_runs_nothing_twice(bridge: Bridge) -> None:
    """bridge: a lost answer, a retry by the host."""
    async with bridge.running():
        widget = await opened(bridge)
        since = widget.version
        first = await widget.send(("add", {"by": 3}))
        widget.seq = 0
        again = await widget.send(("add", {"by": 3}), since=since)
        assert again["update"] == first["update"]
        assert await widget.count() == 3


async def test_a_retry_with_more_events_runs_only_the_new_ones(bridge: Bridge) -> None:
    """bridge: the same sequence numbers again, and further ones behind."""
    async with bridge.running():
        widget = await opened(bridge)
        await widget.send(("add", {"by": 1}))
        widget.seq = 0
        answer = await widget.send(("add", {"by": 1}), ("add", {"by": 10}))
        assert answer["update"]["ack"] == 2
        assert await widget.count() == 11


async def test_two_mounts_count_for_themselves(bridge: Bridge) -> None:
    """bridge: a reload starts its numbers anew and repeats nothing."""
    async with bridge.running():
        widget = await opened(bridge)
        await widget.send(("add", {"by": 1}))
        reloaded = Widget(bridge, widget.session, 0, mount="m2")
        answer = await reloaded.send(("add", {"by": 1}))
        assert answer["update"]["full"]
        assert answer["update"]["vars"][STATE][var("count")] == 2


async def test_a_gap_in_the_numbers_runs_nothing(bridge: Bridge) -> None:
    """bridge: a malformed batch gets a clear error, nothing executed."""
    async with bridge.running():
        widget = await opened(bridge)
        widget.seq = 4
        answer = await widget.send(("add", {"by": 1}))
        assert answer["error"]["code"] == "bad_request"
        assert "Event 5 came where 1 was due" in answer["error"]["message"]
        assert await widget.count() == 0


async def test_frontend_events_come_back_after_the_values(bridge: Bridge) -> None:
    """bridge: host actions can be returned from handlers; chained handlers run."""
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(("chain", {}))
        assert answer["update"]["vars"] == {STATE: {var("count"): 10}}
        [[_, event]] = answer["update"]["events"]
        assert event == {"name": "_host_send_message", "payload": {"text": "Book it."}}
        assert (await widget.send())["update"]["events"] == []


async def test_a_handler_that_raises_is_reported_and_the_widget_lives_on(
    bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    """bridge: a readable error in the widget, the traceback in the log only."""
    async with bridge.running():
        widget = await opened(bridge)
        failed = await widget.send(("fail", {}))
        refused = await widget.send(("refuse", {}))
        after = await widget.send(("add", {"by": 1}))
    assert failed["update"]["events"][0][1] == {"name": "_bridge_error", "payload": {"message": GENERAL, "seq": 1}}
    assert refused["update"]["events"][0][1]["payload"] == {"message": "The shop is closed on Sundays.", "seq": 2}
    assert after["update"]["ack"] == 3
    assert "/etc/shop" in caplog.text
    assert "/etc/shop" not in str(failed)


@pytest.mark.parametrize("name", ["not_in_the_bundle", "setvar", "search", "no_such_handler"])
async def test_an_event_that_is_not_in_the_bundle_is_refused(bridge: Bridge, name: str) -> None:
    """bridge: only events of the widget's own bundle."""
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(("add", {"by": 1}), (name, {}))
        assert answer["error"]["code"] == "unknown_event"
        assert await widget.count() == 0


async def test_an_unknown_session_is_refused_and_nothing_is_created(bridge: Bridge) -> None:
    """bridge: unknown session refused."""
    async with bridge.running():
        widget = Widget(bridge, "made-up", 0)
        for answer in (await widget.send(("add", {})), await widget.poll()):
            assert answer["error"]["code"] == "unknown_session"
        assert len(bridge.widgets.sessions) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"session": 5}, "bad_request"),
        ({"mount": ""}, "bad_request"),
        ({"mount": "m" * 200}, "bad_request"),
        ({"since": -1}, "bad_request"),
        ({"since": "1"}, "bad_request"),
        ({"events": "add"}, "bad_request"),
        ({"events": [{"seq": 0, "name": event_name("add")}]}, "bad_request"),
        ({"events": [{"seq": 1, "name": event_name("add"), "payload": [1]}]}, "bad_request"),
        ({"events": [{"seq": n + 1, "name": event_name("add")} for n in range(51)]}, "bad_request"),
        ({"events": [{"seq": 1, "name": event_name("add"), "payload": {"by": "x" * 300_000}}]}, "too_large"),
    ],
)
async def test_a_malformed_call_is_refused_whole(bridge: Bridge, change: dict[str, Any], code: str) -> None:
    """bridge: malformed or oversized batches get a clear error, nothing executed."""
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(**change)
        assert answer["error"]["code"] == code
        assert "nothing was executed" in answer["error"]["message"]
        assert await widget.count() == 0


async def test_a_background_handler_answers_at_once_and_is_polled(bridge: Bridge) -> None:
    """bridge: an event call returns after a short time with `pending`, and the poll brings the rest."""
    gate = demo.hold_job()
    bridge.widgets.flush_seconds = 0.05
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(("job", {}))
        assert answer["update"]["pending"] is True
        gate.set()
        while answer["update"]["pending"]:
            answer = await widget.poll()
        assert await widget.count() == 100


async def test_a_widget_opened_by_a_background_handler_is_answered_at_once(bridge: Bridge) -> None:
    """bridge: the immediate answer to the model (seed S4)."""
    gate = demo.hold_job()
    bridge.widgets.background_seconds = 0.05
    async with bridge.running():
        result = await bridge.call_tool("shop_job", {}, "")
        update = result.meta[META_KEY]["update"]
        assert result.structured == {"count": 0}
        assert result.text == "**Shop job**\n- Count: 0"
        assert update["pending"] is True
        gate.set()
        widget = Widget(bridge, result.meta[META_KEY]["session"], update["version"])
        answer = await widget.poll()
        while answer["update"]["pending"]:
            answer = await widget.poll()
        assert await widget.count() == 100


async def test_a_poll_returns_at_once_when_nothing_runs(bridge: Bridge) -> None:
    """bridge: polling ends when nothing is pending."""
    async with bridge.running():
        widget = await opened(bridge)
        assert (await widget.poll())["update"]["pending"] is False


async def test_a_host_that_drops_meta_gets_the_same_in_structured_content(bridge: Bridge) -> None:
    """bridge: if a host drops `_meta`, the widget asks again."""
    async with bridge.running():
        widget = await opened(bridge)
        call = {"session": widget.session, "mount": "m1", "since": 0, "events": [], "in_content": True}
        result = await bridge.call_tool("reflex_event", call, "")
        assert result.meta == {}
        assert result.structured is not None
        assert result.structured[META_KEY]["update"]["vars"][STATE][var("city")] == "Rome"
        again = {"open": {"tool": "shop", "arguments": {"city": "Oslo"}}, "in_content": True}
        opened_anew = await bridge.call_tool("reflex_event", again, "")
        assert opened_anew.structured is not None
        assert opened_anew.structured[META_KEY]["update"]["vars"][STATE][var("city")] == "Oslo"


@pytest.mark.parametrize(
    "asked", [None, {}, {"tool": "total"}, {"tool": "reflex_event"}, {"tool": "shop", "arguments": 5}]
)
async def test_opening_anew_checks_what_it_is_given(bridge: Bridge, asked: Any) -> None:
    """bridge: everything from a widget is client input."""
    async with bridge.running():
        result = await bridge.call_tool("reflex_event", {"open": asked}, "")
        assert result.is_error
        assert len(bridge.widgets.sessions) == 0


async def test_a_session_of_another_principal_is_refused(bridge: Bridge) -> None:
    """bridge: a session is bound to the authenticated principal."""
    async with bridge.running():
        result = await bridge.call_tool("shop", {"city": "Rome"}, "alice")
        session = result.meta[META_KEY]["session"]
        call = {"session": session, "mount": "m1", "since": 0, "events": []}
        assert not (await bridge.call_tool("reflex_event", call, "alice")).is_error
        stolen = await bridge.call_tool("reflex_event", call, "bob")
        assert stolen.meta[META_KEY]["error"]["code"] == "unknown_session"


async def test_before_the_server_runs_a_call_says_so(bridge: Bridge) -> None:
    """bridge: never a hang, never a half-open session."""
    result = await bridge.call_tool("shop", {"city": "Rome"}, "")
    assert result.is_error
    assert result.text.startswith("The server is starting or stopping")
    assert len(bridge.widgets.sessions) == 0


async def test_views_between_are_played_back(bridge: Bridge) -> None:
    """bridge: a slow reader can still show every step of a handler that yields."""
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(("count_slowly", {}))
        update = answer["update"]
        assert update["vars"] == {STATE: {var("count"): 4}}
        assert [delta for _, delta in update["steps"]] == [{STATE: {var("count"): number}} for number in (1, 2, 3, 4)]
        assert update["steps"][0][0] == 0
        assert all(30 <= milliseconds < 2000 for milliseconds, _ in update["steps"][1:])


async def test_a_single_change_has_no_steps(bridge: Bridge) -> None:
    """bridge: an ordinary click costs not a byte more."""
    async with bridge.running():
        widget = await opened(bridge)
        assert "steps" not in (await widget.send(("add", {"by": 1})))["update"]


async def test_a_poll_gathers_what_comes_within_a_moment(bridge: Bridge) -> None:
    """bridge: few calls for many changes."""
    bridge.widgets.flush_seconds, bridge.widgets.gather_seconds = 0.01, 5
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(("count_slowly", {}))
        assert answer["update"]["pending"] is True
        answer = await widget.poll()
        assert answer["update"]["vars"] == {STATE: {var("count"): 4}}
        assert answer["update"]["pending"] is False


async def test_many_views_cost_few_calls(bridge: Bridge) -> None:
    """bridge: 20 yields are at least 15 views in at most 8 calls; here at a tenth of the time."""
    bridge.widgets.flush_seconds, bridge.widgets.gather_seconds = 0.05, 0.14
    async with bridge.running():
        widget = await opened(bridge)
        answer, calls, views = await widget.send(("count_to_twenty", {})), 1, set[int]()
        while True:
            update = answer["update"]
            shown = [*(delta for _, delta in update.get("steps", [])), update["vars"]]
            views |= {delta[STATE][var("count")] for delta in shown if STATE in delta}
            if not update["pending"]:
                break
            answer, calls = await widget.poll(), calls + 1
    assert len(views) >= 15
    assert calls <= 8


async def test_a_running_handler_is_cancelled(bridge: Bridge) -> None:
    """bridge: host.cancel(State.handler)."""
    demo.hold_job()
    bridge.widgets.flush_seconds = 0.05
    async with bridge.running():
        widget = await opened(bridge)
        assert (await widget.send(("job", {}), ("add", {"by": 1})))["update"]["pending"] is True
        answer = await widget.send(cancel=[event_name("job")])
        assert answer["update"]["pending"] is False
        assert answer["update"]["ack"] == 2
        assert await widget.count() == 1


async def test_cancelling_what_does_not_run_does_nothing(bridge: Bridge) -> None:
    """bridge: everything from a widget is client input."""
    async with bridge.running():
        widget = await opened(bridge)
        answer = await widget.send(("add", {"by": 1}), cancel=["no.such.handler"])
        assert answer["update"]["vars"] == {STATE: {var("count"): 1}}


async def test_the_model_is_told_when_declared_vars_change(bridge: Bridge) -> None:
    """bridge: state visibility; only when changed, and never a private value."""
    async with bridge.running():
        widget = await opened(bridge)
        assert "context" not in (await widget.send(("add", {"by": 1})))["update"]
        since = widget.version
        moved = (await widget.send(("move", {"city": "Oslo"})))["update"]
        assert moved["context"]["text"] == "2 items in Oslo."
        assert moved["context"]["structuredContent"]["city"] == "Oslo"
        assert set(moved["context"]["structuredContent"]) == {"city", "items"}
        assert "for the widget only" not in str(moved["context"])
        assert (await widget.send(since=since))["update"]["context"] == moved["context"], "a lost answer"
        assert "context" not in (await widget.send())["update"]


async def test_too_much_for_the_model_is_cut_with_a_warning(bridge: Bridge, caplog: pytest.LogCaptureFixture) -> None:
    """bridge: within a size budget that warns at run time."""
    async with bridge.running():
        widget = await opened(bridge)
        for letter in "ab":
            update = (await widget.send(("move", {"city": letter * 40_000})))["update"]
            assert update["context"]["structuredContent"] is None
            assert len(update["context"]["text"]) <= 4096
    assert caplog.text.count("bytes for the model") == 1


async def test_a_state_too_large_for_a_snapshot_is_said_once(bridge: Bridge, caplog: pytest.LogCaptureFixture) -> None:
    """bridge: the snapshot is size-capped."""
    async with bridge.running():
        widget = await opened(bridge)
        assert (await widget.send(("add", {"by": 1})))["update"]["seal"]
        for letter in "ab":
            # The one before would restore what is not so any more.
            assert (await widget.send(("move", {"city": letter * 60_000})))["update"]["seal"] == ""
    assert caplog.text.count("so it cannot be restored") == 1
